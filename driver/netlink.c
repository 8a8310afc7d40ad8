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
#include <linux/srcu.h>
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
/*
 * Changes when a device comes or goes, after it and before the next one does, so
 * that a dump knows that it is torn. The mutex is for those who come and go.
 */
static u32 bg_generation = 1;
static DEFINE_MUTEX(bg_listing);
/*
 * A handler's reference to the devices that it has found: they are not freed before
 * it is given back. Handlers do not wait for each other, and none waits for
 * userspace while it has one.
 */
DEFINE_STATIC_SRCU(bg_handlers);

static struct genl_family bg_family;

/* Out of line like the next two, as all have many callers. */
static noinline int bg_nl_put_u32(struct sk_buff *skb, int attr, u32 value)
{
	return nla_put_u32(skb, attr, value);
}

static noinline int bg_nl_put_u64(struct sk_buff *skb, int attr,
				  const u64 *value, int pad)
{
	return nla_put_64bit(skb, attr, sizeof(*value), value, pad);
}

/* The numbers of a table. */
static int bg_nl_put_table(struct sk_buff *skb, const struct bg_nl_value *table,
			   unsigned int count, const u32 *value)
{
	unsigned int n;

	for (n = 0; n < count; n++)
		if (bg_nl_put_u32(skb, table[n].attr, value[table[n].value]))
			return -EMSGSIZE;
	return 0;
}

/* The same in a nest of their own. */
static noinline int bg_nl_put_nest(struct sk_buff *skb, int type,
				   const struct bg_nl_value *table,
				   unsigned int count, const u32 *value)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest || bg_nl_put_table(skb, table, count, value))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int bg_nl_put_status(struct sk_buff *skb, int type, const u32 *value)
{
	return bg_nl_put_nest(skb, type, bg_nl_status, ARRAY_SIZE(bg_nl_status),
			      value);
}

static int bg_nl_put_settings(struct sk_buff *skb, int type, const u32 *value)
{
	return bg_nl_put_nest(skb, type, bg_nl_settings,
			      ARRAY_SIZE(bg_nl_settings), value);
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

	if (bg_nl_put_u64(skb, BATTGUARD_A_DEV_BOOTTIME_NS, &now->now,
			  BATTGUARD_A_DEV_PAD))
		return -EMSGSIZE;
	for (n = 0; n < BG_NR_SINCE; n++)
		if (bg_nl_put_u64(skb, attrs[n], &now->since[n],
				  BATTGUARD_A_DEV_PAD))
			return -EMSGSIZE;
	return 0;
}

/* If a message does not fit, the callers drop all of it. */
static int bg_nl_put_dev(struct sk_buff *skb, struct battguard *bg)
{
	const struct bg_snapshot now = bg_snapshot(bg);
	u32 value[BG_NR_SHOWN];

	bg_values(bg, &now, value);
	if (bg_nl_put_u32(skb, BATTGUARD_A_DEV_ID, bg->nl_id) ||
	    nla_put_string(skb, BATTGUARD_A_DEV_NAME, bg->name) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_DEV_INSTANCE, &bg->instance,
			  BATTGUARD_A_DEV_PAD) ||
	    bg_nl_put_status(skb, BATTGUARD_A_DEV_STATUS, value) ||
	    bg_nl_put_settings(skb, BATTGUARD_A_DEV_SETTINGS, value) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_DEV_SEQ, &now.event.seq,
			  BATTGUARD_A_DEV_PAD) ||
	    bg_nl_put_times(skb, &now) ||
	    bg_nl_put_table(skb, bg_nl_dev, ARRAY_SIZE(bg_nl_dev), value))
		return -EMSGSIZE;
	return 0;
}

static int bg_nl_put_event(struct sk_buff *skb, const struct battguard *bg,
			   const struct bg_event *event, u64 lost)
{
	u32 value[BG_NR_SHOWN];

	bg_event_values(bg, event, value);
	if (bg_nl_put_u32(skb, BATTGUARD_A_EVENT_DEV_ID, bg->nl_id) ||
	    nla_put_string(skb, BATTGUARD_A_EVENT_DEV_NAME, bg->name) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_EVENT_INSTANCE, &bg->instance,
			  BATTGUARD_A_EVENT_PAD) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_EVENT_SEQ, &event->seq,
			  BATTGUARD_A_EVENT_PAD) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_EVENT_BOOTTIME_NS, &event->boottime,
			  BATTGUARD_A_EVENT_PAD) ||
	    bg_nl_put_u64(skb, BATTGUARD_A_EVENT_REALTIME_NS, &event->realtime,
			  BATTGUARD_A_EVENT_PAD) ||
	    bg_nl_put_u32(skb, BATTGUARD_A_EVENT_CHANGED, event->changed) ||
	    bg_nl_put_u32(skb, BATTGUARD_A_EVENT_CAUSE, event->cause) ||
	    bg_nl_put_u32(skb, BATTGUARD_A_EVENT_SETTINGS_CHANGED,
			  event->set) ||
	    bg_nl_put_status(skb, BATTGUARD_A_EVENT_STATUS, value) ||
	    bg_nl_put_settings(skb, BATTGUARD_A_EVENT_SETTINGS, value))
		return -EMSGSIZE;
	if (event->onset && bg_nl_put_u64(skb, BATTGUARD_A_EVENT_ONSET_NS,
					  &event->onset, BATTGUARD_A_EVENT_PAD))
		return -EMSGSIZE;
	if (lost && bg_nl_put_u64(skb, BATTGUARD_A_EVENT_LOST, &lost,
				  BATTGUARD_A_EVENT_PAD))
		return -EMSGSIZE;
	return 0;
}

