// SPDX-License-Identifier: GPL-2.0
/*
 * nlfuzz - malformed messages at the battguard family
 *
 *   nlfuzz COUNT SEED [UID]
 *
 * Sends COUNT messages: well-formed ones, some of them mutated, and noise in
 * the place of attributes. What the kernel answers is read and counted, not
 * judged; whether it survives is for the caller to see. It does not know the
 * ranges of values on purpose.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../../include/uapi/linux/battguard.h"

#define MESSAGE_MAX	2048

static uint64_t seed;
static unsigned long answers, refusals;

/* xorshift64*: the same run from the same seed, with any C library. */
static uint32_t dice(uint32_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1dULL >> 32) % below;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

struct message {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	unsigned char room[MESSAGE_MAX];
};

static size_t used(const struct message *m)
{
	return m->nl.nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
}

static void put(struct message *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr attr = { .nla_len = NLA_HDRLEN + len, .nla_type = type };
	unsigned char *at = m->room + used(m);

	if (used(m) + NLA_ALIGN(attr.nla_len) > MESSAGE_MAX)
		return;
	memset(at, 0, NLA_ALIGN(attr.nla_len));
	memcpy(at, &attr, sizeof(attr));
	memcpy(at + NLA_HDRLEN, data, len);
	m->nl.nlmsg_len += NLA_ALIGN(attr.nla_len);
}

static void start(struct message *m, uint16_t family, uint8_t command)
{
	memset(m, 0, sizeof(*m));
	m->nl.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	m->nl.nlmsg_type = family;
	m->nl.nlmsg_flags = NLM_F_REQUEST;
	m->genl.cmd = command;
	m->genl.version = BATTGUARD_FAMILY_VERSION;
}

static void put_noise(struct message *m)
{
	unsigned char noise[256];
	size_t len = dice(4) ? dice(12) : dice(sizeof(noise));
	size_t n;

	for (n = 0; n < len; n++)
		noise[n] = dice(256);
	put(m, dice(4) ? dice(24) : dice(65536), noise, len);
}

static void put_value(struct message *m, uint16_t type)
{
	static const uint64_t edges[] = {
		0, 1, 2, 255, 29999, 30000, 600000, 600001, 0x7fffffff,
		0xffffffff, 1ULL << 32, ~0ULL
	};
	static const size_t widths[] = { 1, 4, 8 };
	uint64_t value = dice(2) ? edges[dice(12)] : dice(~0U);

	put(m, type, &value, widths[dice(3)]);
}

/* A setting of the right width, and often with a value that is allowed. */
static void put_setting(struct message *m)
{
	static const uint32_t delays[] = { 0, 1000, 29999, 30000, 60000, ~0U };
	const uint16_t type = 1 + dice(BATTGUARD_A_SETTINGS_MAX);
	uint32_t value = delays[dice(6)];

	if (type < BATTGUARD_A_SETTINGS_PRE_ALARM_DELAY_MS)
		value = dice(8) ? dice(2) : dice(~0U);
	put(m, type, &value, sizeof(value));
}

/* Their nest, which now and then has other things in it, or does not say so. */
static void put_settings(struct message *m)
{
	const size_t at = used(m);
	unsigned int n = dice(8) ? 1 + dice(3) : dice(20);
	uint16_t len;

	put(m, BATTGUARD_A_DEV_SETTINGS | (dice(16) ? NLA_F_NESTED : 0), "", 0);
	if (used(m) == at)
		return;
	while (n--) {
		if (dice(8))
			put_setting(m);
		else if (dice(2))
			put_value(m, dice(BATTGUARD_A_SETTINGS_MAX + 3));
		else
			put_noise(m);
	}
	len = used(m) - at;
	memcpy(m->room + at, &len, sizeof(len));
}

