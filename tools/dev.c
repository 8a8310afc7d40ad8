// SPDX-License-Identifier: GPL-2.0
/* battguardctl - devices and events: from attributes to structures */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "battguardctl.h"

/* How often a dump is asked for during which a device came or went. */
#define TRIES		10
#define PAUSE_MS	20

/*
 * The types of the attributes; the parser refuses shorter ones. Attributes that
 * are not listed are unknown to us and ignored.
 */
static struct nla_policy dev_policy[BATTGUARD_A_DEV_MAX + 1] = {
	[BATTGUARD_A_DEV_ID] = { .type = NLA_U32 },
	[BATTGUARD_A_DEV_NAME] = { .type = NLA_STRING },
	[BATTGUARD_A_DEV_INSTANCE] = { .type = NLA_U64 },
	[BATTGUARD_A_DEV_STATUS] = { .type = NLA_NESTED },
	[BATTGUARD_A_DEV_SETTINGS] = { .type = NLA_NESTED },
	[BATTGUARD_A_DEV_SEQ] = { .type = NLA_U64 },
	[BATTGUARD_A_DEV_BOOTTIME_NS] = { .type = NLA_U64 },
};

static struct nla_policy event_policy[BATTGUARD_A_EVENT_MAX + 1] = {
	[BATTGUARD_A_EVENT_DEV_ID] = { .type = NLA_U32 },
	[BATTGUARD_A_EVENT_DEV_NAME] = { .type = NLA_STRING },
	[BATTGUARD_A_EVENT_INSTANCE] = { .type = NLA_U64 },
	[BATTGUARD_A_EVENT_SEQ] = { .type = NLA_U64 },
	[BATTGUARD_A_EVENT_BOOTTIME_NS] = { .type = NLA_U64 },
	[BATTGUARD_A_EVENT_REALTIME_NS] = { .type = NLA_U64 },
	[BATTGUARD_A_EVENT_CHANGED] = { .type = NLA_U32 },
	[BATTGUARD_A_EVENT_CAUSE] = { .type = NLA_U32 },
	[BATTGUARD_A_EVENT_SETTINGS_CHANGED] = { .type = NLA_U32 },
	[BATTGUARD_A_EVENT_STATUS] = { .type = NLA_NESTED },
	[BATTGUARD_A_EVENT_SETTINGS] = { .type = NLA_NESTED },
	[BATTGUARD_A_EVENT_ONSET_NS] = { .type = NLA_U64 },
	[BATTGUARD_A_EVENT_LOST] = { .type = NLA_U64 },
};

static uint32_t get_u32(struct nlattr **tb, int attr)
{
	if (!tb[attr] || nla_len(tb[attr]) < (int)sizeof(uint32_t))
		return 0;
	return nla_get_u32(tb[attr]);
}

static uint64_t get_u64(struct nlattr **tb, int attr)
{
	if (!tb[attr] || nla_len(tb[attr]) < (int)sizeof(uint64_t))
		return 0;
	return nla_get_u64(tb[attr]);
}

/* Take the numbers of a set; each key knows its attribute. */
static void take_set(struct dev *dev, enum key_set set, struct nlattr **tb)
{
	size_t n;

	for (n = 0; n < nr_keys; n++)
		if (keys[n].set == set)
			dev->value[set][keys[n].attr] =
				get_u32(tb, keys[n].attr);
}

static int take_nest(struct dev *dev, enum key_set set, struct nlattr *nest)
{
	struct nlattr *tb[NR_ATTRS];

	if (!nest || nla_parse_nested(tb, NR_ATTRS - 1, nest, NULL))
		return -EBADMSG;
	take_set(dev, set, tb);
	return 0;
}

int dev_parse(const struct nlmsghdr *nlh, struct dev *dev)
{
	struct nlattr *tb[BATTGUARD_A_DEV_MAX + 1];
	size_t n;

	memset(dev, 0, sizeof(*dev));
	if (genlmsg_parse((struct nlmsghdr *)nlh, 0, tb, BATTGUARD_A_DEV_MAX,
			  dev_policy) || !tb[BATTGUARD_A_DEV_NAME])
		return -EBADMSG;
	dev->id = get_u32(tb, BATTGUARD_A_DEV_ID);
	nla_strlcpy(dev->name, tb[BATTGUARD_A_DEV_NAME], sizeof(dev->name));
	dev->instance = get_u64(tb, BATTGUARD_A_DEV_INSTANCE);
	dev->seq = get_u64(tb, BATTGUARD_A_DEV_SEQ);
	dev->boottime = get_u64(tb, BATTGUARD_A_DEV_BOOTTIME_NS);
	for (n = 0; n < nr_moments; n++)
		dev->moment[moments[n].attr] = get_u64(tb, moments[n].attr);
	take_set(dev, SET_DEV, tb);
	return take_nest(dev, SET_STATUS, tb[BATTGUARD_A_DEV_STATUS]) ?:
	       take_nest(dev, SET_SETTINGS, tb[BATTGUARD_A_DEV_SETTINGS]);
}

