/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the heartbeat for an external watchdog (pure)
 */
#ifndef BATTGUARD_HEARTBEAT_H
#define BATTGUARD_HEARTBEAT_H

#include "pure.h"

/* Half a period. */
#define BG_HEARTBEAT_NS		BG_MS(500)
/* An off that is not confirmed for this time is left to the watchdog. */
#define BG_FEAR_NS		BG_SEC(5)

/**
 * struct bg_heartbeat - the heartbeat
 * @beat: when it changes next, in ns
 * @level: its level
 * @stopped: an output may be on that must not be
 */
struct bg_heartbeat {
	u64 beat;
	bool level;
	bool stopped;
};

/* It starts with a beat. */
static inline void bg_heartbeat_init(struct bg_heartbeat *heart, u64 now)
{
	*heart = (struct bg_heartbeat) { .beat = now };
}

/* When it needs the next evaluation. What makes it go on again is a report. */
static inline u64 bg_heartbeat_deadline(const struct bg_heartbeat *heart)
{
	return heart->stopped ? BG_NEVER : heart->beat;
}

bool bg_heartbeat_step(struct bg_heartbeat *heart, u64 astray, u64 now);

#endif
