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
 *   STRANGE_SHORT   1: attributes are too short for what they are
 *   STRANGE_BARE    1: no attribute but the name
 *   STRANGE_ERROR   the error that answers a dev-set
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "battguardctl.h"

#define ID		0x7777
#define EVENTS		3

static unsigned long number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : 0;
}

/* A number, or what is left of it. */
static void put(struct nl_msg *msg, int attr, uint64_t value, int size)
{
	if (number("STRANGE_SHORT"))
		size = 1;
	nla_put(msg, attr, size, &value);
}

static void put_status(struct nl_msg *msg, int type)
{
	struct nlattr *nest = nla_nest_start(msg, type);
	int attr;

	for (attr = BATTGUARD_A_STATUS_STATE; attr <= BATTGUARD_A_STATUS_MAX;
	     attr++)
		put(msg, attr, number("STRANGE_MASK"), 4);
	nla_nest_end(msg, nest);
}

static void put_dev(struct nl_msg *msg, const char *name, uint32_t id)
{
	int attr;

	nla_put_string(msg, BATTGUARD_A_DEV_NAME, name);
	if (number("STRANGE_BARE"))
		return;
	put(msg, BATTGUARD_A_DEV_ID, id, 4);
	put_status(msg, BATTGUARD_A_DEV_STATUS);
	put(msg, BATTGUARD_A_DEV_SEQ, EVENTS, 8);
	put(msg, BATTGUARD_A_DEV_BOOTTIME_NS, UINT64_MAX, 8);
	for (attr = BATTGUARD_A_DEV_PRE_ALARM_REMAINING_MS;
	     attr <= BATTGUARD_A_DEV_SECONDS_STANDBY; attr++)
		put(msg, attr, number("STRANGE_MASK"), 4);
}

static void put_event(struct nl_msg *msg, const char *name, uint64_t seq)
{
	nla_put_string(msg, BATTGUARD_A_EVENT_DEV_NAME, name);
	if (number("STRANGE_BARE"))
		return;
	put(msg, BATTGUARD_A_EVENT_DEV_ID, 1, 4);
	put(msg, BATTGUARD_A_EVENT_SEQ, seq, 8);
	put(msg, BATTGUARD_A_EVENT_BOOTTIME_NS, UINT64_MAX, 8);
	put(msg, BATTGUARD_A_EVENT_REALTIME_NS, UINT64_MAX, 8);
	put(msg, BATTGUARD_A_EVENT_CHANGED, number("STRANGE_MASK"), 4);
	put(msg, BATTGUARD_A_EVENT_CAUSE, number("STRANGE_MASK"), 4);
	put(msg, BATTGUARD_A_EVENT_SETTINGS, number("STRANGE_MASK"), 4);
	put_status(msg, BATTGUARD_A_EVENT_STATUS);
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

static int devices(nl_handler handler, void *arg)
{
	char *names = strdup(getenv("STRANGE_NAMES") ?: "");
	char *name = strtok(names, "\n");
	uint32_t id = 0;
	int ret = 0;

	for (; name && !ret; name = strtok(NULL, "\n")) {
		struct nl_msg *msg = answer(BATTGUARD_CMD_DEV_GET);

		put_dev(msg, name, ++id);
		ret = hand_over(msg, handler, arg);
	}
	free(names);
	return ret;
}

static int kept_events(nl_handler handler, void *arg)
{
	char *name = strdup(getenv("STRANGE_NAMES") ?: "");
	uint64_t seq;
	int ret = 0;

	name[strcspn(name, "\n")] = '\0';
	for (seq = 1; seq <= EVENTS && !ret; seq++) {
		struct nl_msg *msg = answer(BATTGUARD_CMD_EVENT_GET);

		put_event(msg, name, seq);
		ret = hand_over(msg, handler, arg);
	}
	free(name);
	return ret;
}

int nl_open(struct nl_sock **sk)
{
	*sk = nl_socket_alloc();
	return genl_connect(*sk) ? -EIO : 0;
}

int nl_receive(struct nl_sock *sk, nl_handler handler, void *arg)
{
	(void)sk;
	(void)handler;
	(void)arg;
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
	const int cmd = genl->cmd;

	(void)sk;
	nlmsg_free(msg);
	switch (cmd) {
	case BATTGUARD_CMD_DEV_GET:
		return devices(handler, arg);
	case BATTGUARD_CMD_EVENT_GET:
		return kept_events(handler, arg);
	default:
		return -(int)number("STRANGE_ERROR");
	}
}

const char *nl_reason(int error)
{
	return strerror(-error);
}