/*
 * A message about an event, or without one, about the device as it is.
 *
 * Return: the message, or NULL where it does not fit.
 */
static struct nlmsghdr *bg_nl_put(struct sk_buff *skb, u32 portid, u32 seq,
				  u8 cmd, struct battguard *bg,
				  const struct bg_event *event, u64 lost)
{
	void *hdr = genlmsg_put(skb, portid, seq, &bg_family, 0, cmd);

	if (!hdr || (event ? bg_nl_put_event(skb, bg, event, lost) :
			     bg_nl_put_dev(skb, bg))) {
		genlmsg_cancel(skb, hdr);
		return NULL;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_nlhdr(hdr);
}

/* The next two are called inside bg_handlers. Return: a device, from number @n on. */
static noinline struct battguard *bg_nl_next(unsigned long *n,
					     const struct nlattr *id,
					     const struct nlattr *name)
{
	struct battguard *bg;

	xa_for_each_start(&bg_devices, *n, bg, *n)
		if ((!id || nla_get_u32(id) == *n) &&
		    (!name || !nla_strcmp(name, bg->name)))
			return bg;
	return NULL;
}

/* Return: the device that is named, or an error. */
static struct battguard *bg_nl_find(struct nlattr *id, struct nlattr *name,
				    struct netlink_ext_ack *extack)
{
	struct battguard *bg;
	unsigned long n = 0;

	if (!id && !name) {
		NL_SET_ERR_MSG(extack, "a device has to be named, by id or name");
		return ERR_PTR(-EINVAL);
	}

	bg = bg_nl_next(&n, id, name);
	if (bg)
		return bg;

	NL_SET_BAD_ATTR(extack, id ?: name);
	NL_SET_ERR_MSG(extack, "no such device");
	return ERR_PTR(-ENODEV);
}

static int bg_nl_dev_get(struct sk_buff *skb, struct genl_info *info)
{
	struct battguard *bg;
	struct sk_buff *msg;
	int idx, ret;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;

	idx = srcu_read_lock(&bg_handlers);
	bg = bg_nl_find(info->attrs[BATTGUARD_A_DEV_ID],
			info->attrs[BATTGUARD_A_DEV_NAME], info->extack);
	ret = PTR_ERR_OR_ZERO(bg);
	if (!ret && !bg_nl_put(msg, info->snd_portid, info->snd_seq,
			       BATTGUARD_CMD_DEV_GET, bg, NULL, 0))
		ret = -EMSGSIZE;
	srcu_read_unlock(&bg_handlers, idx);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	return genlmsg_reply(msg, info);
}

/* Settings named in a request, whose policy has looked at all of them. */
static u32 bg_nl_settings_in(const struct nlattr *nest, struct bg_settings *set)
{
	const struct nlattr *attr;
	u32 which = 0;
	int rest;

	nla_for_each_nested(attr, nest, rest) {
		const unsigned int id =
			nla_type(attr) - BATTGUARD_A_SETTINGS_ENABLED;

		bg_put_setting(set, id, nla_get_u32(attr));
		which |= BIT(id);
	}
	return which;
}

static int bg_nl_dev_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[BATTGUARD_A_DEV_SETTINGS];
	struct bg_settings set = { 0 };
	u32 which = nest ? bg_nl_settings_in(nest, &set) : 0;
	struct battguard *bg;
	int idx, ret;

	idx = srcu_read_lock(&bg_handlers);
	bg = bg_nl_find(info->attrs[BATTGUARD_A_DEV_ID],
			info->attrs[BATTGUARD_A_DEV_NAME], info->extack);
	ret = PTR_ERR_OR_ZERO(bg);
	if (!ret)
		ret = bg_set_all(bg, which, &set);
	srcu_read_unlock(&bg_handlers, idx);
	return ret;
}

