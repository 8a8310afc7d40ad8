// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the charge path: may the chargers charge? (pure)
 *
 * Whatever forbids charging acts at once. The battery's permission counts again
 * once it has held for the restore time. To turn the charger on takes lines that
 * were heard in time, to leave it on does not. Under-voltage plays no part here:
 * an empty bank must be able to recover.
 */
#include "charge.h"

/**
 * bg_charge_init() - start the path, off
 * @path: path to start
 * @in: the first inputs; a permission that is there counts as long held
 * @now: present time in ns
 */
void bg_charge_init(struct bg_charge *path, const struct bg_charge_in *in,
		    u64 now)
{
	bg_hold_init(&path->allowed, in->allowed, now);
	path->on = false;
}

/**
 * bg_charge_step() - decide
 * @path: path
 * @restore: time the permission has to hold, in ns
 * @in: inputs after the line filter
 * @now: present time in ns
 */
void bg_charge_step(struct bg_charge *path, u64 restore,
		    const struct bg_charge_in *in, u64 now)
{
	bg_hold_step(&path->allowed, in->allowed, restore, now);
	path->on = in->permit && path->allowed.granted && !in->inhibited &&
		   !in->blocked && (path->on || in->heard);
}
