/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - generic netlink, for kernels without networking stubbed out
 */
#ifndef BATTGUARD_NETLINK_H
#define BATTGUARD_NETLINK_H

struct battguard;
struct bg_event;

#ifdef CONFIG_NET
int bg_netlink_init(void);
void bg_netlink_exit(void);
int bg_netlink_add(struct battguard *bg);
void bg_netlink_remove(struct battguard *bg);
void bg_netlink_event(struct battguard *bg, const struct bg_event *event);
#else
static inline int bg_netlink_init(void)
{
	return 0;
}

static inline void bg_netlink_exit(void)
{
}

static inline int bg_netlink_add(struct battguard *bg)
{
	return 0;
}

static inline void bg_netlink_remove(struct battguard *bg)
{
}

static inline void bg_netlink_event(struct battguard *bg,
				    const struct bg_event *event)
{
}
#endif

#endif
