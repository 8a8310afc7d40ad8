// SPDX-License-Identifier: GPL-2.0
/* battguardctl - devices and events: from attributes to structures */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "battguardctl.h"

/*
 * Which of the attributes are what; shorter ones than that are refused by the
 * parser. What is not listed is unknown to us and ignored.
 */
static struct nla_policy dev_policy[BATTGUARD_A_DEV_MAX + 1] = {
	[BATTGUARD_A_DEV_ID] = { .type = NLA_U32 },
	[BATTGUARD_A_DEV_NAME] = { .type = NLA_STRING },
	[BATTGUARD_A_DEV_STATUS] = { .type = NLA_NESTED },
	[BATTGUARD_A_DEV_SEQ] = { .type = NLA_U64 },
	[BATTGUARD_A_DEV_BOOTTIME_NS] = { .type = NLA_U64 },
};

static struct nla_policy event_policy[BATTGUARD_A_EVENT_MAX + 1] = {
	[BATTGUARD_A_EVENT_DEV_ID] = { .type = NLA_U32 },
	[BATTGUARD_A_EVENT_DEV_NAME] = { .type = NLA_STRING },
	[BATTGUARD_A_EVENT_SEQ] = { .type = NLA_U64 },
	[BATTGUARD_A_EVENT_BOOTTIME_NS] = { .type = NLA_U64 },
	[BATTGUARD_A_EVENT_REALTIME_NS] = { .type = NLA_U64 },
	[BATTGUARD_A_EVENT_CHANGED] = { .type = NLA_U32 },
	[BATTGUARD_A_EVENT_CAUSE] = { .type = NLA_U32 },
	[BATTGUARD_A_EVENT_SETTINGS] = { .type = NLA_U32 },
	[BATTGUARD_A_EVENT_STATUS] = { .type = NLA_NESTED },
	[BATTGUARD_A_EVENT_LOST] = { .type = NLA_U64 },
};

static uint32_t get_u32(struct nlattr **tb, int attr)
{
	if (!tb[attr] || nla_len(tb[attr]) < (int)sizeof(uint32_t))
		return 0;
	return nla_get_u32(tb[attr]);
}

static uint8_t get_u8(struct nlattr **tb, int attr)
{
	return tb[attr] && nla_len(tb[attr]) ? nla_get_u8(tb[attr]) : 0;
}

static uint64_t get_u64(struct nlattr **tb, int attr)
{
	return tb[attr] ? nla_get_u64(tb[attr]) : 0;
}

static int status_parse(struct nlattr *nest, struct status *st)
{
	struct nlattr *tb[BATTGUARD_A_STATUS_MAX + 1];

	if (!nest || nla_parse_nested(tb, BATTGUARD_A_STATUS_MAX, nest, NULL))
		return -EBADMSG;
	st->state = get_u32(tb, BATTGUARD_A_STATUS_STATE);
	st->outputs = get_u32(tb, BATTGUARD_A_STATUS_OUTPUTS);
	st->chains = get_u32(tb, BATTGUARD_A_STATUS_CHAINS);
	st->allow_discharge =
		get_u32(tb, BATTGUARD_A_STATUS_ALLOW_DISCHARGE_CHAINS);
	st->allow_charge = get_u32(tb, BATTGUARD_A_STATUS_ALLOW_CHARGE_CHAINS);
	st->low_cell = get_u32(tb, BATTGUARD_A_STATUS_LOW_CELL_CHAINS);
	st->remote = get_u8(tb, BATTGUARD_A_STATUS_REMOTE);
	st->load_why = get_u32(tb, BATTGUARD_A_STATUS_LOAD_OFF_REASONS);
	st->charger_why = get_u32(tb, BATTGUARD_A_STATUS_CHARGER_OFF_REASONS);
	st->faulty_lines = get_u32(tb, BATTGUARD_A_STATUS_FAULTY_LINES);
	st->faulty_outputs = get_u32(tb, BATTGUARD_A_STATUS_FAULTY_OUTPUTS);
	st->enabled = get_u8(tb, BATTGUARD_A_STATUS_ENABLED);
	st->inhibit = get_u8(tb, BATTGUARD_A_STATUS_INHIBIT);
	st->mute = get_u8(tb, BATTGUARD_A_STATUS_MUTE);
	return 0;
}

