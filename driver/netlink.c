// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - generic netlink: state, settings and events
 *
 * Events are recorded in the ring of the device where the decision is made, in
 * whatever context that is. They are sent from process context to those who
 * listen. A listener that misses one reads it from the ring. No decision waits
 * for anything here.
 *
 * The family lives in the initial network namespace, as the lines do. There is no
 * alias for it: anybody's request for the family would load the module again, and
 * switch on what somebody switched off by unloading it.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/xarray.h>
#include <net/genetlink.h>

#include "battguard.h"
#include "compat.h"
#include "netlink.h"
#include "netlink-gen.h"

/* The numbers on the wire are those of the decision. */
static_assert(BG_NR_STATES - 1 == (int)BATTGUARD_STATE_MAX);
static_assert(BIT(BG_NR_CHECKED_OUTS) - 1 == (int)BATTGUARD_OUTPUT_MASK);
static_assert(BIT(BG_NR_REASONS) - 1 == (int)BATTGUARD_REASON_MASK);
static_assert(BIT(BG_NR_CHANGES) - 1 == (int)BATTGUARD_CHANGE_MASK);
static_assert(BIT(BG_NR_CAUSES) - 1 == (int)BATTGUARD_CAUSE_MASK);
static_assert(BIT(BG_NR_SETTINGS) - 1 == (int)BATTGUARD_SETTING_MASK);
/* A setting has the number of its attribute. */
static_assert((int)BG_NR_SETTINGS == (int)BATTGUARD_A_SETTINGS_MAX);

#define BG_GROUP_EVENTS		0

/* Bound devices by number. A number is not used again before 2^31 others. */
static DEFINE_XARRAY_ALLOC1(bg_devices);
static u32 bg_next_id;
/* Changes when a device comes or goes, so that a dump knows that it is torn. */
static u32 bg_generation = 1;
/* Keeps a device from going away while a handler looks at it. */
static DEFINE_MUTEX(bg_devices_lock);

static struct genl_family bg_family;

/* Out of line like the next one, as both have many callers. */
static noinline int bg_nl_put_u64(struct sk_buff *skb, int attr, u64 value,
				  int pad)
{
	return nla_put_u64_64bit(skb, attr, value, pad);
}

/* The numbers of a table, in a nest of their own. */
static noinline int bg_nl_put_nest(struct sk_buff *skb, int type,
				   const struct bg_nl_value *table,
				   unsigned int count,
				   const struct battguard *bg,
				   const struct bg_event *event)
{
	struct nlattr *nest;
	unsigned int n;

	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	for (n = 0; n < count; n++)
		if (nla_put_u32(skb, table[n].attr,
				bg_event_value(bg, event, table[n].value)))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int bg_nl_put_status(struct sk_buff *skb, int type,
			    const struct battguard *bg,
			    const struct bg_event *event)
{
	return bg_nl_put_nest(skb, type, bg_nl_status, ARRAY_SIZE(bg_nl_status),
			      bg, event);
}

static int bg_nl_put_settings(struct sk_buff *skb, int type,
			      const struct battguard *bg,
			      const struct bg_event *event)
{
	return bg_nl_put_nest(skb, type, bg_nl_settings,
			      ARRAY_SIZE(bg_nl_settings), bg, event);
}

static int bg_nl_put_times(struct sk_buff *skb, const struct bg_snapshot *now)
{
	static const u8 attrs[BG_NR_SINCE] = {
		[BG_CHANGED_STATE] = BATTGUARD_A_DEV_STATE_SINCE_NS,
		[BG_CHANGED_LOAD] = BATTGUARD_A_DEV_LOAD_SINCE_NS,
		[BG_CHANGED_CHARGER] = BATTGUARD_A_DEV_CHARGER_SINCE_NS,
		[BG_CHANGED_PRE_ALARM] = BATTGUARD_A_DEV_PRE_ALARM_SINCE_NS,
	};
	unsigned int n;

	if (bg_nl_put_u64(skb, BATTGUARD_A_DEV_BOOTTIME_NS, now->now,
			  BATTGUARD_A_DEV_PAD))
		return -EMSGSIZE;
	for (n = 0; n < BG_NR_SINCE; n++)
		if (bg_nl_put_u64(skb, attrs[n], now->since[n],
				  BATTGUARD_A_DEV_PAD))
			return -EMSGSIZE;
	return 0;
}

/* If a message does not fit, the callers drop all of it. */
static int bg_nl_put_dev(struct sk_buff *skb, struct battguard *bg)
{
	const struct bg_snapshot now = bg_snapshot(bg);
	unsigned int n;

	if (nla_put_u32(skb, BATTGUARD_A_DEV_ID, bg->nl_id) ||
	    nla_put_string(skb, BATTGUARD_A_DEV_NAME, bg->name) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_DEV_INSTANCE, bg->instance,
			  BATTGUARD_A_DEV_PAD) ||
	    bg_nl_put_status(skb, BATTGUARD_A_DEV_STATUS, bg, &now.event) ||
	    bg_nl_put_settings(skb, BATTGUARD_A_DEV_SETTINGS, bg, &now.event) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_DEV_SEQ, now.event.seq,
			  BATTGUARD_A_DEV_PAD) ||
	    bg_nl_put_times(skb, &now))
		return -EMSGSIZE;
	for (n = 0; n < ARRAY_SIZE(bg_nl_dev); n++)
		if (nla_put_u32(skb, bg_nl_dev[n].attr,
				bg_value(bg, &now, bg_nl_dev[n].value)))
			return -EMSGSIZE;
	return 0;
}

