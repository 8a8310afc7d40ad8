// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl - every event once and in order, or reported as lost
 *
 * First subscribe, then read the present state, then receive. By its number an
 * event that comes twice is found and dropped, and one that is missing is read
 * from the ring of the device. Events that the ring no longer has are lost; the
 * numbers give the count.
 *
 * The family has another number each time the driver is loaded. The kernel's
 * controller family reports when it comes and goes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "battguardctl.h"

/* The event of an unbind comes when the device can no longer be asked. */
#define GRACE_MS	1000

/**
 * struct track - a device that is followed
 * @next: number of the event that comes next
 * @last: the latest event that was passed on
 * @missing: when it was first found missing, 0 = it is there
 */
struct track {
	uint32_t id;
	uint64_t instance;
	uint64_t next;
	int64_t missing;
	struct event last;
};

/* A number may be given again when the driver is loaded again. */
static bool is_of(const struct track *t, const struct dev *dev)
{
	return t->id == dev->id && t->instance == dev->instance;
}

static struct track *find(struct follow *f, const struct dev *dev)
{
	size_t n;

	for (n = 0; n < f->nr_tracks; n++)
		if (is_of(&f->tracks[n], dev))
			return &f->tracks[n];
	return NULL;
}

static bool wanted(const struct follow *f, const char *name)
{
	int n;

	for (n = 0; n < f->nr_names; n++)
		if (!strcmp(f->names[n], name))
			return true;
	return !f->nr_names;
}

static struct track *add(struct follow *f, const struct dev *dev,
			 uint64_t next)
{
	struct track *more = realloc(f->tracks,
				     (f->nr_tracks + 1) * sizeof(*more));

	if (!more) {
		f->end = fail(EX_REFUSED, "out of memory");
		return NULL;
	}
	f->tracks = more;
	more += f->nr_tracks++;
	memset(more, 0, sizeof(*more));
	more->id = dev->id;
	more->instance = dev->instance;
	more->next = next;
	more->last.dev = *dev;
	if (dev->id > f->newest_id)
		f->newest_id = dev->id;
	return more;
}

static void drop(struct follow *f, struct track *t)
{
	*t = f->tracks[--f->nr_tracks];
	if (f->one && f->end == GO_ON)
		f->end = fail(EX_NODEV, "the device is gone");
}

static void tell(struct follow *f, const struct event *ev)
{
	if (f->end == GO_ON)
		f->end = f->line(f, ev);
}

/* Pass an event on, and before it a line for those that are lost. */
static void pass(struct follow *f, struct track *t, const struct event *ev)
{
	if (ev->dev.seq < t->next)
		return;
	if (ev->dev.seq > t->next) {
		const struct event lost = event_lost(ev, t->next,
						     ev->dev.seq - t->next);

		tell(f, &lost);
	}
	t->next = ev->dev.seq + 1;
	t->missing = 0;
	t->last = *ev;
	tell(f, ev);
}

/* Read what was missed from the ring, up to @until. */
static void catch_up(struct follow *f, struct track *t, uint64_t until)
{
	struct events kept;
	size_t n;

	if (event_dump(f->ask, &f->fam, t->id, t->next, &kept) == 0)
		for (n = 0; n < kept.n && kept.ev[n].dev.seq <= until; n++)
			if (is_of(t, &kept.ev[n].dev))
				pass(f, t, &kept.ev[n]);
	free(kept.ev);
}

/* A device is gone, and its last events were not passed on. */
static void vanish(struct follow *f, struct track *t)
{
	struct event ev = event_snapshot(&t->last.dev);
	struct event lost = event_lost(&ev, t->next, 0);

	tell(f, &lost);
	drop(f, t);
}

/* Return: the command of a message, -1 for one too short to have any. */
static int command_of(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = nlmsg_data(nlh);

	return nlmsg_datalen(nlh) < (int)sizeof(*genl) ? -1 : genl->cmd;
}

