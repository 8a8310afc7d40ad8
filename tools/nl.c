// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl - netlink: sockets, the family, requests and their answers
 *
 * Messages are parsed here rather than by the library's callbacks, because
 * those of the versions in use ignore the error at the end of a dump.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "battguardctl.h"

#ifndef NETLINK_EXT_ACK
#define NETLINK_EXT_ACK		11
#endif

/* The kernel's text about the latest request that it refused. */
static char reason[256];

int nl_open(struct nl_sock **sk)
{
	int yes = 1;
	int ret;

	*sk = nl_socket_alloc();
	if (!*sk)
		return -ENOMEM;
	ret = genl_connect(*sk);
	if (ret) {
		ret = errno ? -errno : -EIO;
		nl_socket_free(*sk);
		*sk = NULL;
		return ret;
	}
	/* Old kernels lack it and report only a number. */
	setsockopt(nl_socket_get_fd(*sk), SOL_NETLINK, NETLINK_EXT_ACK, &yes,
		   sizeof(yes));
	return 0;
}

/*
 * Receive one packet and hand its messages to @handler, until it returns a
 * value other than 0. Return: that value, or -errno; -EAGAIN if there is
 * nothing, -ENOBUFS if the kernel dropped messages for us.
 */
int nl_receive(struct nl_sock *sk, nl_handler handler, void *arg)
{
	struct sockaddr_nl from;
	struct nlmsghdr *nlh;
	unsigned char *buf = NULL;
	int ret = 0;
	int len;

	errno = 0;
	len = nl_recv(sk, &from, &buf, NULL);
	if (len == -NLE_AGAIN)
		return -EAGAIN;
	if (len < 0)
		return errno ? -errno : -EIO;
	if (!len)
		return -EAGAIN;

	/* Only the kernel is believed. */
	if (!from.nl_pid)
		for (nlh = (struct nlmsghdr *)buf; !ret && nlmsg_ok(nlh, len);
		     nlh = nlmsg_next(nlh, &len))
			ret = handler(nlh, arg);
	free(buf);
	return ret;
}

/* The attributes read from the controller's answer; none may be too short. */
static const struct nla_policy ctrl_policy[CTRL_ATTR_MAX + 1] = {
	[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
	[CTRL_ATTR_FAMILY_NAME] = { .type = NLA_NUL_STRING },
	[CTRL_ATTR_VERSION] = { .type = NLA_U32 },
	[CTRL_ATTR_MCAST_GROUPS] = { .type = NLA_NESTED },
};

static const struct nla_policy group_policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
	[CTRL_ATTR_MCAST_GRP_NAME] = { .type = NLA_NUL_STRING },
	[CTRL_ATTR_MCAST_GRP_ID] = { .type = NLA_U32 },
};

int nl_family_parse(const struct nlmsghdr *nlh, struct family *fam)
{
	struct nlattr *tb[CTRL_ATTR_MAX + 1];
	struct nlattr *group[CTRL_ATTR_MCAST_GRP_MAX + 1];
	struct nlattr *nest;
	int left;

	if (genlmsg_parse((struct nlmsghdr *)nlh, 0, tb, CTRL_ATTR_MAX,
			  ctrl_policy))
		return -EINVAL;
	if (!tb[CTRL_ATTR_FAMILY_NAME] ||
	    nla_strcmp(tb[CTRL_ATTR_FAMILY_NAME], BATTGUARD_FAMILY_NAME))
		return -ENOENT;
	memset(fam, 0, sizeof(*fam));
	if (tb[CTRL_ATTR_FAMILY_ID])
		fam->id = nla_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (tb[CTRL_ATTR_VERSION])
		fam->version = nla_get_u32(tb[CTRL_ATTR_VERSION]);
	if (!tb[CTRL_ATTR_MCAST_GROUPS])
		return 0;
	nla_for_each_nested(nest, tb[CTRL_ATTR_MCAST_GROUPS], left) {
		if (nla_parse_nested(group, CTRL_ATTR_MCAST_GRP_MAX, nest,
				     group_policy))
			continue;
		if (group[CTRL_ATTR_MCAST_GRP_NAME] &&
		    group[CTRL_ATTR_MCAST_GRP_ID] &&
		    !nla_strcmp(group[CTRL_ATTR_MCAST_GRP_NAME],
				BATTGUARD_MCGRP_EVENTS))
			fam->group =
				nla_get_u32(group[CTRL_ATTR_MCAST_GRP_ID]);
	}
	return 0;
}