/* Such a message as part of a dump. */
static int bg_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			  u8 cmd, struct battguard *bg,
			  const struct bg_event *event, u64 lost)
{
	struct nlmsghdr *nlh;

	nlh = bg_nl_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			cmd, bg, event, lost);
	if (!nlh)
		return -EMSGSIZE;
	nlh->nlmsg_flags |= NLM_F_MULTI;
	nl_dump_check_consistent(cb, nlh);
	return 0;
}

/* Marked as interrupted when a device came or went since it began. */
static int bg_nl_dump_devs(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = bg_dump_attrs(cb);
	unsigned long n = cb->args[0];
	struct battguard *bg;
	int ret;

	/*
	 * Pairs with the one in bg_nl_changed(): the devices come after. Those of an
	 * earlier call come before, by the end of bg_handlers there.
	 */
	cb->seq = smp_load_acquire(&bg_generation);
	while ((bg = bg_nl_next(&n, attrs[BATTGUARD_A_DEV_ID],
				attrs[BATTGUARD_A_DEV_NAME]))) {
		ret = bg_nl_dump_one(skb, cb, BATTGUARD_CMD_DEV_GET, bg, NULL,
				     0);
		if (ret)
			return ret;
		cb->args[0] = ++n;
	}
	return 0;
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

/* Marked as interrupted when the device went before it ended. */
static int bg_nl_dump_events(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = bg_dump_attrs(cb);
	struct bg_nl_dump *dump = (struct bg_nl_dump *)cb->ctx;
	struct nlattr *seq = attrs[BATTGUARD_A_EVENT_SEQ];
	struct bg_event event;
	struct battguard *bg;
	int ret;

	BUILD_BUG_ON(sizeof(*dump) > sizeof(cb->ctx));

	if (dump->id) {
		bg = xa_load(&bg_devices, dump->id);
	} else {
		bg = bg_nl_find(attrs[BATTGUARD_A_EVENT_DEV_ID],
				attrs[BATTGUARD_A_EVENT_DEV_NAME],
				cb->extack);
		if (IS_ERR(bg))
			return PTR_ERR(bg);
		dump->id = bg->nl_id;
		/* There never was an event 0 that could be lost. */
		dump->seq = seq ? max(nla_get_u64(seq), 1ULL) : 0;
	}

	/* Another number than before says that the dump is torn. */
	cb->seq = bg ? dump->id : 0;
	while (bg && bg_event_from(bg, dump->seq, &event)) {
		/* Events that were asked for and are overwritten by now. */
		ret = bg_nl_dump_one(skb, cb, BATTGUARD_CMD_EVENT_GET, bg,
				     &event,
				     dump->seq ? event.seq - dump->seq : 0);
		if (ret)
			return ret;
		dump->seq = event.seq + 1;
	}
	return 0;
}

static int bg_nl_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	int idx, ret;

	idx = srcu_read_lock(&bg_handlers);
	ret = request->cmd == BATTGUARD_CMD_DEV_GET ?
	      bg_nl_dump_devs(skb, cb) : bg_nl_dump_events(skb, cb);
	srcu_read_unlock(&bg_handlers, idx);
	return skb->len ?: ret;
}

static const struct genl_ops bg_nl_ops[] = {
	{
		.cmd = BATTGUARD_CMD_DEV_GET,
		.doit = bg_nl_dev_get,
		.dumpit = bg_nl_dump,
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
		.dumpit = bg_nl_dump,
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
	.parallel_ops = true,
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

	if (!genl_has_listeners(&bg_family, &init_net, BG_GROUP_EVENTS))
		return;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return;
	if (!bg_nl_put(msg, 0, 0, BATTGUARD_CMD_EVENT_NTF, bg, event, 0)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_multicast(&bg_family, msg, 0, BG_GROUP_EVENTS, GFP_KERNEL);
}

/* After a device came or went, under bg_listing. */
static void bg_nl_changed(void)
{
	/* Pairs with the one in bg_nl_dump_devs(): the devices come first. */
	smp_store_release(&bg_generation, bg_generation + 1);
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

	mutex_lock(&bg_listing);
	ret = xa_alloc_cyclic(&bg_devices, &bg->nl_id, bg, xa_limit_31b,
			      &bg_next_id, GFP_KERNEL);
	bg_nl_changed();
	mutex_unlock(&bg_listing);
	return min(ret, 0);
}

/**
 * bg_netlink_remove() - no handler looks at a device any more
 * @bg: device that was added
 *
 * May sleep until those that have found it are through with it, which they are
 * without anybody's help.
 */
void bg_netlink_remove(struct battguard *bg)
{
	mutex_lock(&bg_listing);
	xa_erase(&bg_devices, bg->nl_id);
	bg_nl_changed();
	mutex_unlock(&bg_listing);
	synchronize_srcu(&bg_handlers);
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
