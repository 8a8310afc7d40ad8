// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl under fuzzers - instead of the kernel: sockets whose packets
 * are made of bytes, and a clock that goes on as it is looked at
 *
 * These functions take the place of the library's of the same name, and of
 * the tool's loop.c and child.c. All else of both is the original.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "fuzz.h"

#define FAMILY_ID	0x21
#define GROUP		5
#define MAX_LENGTH	200

/* The packet that a byte selects; other bytes give a run of messages. */
enum { PACKET_NONE, PACKET_OVERRUN, PACKET_RAW, PACKET_STRANGER };

/* The message that a byte selects. */
enum {
	MSG_DEV, MSG_EVENT, MSG_ATTRS, MSG_FAMILY, MSG_CTRL_ATTRS, MSG_ERROR,
	MSG_DONE, MSG_OTHER,
};

/* And what more is in it. */
#define MSG_TLVS	8
#define MSG_CAPPED	16
#define MSG_CUT		32
#define MSG_OTHER_SEQ	64
#define MSG_INTERRUPTED	128

/* An attribute is a byte with its number, and one with its length. */
#define ATTR_NEST	0x80
#define ATTR_TYPE	0x3f
#define ATTR_LIE	0x80
#define ATTR_LEN	0x7f

struct kernel kernel;

static struct {
	int64_t now;
	int asked;		/* what was asked and not answered, -1 = nothing */
	bool dump;
} state;

/* Nobody looks into a socket. */
static char a_socket;

/* The sanitizers do not cover the library's own. */
uint32_t nla_get_u32(const struct nlattr *nla)
{
	uint32_t value;

	must(nla_len(nla) >= (int)sizeof(value), "a number is all there");
	memcpy(&value, nla_data(nla), sizeof(value));
	return value;
}

void kernel_start(const uint8_t *data, size_t size)
{
	kernel = (struct kernel) { .data = data, .left = size, .guards = -1 };
	state.now = 1000000;
	state.asked = -1;
}

static uint8_t take(void)
{
	if (!kernel.left)
		return 0;
	kernel.left--;
	return *kernel.data++;
}

static uint32_t take_u32(void)
{
	const uint32_t low = take();

	/* Small numbers and masks more often than others. */
	if (!(low & 0x80))
		return low;
	return low << 24 | take() << 16 | take() << 8 | take();
}

static uint64_t take_u64(void)
{
	const uint64_t high = take_u32();

	return high & 0x40 ? high << 32 | take_u32() : high;
}

static size_t take_bytes(uint8_t *buf, size_t len)
{
	size_t n;

	for (n = 0; n < len; n++)
		buf[n] = take();
	return len;
}

static void put_bytes(struct nl_msg *msg, int attr)
{
	uint8_t buf[ATTR_LEN + 1];
	const uint8_t form = take();
	struct nlattr *nla;
	size_t len = form & ATTR_LEN;

	take_bytes(buf, len);
	nla_put(msg, attr, len, buf);
	if (form & ATTR_LIE) {
		/* The last one gives a length other than its own. */
		nla = (struct nlattr *)((char *)nlmsg_hdr(msg) +
			nlmsg_hdr(msg)->nlmsg_len - nla_total_size(len));
		nla->nla_len = take();
	}
}

static void put_attrs(struct nl_msg *msg, unsigned int depth)
{
	uint8_t type;

	while (kernel.left && (type = take())) {
		if (type & ATTR_NEST && depth < 4) {
			struct nlattr *nest = nla_nest_start(msg,
							     type & ATTR_TYPE);

			put_attrs(msg, depth + 1);
			if (nest)
				nla_nest_end(msg, nest);
		} else {
			put_bytes(msg, type & ATTR_TYPE);
		}
	}
}

static void put_numbers(struct nl_msg *msg, int attr, int last)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	int n;

	for (n = 1; n <= last; n++)
		nla_put_u32(msg, n, take_u32());
	nla_nest_end(msg, nest);
}

static void put_sets(struct nl_msg *msg, int status, int settings)
{
	put_numbers(msg, status, BATTGUARD_A_STATUS_MAX);
	put_numbers(msg, settings, BATTGUARD_A_SETTINGS_MAX);
}

