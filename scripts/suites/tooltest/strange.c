// SPDX-License-Identifier: GPL-2.0
/*
 * strange - a kernel that tells what no driver of ours would
 *
 * Takes the place of tools/nl.c: the requests of the tool are answered here, by
 * messages made with libnl. What they tell comes from the environment:
 *
 *   STRANGE_NAMES   names of the devices, one a line
 *   STRANGE_MASK    of all numbers without a meaning of their own: every state,
 *                   reason, line, change and cause, whether there is such a
 *                   thing or not
 *   STRANGE_KEYS    some of these numbers, each as KEY=NUMBER, with commas between;
 *                   of an output the number is that of all outputs
 *   STRANGE_SHORT   1: attributes are too short for what they are
 *   STRANGE_BARE    1: no attribute but the name
 *   STRANGE_ERROR   the error that answers a dev-set
 *   STRANGE_TORN    how many dumps are interrupted; what those tell is "torn"
 *   STRANGE_INSTANCE, STRANGE_BOOTTIME, STRANGE_REALTIME
 *                   of devices and events
 *   STRANGE_RELOAD  the instance after the driver was loaded again, of which a
 *                   listener has lost all that was said
 *   STRANGE_FIRST, STRANGE_LAST
 *                   numbers of the events that are kept, 1 to 3 by default
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "battguardctl.h"

#define ID		0x7777

/* How many dumps were asked for. */
static unsigned long dumps;

static uint64_t number_or(const char *name, uint64_t other)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : other;
}

static unsigned long number(const char *name)
{
	return number_or(name, 0);
}

/* Whether the driver has been loaded again. */
static bool reloaded;

static uint64_t instance(void)
{
	return number(reloaded ? "STRANGE_RELOAD" : "STRANGE_INSTANCE");
}

static uint64_t last_event(void)
{
	return number_or("STRANGE_LAST", 3);
}

/* A number, or what is left of it. */
static void put(struct nl_msg *msg, int attr, uint64_t value, int size)
{
	if (number("STRANGE_SHORT"))
		size = 1;
	nla_put(msg, attr, size, &value);
}

/* What is told of an attribute. */
static unsigned long told(enum key_set set, int attr)
{
	char *text = strdup(getenv("STRANGE_KEYS") ?: "");
	char *item = strtok(text, ",");
	unsigned long value = number("STRANGE_MASK");

	for (; item; item = strtok(NULL, ",")) {
		char *is = strchr(item, '=');
		const struct key *key;

		*is = '\0';
		key = key_find(item);
		if (!key)
			abort();
		if (key->set == set && key->attr == attr)
			value = strtoul(is + 1, NULL, 0);
	}
	free(text);
	return value;
}

static void put_numbers(struct nl_msg *msg, int type, enum key_set set, int last)
{
	struct nlattr *nest = nla_nest_start(msg, type);
	int attr;

	for (attr = 1; attr <= last; attr++)
		put(msg, attr, told(set, attr), 4);
	nla_nest_end(msg, nest);
}

static void put_sets(struct nl_msg *msg, int status, int settings)
{
	put_numbers(msg, status, SET_STATUS, BATTGUARD_A_STATUS_MAX);
	put_numbers(msg, settings, SET_SETTINGS, BATTGUARD_A_SETTINGS_MAX);
}

static void put_dev(struct nl_msg *msg, const char *name, uint32_t id)
{
	const uint64_t boottime = number_or("STRANGE_BOOTTIME", UINT64_MAX);
	int attr;

	nla_put_string(msg, BATTGUARD_A_DEV_NAME, name);
	if (number("STRANGE_BARE"))
		return;
	put(msg, BATTGUARD_A_DEV_ID, id, 4);
	put(msg, BATTGUARD_A_DEV_INSTANCE, instance(), 8);
	put_sets(msg, BATTGUARD_A_DEV_STATUS, BATTGUARD_A_DEV_SETTINGS);
	put(msg, BATTGUARD_A_DEV_SEQ, last_event(), 8);
	for (attr = BATTGUARD_A_DEV_BOOTTIME_NS;
	     attr <= BATTGUARD_A_DEV_PRE_ALARM_SINCE_NS; attr++)
		put(msg, attr, boottime, 8);
	for (; attr <= BATTGUARD_A_DEV_MAX; attr++)
		if (attr != BATTGUARD_A_DEV_PAD)
			put(msg, attr, told(SET_DEV, attr), 4);
}

