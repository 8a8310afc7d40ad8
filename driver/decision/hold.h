/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - a condition that counts only after it has held for a while (pure)
 */
#ifndef BATTGUARD_HOLD_H
#define BATTGUARD_HOLD_H

#include "pure.h"

/**
 * struct bg_hold - a condition and its restore time
 * @since: when the condition began to hold, in ns
 * @holds: the condition held at the latest evaluation
 * @granted: it has held for the restore time
 *
 * Granted is a latch: a restore time that is raised later takes nothing away.
 */
struct bg_hold {
	u64 since;
	bool holds;
	bool granted;
};

static inline void bg_hold_init(struct bg_hold *hold, bool holds, u64 now)
{
	hold->since = now;
	hold->holds = holds;
	hold->granted = holds;
}

static inline void bg_hold_step(struct bg_hold *hold, bool holds, u64 restore,
				u64 now)
{
	if (holds && !hold->holds)
		hold->since = now;
	hold->holds = holds;
	hold->granted = holds &&
			(hold->granted || now - hold->since >= restore);
}

/* It holds, and needs nothing but time to be granted. */
static inline bool bg_hold_pending(const struct bg_hold *hold)
{
	return hold->holds && !hold->granted;
}

static inline u64 bg_hold_deadline(const struct bg_hold *hold, u64 restore)
{
	return bg_hold_pending(hold) ? bg_after(hold->since, restore) :
				       BG_NEVER;
}

#endif