int event_parse(const struct nlmsghdr *nlh, struct event *ev, uint64_t *lost)
{
	struct nlattr *tb[BATTGUARD_A_EVENT_MAX + 1];
	struct dev *dev = &ev->dev;

	memset(ev, 0, sizeof(*ev));
	if (genlmsg_parse((struct nlmsghdr *)nlh, 0, tb, BATTGUARD_A_EVENT_MAX,
			  event_policy) || !tb[BATTGUARD_A_EVENT_DEV_NAME])
		return -EBADMSG;
	dev->id = get_u32(tb, BATTGUARD_A_EVENT_DEV_ID);
	nla_strlcpy(dev->name, tb[BATTGUARD_A_EVENT_DEV_NAME],
		    sizeof(dev->name));
	dev->instance = get_u64(tb, BATTGUARD_A_EVENT_INSTANCE);
	dev->seq = get_u64(tb, BATTGUARD_A_EVENT_SEQ);
	dev->boottime = get_u64(tb, BATTGUARD_A_EVENT_BOOTTIME_NS);
	ev->realtime = get_u64(tb, BATTGUARD_A_EVENT_REALTIME_NS);
	ev->changed = get_u32(tb, BATTGUARD_A_EVENT_CHANGED);
	ev->cause = get_u32(tb, BATTGUARD_A_EVENT_CAUSE);
	ev->settings = get_u32(tb, BATTGUARD_A_EVENT_SETTINGS_CHANGED);
	ev->onset = get_u64(tb, BATTGUARD_A_EVENT_ONSET_NS);
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
	return take_nest(dev, SET_STATUS, tb[BATTGUARD_A_EVENT_STATUS]) ?:
	       take_nest(dev, SET_SETTINGS, tb[BATTGUARD_A_EVENT_SETTINGS]);
}

/* Whether to ask again: nothing of an interrupted dump is of any use. */
static bool ask_again(int ret, int *tries)
{
	if (ret != -EINTR || ++*tries == TRIES)
		return false;
	loop_pause(PAUSE_MS);
	return true;
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
	int tries = 0;
	int ret;

	memset(devs, 0, sizeof(*devs));
	do {
		devs->n = 0;
		ret = nl_ask(sk, nl_request(fam, BATTGUARD_CMD_DEV_GET,
					    NLM_F_DUMP), take_dev, devs);
	} while (ask_again(ret, &tries));
	if (ret)
		devs->n = 0;
	return ret;
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

static struct nl_msg *events_request(const struct family *fam, uint32_t id,
				     uint64_t seq)
{
	struct nl_msg *msg = nl_request(fam, BATTGUARD_CMD_EVENT_GET,
					NLM_F_DUMP);

	if (msg && (nla_put_u32(msg, BATTGUARD_A_EVENT_DEV_ID, id) ||
		    nla_put_u64(msg, BATTGUARD_A_EVENT_SEQ, seq))) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/*
 * Read the kept events from @seq on. All are read before any is shown, so that
 * a slow reader of our output holds up no dump. The count of each is the number
 * of overwritten events before it.
 */
int event_dump(struct nl_sock *sk, const struct family *fam, uint32_t id,
	       uint64_t seq, struct events *events)
{
	int tries = 0;
	int ret;

	memset(events, 0, sizeof(*events));
	do {
		events->n = 0;
		ret = nl_ask(sk, events_request(fam, id, seq), take_event,
			     events);
	} while (ask_again(ret, &tries));
	if (ret)
		events->n = 0;
	return ret;
}

/* Return: GO_ON, or an exit status after an error message. */
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
		return fail(EX_NODEV, "the driver has no device: 'dmesg' says why none is bound");
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

/* What an event tells; the numbers that it does not have stay as they are. */
void dev_update(struct dev *dev, const struct dev *now, bool numbers)
{
	const struct dev before = *dev;

	*dev = *now;
	if (!numbers)
		memcpy(dev->value[SET_DEV], before.value[SET_DEV],
		       sizeof(dev->value[SET_DEV]));
}

/* Whether --since names another instance, or a number not yet reached. */
bool since_is_foreign(const struct dev *dev)
{
	if (!opt.has_since)
		return false;
	return (opt.since_instance && opt.since_instance != dev->instance) ||
	       opt.since > dev->seq + 1;
}

/* The present state as a line; the kernel gives its time on one clock only. */
struct event event_snapshot(const struct dev *dev)
{
	return (struct event) {
		.kind = KIND_SNAPSHOT,
		.dev = *dev,
		.realtime = clock_wall(dev->boottime),
	};
}

/* A line for lost events, with the time of the event that follows. */
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

/* A line for the events of --since that are not available. */
struct event event_foreign(const struct dev *dev)
{
	const struct event now = event_snapshot(dev);
	struct event ev = event_lost(&now, opt.since, 0);

	ev.dev.instance = opt.since_instance;
	ev.foreign = true;
	return ev;
}