static void put_event(struct nl_msg *msg, const char *name, uint64_t seq,
		      uint64_t lost)
{
	nla_put_string(msg, BATTGUARD_A_EVENT_DEV_NAME, name);
	if (number("STRANGE_BARE"))
		return;
	put(msg, BATTGUARD_A_EVENT_DEV_ID, 1, 4);
	put(msg, BATTGUARD_A_EVENT_INSTANCE, instance(), 8);
	put(msg, BATTGUARD_A_EVENT_SEQ, seq, 8);
	put(msg, BATTGUARD_A_EVENT_BOOTTIME_NS,
	    number_or("STRANGE_BOOTTIME", UINT64_MAX), 8);
	put(msg, BATTGUARD_A_EVENT_REALTIME_NS,
	    number_or("STRANGE_REALTIME", UINT64_MAX), 8);
	put(msg, BATTGUARD_A_EVENT_CHANGED, number("STRANGE_MASK"), 4);
	put(msg, BATTGUARD_A_EVENT_CAUSE, number("STRANGE_MASK"), 4);
	put(msg, BATTGUARD_A_EVENT_SETTINGS_CHANGED, number("STRANGE_MASK"), 4);
	put_sets(msg, BATTGUARD_A_EVENT_STATUS, BATTGUARD_A_EVENT_SETTINGS);
	if (lost)
		put(msg, BATTGUARD_A_EVENT_LOST, lost, 8);
}

static struct nl_msg *answer(int cmd)
{
	struct nl_msg *msg = nlmsg_alloc_size(1 << 16);

	genlmsg_put(msg, 0, 0, ID, 0, 0, cmd, BATTGUARD_FAMILY_VERSION);
	return msg;
}

static int hand_over(struct nl_msg *msg, nl_handler handler, void *arg)
{
	const int ret = handler(nlmsg_hdr(msg), arg);

	nlmsg_free(msg);
	return ret;
}

/* Names of the devices; what an interrupted dump tells is of no use. */
static char *names(bool torn)
{
	return strdup(torn ? "torn" : getenv("STRANGE_NAMES") ?: "");
}

static int devices(nl_handler handler, void *arg, bool torn)
{
	char *listed = names(torn);
	char *rest = listed;
	char *name;
	uint32_t id = 0;
	int ret = 0;

	while (!ret && (name = strsep(&rest, "\n"))) {
		struct nl_msg *msg;

		if (!*name)
			continue;
		msg = answer(BATTGUARD_CMD_DEV_GET);
		put_dev(msg, name, ++id);
		ret = hand_over(msg, handler, arg);
	}
	free(listed);
	return ret;
}

static int kept_events(nl_handler handler, void *arg, bool torn, uint64_t asked)
{
	const uint64_t first = number_or("STRANGE_FIRST", 1);
	char *name = names(torn);
	uint64_t seq = asked > first ? asked : first;
	uint64_t lost = asked && asked < first ? first - asked : 0;
	int ret = 0;

	name[strcspn(name, "\n")] = '\0';
	for (; seq <= last_event() && !ret; seq++) {
		struct nl_msg *msg = answer(BATTGUARD_CMD_EVENT_GET);

		put_event(msg, name, seq, lost);
		ret = hand_over(msg, handler, arg);
		lost = 0;
	}
	free(name);
	return ret;
}

static uint64_t asked_for(struct nl_msg *msg)
{
	struct nlattr *tb[BATTGUARD_A_EVENT_MAX + 1];

	if (genlmsg_parse(nlmsg_hdr(msg), 0, tb, BATTGUARD_A_EVENT_MAX, NULL) ||
	    !tb[BATTGUARD_A_EVENT_SEQ])
		return 0;
	return nla_get_u64(tb[BATTGUARD_A_EVENT_SEQ]);
}

int nl_open(struct nl_sock **sk)
{
	*sk = nl_socket_alloc();
	return genl_connect(*sk) ? -EIO : 0;
}

int nl_receive(struct nl_sock *sk, nl_handler handler, void *arg)
{
	static unsigned int calls;

	(void)sk;
	(void)handler;
	(void)arg;
	/* The second socket that is looked at is that of the events. */
	if (number("STRANGE_RELOAD") && ++calls == 2) {
		reloaded = true;
		return -ENOBUFS;
	}
	return -EAGAIN;
}

int nl_family_parse(const struct nlmsghdr *nlh, struct family *fam)
{
	(void)nlh;
	(void)fam;
	return -ENOENT;
}

int nl_family(struct nl_sock *sk, struct family *fam)
{
	(void)sk;
	/* A group that is there. */
	*fam = (struct family) { .id = ID, .group = GENL_ID_CTRL };
	return 0;
}

struct nl_msg *nl_request(const struct family *fam, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, 0, fam->id, 0, flags, cmd,
		    BATTGUARD_FAMILY_VERSION);
	return msg;
}

int nl_ask(struct nl_sock *sk, struct nl_msg *msg, nl_handler handler,
	   void *arg)
{
	const struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));
	const uint64_t asked = asked_for(msg);
	const int cmd = genl->cmd;
	bool torn;
	int ret;

	(void)sk;
	nlmsg_free(msg);
	if (cmd == BATTGUARD_CMD_DEV_SET)
		return -(int)number("STRANGE_ERROR");
	torn = dumps++ < number("STRANGE_TORN");
	ret = cmd == BATTGUARD_CMD_DEV_GET ?
	      devices(handler, arg, torn) :
	      kept_events(handler, arg, torn, asked);
	return ret ?: torn ? -EINTR : 0;
}

const char *nl_reason(int error)
{
	return strerror(-error);
}
