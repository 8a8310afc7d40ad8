// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the heartbeat for an external watchdog (pure)
 *
 * It says that the guard works: that evaluations are made, and that what they
 * switch off goes off. Where the line can no longer cut the load or the
 * charger, the watchdog can.
 */
#include "heartbeat.h"

/**
 * bg_heartbeat_step() - does it beat now?
 * @heart: heartbeat
 * @astray: for how long the load or the charger, whichever is longer, may have
 *	been on although it was decided off, in ns
 * @now: present time in ns
 *
 * Return: true if the level has changed.
 */
bool bg_heartbeat_step(struct bg_heartbeat *heart, u64 astray, u64 now)
{
	heart->stopped = astray >= BG_FEAR_NS;
	if (heart->stopped || now < heart->beat)
		return false;

	heart->level = !heart->level;
	heart->beat = bg_after(now, BG_HEARTBEAT_NS);
	return true;
}