static void put_name(struct nl_msg *msg, int attr)
{
	char name[64];
	const size_t len = take() % sizeof(name);

	take_bytes((uint8_t *)name, len);
	nla_put(msg, attr, len, name);
}

static void put_dev(struct nl_msg *msg)
{
	int n;

	genlmsg_put(msg, 0, 0, FAMILY_ID, 0, 0, BATTGUARD_CMD_DEV_GET, 1);
	nla_put_u32(msg, BATTGUARD_A_DEV_ID, take() & 3);
	put_name(msg, BATTGUARD_A_DEV_NAME);
	nla_put_u64(msg, BATTGUARD_A_DEV_INSTANCE, take() & 3);
	nla_put_u64(msg, BATTGUARD_A_DEV_SEQ, take_u64());
	for (n = BATTGUARD_A_DEV_BOOTTIME_NS;
	     n <= BATTGUARD_A_DEV_PRE_ALARM_SINCE_NS; n++)
		nla_put_u64(msg, n, take_u64());
	put_sets(msg, BATTGUARD_A_DEV_STATUS, BATTGUARD_A_DEV_SETTINGS);
	for (n = BATTGUARD_A_DEV_PRE_ALARM_REMAINING_MS;
	     n <= BATTGUARD_A_DEV_SECONDS_STANDBY; n++)
		nla_put_u32(msg, n, take_u32());
}

static void put_event(struct nl_msg *msg)
{
	genlmsg_put(msg, 0, 0, FAMILY_ID, 0, 0, BATTGUARD_CMD_EVENT_NTF, 1);
	nla_put_u32(msg, BATTGUARD_A_EVENT_DEV_ID, take() & 3);
	put_name(msg, BATTGUARD_A_EVENT_DEV_NAME);
	nla_put_u64(msg, BATTGUARD_A_EVENT_INSTANCE, take() & 3);
	nla_put_u64(msg, BATTGUARD_A_EVENT_SEQ, take_u64());
	nla_put_u64(msg, BATTGUARD_A_EVENT_BOOTTIME_NS, take_u64());
	nla_put_u64(msg, BATTGUARD_A_EVENT_REALTIME_NS, take_u64());
	nla_put_u32(msg, BATTGUARD_A_EVENT_CHANGED, take_u32());
	nla_put_u32(msg, BATTGUARD_A_EVENT_CAUSE, take_u32());
	nla_put_u32(msg, BATTGUARD_A_EVENT_SETTINGS_CHANGED, take_u32());
	nla_put_u64(msg, BATTGUARD_A_EVENT_ONSET_NS, take_u64());
	nla_put_u64(msg, BATTGUARD_A_EVENT_LOST, take_u64());
	put_sets(msg, BATTGUARD_A_EVENT_STATUS, BATTGUARD_A_EVENT_SETTINGS);
}

static void put_family(struct nl_msg *msg, int cmd)
{
	struct nlattr *groups, *group;

	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, cmd, 1);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, BATTGUARD_FAMILY_NAME);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, FAMILY_ID);
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	group = nla_nest_start(msg, 1);
	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, BATTGUARD_MCGRP_EVENTS);
	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, GROUP);
	nla_nest_end(msg, group);
	nla_nest_end(msg, groups);
}

static void put_error(struct nl_msg *msg, int error)
{
	const struct nlmsgerr err = { .error = error };

	nlmsg_put(msg, 0, 0, NLMSG_ERROR, 0, 0);
	nlmsg_append(msg, (void *)&err, sizeof(err), NLMSG_ALIGNTO);
}

static void put_done(struct nl_msg *msg, int error)
{
	nlmsg_put(msg, 0, 0, NLMSG_DONE, 0, 0);
	nlmsg_append(msg, &error, sizeof(error), NLMSG_ALIGNTO);
}

static int some_error(void)
{
	static const int errors[] = {
		0, -ENOENT, -ENODEV, -EPERM, -EINVAL, -EBUSY, 7, -4096,
	};

	return errors[take() % ARRAY_SIZE(errors)];
}