int dev_parse(const struct nlmsghdr *nlh, struct dev *dev)
{
	struct nlattr *tb[BATTGUARD_A_DEV_MAX + 1];
	int attr;

	memset(dev, 0, sizeof(*dev));
	if (genlmsg_parse((struct nlmsghdr *)nlh, 0, tb, BATTGUARD_A_DEV_MAX,
			  dev_policy) || !tb[BATTGUARD_A_DEV_NAME])
		return -EBADMSG;
	dev->id = get_u32(tb, BATTGUARD_A_DEV_ID);
	nla_strlcpy(dev->name, tb[BATTGUARD_A_DEV_NAME], sizeof(dev->name));
	dev->seq = get_u64(tb, BATTGUARD_A_DEV_SEQ);
	dev->boottime = get_u64(tb, BATTGUARD_A_DEV_BOOTTIME_NS);
	for (attr = BATTGUARD_A_DEV_PRE_ALARM_REMAINING_MS;
	     attr <= BATTGUARD_A_DEV_SECONDS_STANDBY; attr++)
		dev->number[attr] = get_u32(tb, attr);
	return status_parse(tb[BATTGUARD_A_DEV_STATUS], &dev->st);
}

int event_parse(const struct nlmsghdr *nlh, struct event *ev, uint64_t *lost)
{
	struct nlattr *tb[BATTGUARD_A_EVENT_MAX + 1];

	memset(ev, 0, sizeof(*ev));
	if (genlmsg_parse((struct nlmsghdr *)nlh, 0, tb, BATTGUARD_A_EVENT_MAX,
			  event_policy) || !tb[BATTGUARD_A_EVENT_DEV_NAME])
		return -EBADMSG;
	ev->dev.id = get_u32(tb, BATTGUARD_A_EVENT_DEV_ID);
	nla_strlcpy(ev->dev.name, tb[BATTGUARD_A_EVENT_DEV_NAME],
		    sizeof(ev->dev.name));
	ev->dev.seq = get_u64(tb, BATTGUARD_A_EVENT_SEQ);
	ev->dev.boottime = get_u64(tb, BATTGUARD_A_EVENT_BOOTTIME_NS);
	ev->realtime = get_u64(tb, BATTGUARD_A_EVENT_REALTIME_NS);
	ev->changed = get_u32(tb, BATTGUARD_A_EVENT_CHANGED);
	ev->cause = get_u32(tb, BATTGUARD_A_EVENT_CAUSE);
	ev->settings = get_u32(tb, BATTGUARD_A_EVENT_SETTINGS);
	if (lost)
		*lost = get_u64(tb, BATTGUARD_A_EVENT_LOST);

	if (ev->cause & BATTGUARD_CAUSE_BIND)
		ev->kind = KIND_BIND;
	else if (ev->cause & BATTGUARD_CAUSE_UNBIND)
		ev->kind = KIND_UNBIND;
	else if (ev->changed & BATTGUARD_CHANGE_SETTINGS)
		ev->kind = KIND_SETTING;
	else
		ev->kind = KIND_CHANGE;
	return status_parse(tb[BATTGUARD_A_EVENT_STATUS], &ev->dev.st);
}

/* Make room for one more. */
static void *grow(void *items, size_t n, size_t *room, size_t size)
{
	void *more;

	if (n < *room)
		return items;
	more = realloc(items, (*room ? 2 * *room : 8) * size);
	if (more)
		*room = *room ? 2 * *room : 8;
	return more;
}

static int take_dev(const struct nlmsghdr *nlh, void *arg)
{
	struct devs *devs = arg;
	struct dev *more = grow(devs->dev, devs->n, &devs->room, sizeof(*more));
	int ret;

	if (!more)
		return -ENOMEM;
	devs->dev = more;
	ret = dev_parse(nlh, &devs->dev[devs->n]);
	if (!ret)
		devs->n++;
	return ret;
}

int dev_dump(struct nl_sock *sk, const struct family *fam, struct devs *devs)
{
	memset(devs, 0, sizeof(*devs));
	return nl_ask(sk, nl_request(fam, BATTGUARD_CMD_DEV_GET, NLM_F_DUMP),
		      take_dev, devs);
}

static int take_event(const struct nlmsghdr *nlh, void *arg)
{
	struct events *events = arg;
	struct event *more = grow(events->ev, events->n, &events->room,
				  sizeof(*more));
	int ret;

	if (!more)
		return -ENOMEM;
	events->ev = more;
	ret = event_parse(nlh, &events->ev[events->n],
			  &events->ev[events->n].count);
	if (!ret)
		events->n++;
	return ret;
}

/*
 * Read kept events from @seq on, all when that is 0. All of them are taken
 * before any is shown, so that a slow reader of ours holds up no dump. The
 * count of each is how many before it are overwritten.
 */