static int take_ntf(const struct nlmsghdr *nlh, void *arg)
{
	struct follow *f = arg;
	struct track *t;
	struct event ev;

	if (nlh->nlmsg_type != f->fam.id ||
	    command_of(nlh) != BATTGUARD_CMD_EVENT_NTF ||
	    event_parse(nlh, &ev, NULL) || !wanted(f, ev.dev.name))
		return 0;

	t = find(f, &ev.dev);
	if (!t) {
		/*
		 * Bound since we looked: begin with its first event, unless it
		 * was there before and left at the very moment we came.
		 */
		const bool born = f->overflowed ||
				  (f->newest_id && ev.dev.id > f->newest_id);

		t = add(f, &ev.dev, born ? 1 : ev.dev.seq);
		if (!t)
			return 0;
	}
	if (ev.dev.seq > t->next)
		catch_up(f, t, ev.dev.seq - 1);
	pass(f, t, &ev);
	if (ev.kind == KIND_UNBIND)
		drop(f, find(f, &ev.dev));
	return 0;
}

static int take_ctrl(const struct nlmsghdr *nlh, void *arg)
{
	const int cmd = command_of(nlh);
	struct follow *f = arg;
	struct family fam;

	if (nlh->nlmsg_type != GENL_ID_CTRL ||
	    (cmd != CTRL_CMD_NEWFAMILY && cmd != CTRL_CMD_DELFAMILY) ||
	    nl_family_parse(nlh, &fam))
		return 0;
	f->ctrl_news = cmd;
	f->ctrl_fam = fam;
	return 0;
}

/* Take in all that has arrived. */
static void drain(struct follow *f, struct nl_sock *sk, nl_handler handler,
		  bool *lost)
{
	while (f->end == GO_ON && !loop_stopped()) {
		int ret = nl_receive(sk, handler, f);

		if (ret == -EAGAIN)
			break;
		if (ret == -ENOBUFS || ret == -ENOMEM)
			*lost = true;
		else if (ret)
			f->end = fail(EX_REFUSED, "cannot receive: %s",
				      strerror(-ret));
	}
}

/* Report the events asked for as lost. Return: the next number instead. */
static uint64_t tell_foreign(struct follow *f, const struct dev *dev)
{
	const struct event lost = event_foreign(dev);

	tell(f, &lost);
	return 1;
}

/* The first look at a device: the past as far as asked for, and the state. */
static void present(struct follow *f, const struct dev *dev)
{
	const struct event now = event_snapshot(dev);
	struct track *t = add(f, dev, opt.has_since ? opt.since : dev->seq + 1);

	if (!t)
		return;
	if (since_is_foreign(dev))
		t->next = tell_foreign(f, dev);
	if (t->next <= dev->seq)
		catch_up(f, t, dev->seq);
	if (t->next <= dev->seq) {
		const struct event lost = event_lost(&now, t->next,
						     dev->seq + 1 - t->next);

		tell(f, &lost);
		t->next = dev->seq + 1;
	}
	tell(f, &now);
}

/* Compare what is there with what we know. */
static void look(struct follow *f)
{
	struct devs devs;
	struct track *t;
	size_t n, i;
	int ret;

	ret = dev_dump(f->ask, &f->fam, &devs);
	if (ret == -ENOENT)
		devs.n = 0;
	else if (ret)
		f->end = fail(EX_REFUSED, "cannot read the devices: %s",
			      nl_reason(ret));

	for (i = 0; f->end == GO_ON && i < devs.n; i++) {
		if (!wanted(f, devs.dev[i].name))
			continue;
		t = find(f, &devs.dev[i]);
		if (!t && !f->started) {
			present(f, &devs.dev[i]);
			continue;
		}
		if (!t)
			t = add(f, &devs.dev[i], 1);
		if (t && t->next <= devs.dev[i].seq)
			catch_up(f, t, devs.dev[i].seq);
	}
	for (n = 0; f->end == GO_ON && n < f->nr_tracks; n++) {
		for (i = 0; i < devs.n; i++)
			if (is_of(&f->tracks[n], &devs.dev[i]))
				break;
		if (i == devs.n && !f->tracks[n].missing)
			f->tracks[n].missing = clock_ms();
	}
	free(devs.dev);
}

static void subscribe(struct follow *f)
{
	/* If that fails, the driver went again, and we shall hear of it. */
	f->loaded = !nl_socket_add_membership(f->ntf, f->fam.group);
	if (f->loaded)
		look(f);
	f->started = true;
}