static int bg_nl_put_event(struct sk_buff *skb, const struct battguard *bg,
			   const struct bg_event *event, u64 lost)
{
	if (nla_put_u32(skb, BATTGUARD_A_EVENT_DEV_ID, bg->nl_id) ||
	    nla_put_string(skb, BATTGUARD_A_EVENT_DEV_NAME, bg->name) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_EVENT_INSTANCE, bg->instance,
			  BATTGUARD_A_EVENT_PAD) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_EVENT_SEQ, event->seq,
			  BATTGUARD_A_EVENT_PAD) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_EVENT_BOOTTIME_NS, event->boottime,
			  BATTGUARD_A_EVENT_PAD) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_EVENT_REALTIME_NS, event->realtime,
			  BATTGUARD_A_EVENT_PAD) ||
	    nla_put_u32(skb, BATTGUARD_A_EVENT_CHANGED, event->changed) ||
	    nla_put_u32(skb, BATTGUARD_A_EVENT_CAUSE, event->cause) ||
	    nla_put_u32(skb, BATTGUARD_A_EVENT_SETTINGS_CHANGED, event->set) ||
	    bg_nl_put_status(skb, BATTGUARD_A_EVENT_STATUS, bg, event) ||
	    bg_nl_put_settings(skb, BATTGUARD_A_EVENT_SETTINGS, bg, event))
		return -EMSGSIZE;
	if (event->onset && bg_nl_put_u64(skb, BATTGUARD_A_EVENT_ONSET_NS,
					  event->onset, BATTGUARD_A_EVENT_PAD))
		return -EMSGSIZE;
	if (lost && bg_nl_put_u64(skb, BATTGUARD_A_EVENT_LOST, lost,
				  BATTGUARD_A_EVENT_PAD))
		return -EMSGSIZE;
	return 0;
}

/* Called with bg_devices_lock held. Return: the device, or an error. */
static struct battguard *bg_nl_find(struct nlattr *id, struct nlattr *name,
				    struct netlink_ext_ack *extack)
{
	struct battguard *bg;
	unsigned long n;

	if (!id && !name) {
		NL_SET_ERR_MSG(extack, "a device has to be named, by id or name");
		return ERR_PTR(-EINVAL);
	}

	xa_for_each(&bg_devices, n, bg)
		if ((!id || nla_get_u32(id) == n) &&
		    (!name || !nla_strcmp(name, bg->name)))
			return bg;

	NL_SET_BAD_ATTR(extack, id ?: name);
	NL_SET_ERR_MSG(extack, "no such device");
	return ERR_PTR(-ENODEV);
}

static int bg_nl_dev_get(struct sk_buff *skb, struct genl_info *info)
{
	struct battguard *bg;
	struct sk_buff *msg;
	void *hdr;
	int ret;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &bg_family, 0, info->genlhdr->cmd);

	mutex_lock(&bg_devices_lock);
	bg = bg_nl_find(info->attrs[BATTGUARD_A_DEV_ID],
			info->attrs[BATTGUARD_A_DEV_NAME], info->extack);
	ret = PTR_ERR_OR_ZERO(bg);
	if (!ret)
		ret = hdr ? bg_nl_put_dev(msg, bg) : -EMSGSIZE;
	mutex_unlock(&bg_devices_lock);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}

	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* Marked as interrupted when a device came or went since it began. */
