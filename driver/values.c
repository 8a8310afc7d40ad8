// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - every number that sysfs or netlink shows, and every setting
 *
 * Only this file knows where a number comes from and in which unit it is shown,
 * so the interfaces cannot contradict each other.
 */
#include <linux/bits.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "battguard.h"

static u32 bg_ms(u64 ns)
{
	return div_u64(ns, NSEC_PER_MSEC);
}

/* Time left until @when, rounded up: not 0 before it is over. */
static u32 bg_remaining_ms(u64 when)
{
	const u64 t = ktime_get_boottime_ns();

	return when > t ? bg_ms(when - t + NSEC_PER_MSEC - 1) : 0;
}

static u32 bg_seconds(const struct bg_snapshot *now, enum bg_state state)
{
	const u64 t = ktime_get_boottime_ns();
	u64 ns = now->counters.state_ns[state];

	if (state == now->event.view.state && t > now->now)
		ns += t - now->now;
	return div_u64(ns, NSEC_PER_SEC);
}

/* Disconnects left before a lock-out; old ones stop counting as time goes on. */
static int bg_lockout_remaining(const struct battguard *bg,
				const struct bg_snapshot *now)
{
	const struct bg_config *cfg = &bg->params.cfg;

	return bg_discharge_left(&now->discharge, cfg->lockout_count,
				 cfg->lockout_window,
				 max(now->now, ktime_get_boottime_ns()));
}

static u32 bg_view_value(const struct battguard *bg, const struct bg_view *view,
			 unsigned int what)
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
	case BG_VALUE_FAULTY_ALLOW_DISCHARGE:
		return view->faulty & BG_LINES_DISCHARGE;
	case BG_VALUE_FAULTY_ALLOW_CHARGE:
		return (view->faulty & BG_LINES_CHARGE) >> BG_LINE_CHARGE;
	case BG_VALUE_FAULTY_LOW_CELL:
		return (view->faulty & BG_LINES_LOW_CELL) >> BG_LINE_LOW_CELL;
	case BG_VALUE_FAULTY_REMOTE:
		return (view->faulty & BG_LINES_REMOTE) >> BG_LINE_REMOTE_L;
	case BG_VALUE_FAULTY_OUTPUTS:
		return view->out_faulty;
	default:
		return 0;
	}
}

/**
 * bg_event_value() - a number that an event holds
 * @bg: device
 * @event: event
 * @what: which, of the status or of the settings
 *
 * Return: the number, in the unit in which it is shown.
 */
u32 bg_event_value(const struct battguard *bg, const struct bg_event *event,
		   unsigned int what)
{
	const u32 *delay = event->delay_ms;

	switch (what) {
	case BG_VALUE_ENABLED:
		return event->view.enabled;
	case BG_VALUE_CHARGE_BEHAVIOUR:
		return event->view.inhibit;
	case BG_VALUE_MUTE:
		return event->view.mute;
	case BG_VALUE_PRE_ALARM_DELAY_MS:
		return delay[BG_SET_PRE_ALARM_DELAY_MS - BG_FIRST_DELAY];
	case BG_VALUE_RESTORE_DELAY_MS:
		return delay[BG_SET_RESTORE_DELAY_MS - BG_FIRST_DELAY];
	case BG_VALUE_LOAD_RECONNECT_DELAY_MS:
		return delay[BG_SET_LOAD_RECONNECT_DELAY_MS - BG_FIRST_DELAY];
	default:
		return bg_view_value(bg, &event->view, what);
	}
}

/**
 * bg_value() - a number of a device
 * @bg: device
 * @now: its snapshot
 * @what: which
 *
 * Return: the number, in the unit in which it is shown; of one with a sign, its
 * bits.
 */
u32 bg_value(const struct battguard *bg, const struct bg_snapshot *now,
	     unsigned int what)
{
	switch (what) {
	case BG_VALUE_PRE_ALARM_REMAINING_MS:
		return bg_remaining_ms(now->load_safe_until);
	case BG_VALUE_LOAD_RETURNS_MS:
		return bg_remaining_ms(now->load_returns);
	case BG_VALUE_LOCKOUT_REMAINING:
		return bg_lockout_remaining(bg, now);
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
		return bg_event_value(bg, &now->event, what);
	}
}

/**
 * bg_note_delays() - give an event the delays in force, in ms
 * @event: event
 * @set: settings in force
 */
void bg_note_delays(struct bg_event *event, const struct bg_settings *set)
{
	u32 *delay = event->delay_ms;

	delay[BG_SET_PRE_ALARM_DELAY_MS - BG_FIRST_DELAY] =
		bg_ms(set->pre_alarm_delay);
	delay[BG_SET_RESTORE_DELAY_MS - BG_FIRST_DELAY] =
		bg_ms(set->restore_delay);
	delay[BG_SET_LOAD_RECONNECT_DELAY_MS - BG_FIRST_DELAY] =
		bg_ms(set->reconnect_delay);
}

/**
 * bg_put_setting() - a setting as the decision takes it
 * @set: settings to change
 * @id: setting
 * @value: its value, valid, in the unit in which it is shown
 */
void bg_put_setting(struct bg_settings *set, enum bg_setting id, u32 value)
{
	switch (id) {
	case BG_SET_ENABLED:
		set->enabled = value;
		break;
	case BG_SET_CHARGE_BEHAVIOUR:
		set->inhibit = value;
		break;
	case BG_SET_MUTE:
		set->mute = value;
		break;
	case BG_SET_PRE_ALARM_DELAY_MS:
		set->pre_alarm_delay = BG_MS(value);
		break;
	case BG_SET_RESTORE_DELAY_MS:
		set->restore_delay = BG_MS(value);
		break;
	case BG_SET_LOAD_RECONNECT_DELAY_MS:
		set->reconnect_delay = BG_MS(value);
		break;
	case BG_NR_SETTINGS:
		break;
	}
}
