// SPDX-License-Identifier: GPL-2.0
/* battguardctl wait, get */
#include <stdlib.h>
#include <string.h>

#include "battguardctl.h"

/* How often to check what may change with time alone. */
#define TICK_MS		100

#define NOT_YET		(-1)

/**
 * struct wait - what is waited for, and how far that is
 * @dev: the guard after the latest line
 * @there: there is one
 * @since: when the conditions began to hold, on the boot-time clock in ms
 * @name: of the device, for one that was not named
 * @names: where that is
 */
struct wait {
	struct conditions conds;
	struct dev dev;
	bool there;
	int64_t since;
	char name[NAME_LEN];
	char *names;
};

/*
 * The conditions are known as they are since @at. What they were before that
 * counts as well: with --for, they may have held for long enough until then.
 */
static int judge(struct wait *wait, int64_t at)
{
	const bool before = wait->since != NOT_YET;

	if (before && opt.for_ms && at - wait->since >= opt.for_ms)
		return EX_DONE;
	if (!conditions_hold(&wait->conds, &wait->dev))
		wait->since = NOT_YET;
	else if (!before)
		wait->since = at;
	return wait->since != NOT_YET && !opt.for_ms ? EX_DONE : GO_ON;
}

/*
 * Ask for the values that no event has; check the rest event by event, in
 * order. A device that is waited for may have gone again.
 */
static int ask(struct follow *f)
{
	struct wait *wait = f->arg;
	const struct dev *found = NULL;
	struct devs devs;
	size_t n;
	int ret = GO_ON;

	if (!opt.wait_driver) {
		struct dev now;

		ret = dev_choose(f->ask, &f->fam, f->names[0], &now);
		if (ret == GO_ON)
			memcpy(wait->dev.value[SET_DEV], now.value[SET_DEV],
			       sizeof(now.value[SET_DEV]));
		return ret;
	}
	if (!dev_dump(f->ask, &f->fam, &devs))
		for (n = 0; n < devs.n; n++)
			if (!strcmp(devs.dev[n].name, f->names[0]))
				found = &devs.dev[n];
	if (found)
		memcpy(wait->dev.value[SET_DEV], found->value[SET_DEV],
		       sizeof(found->value[SET_DEV]));
	wait->there = found;
	free(devs.dev);
	return GO_ON;
}

/* The first device that comes is meant, if it is the only one. */
static int adopt(struct follow *f, const struct dev *dev)
{
	struct wait *wait = f->arg;
	const struct dev *found;
	struct devs devs;
	int ret = GO_ON;

	if (!dev_dump(f->ask, &f->fam, &devs) && devs.n > 1)
		ret = dev_pick(&devs, NULL, &found);
	free(devs.dev);
	snprintf(wait->name, sizeof(wait->name), "%s", dev->name);
	wait->names = wait->name;
	f->names = &wait->names;
	f->nr_names = 1;
	return ret;
}

static int wait_line(struct follow *f, const struct event *ev)
{
	struct wait *wait = f->arg;
	const int64_t now = clock_ms();
	int64_t at = ev->dev.boottime / 1000000;
	int ret = GO_ON;

	if (!f->nr_names)
		ret = adopt(f, &ev->dev);
	/* Nobody knows what was in between. */
	if (ev->kind == KIND_UNBIND || ev->kind == KIND_LOST) {
		wait->since = NOT_YET;
		wait->there = false;
		return ret;
	}
	/* A snapshot may be older than we are. */
	if (ev->kind == KIND_SNAPSHOT || at > now)
		at = now;
	dev_update(&wait->dev, &ev->dev, ev->kind == KIND_SNAPSHOT);
	wait->there = true;
	if (ret == GO_ON && ev->kind != KIND_SNAPSHOT && wait->conds.asks)
		ret = ask(f);
	return ret == GO_ON ? judge(wait, at) : ret;
}

static int wait_tick(struct follow *f)
{
	struct wait *wait = f->arg;
	int ret = GO_ON;

	if (wait->there && wait->conds.asks)
		ret = ask(f);
	return ret == GO_ON && wait->there ? judge(wait, clock_ms()) : ret;
}

/* The device that is there, or with --wait-driver the one that will be. */
static int wait_for_whom(struct follow *f, char **name, struct dev *dev)
{
	struct nl_sock *sk;
	struct family fam;
	int ret;

	f->names = name;
	f->nr_names = *name ? 1 : 0;
	f->patient = opt.wait_driver;
	f->late = opt.wait_driver;
	f->one = !opt.wait_driver;
	if (opt.wait_driver)
		return GO_ON;
	ret = connect_driver(&sk, &fam);
	if (ret == GO_ON)
		ret = dev_choose(sk, &fam, *name, dev);
	*name = dev->name;
	f->nr_names = 1;
	return ret;
}

int cmd_wait(int argc, char **argv)
{
	struct wait wait = { .since = NOT_YET };
	struct follow f = {
		.line = wait_line,
		.tick = wait_tick,
		.tick_ms = TICK_MS,
		.arg = &wait,
	};
	char *name = NULL;
	struct dev dev;
	int arg = 1;
	int ret;

	if (argc > 2 && !is_condition(argv[1]))
		name = argv[arg++];
	if (arg >= argc)
		return fail(EX_WRONG, "'wait' takes a condition such as load=off");
	for (; arg < argc; arg++) {
		ret = conditions_add(&wait.conds, argv[arg]);
		if (ret != GO_ON)
			return ret;
	}
	ret = wait_for_whom(&f, &name, &dev);
	if (ret != GO_ON)
		return ret;
	if (!wait.conds.asks && !opt.for_ms)
		f.tick = NULL;
	loop_signals();
	ret = follow_run(&f, GO_ON - 1);
	if (ret == GO_ON - 1)
		return fail(EX_FALSE, "timed out, the condition does not hold");
	return ret;
}

/* Values as their files in sysfs show them, one a line. */
int cmd_get(int argc, char **argv)
{
	const char *name = NULL;
	struct nl_sock *sk;
	struct family fam;
	struct dev dev;
	char text[512];
	int first = 1;
	int ret, arg;
	char *c;

	if (argc > 2 && !key_find(argv[1]))
		name = argv[first++];
	if (first >= argc)
		return fail(EX_WRONG, "'get' takes [DEV] KEY, 'battguardctl help keys' lists them");
	for (arg = first; arg < argc; arg++)
		if (!key_find(argv[arg]))
			return fail(EX_WRONG, "no key '%s', 'battguardctl help keys' lists them",
				    safe(argv[arg]));
	ret = connect_driver(&sk, &fam);
	if (ret == GO_ON)
		ret = dev_choose(sk, &fam, name, &dev);
	for (arg = first; ret == GO_ON && arg < argc; arg++) {
		key_text(key_find(argv[arg]), &dev, text, sizeof(text));
		for (c = text; *c; c++)
			if (*c == ',')
				*c = ' ';
		puts(text);
	}
	return ret == GO_ON ? EX_DONE : ret;
}