static void put_some(struct nl_msg *msg, uint8_t form)
{
	switch (form & 7) {
	case MSG_DEV:
		put_dev(msg);
		return;
	case MSG_EVENT:
		put_event(msg);
		return;
	case MSG_FAMILY:
		put_family(msg, take() & 1 ? CTRL_CMD_NEWFAMILY :
					     CTRL_CMD_DELFAMILY);
		return;
	case MSG_CTRL_ATTRS:
		genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, take(), 1);
		break;
	case MSG_ERROR:
		put_error(msg, some_error());
		break;
	case MSG_DONE:
		put_done(msg, some_error());
		break;
	case MSG_ATTRS:
		genlmsg_put(msg, 0, 0, FAMILY_ID, 0, 0, take(), 1);
		break;
	default:
		nlmsg_put(msg, 0, 0, take(), 0, 0);
		break;
	}
	put_attrs(msg, 0);
}

/* Add one message to a packet. */
static size_t add_message(unsigned char **buf, size_t len, struct nl_msg *msg,
			  uint8_t form)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	size_t size = nlh->nlmsg_len;

	if (form & MSG_TLVS)
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	if (form & MSG_CAPPED)
		nlh->nlmsg_flags |= NLM_F_CAPPED;
	if (form & MSG_INTERRUPTED)
		nlh->nlmsg_flags |= NLM_F_DUMP_INTR;
	if (form & MSG_OTHER_SEQ)
		nlh->nlmsg_seq = 77;
	if (form & MSG_CUT) {
		size = NLMSG_HDRLEN + take() % (size - NLMSG_HDRLEN + 1);
		nlh->nlmsg_len = size;
	}
	*buf = realloc(*buf, len + NLMSG_ALIGN(size));
	memset(*buf + len, 0, NLMSG_ALIGN(size));
	memcpy(*buf + len, nlh, size);
	nlmsg_free(msg);
	return len + NLMSG_ALIGN(size);
}

/* A device, or an event of it; name and number have the same place in both. */
static struct nl_msg *plain_item(int asked, uint32_t id, const char *name)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, 0, FAMILY_ID, 0, 0, asked, 1);
	nla_put_u32(msg, BATTGUARD_A_DEV_ID, id);
	nla_put_string(msg, BATTGUARD_A_DEV_NAME, name);
	if (asked == BATTGUARD_CMD_DEV_GET)
		put_sets(msg, BATTGUARD_A_DEV_STATUS, BATTGUARD_A_DEV_SETTINGS);
	else
		put_sets(msg, BATTGUARD_A_EVENT_STATUS,
			 BATTGUARD_A_EVENT_SETTINGS);
	return msg;
}

static size_t plain_family(unsigned char **buf)
{
	struct nl_msg *msg = nlmsg_alloc();
	size_t len;

	if (kernel.driver)
		put_family(msg, CTRL_CMD_NEWFAMILY);
	else
		put_error(msg, -ENOENT);
	len = add_message(buf, 0, msg, 0);
	msg = nlmsg_alloc();
	put_error(msg, 0);
	return add_message(buf, len, msg, 0);
}

/* A dump that is interrupted says so, by a message or at its end. */
static size_t plain_dump(unsigned char **buf, int asked)
{
	static const char * const names[] = { "house", "boat" };
	const bool torn = kernel.interrupted;
	const bool at_end = kernel.interrupted & 1;
	struct nl_msg *msg;
	size_t len = 0;
	int n;

	if (torn)
		kernel.interrupted--;
	for (n = 0; n < kernel.guards; n++) {
		msg = plain_item(asked, n, torn ? TORN : names[n & 1]);
		len = add_message(buf, len, msg, torn && !at_end ?
				  MSG_INTERRUPTED : 0);
	}
	msg = nlmsg_alloc();
	put_done(msg, 0);
	return add_message(buf, len, msg, torn && (at_end || !kernel.guards) ?
			   MSG_INTERRUPTED : 0);
}

/* The answer to what was asked, without any bytes. Return: its length, or 0. */
static size_t plain_answer(unsigned char **buf)
{
	const int asked = state.asked;
	struct nl_msg *msg;

	state.asked = -1;
	if (asked == CTRL_CMD_GETFAMILY + 256)
		return plain_family(buf);
	if (asked == -1 || kernel.guards < 0)
		return 0;
	if (state.dump)
		return plain_dump(buf, asked);
	msg = nlmsg_alloc();
	put_error(msg, kernel.refusal);
	return add_message(buf, 0, msg, 0);
}

int nl_recv(struct nl_sock *sk, struct sockaddr_nl *nla, unsigned char **buf,
	    struct ucred **creds)
{
	size_t len = 0;
	uint8_t form, messages;

