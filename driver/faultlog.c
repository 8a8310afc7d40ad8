// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - faults in the log
 *
 * One line when a fault begins, one when it ends. A fault that comes again
 * within a minute of its end waits for the end of that minute, and is left out
 * if it is over by then: so a loose contact writes two lines a minute, and what
 * the log says last is true, or was within the last minute. Each line and each
 * output of each device has its own minute, so that no fault hides another.
 */
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/timekeeping.h>

#include "battguard.h"

#define BG_HUSH_NS	BG_SEC(60)

static void bg_log_fault(struct battguard *bg, unsigned int n, bool faulty)
{
	if (n >= BG_LINES_MAX && faulty)
		dev_warn(bg->dev, "output %s does not obey\n",
			 bg_out_name(n - BG_LINES_MAX));
	else if (n >= BG_LINES_MAX)
		dev_info(bg->dev, "output %s obeys again\n",
			 bg_out_name(n - BG_LINES_MAX));
	else if (faulty)
		dev_warn(bg->dev,
			 "%s line %u bounces or cannot be read, taken as open\n",
			 bg_line_kind(n), bg_line_index(n));
	else
		dev_info(bg->dev, "%s line %u is well again\n",
			 bg_line_kind(n), bg_line_index(n));
}

/**
 * bg_log_faults() - bring the log up to date
 * @bg: device
 * @view: what there is to say
 *
 * Process context, from bg_tell() alone.
 */
void bg_log_faults(struct battguard *bg, const struct bg_view *view)
{
	const u32 faults = view->faulty | (u32)view->out_faulty << BG_LINES_MAX;
	const u64 now = ktime_get_boottime_ns();
	struct bg_fault_log *log = &bg->fault_log;
	u64 turn = BG_NEVER;
	unsigned int n;

	for (n = 0; n < BG_FAULTS; n++) {
		const bool faulty = faults & BIT(n);

		if (faulty == !!(log->said & BIT(n)))
			continue;
		if (faulty && now < log->hush[n]) {
			turn = min(turn, log->hush[n]);
			continue;
		}
		log->said ^= BIT(n);
		if (!faulty)
			log->hush[n] = now + BG_HUSH_NS;
		bg_log_fault(bg, n, faulty);
	}

	WRITE_ONCE(log->waits, false);
	if (turn == BG_NEVER)
		return;
	WRITE_ONCE(log->turn,
		   jiffies + nsecs_to_jiffies(turn - now) + 1);
	/* Pairs with the one in bg_log_due(): @turn comes first. */
	smp_store_release(&log->waits, true);
}

/**
 * bg_log_due() - has some fault its turn now?
 * @bg: device
 *
 * Any context; asked by the look of each second.
 *
 * Return: true if bg_tell() has something to log.
 */
bool bg_log_due(const struct battguard *bg)
{
	/* Pairs with the one in bg_log_faults(): then @turn is known, too. */
	return smp_load_acquire(&bg->fault_log.waits) &&
	       time_after_eq(jiffies, READ_ONCE(bg->fault_log.turn));
}
