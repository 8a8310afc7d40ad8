// SPDX-License-Identifier: GPL-2.0
/* battguardctl wait */
#include <stdlib.h>
#include <string.h>

#include "battguardctl.h"

#define MAX_CONDITIONS	16
/* How often to check what may change with time alone. */
#define TICK_MS		100

enum operator { OP_EQUAL, OP_NOT, OP_LESS, OP_MORE };

struct condition {
	const struct key *key;
	enum operator op;
	int64_t value;
};

struct wait {
	struct condition cond[MAX_CONDITIONS];
	unsigned int n;
	bool asks;	/* for values that no event has */
	struct dev dev;
};

static bool holds(const struct condition *cond, const struct dev *dev)
{
	const int64_t value = key_value(cond->key, dev);
	bool same = value == cond->value;

	/* It is one of several words; no word is the word "none". */
	if (cond->key->type == TYPE_WORDS && cond->value)
		same = value & cond->value;

	switch (cond->op) {
	case OP_EQUAL:
		return same;
	case OP_NOT:
		return !same;
	case OP_LESS:
		return value < cond->value;
	default:
		return value > cond->value;
	}
}

static int check(const struct wait *wait)
{
	unsigned int n;

	for (n = 0; n < wait->n; n++)
		if (!holds(&wait->cond[n], &wait->dev))
			return GO_ON;
	return EX_DONE;
}

/*
 * Ask for the values that no event has; check the rest event by event, in
 * order.
 */
static int ask(struct follow *f)
{
	struct wait *wait = f->arg;
	struct dev now;
	const int ret = dev_choose(f->ask, &f->fam, f->names[0], &now);

	if (ret == GO_ON)
		memcpy(wait->dev.value[SET_DEV], now.value[SET_DEV],
		       sizeof(now.value[SET_DEV]));
	return ret;
}

static int wait_line(struct follow *f, const struct event *ev)
{
	struct wait *wait = f->arg;
	int ret = GO_ON;

	if (ev->kind == KIND_UNBIND || ev->kind == KIND_LOST)
		return GO_ON;
	wait->dev = ev->dev;
	if (ev->kind != KIND_SNAPSHOT && wait->asks)
		ret = ask(f);
	return ret == GO_ON ? check(wait) : ret;
}

static int wait_tick(struct follow *f)
{
	const int ret = ask(f);

	return ret == GO_ON ? check(f->arg) : ret;
}

/* Take KEY=VALUE, KEY!=VALUE, KEY<VALUE or KEY>VALUE apart. */
static int parse(struct wait *wait, char *text)
{
	struct condition *cond = &wait->cond[wait->n];
	char name[64];
	size_t len = strcspn(text, "=!<>");
	char *rest = text + len;

	if (wait->n == MAX_CONDITIONS)
		return fail(EX_WRONG, "more than %u conditions", MAX_CONDITIONS);
	if (*rest == '!' && rest[1] == '=')
		cond->op = OP_NOT;
	else if (*rest == '=')
		cond->op = OP_EQUAL;
	else if (*rest == '<')
		cond->op = OP_LESS;
	else if (*rest == '>')
		cond->op = OP_MORE;
	else
		return fail(EX_WRONG, "'%s' is no condition, write KEY=VALUE such as load=off",
			    safe(text));
	rest += cond->op == OP_NOT ? 2 : 1;

	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	cond->key = key_find(name);
	if (!cond->key)
		return fail(EX_WRONG, "no key '%s', 'battguardctl help keys' lists them",
			    safe(name));
	if (cond->op >= OP_LESS && cond->key->type != TYPE_NUMBER &&
	    cond->key->type != TYPE_SIGNED)
		return fail(EX_WRONG, "'%s' is no number: only = and != can be asked",
			    name);
	if (!key_parse(cond->key, rest, &cond->value))
		return fail(EX_WRONG, "'%s' cannot be '%s', it takes: %s",
			    name, safe(rest), key_takes(cond->key));
	if (cond->key->set == SET_DEV)
		wait->asks = true;
	wait->n++;
	return GO_ON;
}

int cmd_wait(int argc, char **argv)
{
	struct wait wait = { 0 };
	struct follow f = {
		.nr_names = 1,
		.one = true,
		.line = wait_line,
		.tick = wait_tick,
		.tick_ms = TICK_MS,
		.arg = &wait,
	};
	char *name = NULL;
	struct nl_sock *sk;
	struct family fam;
	struct dev dev;
	int arg = 1;
	int ret;

	if (argc > 2 && !strpbrk(argv[1], "=<>"))
		name = argv[arg++];
	if (arg >= argc)
		return fail(EX_WRONG, "'wait' takes a condition such as load=off");
	for (; arg < argc; arg++) {
		ret = parse(&wait, argv[arg]);
		if (ret != GO_ON)
			return ret;
	}

	ret = connect_driver(&sk, &fam);
	if (ret == GO_ON)
		ret = dev_choose(sk, &fam, name, &dev);
	if (ret != GO_ON)
		return ret;
	name = dev.name;
	f.names = &name;
	if (!wait.asks)
		f.tick = NULL;
	loop_signals();
	ret = follow_run(&f, GO_ON - 1);
	if (ret == GO_ON - 1)
		return fail(EX_FALSE, "timed out, the condition does not hold");
	return ret == EX_DONE && loop_stopped() ? EX_FALSE : ret;
}
