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
	struct dev dev;
	bool hold;
};

/**
 * struct queue - events whose command has not begun
 * @ev: an array
 * @first: the next in it
 * @end: behind the last in it
 * @room: for so many
 */
struct queue {
	struct event *ev;
	size_t first;
	size_t end;
	size_t room;
};

static struct {
	struct seen *seen;
	size_t nr_seen;
	struct queue queue;
	int child;
	uint64_t added;
} state;

/* Return: whether there is room for one more. */
static bool make_room(struct queue *queue)
{
	const size_t room = 2 * queue->room ?: 16;
	struct event *ev;

	if (queue->end < queue->room)
		return true;
	if (queue->first) {
		queue->end -= queue->first;
		memmove(queue->ev, queue->ev + queue->first,
			queue->end * sizeof(*queue->ev));
		queue->first = 0;
		return true;
	}
	ev = realloc(queue->ev, room * sizeof(*ev));
	if (!ev)
		return false;
	queue->ev = ev;
	queue->room = room;
	return true;
}

static int add(const struct event *ev)
{
	struct queue *queue = &state.queue;

	if (!make_room(queue))
		return fail(EX_REFUSED, "out of memory");
	queue->ev[queue->end++] = *ev;
	state.added++;
	return opt.count && state.added >= opt.count ? EX_DONE : GO_ON;
}

static bool waiting(void)
{
	return state.queue.first < state.queue.end;
}

/* Start the next command if none runs. */
int exec_next(struct follow *f)
{
	(void)f;
	if (state.child > 0 && child_ended(state.child))
		state.child = 0;
	if (state.child > 0 || !waiting())
		return GO_ON;
	state.child = child_start(opt.exec,
				  &state.queue.ev[state.queue.first++]);
	return state.child > 0 ? GO_ON :
	       fail(EX_REFUSED, "cannot start the command");
}

/* Return: NULL if it is not known. */
static struct seen *find(const struct dev *dev)
{
	size_t n;

	for (n = 0; n < state.nr_seen; n++)
		if (state.seen[n].dev.id == dev->id &&
		    state.seen[n].dev.instance == dev->instance)
			return &state.seen[n];
	return NULL;
}

/* Return: NULL if there is no memory for it. */
static struct seen *remember(const struct dev *dev, bool numbers)
{
	struct seen *seen = find(dev);

	if (!seen) {
		seen = realloc(state.seen, (state.nr_seen + 1) * sizeof(*seen));
		if (!seen)
			return NULL;
		state.seen = seen;
		seen += state.nr_seen++;
		memset(seen, 0, sizeof(*seen));
	}
	dev_update(&seen->dev, dev, numbers);
	return seen;
}

static void forget(struct seen *seen)
{
	const struct seen *end = state.seen + state.nr_seen--;

	memmove(seen, seen + 1, (end - seen - 1) * sizeof(*seen));
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
		seen = find(&devs.dev[n]);
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
	struct seen *seen;
	int ret;

	if (!conds->n)
		return ev->kind == KIND_SNAPSHOT ? GO_ON : add(ev);
	if (ev->kind == KIND_LOST) {
		/* What holds now may have ended and begun again. */
		seen = find(&ev->dev);
		if (seen)
			seen->hold = false;
		return GO_ON;
	}
	seen = remember(&ev->dev, ev->kind == KIND_SNAPSHOT);
	if (!seen)
		return fail(EX_REFUSED, "out of memory");
	if (conds->asks && ev->kind != KIND_SNAPSHOT)
		ask(f);
	ret = judge(seen, conds, ev);
	if (ev->kind == KIND_UNBIND)
		forget(seen);
	return ret;
}

int exec_tick(struct follow *f)
{
	int ret = GO_ON;
	size_t n;

	if (!f->loaded)
		return GO_ON;
	ask(f);
	for (n = 0; n < state.nr_seen && ret == GO_ON; n++) {
		const struct event now = event_snapshot(&state.seen[n].dev);

		ret = judge(&state.seen[n], f->arg, &now);
	}
	return ret;
}

void exec_begin(void)
{
	memset(&state, 0, sizeof(state));
}

/*
 * Run what still waits, unless a signal ends us: then nothing is left that
 * acts. Return: how many commands there were.
 */
uint64_t exec_end(void)
{
	while ((waiting() || state.child > 0) && !loop_stopped() &&
	       exec_next(NULL) == GO_ON)
		loop_pause(PAUSE_MS);
	if (state.child > 0)
		child_stop(state.child);
	free(state.queue.ev);
	state.queue = (struct queue) { 0 };
	free(state.seen);
	state.seen = NULL;
	state.nr_seen = 0;
	return state.added;
}