/* A message that makes sense, or nearly so. */
static void compose(struct message *m, uint16_t family)
{
	static const char name[] = "house-bank", endless[200];
	uint8_t command = 1 + dice(4);
	const uint64_t seq = dice(64);
	uint32_t id = dice(8) ? 1 : dice(3);
	unsigned int n = dice(4) ? 0 : dice(6);

	start(m, family, dice(16) ? command : dice(256));
	if (command == BATTGUARD_CMD_EVENT_GET || !dice(3))
		m->nl.nlmsg_flags |= NLM_F_DUMP;
	if (dice(3))
		m->nl.nlmsg_flags |= NLM_F_ACK;
	if (dice(2))
		put(m, BATTGUARD_A_DEV_ID, &id, sizeof(id));
	else if (dice(16))
		put(m, BATTGUARD_A_DEV_NAME, name,
		    sizeof(name) - !dice(8));
	else
		put(m, BATTGUARD_A_DEV_NAME, endless, dice(sizeof(endless)));
	if (command == BATTGUARD_CMD_DEV_SET && dice(8))
		put_settings(m);
	if (command == BATTGUARD_CMD_EVENT_GET && dice(2))
		put(m, BATTGUARD_A_EVENT_SEQ, &seq, sizeof(seq));
	while (n--) {
		if (dice(3))
			put_value(m, 1 + dice(BATTGUARD_A_DEV_MAX));
		else
			put_noise(m);
	}
}

/* Lengths that lie, nests without an end, bits turned over. */
static void mutate(struct message *m)
{
	unsigned char *bytes = (unsigned char *)m;
	unsigned int n = 1 + dice(4);

	while (n--) {
		size_t at = NLMSG_HDRLEN +
			    dice(m->nl.nlmsg_len - NLMSG_HDRLEN + 1);

		switch (dice(4)) {
		case 0:
			bytes[at] ^= 1 << dice(8);
			break;
		case 1:
			bytes[at] = dice(256);
			break;
		case 2:
			m->nl.nlmsg_len = NLMSG_HDRLEN + dice(MESSAGE_MAX);
			break;
		default:
			m->nl.nlmsg_flags ^= 1 << dice(16);
			m->nl.nlmsg_flags |= NLM_F_REQUEST;
			break;
		}
	}
}

static void listen_to(int fd)
{
	static char answer[65536];
	ssize_t len;

	while ((len = recv(fd, answer, sizeof(answer), MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *nl = (const void *)answer;

		for (; NLMSG_OK(nl, len); nl = NLMSG_NEXT(nl, len)) {
			const struct nlmsgerr *error = NLMSG_DATA(nl);

			answers++;
			if (nl->nlmsg_type == NLMSG_ERROR && error->error)
				refusals++;
		}
	}
}

static int connect_up(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	int one = 1;

	if (fd < 0 || connect(fd, (void *)&kernel, sizeof(kernel)))
		die("socket");
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	return fd;
}

static uint16_t family_id(int fd)
{
	struct message m;
	char answer[4096];
	const struct nlattr *attr;
	ssize_t len;
	char *at;

	start(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	put(&m, CTRL_ATTR_FAMILY_NAME, BATTGUARD_FAMILY_NAME,
	    sizeof(BATTGUARD_FAMILY_NAME));
	if (send(fd, &m, m.nl.nlmsg_len, 0) < 0)
		die("send");
	len = recv(fd, answer, sizeof(answer), 0);
	for (at = answer + NLMSG_HDRLEN + GENL_HDRLEN; at < answer + len;
	     at += NLA_ALIGN(attr->nla_len)) {
		attr = (const void *)at;
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(const uint16_t *)(at + NLA_HDRLEN);
		if (attr->nla_len < NLA_HDRLEN)
			break;
	}
	fprintf(stderr, "no family\n");
	exit(1);
}

int main(int argc, char **argv)
{
	unsigned long count, n;
	struct message m;
	uint16_t family;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: nlfuzz COUNT SEED [UID]\n");
		return 1;
	}
	count = strtoul(argv[1], NULL, 10);
	seed = strtoull(argv[2], NULL, 10) * 2 + 1;
	if (argc > 3 && (setgid(atoi(argv[3])) || setuid(atoi(argv[3]))))
		die("setuid");

	fd = connect_up();
	family = family_id(fd);
	for (n = 0; n < count; n++) {
		/* A socket that is in a dump refuses; a new one now and then. */
		if (dice(64) == 0) {
			close(fd);
			fd = connect_up();
		}
		compose(&m, family);
		if (dice(2))
			mutate(&m);
		if (send(fd, &m, m.nl.nlmsg_len, MSG_DONTWAIT) < 0 &&
		    errno != EAGAIN && errno != ENOBUFS && errno != EBUSY &&
		    errno != EMSGSIZE)
			die("send");
		listen_to(fd);
	}
	printf("sent %lu answers %lu refusals %lu\n", n, answers, refusals);
	return 0;
}
