// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl - monitor --exec: a command at each event, or each time that
 * conditions begin to hold
 *
 * Events are received while a command runs, and wait in a queue: one command
 * at a time, and one for each event.
 */
#include <stdlib.h>
#include <string.h>

#include "battguardctl.h"

/* How often to look for the end of the last commands. */
#define PAUSE_MS	20

/**
 * struct seen - a device, and whether the conditions hold for it
 * @dev: after its latest event
 */
struct seen {
	struct seen *next;
	struct dev dev;
	bool hold;
};

struct item {
	struct item *next;
	struct event ev;
};

static struct {
	struct seen *seen;
	struct item *first, **last;
	int child;
	uint64_t added;
} state;

static int add(const struct event *ev)
{
	struct item *item = malloc(sizeof(*item));

	if (!item)
		return fail(EX_REFUSED, "out of memory");
	item->ev = *ev;
	item->next = NULL;
	*state.last = item;
	state.last = &item->next;
	state.added++;
	return opt.count && state.added >= opt.count ? EX_DONE : GO_ON;
}

/* Start the next command if none runs. */
int exec_next(struct follow *f)
{
	struct item *item = state.first;

	(void)f;
	if (state.child > 0 && child_ended(state.child))
		state.child = 0;
	if (state.child > 0 || !item)
		return GO_ON;
	state.first = item->next;
	if (!state.first)
		state.last = &state.first;
	state.child = child_start(opt.exec, &item->ev);
	free(item);
	return state.child > 0 ? GO_ON :
	       fail(EX_REFUSED, "cannot start the command");
}

static struct seen **find(const struct dev *dev)
{
	struct seen **at = &state.seen;

	while (*at && ((*at)->dev.id != dev->id ||
		       (*at)->dev.instance != dev->instance))
		at = &(*at)->next;
	return at;
}

static struct seen **remember(const struct dev *dev, bool numbers)
{
	struct seen **at = find(dev);

	if (!*at)
		*at = calloc(1, sizeof(**at));
	if (*at)
		dev_update(&(*at)->dev, dev, numbers);
	return at;
}

static void forget(struct seen **at)
{
	struct seen *gone = *at;

	*at = gone->next;
	free(gone);
}

/* Only a beginning counts. */
static int judge(struct seen *seen, const struct conditions *conds,
		 const struct event *ev)
{
	const bool before = seen->hold;

	seen->hold = conditions_hold(conds, &seen->dev);
	return seen->hold && !before ? add(ev) : GO_ON;
}

/*
 * Ask for the values that no event has. All else is taken from the events, in
 * order: the kernel may be ahead of them.
 */
static int ask(struct follow *f)
{
	struct devs devs;
	struct seen *seen;
	size_t n;

	if (dev_dump(f->ask, &f->fam, &devs))
		devs.n = 0;
	for (n = 0; n < devs.n; n++) {
		seen = *find(&devs.dev[n]);
		if (seen)
			memcpy(seen->dev.value[SET_DEV],
			       devs.dev[n].value[SET_DEV],
			       sizeof(seen->dev.value[SET_DEV]));
	}
	free(devs.dev);
	return GO_ON;
}

int exec_line(struct follow *f, const struct event *ev)
{
	const struct conditions *conds = f->arg;
	struct seen **at;
	int ret;

	if (!conds->n)
		return ev->kind == KIND_SNAPSHOT ? GO_ON : add(ev);
	if (ev->kind == KIND_LOST) {
		/* What holds now may have ended and begun again. */
		at = find(&ev->dev);
		if (*at)
			(*at)->hold = false;
		return GO_ON;
	}
	at = remember(&ev->dev, ev->kind == KIND_SNAPSHOT);
	if (!*at)
		return fail(EX_REFUSED, "out of memory");
	if (conds->asks && ev->kind != KIND_SNAPSHOT)
		ask(f);
	ret = judge(*at, conds, ev);
	if (ev->kind == KIND_UNBIND)
		forget(at);
	return ret;
}

int exec_tick(struct follow *f)
{
	struct seen *seen;
	int ret = GO_ON;

	if (!f->loaded)
		return GO_ON;
	ask(f);
	for (seen = state.seen; seen && ret == GO_ON; seen = seen->next) {
		const struct event now = event_snapshot(&seen->dev);

		ret = judge(seen, f->arg, &now);
	}
	return ret;
}

void exec_begin(void)
{
	memset(&state, 0, sizeof(state));
	state.last = &state.first;
}

/*
 * Run what still waits, unless a signal ends us: then nothing is left that
 * acts. Return: how many commands there were.
 */
uint64_t exec_end(void)
{
	while ((state.first || state.child > 0) && !loop_stopped() &&
	       exec_next(NULL) == GO_ON)
		loop_pause(PAUSE_MS);
	if (state.child > 0)
		child_stop(state.child);
	while (state.first) {
		struct item *item = state.first;

		state.first = item->next;
		free(item);
	}
	while (state.seen)
		forget(&state.seen);
	return state.added;
}