static int take_family(const struct nlmsghdr *nlh, void *arg)
{
	return nl_family_parse(nlh, arg);
}

/* Return: 0, -ENOENT when the driver is not loaded, or another -errno. */
int nl_family(struct nl_sock *sk, struct family *fam)
{
	const struct family ctrl = { .id = GENL_ID_CTRL };
	struct nl_msg *msg = nl_request(&ctrl, CTRL_CMD_GETFAMILY, 0);

	memset(fam, 0, sizeof(*fam));
	if (!msg || nla_put_string(msg, CTRL_ATTR_FAMILY_NAME,
				   BATTGUARD_FAMILY_NAME)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return nl_ask(sk, msg, take_family, fam);
}

struct nl_msg *nl_request(const struct family *fam, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, fam->id, 0,
				flags, cmd, BATTGUARD_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Remember the text of an extended ack, which follows the error. */
static void take_reason(const struct nlmsghdr *nlh, size_t skip)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	const char *data = nlmsg_data(nlh);
	char *c;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    (size_t)nlmsg_datalen(nlh) < skip)
		return;
	if (nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)(data + skip),
		      nlmsg_datalen(nlh) - skip, NULL) ||
	    !tb[NLMSGERR_ATTR_MSG])
		return;
	nla_strlcpy(reason, tb[NLMSGERR_ATTR_MSG], sizeof(reason));
	for (c = reason; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

struct answer {
	unsigned int seq;
	nl_handler handler;
	void *arg;
	int error;
	bool interrupted;
	bool over;
};

static int take_answer(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlmsgerr *err = nlmsg_data(nlh);
	struct answer *answer = arg;
	size_t skip = sizeof(*err);
	int ret;

	if (nlh->nlmsg_seq != answer->seq)
		return 0;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;

	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		if ((size_t)nlmsg_datalen(nlh) < sizeof(*err))
			return -EBADMSG;
		answer->error = err->error;
		/* Unless capped, our own request comes back with an error. */
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && err->error)
			skip += NLMSG_ALIGN(err->msg.nlmsg_len) -
				sizeof(err->msg);
		take_reason(nlh, skip);
		answer->over = true;
		return 0;
	case NLMSG_DONE:
		if ((size_t)nlmsg_datalen(nlh) >= sizeof(int)) {
			memcpy(&answer->error, err, sizeof(int));
			take_reason(nlh, NLMSG_ALIGN(sizeof(int)));
		}
		if (answer->error > 0)
			answer->error = 0;
		answer->over = true;
		return 0;
	case NLMSG_NOOP:
		return 0;
	default:
		ret = answer->handler ? answer->handler(nlh, answer->arg) : 0;
		/* The rest has to be received all the same. */
		if (ret && !answer->error)
			answer->error = ret;
		return 0;
	}
}

/*
 * Send a request, which is freed, and hand the kernel's answers to @handler.
 * Return: 0 or -errno, nl_reason() says more; -EINTR if a device came or went
 * during a dump, which is then incomplete.
 */
int nl_ask(struct nl_sock *sk, struct nl_msg *msg, nl_handler handler,
	   void *arg)
{
	struct answer answer = { .handler = handler, .arg = arg };
	int ret;

	if (!msg)
		return -ENOMEM;
	reason[0] = '\0';
	errno = 0;
	ret = nl_send_auto(sk, msg);
	answer.seq = nlmsg_hdr(msg)->nlmsg_seq;
	nlmsg_free(msg);
	if (ret < 0)
		return errno ? -errno : -EIO;

	while (!answer.over) {
		ret = nl_receive(sk, take_answer, &answer);
		if (ret && ret != -EAGAIN)
			return ret;
	}
	return answer.error ?: answer.interrupted ? -EINTR : 0;
}

/* The kernel's text, or the meaning of the number. */
const char *nl_reason(int error)
{
	static char text[384];

	if (error == -EPERM)
		return "only an administrator may set anything (CAP_NET_ADMIN)";
	if (error == -EINTR)
		return "devices came and went all the time";
	if (reason[0])
		snprintf(text, sizeof(text), "%s (%s)", reason,
			 strerror(-error));
	else
		snprintf(text, sizeof(text), "%s", strerror(-error));
	return text;
}