/* The driver came or went. */
static void changed_family(struct follow *f)
{
	const int news = f->ctrl_news;

	f->ctrl_news = 0;
	if (f->ctrl_lost) {
		f->ctrl_lost = false;
		if (nl_family(f->ask, &f->ctrl_fam) == 0 &&
		    f->ctrl_fam.id == f->fam.id && f->loaded)
			return;
	} else if (!news) {
		return;
	}

	/* All earlier devices are gone, whatever is there now. */
	while (f->nr_tracks && f->end == GO_ON)
		vanish(f, &f->tracks[0]);
	f->newest_id = 0;
	f->loaded = false;
	if (f->end == GO_ON && news != CTRL_CMD_DELFAMILY && f->ctrl_fam.id) {
		f->fam = f->ctrl_fam;
		subscribe(f);
	}
}

static void start(struct follow *f)
{
	int ret;

	f->end = follow_open(f);
	if (f->end != GO_ON)
		return;
	ret = nl_family(f->ask, &f->fam);
	if (!ret) {
		f->end = follow_check_names(f);
		if (f->end == GO_ON)
			subscribe(f);
	} else if (ret != -ENOENT) {
		f->end = fail(EX_REFUSED, "cannot ask the kernel: %s",
			      nl_reason(ret));
	} else if (f->patient) {
		fprintf(stderr, "battguardctl: the driver is not loaded, waiting for it\n");
		f->started = true;
	} else {
		f->end = fail(EX_NODEV, "the driver is not loaded: try 'modprobe battguard'");
	}
}

/* Do what is due by now. Return: milliseconds until the next, -1 = never. */
static int64_t due(struct follow *f, int64_t *tick)
{
	int64_t left = -1;
	int64_t now = clock_ms();
	size_t n;

	for (n = 0; n < f->nr_tracks && f->end == GO_ON; n++) {
		if (!f->tracks[n].missing)
			continue;
		left = f->tracks[n].missing + GRACE_MS - now;
		if (left <= 0) {
			vanish(f, &f->tracks[n]);
			return 0;
		}
	}
	if (!f->tick || !f->tick_ms)
		return left;
	if (now >= *tick) {
		if (f->end == GO_ON)
			f->end = f->tick(f);
		*tick = now + f->tick_ms;
	}
	return left >= 0 && left < *tick - now ? left : *tick - now;
}

/*
 * Follow until a callback returns an exit status, a signal ends it, or
 * --timeout is over: @at_timeout then. Return: the exit status.
 */
int follow_run(struct follow *f, int at_timeout)
{
	const int64_t end = opt.timeout_ms < 0 ? -1 :
			    clock_ms() + opt.timeout_ms;
	int64_t tick = clock_ms() + f->tick_ms;

	f->end = GO_ON;
	start(f);
	if (f->end == GO_ON && f->idle)
		f->end = f->idle(f);
	while (f->end == GO_ON) {
		const int fds[] = { nl_socket_get_fd(f->ctrl),
				    nl_socket_get_fd(f->ntf) };
		int64_t left = due(f, &tick);
		int64_t rest = end < 0 ? -1 : end - clock_ms();

		if (f->end != GO_ON)
			break;
		if (end >= 0 && rest <= 0) {
			f->end = at_timeout;
			break;
		}
		if (left < 0 || (rest >= 0 && rest < left))
			left = rest;
		f->end = loop_poll(fds, ARRAY_SIZE(fds), left);
		/*
		 * In this order: events sent before the driver went have
		 * arrived by the time that we hear of its going.
		 */
		drain(f, f->ctrl, take_ctrl, &f->ctrl_lost);
		drain(f, f->ntf, take_ntf, &f->resync);
		if (f->resync && f->end == GO_ON) {
			f->resync = false;
			f->overflowed = true;
			if (f->loaded)
				look(f);
		}
		if (f->end == GO_ON)
			changed_family(f);
		if (f->end == GO_ON && f->idle)
			f->end = f->idle(f);
	}
	nl_socket_free(f->ask);
	nl_socket_free(f->ctrl);
	nl_socket_free(f->ntf);
	free(f->tracks);
	return f->end;
}
