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

/* Time left at @t until @when, rounded up: not 0 before it is over. */
static u32 bg_remaining_ms(u64 when, u64 t)
{
	return when > t ? bg_ms(when - t + NSEC_PER_MSEC - 1) : 0;
}

static u32 bg_seconds(const struct bg_snapshot *now, enum bg_state state, u64 t)
{
	u64 ns = now->counters.state_ns[state];

	if (state == now->event.view.state && t > now->now)
		ns += t - now->now;
	return div_u64(ns, NSEC_PER_SEC);
}

/* Disconnects left before a lock-out; old ones stop counting as time goes on. */
static int bg_lockout_remaining(const struct battguard *bg,
				const struct bg_snapshot *now, u64 t)
{
	const struct bg_config *cfg = &bg->params.cfg;

	return bg_discharge_left(&now->discharge, cfg->lockout_count,
				 cfg->lockout_window, max(now->now, t));
}

/**
 * bg_event_values() - the numbers that an event holds
 * @bg: device
 * @event: event
 * @value: set to those of the status and of the settings, in the units in which
 *	they are shown; %BG_NR_SHOWN by &enum bg_value
 */
void bg_event_values(const struct battguard *bg, const struct bg_event *event,
		     u32 *value)
{
	const struct bg_view *view = &event->view;
	const u32 lines = view->lines;
	const u32 faulty = view->faulty;
	const u32 open = bg->params.cfg.lines & ~lines;
	const u32 *delay = event->delay_ms;

	value[BG_VALUE_STATE] = view->state;
	value[BG_VALUE_OUTPUTS] = view->outputs;
	value[BG_VALUE_LOAD] = !!(view->outputs & BIT(BG_OUT_LOAD));
	value[BG_VALUE_CHARGER] = !!(view->outputs & BIT(BG_OUT_CHARGER));
	value[BG_VALUE_PRE_ALARM] = !!(view->outputs & BIT(BG_OUT_PRE_ALARM));
	value[BG_VALUE_ALLOW_DISCHARGE] = !(open & BG_LINES_DISCHARGE);
	value[BG_VALUE_ALLOW_CHARGE] = !(open & BG_LINES_CHARGE);
	value[BG_VALUE_LOW_CELL] = !!(lines & BG_LINES_LOW_CELL);
	value[BG_VALUE_REMOTE] = view->remote;
	value[BG_VALUE_CHAINS] = bg->params.cfg.lines & BG_LINES_DISCHARGE;
	value[BG_VALUE_ALLOW_DISCHARGE_CHAINS] = lines & BG_LINES_DISCHARGE;
	value[BG_VALUE_ALLOW_CHARGE_CHAINS] =
		(lines & BG_LINES_CHARGE) >> BG_LINE_CHARGE;
	value[BG_VALUE_LOW_CELL_CHAINS] =
		(lines & BG_LINES_LOW_CELL) >> BG_LINE_LOW_CELL;
	value[BG_VALUE_LOAD_OFF_REASONS] = view->load_reasons;
	value[BG_VALUE_CHARGER_OFF_REASONS] = view->charger_reasons;
	value[BG_VALUE_FAULTY_ALLOW_DISCHARGE] = faulty & BG_LINES_DISCHARGE;
	value[BG_VALUE_FAULTY_ALLOW_CHARGE] =
		(faulty & BG_LINES_CHARGE) >> BG_LINE_CHARGE;
	value[BG_VALUE_FAULTY_LOW_CELL] =
		(faulty & BG_LINES_LOW_CELL) >> BG_LINE_LOW_CELL;
	value[BG_VALUE_FAULTY_REMOTE] =
		(faulty & BG_LINES_REMOTE) >> BG_LINE_REMOTE_L;
	value[BG_VALUE_FAULTY_OUTPUTS] = view->out_faulty;

	value[BG_VALUE_ENABLED] = view->enabled;
	value[BG_VALUE_CHARGE_BEHAVIOUR] = view->inhibit;
	value[BG_VALUE_MUTE] = view->mute;
	value[BG_VALUE_PRE_ALARM_DELAY_MS] =
		delay[BG_SET_PRE_ALARM_DELAY_MS - BG_FIRST_DELAY];
	value[BG_VALUE_RESTORE_DELAY_MS] =
		delay[BG_SET_RESTORE_DELAY_MS - BG_FIRST_DELAY];
	value[BG_VALUE_LOAD_RECONNECT_DELAY_MS] =
		delay[BG_SET_LOAD_RECONNECT_DELAY_MS - BG_FIRST_DELAY];
}

/**
 * bg_values() - all numbers of a device
 * @bg: device
 * @now: its snapshot
 * @value: set to them, in the units in which they are shown, and to the bits of
 *	one with a sign; %BG_NR_SHOWN by &enum bg_value
 */
void bg_values(const struct battguard *bg, const struct bg_snapshot *now,
	       u32 *value)
{
	static const u8 seconds[BG_NR_STATES] = {
		[BG_NORMAL] = BG_VALUE_SECONDS_NORMAL,
		[BG_PRE_ALARM] = BG_VALUE_SECONDS_PRE_ALARM,
		[BG_LOAD_OFF] = BG_VALUE_SECONDS_LOAD_OFF,
		[BG_STANDBY] = BG_VALUE_SECONDS_STANDBY,
	};
	const struct bg_counters *counters = &now->counters;
	const u64 t = ktime_get_boottime_ns();
	unsigned int n;

	bg_event_values(bg, &now->event, value);
	value[BG_VALUE_PRE_ALARM_REMAINING_MS] =
		bg_remaining_ms(now->load_safe_until, t);
	value[BG_VALUE_LOAD_RETURNS_MS] =
		bg_remaining_ms(now->load_returns, t);
	value[BG_VALUE_LOCKOUT_REMAINING] = bg_lockout_remaining(bg, now, t);
	value[BG_VALUE_PRE_ALARMS] = counters->pre_alarms;
	value[BG_VALUE_LOAD_DISCONNECTS] = counters->load_disconnects;
	value[BG_VALUE_CHARGER_DISCONNECTS] = counters->charger_disconnects;
	value[BG_VALUE_REMOTE_OFFS] = counters->remote_offs;
	value[BG_VALUE_FAULTS] = counters->faults;
	for (n = 0; n < BG_NR_STATES; n++)
		value[seconds[n]] = bg_seconds(now, n, t);
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