static int bg_nl_dev_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = bg_dump_attrs(cb);
	struct nlattr *id = attrs[BATTGUARD_A_DEV_ID];
	struct nlattr *name = attrs[BATTGUARD_A_DEV_NAME];
	struct battguard *bg;
	unsigned long n;
	int ret = 0;

	mutex_lock(&bg_devices_lock);
	cb->seq = bg_generation;
	xa_for_each_start(&bg_devices, n, bg, cb->args[0]) {
		void *hdr;

		if ((id && nla_get_u32(id) != n) ||
		    (name && nla_strcmp(name, bg->name)))
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &bg_family, NLM_F_MULTI,
				  BATTGUARD_CMD_DEV_GET);
		if (!hdr || bg_nl_put_dev(skb, bg)) {
			if (hdr)
				genlmsg_cancel(skb, hdr);
			ret = -EMSGSIZE;
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
		cb->args[0] = n + 1;
	}
	mutex_unlock(&bg_devices_lock);
	return skb->len ? skb->len : ret;
}

/* Return: settings named in a request, with their values in @set, or an error. */
static int bg_nl_parse(struct genl_info *info, struct bg_settings *set)
{
	struct nlattr *attrs[BATTGUARD_A_SETTINGS_MAX + 1];
	struct nlattr *nest = info->attrs[BATTGUARD_A_DEV_SETTINGS];
	int which = 0;
	int n, ret;

	if (!nest)
		return 0;
	/* The policy knows the ranges. */
	ret = nla_parse_nested(attrs, BATTGUARD_A_SETTINGS_MAX, nest,
			       battguard_settings_nl_policy, info->extack);
	if (ret)
		return ret;

	for (n = 0; n < BG_NR_SETTINGS; n++) {
		const struct nlattr *attr =
			attrs[BATTGUARD_A_SETTINGS_ENABLED + n];

		if (!attr)
			continue;
		bg_put_setting(set, n, nla_get_u32(attr));
		which |= BIT(n);
	}
	return which;
}

static int bg_nl_dev_set(struct sk_buff *skb, struct genl_info *info)
{
	struct bg_settings set = { 0 };
	struct battguard *bg;
	int which, ret;

	which = bg_nl_parse(info, &set);
	if (which < 0)
		return which;

	mutex_lock(&bg_devices_lock);
	bg = bg_nl_find(info->attrs[BATTGUARD_A_DEV_ID],
			info->attrs[BATTGUARD_A_DEV_NAME], info->extack);
	ret = PTR_ERR_OR_ZERO(bg);
	if (!ret)
		ret = bg_set_all(bg, which, &set);
	mutex_unlock(&bg_devices_lock);
	return ret;
}

/**
 * struct bg_nl_dump - how far a dump of events has come
 * @id: number of the device, 0 = not begun
 * @seq: number of the next event, 0 = the oldest that is kept
 */
struct bg_nl_dump {
	u32 id;
	u64 seq;
};

static int bg_nl_dump_events(struct sk_buff *skb, struct netlink_callback *cb,
			     struct battguard *bg, struct bg_nl_dump *dump)
{
	struct bg_event event;
	u64 lost;

	while (bg_event_from(bg, dump->seq, &event)) {
		void *hdr;

		/* Events that were asked for and are overwritten by now. */
		lost = dump->seq ? event.seq - dump->seq : 0;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &bg_family, NLM_F_MULTI,
				  BATTGUARD_CMD_EVENT_GET);
		if (!hdr || bg_nl_put_event(skb, bg, &event, lost)) {
			if (hdr)
				genlmsg_cancel(skb, hdr);
			return -EMSGSIZE;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
		dump->seq = event.seq + 1;
	}
	return 0;
}

