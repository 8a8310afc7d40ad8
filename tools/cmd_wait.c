// SPDX-License-Identifier: GPL-2.0
/* battguardctl wait */
#include <stdlib.h>
#include <string.h>

#include "battguardctl.h"

#define MAX_CONDITIONS	16
/* How often a value that changes with time alone is looked at. */
#define TICK_MS		100

enum operator { OP_EQUAL, OP_NOT, OP_LESS, OP_MORE };

struct condition {
	const struct key *key;
	enum operator op;
	uint64_t value;
};

struct wait {
	struct condition cond[MAX_CONDITIONS];
	unsigned int n;
	unsigned int flags;	/* of a key that an event does not tell */
	struct dev dev;
};

static bool holds(const struct condition *cond, const struct dev *dev)
{
	const uint64_t value = key_value(cond->key, dev);
	bool same = value == cond->value;

	/* A reason is one of several words; no word is the word "none". */
	if (cond->key->type == TYPE_REASONS && cond->value)
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

/* Ask for what no event tells. */
static int ask(struct follow *f)
{
	struct wait *wait = f->arg;
	const struct status st = wait->dev.st;
	const int ret = dev_choose(f->ask, &f->fam, f->names[0], &wait->dev);

	/* What an event tells is looked at event by event, in order. */
	if (ret == GO_ON)
		wait->dev.st = st;
	return ret;
}

static int wait_line(struct follow *f, const struct event *ev)
{
	struct wait *wait = f->arg;
	int ret;

	if (ev->kind == KIND_UNBIND || ev->kind == KIND_LOST)
		return GO_ON;
	wait->dev.st = ev->dev.st;
	if (ev->kind == KIND_SNAPSHOT) {
		wait->dev = ev->dev;
	} else if (wait->flags & ~KEY_EVENT) {
		ret = ask(f);
		if (ret != GO_ON)
			return ret;
	}
	return check(wait);
}

static int wait_tick(struct follow *f)
{
	const struct wait *wait = f->arg;
	int ret;

	if (!(wait->flags & KEY_RUNS))
		return GO_ON;
	ret = ask(f);
	return ret == GO_ON ? check(wait) : ret;
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
	if (cond->op >= OP_LESS && cond->key->type != TYPE_NUMBER)
		return fail(EX_WRONG, "'%s' is no number: only = and != can be asked",
			    name);
	if (!key_parse(cond->key, rest, &cond->value))
		return fail(EX_WRONG, "'%s' cannot be '%s', it takes: %s",
			    name, safe(rest), cond->key->values);
	/* Keys that an event does not tell have to be asked for. */
	if (!(cond->key->flags & KEY_EVENT))
		wait->flags |= KEY_WRITE | cond->key->flags;
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
	if (!(wait.flags & KEY_RUNS))
		f.tick = NULL;
	loop_signals();
	ret = follow_run(&f, GO_ON - 1);
	if (ret == GO_ON - 1)
		return fail(EX_FALSE, "timed out, the condition does not hold");
	return ret == EX_DONE && loop_stopped() ? EX_FALSE : ret;
}