	(void)sk;
	(void)creds;
	memset(nla, 0, sizeof(*nla));
	*buf = NULL;
	len = plain_answer(buf);
	if (len)
		return (int)len;
	if (!kernel.left) {
		errno = ENODATA;
		return -NLE_FAILURE;
	}

	form = take();
	switch (form & 7) {
	case PACKET_NONE:
		return -NLE_AGAIN;
	case PACKET_OVERRUN:
		errno = ENOBUFS;
		return -NLE_NOMEM;
	case PACKET_RAW:
		len = take() % MAX_LENGTH + 1;
		*buf = malloc(len);
		return (int)take_bytes(*buf, len);
	case PACKET_STRANGER:
		nla->nl_pid = 1;
		break;
	default:
		break;
	}
	for (messages = (form >> 3 & 7) + 1; messages; messages--) {
		struct nl_msg *msg = nlmsg_alloc();

		form = take();
		put_some(msg, form);
		len = add_message(buf, len, msg, form);
	}
	return (int)len;
}

static void take_settings(const struct nlmsghdr *nlh)
{
	struct nlattr *tb[BATTGUARD_A_DEV_MAX + 1];
	struct nlattr *set[BATTGUARD_A_SETTINGS_MAX + 1];
	struct nlattr *nest;
	int n;

	must(!genlmsg_parse((struct nlmsghdr *)nlh, 0, tb, BATTGUARD_A_DEV_MAX,
			    NULL), "a request is well-formed");
	nest = tb[BATTGUARD_A_DEV_SETTINGS];
	must(nest && nest->nla_type & NLA_F_NESTED &&
	     !nla_parse_nested(set, BATTGUARD_A_SETTINGS_MAX, nest, NULL),
	     "settings are in a nest that says so");
	kernel.was_set = true;
	for (n = 0; n <= BATTGUARD_A_SETTINGS_MAX; n++)
		kernel.set[n] = set[n] ? nla_get_u32(set[n]) : UINT64_MAX;
}

/* Record the request and the settings in it. */
int nl_send_auto(struct nl_sock *sk, struct nl_msg *msg)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	const struct genlmsghdr *genl = nlmsg_data(nlh);

	(void)sk;
	state.dump = nlh->nlmsg_flags & NLM_F_DUMP;
	state.asked = genl->cmd;
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		state.asked += 256;
	else if (genl->cmd == BATTGUARD_CMD_DEV_SET)
		take_settings(nlh);
	return 0;
}

struct nl_sock *nl_socket_alloc(void)
{
	return (struct nl_sock *)&a_socket;
}

void nl_socket_free(struct nl_sock *sk)
{
	(void)sk;
}

int genl_connect(struct nl_sock *sk)
{
	(void)sk;
	return 0;
}

int nl_socket_get_fd(const struct nl_sock *sk)
{
	(void)sk;
	return -1;
}

int nl_socket_set_nonblocking(const struct nl_sock *sk)
{
	(void)sk;
	return 0;
}

int nl_socket_add_membership(struct nl_sock *sk, int group)
{
	(void)sk;
	return group == GROUP || group == GENL_ID_CTRL ? 0 : -NLE_INVAL;
}

int64_t clock_ms(void)
{
	return state.now += 7;
}

void loop_signals(void)
{
}

bool loop_stopped(void)
{
	return false;
}

void loop_die(void)
{
}

/* Time passes, and when the bytes are used up, the user stops it. */
int loop_poll(const int *fds, int n, int64_t timeout_ms)
{
	(void)fds;
	(void)n;
	state.now += timeout_ms > 0 && timeout_ms < 1000000 ? timeout_ms : 50;
	return kernel.left ? GO_ON : EX_DONE;
}

/* Nothing that a fuzzer thinks of is run. */
int child_start(const char *command, const struct event *ev)
{
	must(command && memchr(ev->dev.name, 0, NAME_LEN),
	     "a command, and an event with a name");
	return 1;
}

bool child_ended(int pid)
{
	must(pid == 1, "it was started");
	return take() & 1 || !kernel.left;
}

void child_stop(int pid)
{
	must(pid == 1, "it was started");
}

void loop_pause(int ms)
{
	state.now += ms;
}