int event_dump(struct nl_sock *sk, const struct family *fam, uint32_t id,
	       uint64_t seq, struct events *events)
{
	struct nl_msg *msg = nl_request(fam, BATTGUARD_CMD_EVENT_GET,
					NLM_F_DUMP);

	memset(events, 0, sizeof(*events));
	if (!msg || nla_put_u32(msg, BATTGUARD_A_EVENT_DEV_ID, id) ||
	    (seq && nla_put_u64(msg, BATTGUARD_A_EVENT_SEQ, seq))) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return nl_ask(sk, msg, take_event, events);
}

/* Return: GO_ON, or an exit status: what is wrong was said then. */
int connect_driver(struct nl_sock **sk, struct family *fam)
{
	int ret = nl_open(sk);

	if (ret)
		return fail(EX_REFUSED, "cannot open a netlink socket: %s",
			    strerror(-ret));
	ret = nl_family(*sk, fam);
	if (ret == -ENOENT)
		return fail(EX_NODEV, "the driver is not loaded: try 'modprobe battguard'");
	if (ret)
		return fail(EX_REFUSED, "cannot ask the kernel: %s",
			    nl_reason(ret));
	return GO_ON;
}

/* Names of all devices, for a message. */
static const char *names_of(const struct devs *devs)
{
	static char text[512];
	size_t len = 0;
	size_t n;

	text[0] = '\0';
	for (n = 0; n < devs->n && len < sizeof(text); n++)
		len += snprintf(text + len, sizeof(text) - len, "%s%s",
				n ? ", " : "", safe(devs->dev[n].name));
	return text;
}

/* Find the named device, or the only one. Return: GO_ON, or a status. */
int dev_pick(const struct devs *devs, const char *name, const struct dev **dev)
{
	size_t n;

	if (!devs->n)
		return fail(EX_NODEV, "the driver has no device: 'dmesg' tells why none is bound");
	if (!name && devs->n > 1)
		return fail(EX_WRONG, "there are several devices, name one of: %s",
			    names_of(devs));
	for (n = 0; n < devs->n; n++) {
		if (!name || !strcmp(devs->dev[n].name, name)) {
			*dev = &devs->dev[n];
			return GO_ON;
		}
	}
	return fail(EX_NODEV, "no device '%s', there is: %s", safe(name),
		    names_of(devs));
}

int dev_choose(struct nl_sock *sk, const struct family *fam, const char *name,
	       struct dev *dev)
{
	const struct dev *found = NULL;
	struct devs devs;
	int ret;

	ret = dev_dump(sk, fam, &devs);
	if (ret == -ENOENT)
		ret = fail(EX_NODEV, "the driver was just unloaded");
	else if (ret)
		ret = fail(EX_REFUSED, "cannot read the devices: %s",
			   nl_reason(ret));
	else
		ret = dev_pick(&devs, name, &found);
	if (found)
		*dev = *found;
	free(devs.dev);
	return ret;
}

/* Since when state and outputs are as they are, from the events kept. */
void dev_since(struct nl_sock *sk, const struct family *fam,
	       const struct dev *dev, uint64_t *since)
{
	static const uint32_t changes[NR_SINCE] = {
		BATTGUARD_CHANGE_STATE, BATTGUARD_CHANGE_LOAD,
		BATTGUARD_CHANGE_CHARGER, BATTGUARD_CHANGE_PRE_ALARM,
	};
	struct events events;
	size_t n, i;

	memset(since, 0, NR_SINCE * sizeof(*since));
	if (event_dump(sk, fam, dev->id, 0, &events) == 0) {
		for (n = 0; n < events.n; n++) {
			const struct event *ev = &events.ev[n];

			if (ev->dev.seq > dev->seq)
				break;
			for (i = 0; i < NR_SINCE; i++)
				if (ev->changed & changes[i] ||
				    ev->kind == KIND_BIND)
					since[i] = ev->realtime;
		}
	}
	free(events.ev);
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* The present state as a line; the kernel tells its time on one clock only. */
struct event event_snapshot(const struct dev *dev)
{
	struct event ev = { .kind = KIND_SNAPSHOT, .dev = *dev };

	ev.realtime = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME) +
		      dev->boottime;
	return ev;
}

/* A line that tells of lost events, with the time of the one that follows. */
struct event event_lost(const struct event *next, uint64_t first,
			uint64_t count)
{
	struct event ev = *next;

	ev.kind = KIND_LOST;
	ev.dev.seq = first;
	ev.count = count;
	ev.changed = 0;
	ev.cause = 0;
	ev.settings = 0;
	return ev;
}
