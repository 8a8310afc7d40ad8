// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - every number that a device tells, by sysfs or netlink
 *
 * One place that knows where it comes from and in which unit it is told, so
 * that the interfaces cannot contradict each other.
 */
#include <linux/bits.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "battguard.h"

static u32 bg_ms(u64 ns)
{
	return div_u64(ns, NSEC_PER_MSEC);
}

static u32 bg_remaining_ms(const struct bg_snapshot *now)
{
	const u64 t = ktime_get_boottime_ns();

	if (now->load_safe_until <= t)
		return 0;
	/* Not 0 before it is over. */
	return bg_ms(now->load_safe_until - t + NSEC_PER_MSEC - 1);
}

static u32 bg_seconds(const struct bg_snapshot *now, enum bg_state state)
{
	const u64 t = ktime_get_boottime_ns();
	u64 ns = now->counters.state_ns[state];

	if (state == now->view.state && t > now->now)
		ns += t - now->now;
	return div_u64(ns, NSEC_PER_SEC);
}

/**
 * bg_view_value() - a number that a view holds
 * @bg: device
 * @view: view
 * @what: which, up to %BG_VALUE_VIEW_LAST
 *
 * Return: the number, in the unit in which it is told.
 */
u32 bg_view_value(const struct battguard *bg, const struct bg_view *view,
		  enum bg_value what)
{
	const u32 open = bg->params.cfg.lines & ~view->lines;

	switch (what) {
	case BG_VALUE_STATE:
		return view->state;
	case BG_VALUE_OUTPUTS:
		return view->outputs;
	case BG_VALUE_LOAD:
		return !!(view->outputs & BIT(BG_OUT_LOAD));
	case BG_VALUE_CHARGER:
		return !!(view->outputs & BIT(BG_OUT_CHARGER));
	case BG_VALUE_PRE_ALARM:
		return !!(view->outputs & BIT(BG_OUT_PRE_ALARM));
	case BG_VALUE_ALLOW_DISCHARGE:
		return !(open & BG_LINES_DISCHARGE);
	case BG_VALUE_ALLOW_CHARGE:
		return !(open & BG_LINES_CHARGE);
	case BG_VALUE_LOW_CELL:
		return !!(view->lines & BG_LINES_LOW_CELL);
	case BG_VALUE_REMOTE:
		return view->remote;
	case BG_VALUE_CHAINS:
		return bg->params.cfg.lines & BG_LINES_DISCHARGE;
	case BG_VALUE_ALLOW_DISCHARGE_CHAINS:
		return view->lines & BG_LINES_DISCHARGE;
	case BG_VALUE_ALLOW_CHARGE_CHAINS:
		return (view->lines & BG_LINES_CHARGE) >> BG_LINE_CHARGE;
	case BG_VALUE_LOW_CELL_CHAINS:
		return (view->lines & BG_LINES_LOW_CELL) >> BG_LINE_LOW_CELL;
	case BG_VALUE_LOAD_OFF_REASONS:
		return view->load_reasons;
	case BG_VALUE_CHARGER_OFF_REASONS:
		return view->charger_reasons;
	case BG_VALUE_FAULTY_LINES:
		return view->faulty;
	case BG_VALUE_FAULTY_OUTPUTS:
		return view->out_faulty;
	case BG_VALUE_ENABLED:
		return view->enabled;
	case BG_VALUE_INHIBIT:
		return view->inhibit;
	case BG_VALUE_MUTE:
		return view->mute;
	default:
		return 0;
	}
}

/**
 * bg_value() - a number that a device tells
 * @bg: device
 * @now: its snapshot
 * @what: which
 *
 * Return: the number, in the unit in which it is told.
 */
u32 bg_value(const struct battguard *bg, const struct bg_snapshot *now,
	     enum bg_value what)
{
	switch (what) {
	case BG_VALUE_PRE_ALARM_REMAINING_MS:
		return bg_remaining_ms(now);
	case BG_VALUE_PRE_ALARM_DELAY_MS:
		return bg_ms(now->set.pre_alarm_delay);
	case BG_VALUE_RESTORE_DELAY_MS:
		return bg_ms(now->set.restore_delay);
	case BG_VALUE_RECONNECT_DELAY_MS:
		return bg_ms(now->set.reconnect_delay);
	case BG_VALUE_PRE_ALARMS:
		return now->counters.pre_alarms;
	case BG_VALUE_LOAD_DISCONNECTS:
		return now->counters.load_disconnects;
	case BG_VALUE_CHARGER_DISCONNECTS:
		return now->counters.charger_disconnects;
	case BG_VALUE_REMOTE_OFFS:
		return now->counters.remote_offs;
	case BG_VALUE_FAULTS:
		return now->counters.faults;
	case BG_VALUE_SECONDS_NORMAL:
		return bg_seconds(now, BG_NORMAL);
	case BG_VALUE_SECONDS_PRE_ALARM:
		return bg_seconds(now, BG_PRE_ALARM);
	case BG_VALUE_SECONDS_LOAD_OFF:
		return bg_seconds(now, BG_LOAD_OFF);
	case BG_VALUE_SECONDS_STANDBY:
		return bg_seconds(now, BG_STANDBY);
	default:
		return bg_view_value(bg, &now->view, what);
	}
}