static int bg_nl_event_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = bg_dump_attrs(cb);
	struct bg_nl_dump *dump = (struct bg_nl_dump *)cb->ctx;
	struct nlattr *seq = attrs[BATTGUARD_A_EVENT_SEQ];
	struct battguard *bg;
	int ret = 0;

	BUILD_BUG_ON(sizeof(*dump) > sizeof(cb->ctx));

	mutex_lock(&bg_devices_lock);
	cb->seq = bg_generation;
	if (dump->id) {
		/*
		 * The device is gone; the end of the dump says that it is torn.
		 */
		bg = xa_load(&bg_devices, dump->id);
	} else {
		bg = bg_nl_find(attrs[BATTGUARD_A_EVENT_DEV_ID],
				attrs[BATTGUARD_A_EVENT_DEV_NAME],
				cb->extack);
		ret = PTR_ERR_OR_ZERO(bg);
		if (!ret) {
			dump->id = bg->nl_id;
			/* There never was an event 0 that could be lost. */
			dump->seq = seq ? max(nla_get_u64(seq), 1ULL) : 0;
		}
	}
	if (!ret && bg)
		ret = bg_nl_dump_events(skb, cb, bg, dump);
	mutex_unlock(&bg_devices_lock);
	return skb->len ? skb->len : ret;
}

static const struct genl_ops bg_nl_ops[] = {
	{
		.cmd = BATTGUARD_CMD_DEV_GET,
		.doit = bg_nl_dev_get,
		.dumpit = bg_nl_dev_dump,
		.policy = battguard_dev_get_do_nl_policy,
		.maxattr = ARRAY_SIZE(battguard_dev_get_do_nl_policy) - 1,
	},
	{
		.cmd = BATTGUARD_CMD_DEV_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = bg_nl_dev_set,
		.policy = battguard_dev_set_nl_policy,
		.maxattr = ARRAY_SIZE(battguard_dev_set_nl_policy) - 1,
	},
	{
		.cmd = BATTGUARD_CMD_EVENT_GET,
		.dumpit = bg_nl_event_dump,
		.policy = battguard_event_get_nl_policy,
		.maxattr = ARRAY_SIZE(battguard_event_get_nl_policy) - 1,
	},
};

static const struct genl_multicast_group bg_nl_groups[] = {
	[BG_GROUP_EVENTS] = { .name = BATTGUARD_MCGRP_EVENTS },
};

static struct genl_family bg_family __ro_after_init = {
	.name = BATTGUARD_FAMILY_NAME,
	.version = BATTGUARD_FAMILY_VERSION,
	.module = THIS_MODULE,
	.ops = bg_nl_ops,
	.n_ops = ARRAY_SIZE(bg_nl_ops),
	.mcgrps = bg_nl_groups,
	.n_mcgrps = ARRAY_SIZE(bg_nl_groups),
};

/**
 * bg_netlink_event() - send an event to those who listen
 * @bg: device
 * @event: what happened
 *
 * Process context. If memory is short the event is not sent, and the gap in the
 * numbers makes listeners ask for it.
 */
void bg_netlink_event(struct battguard *bg, const struct bg_event *event)
{
	struct sk_buff *msg;
	void *hdr;

	if (!genl_has_listeners(&bg_family, &init_net, BG_GROUP_EVENTS))
		return;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &bg_family, 0, BATTGUARD_CMD_EVENT_NTF);
	if (!hdr || bg_nl_put_event(msg, bg, event, 0)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	genlmsg_multicast(&bg_family, msg, 0, BG_GROUP_EVENTS, GFP_KERNEL);
}

/**
 * bg_netlink_add() - let a device be found
 * @bg: device, with a snapshot that is valid
 *
 * Return: 0, or an error.
 */
int bg_netlink_add(struct battguard *bg)
{
	int ret;

	mutex_lock(&bg_devices_lock);
	ret = xa_alloc_cyclic(&bg_devices, &bg->nl_id, bg, xa_limit_31b,
			      &bg_next_id, GFP_KERNEL);
	bg_generation++;
	mutex_unlock(&bg_devices_lock);
	return min(ret, 0);
}

/**
 * bg_netlink_remove() - no handler looks at a device any more
 * @bg: device that was added
 */
void bg_netlink_remove(struct battguard *bg)
{
	mutex_lock(&bg_devices_lock);
	xa_erase(&bg_devices, bg->nl_id);
	bg_generation++;
	mutex_unlock(&bg_devices_lock);
}

/**
 * bg_netlink_init() - register the family, before the first device
 *
 * Return: 0, or an error.
 */
int __init bg_netlink_init(void)
{
	return genl_register_family(&bg_family);
}

/**
 * bg_netlink_exit() - unregister the family, after the last device
 */
void bg_netlink_exit(void)
{
	genl_unregister_family(&bg_family);
	xa_destroy(&bg_devices);
}
