// SPDX-License-Identifier: GPL-2.0
/* battguardctl set, enable, disable, mute */
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "battguardctl.h"

#define MAX_SETTINGS	16

struct setting {
	const struct key *key;
	const char *text;
	int64_t value;
};

/* All in one request: the kernel takes all of them, or none. */
static struct nl_msg *request(const struct family *fam, const struct dev *dev,
			      const struct setting *set, unsigned int n)
{
	struct nl_msg *msg = nl_request(fam, BATTGUARD_CMD_DEV_SET, 0);
	struct nlattr *nest;
	unsigned int i;

	if (!msg || nla_put_u32(msg, BATTGUARD_A_DEV_ID, dev->id))
		goto fail;
	/* Older libraries leave it to the caller to say that it is a nest. */
	nest = nla_nest_start(msg, BATTGUARD_A_DEV_SETTINGS | NLA_F_NESTED);
	if (!nest)
		goto fail;
	for (i = 0; i < n; i++)
		if (nla_put_u32(msg, set[i].key->attr, set[i].value))
			goto fail;
	nla_nest_end(msg, nest);
	return msg;
fail:
	nlmsg_free(msg);
	return NULL;
}

static int send_settings(const char *name, const struct setting *set,
			 unsigned int n)
{
	struct nl_sock *sk;
	struct family fam;
	struct nl_msg *msg;
	struct dev dev;
	int ret;

	ret = connect_driver(&sk, &fam);
	if (ret == GO_ON)
		ret = dev_choose(sk, &fam, name, &dev);
	if (ret != GO_ON)
		return ret;

	msg = request(&fam, &dev, set, n);
	if (!msg)
		return fail(EX_REFUSED, "out of memory");
	ret = nl_ask(sk, msg, NULL, NULL);
	if (!ret)
		return EX_DONE;
	if (ret == -ENODEV || ret == -ENOENT)
		return fail(EX_NODEV, "device '%s' just went away",
			    safe(dev.name));
	if (n == 1)
		return fail(EX_REFUSED, "the kernel refused %s %s: %s%s%s",
			    set->key->name, safe(set->text), nl_reason(ret),
			    ret == -ERANGE ? ", it takes: " : "",
			    ret == -ERANGE ? key_takes(set->key) : "");
	return fail(EX_REFUSED, "the kernel refused, nothing is set: %s",
		    nl_reason(ret));
}

int cmd_set(int argc, char **argv)
{
	struct setting set[MAX_SETTINGS];
	const char *name = NULL;
	unsigned int n = 0;
	int arg = 1;

	/* An even number of words is keys and values; one more, a device. */
	if (argc > 1 && argc % 2 == 0)
		name = argv[arg++];
	if (arg >= argc)
		return fail(EX_WRONG, "'set' takes [DEV] KEY VALUE, see 'battguardctl help set'");
	for (; arg < argc; arg += 2, n++) {
		if (n == MAX_SETTINGS)
			return fail(EX_WRONG, "more than %u settings",
				    MAX_SETTINGS);
		set[n].key = key_find(argv[arg]);
		set[n].text = argv[arg + 1];
		if (!set[n].key)
			return fail(EX_WRONG, "no key '%s', see 'battguardctl help set'",
				    safe(argv[arg]));
		if (set[n].key->set != SET_SETTINGS)
			return fail(EX_WRONG, "'%s' cannot be set, see 'battguardctl help set'",
				    set[n].key->name);
		if (!key_parse(set[n].key, set[n].text, &set[n].value) ||
		    !key_in_range(set[n].key, set[n].value))
			return fail(EX_WRONG, "'%s' cannot be '%s', it takes: %s",
				    set[n].key->name, safe(set[n].text),
				    key_takes(set[n].key));
	}
	return send_settings(name, set, n);
}

static int set_one(int argc, char **argv, int attr, int64_t value)
{
	const struct setting set = {
		.key = key_of(SET_SETTINGS, attr), .text = value ? "1" : "0", .value = value,
	};

	if (argc > 2)
		return fail(EX_WRONG, "'%s' takes one device, not also '%s'",
			    argv[0], safe(argv[2]));
	return send_settings(argc > 1 ? argv[1] : NULL, &set, 1);
}

int cmd_enable(int argc, char **argv)
{
	return set_one(argc, argv, BATTGUARD_A_SETTINGS_ENABLED, 1);
}

int cmd_disable(int argc, char **argv)
{
	return set_one(argc, argv, BATTGUARD_A_SETTINGS_ENABLED, 0);
}

int cmd_mute(int argc, char **argv)
{
	return set_one(argc, argv, BATTGUARD_A_SETTINGS_MUTE, 1);
}
