// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the observer's rules about what is decided
 */
#include "observer.h"

/**
 * obs_start() - begin to watch
 * @o: observer
 * @cfg: board
 * @set: settings to start with
 * @now: present time in ns
 */
void obs_start(struct observer *o, const struct bg_config *cfg,
	       const struct bg_settings *set, u64 now)
{
	*o = (struct observer) { .cfg = *cfg, .set = *set, .now = now };
	o->state = BG_STANDBY;
	o->view.state = BG_STANDBY;
}

/**
 * obs_restored() - a time without a guard is over, in which all outputs were off
 * @o: observer
 * @now: present time in ns
 */
void obs_restored(struct observer *o, u64 now)
{
	unsigned int n;

	o->now = now > o->now ? now : o->now;
	o->bound = false;
	o->restored = true;
	o->state = BG_LOAD_OFF;
	o->charger = false;
	o->write_awaited = false;
	o->pulsing = false;
	o->remote.granted = false;
	o->view.state = BG_LOAD_OFF;
	o->view.outputs = 0;
	for (n = 0; n < BG_LINES_MAX; n++)
		o->line[n] = (struct obs_line) { 0 };
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		o->out[n] = (struct obs_out) { 0 };
}

static void obs_hold(struct observer *o, struct obs_wait *w, bool holds,
		     u64 restore)
{
	if (!holds) {
		w->granted = false;
	} else if (!o->bound) {
		/* The first level counts as long held. */
		w->granted = true;
		w->since = o->now;
	} else {
		if (!w->holds)
			w->since = o->now;
		if (o->now - w->since >= restore)
			w->granted = true;
	}
	w->holds = holds;
}

static void obs_take_sounded(struct observer *o, const struct bg_inputs *in)
{
	/*
	 * The delay starts when the write of the pre-alarm returned, good or
	 * bad. What returned before the alarm was decided was another one.
	 */
	if (o->write_awaited) {
		const u64 wrote = in->sounded < o->now ? in->sounded : o->now;

		/* 0 is none, even if the clock shows no more. */
		if (wrote && wrote >= o->decided) {
			o->onset = wrote < o->onset ? wrote : o->onset;
			o->write_awaited = false;
		}
	}
}

static void obs_take_settings(struct observer *o, const struct bg_inputs *in)
{
	const struct bg_settings *to = &in->settings;
	struct bg_settings *set = &o->set;
	u32 differs = 0;

	o->was_mute = set->mute;
	differs |= set->enabled != to->enabled ? BIT(BG_SET_ENABLED) : 0;
	differs |= set->inhibit != to->inhibit ? BIT(BG_SET_CHARGE_BEHAVIOUR) : 0;
	differs |= set->mute != to->mute ? BIT(BG_SET_MUTE) : 0;
	differs |= set->pre_alarm_delay != to->pre_alarm_delay ?
		   BIT(BG_SET_PRE_ALARM_DELAY_MS) : 0;
	differs |= set->restore_delay != to->restore_delay ?
		   BIT(BG_SET_RESTORE_DELAY_MS) : 0;
	differs |= set->reconnect_delay != to->reconnect_delay ?
		   BIT(BG_SET_LOAD_RECONNECT_DELAY_MS) : 0;
	o->user_set = in->set & differs;

	if (o->user_set & BIT(BG_SET_ENABLED))
		set->enabled = to->enabled;
	if (o->user_set & BIT(BG_SET_CHARGE_BEHAVIOUR))
		set->inhibit = to->inhibit;
	if (o->user_set & BIT(BG_SET_MUTE))
		set->mute = to->mute;
	if (o->user_set & BIT(BG_SET_PRE_ALARM_DELAY_MS))
		set->pre_alarm_delay = to->pre_alarm_delay;
	if (o->user_set & BIT(BG_SET_RESTORE_DELAY_MS))
		set->restore_delay = to->restore_delay;
	if (o->user_set & BIT(BG_SET_LOAD_RECONNECT_DELAY_MS))
		set->reconnect_delay = to->reconnect_delay;

	if (set->pre_alarm_delay < o->min_delay)
		o->min_delay = set->pre_alarm_delay;
}

/* Read all lines, and say what they mean together. */
static void obs_take_lines(struct observer *o, const struct bg_inputs *in)
{
	struct obs_lines *now = &o->now_lines;
	bool have_remote = false;
	unsigned int n;

	*now = (struct obs_lines) { 0 };
	for (n = 0; n < BG_LINES_MAX; n++) {
		struct obs_line *l = &o->line[n];

		if (!(o->cfg.lines & BIT(n)))
			continue;
		obs_take_line(o, in, n);
		if (l->level)
			now->asserted |= BIT(n);
		if (l->bouncing || l->unreadable)
			now->faulty |= BIT(n);

		if (n >= BG_LINE_REMOTE_L) {
			have_remote = true;
			now->remote |= l->level;
		} else if (n >= BG_LINE_LOW_CELL) {
			now->low |= l->level;
		} else if (n >= BG_LINE_CHARGE) {
			now->charge_open |= !l->level;
			/* The same chain's other permission was seen before. */
			now->cable |= !l->level &&
				      !(o->cfg.shared & BIT(n - BG_LINE_CHARGE)) &&
				      !o->line[n - BG_LINE_CHARGE].level;
		} else {
			now->forbidden |= !l->level;
		}
	}
	if (!have_remote)
		now->remote = true;
	now->heard_discharge = !(now->unheard & ~0xff00U);
	now->heard_charge = !(now->unheard & ~0xff00ffU);
}

static void obs_take_holds(struct observer *o)
{
	struct obs_lines *l = &o->now_lines;
	/* A pause of 30 s, and what comes next is a pulse for itself. */
	const bool paused = o->allowed.holds &&
			    obs_over(o->allowed.since, BG_SEC(30), o->now);

	if (l->forbidden && (!o->pulsing || paused))
		o->pulse = o->now;
	o->pulsing |= l->forbidden;

	obs_hold(o, &o->allowed, !l->forbidden, obs_slow_restore(o));
	obs_hold(o, &o->quiet, !l->forbidden && !l->low, obs_slow_restore(o));
	obs_hold(o, &o->charge, !l->charge_open, o->set.restore_delay);
	o->remote_was = o->remote.granted;
	obs_hold(o, &o->remote, l->remote, obs_slow_restore(o));
	l->permit = o->remote.granted && o->set.enabled;
}

static void obs_judge_load_on(struct observer *o, u8 st)
{
	const struct obs_lines *l = &o->now_lines;
	const bool over = obs_may_go(o);

	if (o->state == BG_NORMAL) {
		obs_rule(o, st != BG_LOAD_OFF,
			 "no disconnect without a pre-alarm before it");
		obs_rule(o, (st == BG_PRE_ALARM) == (l->forbidden || l->low),
			 "low-cell or forbidden, and only that, is an onset");
		return;
	}
	if (st == BG_LOAD_OFF) {
		obs_rule(o, l->forbidden, "no disconnect while allowed");
		obs_rule(o, over, "no disconnect before the minimum delay");
		return;
	}
	obs_rule(o, !(l->forbidden && over),
		 "forbidden and the delay over: the load goes at once");
	obs_rule(o, st != BG_NORMAL || o->quiet.granted,
		 "no episode ends before the restore time");
	obs_rule(o, st != BG_NORMAL || !obs_sags(o),
		 "no episode with forbidden ends before 30 s without it");
	obs_rule(o, st == BG_NORMAL || !o->quiet.granted || obs_sags(o),
		 "an episode ends as soon as it may");
}

static void obs_judge_load_off(struct observer *o, u8 st)
{
	const struct obs_lines *l = &o->now_lines;

	if (st == BG_LOAD_OFF) {
		obs_rule(o, l->forbidden || !o->allowed.granted ||
			 o->reconnecting || o->locked || !l->heard_discharge,
			 "the load returns as soon as it may");
		return;
	}
	obs_rule(o, !l->forbidden, "no load while forbidden");
	obs_rule(o, o->allowed.granted, "no load before the restore time");
	obs_rule(o, !o->reconnecting, "no load before the reconnect delay");
	obs_rule(o, !o->locked, "no load while locked out");
	obs_rule(o, l->heard_discharge,
		 "no load returns by lines not heard in time");
	obs_rule(o, (st == BG_PRE_ALARM) == l->low,
		 "a load that returns sounds the pre-alarm if a cell is low");
}

static void obs_judge_discharge(struct observer *o, u8 st, u32 outputs)
{
	const bool load = outputs & BIT(BG_OUT_LOAD);
	const bool load_was = o->state == BG_NORMAL ||
			      o->state == BG_PRE_ALARM;

	obs_rule(o, st < BG_NR_STATES, "a state that exists");
	obs_rule(o, load == (st == BG_NORMAL || st == BG_PRE_ALARM),
		 "state and load agree");
	obs_rule(o, (st == BG_STANDBY) == !o->now_lines.permit,
		 "standby without permit, at once, and only then");
	if (!o->now_lines.permit) {
		obs_rule(o, !(outputs & ~BIT(BG_OUT_HEARTBEAT)),
			 "all off without permit");
		return;
	}
	if (load_was)
		obs_judge_load_on(o, st);
	else
		obs_judge_load_off(o, st);
}

/* Whatever the lines, the settings and the time of the warning were. */
static void obs_judge_pulse(struct observer *o, bool load)
{
	const u64 warned = bg_after(o->pulse, BG_SEC(1));

	obs_rule(o, !load || !o->now_lines.forbidden ||
		 !obs_over(warned, o->min_delay, o->now),
		 "no load that pulses with pauses under 30 s stays on");
}

static void obs_remember_disconnect(struct observer *o)
{
	const unsigned int count = o->cfg.lockout_count;
	unsigned int n;

	o->reconnecting = o->set.reconnect_delay > 0;
	for (n = OBS_DISCONNECTS - 1; n > 0; n--)
		o->disconnect[n] = o->disconnect[n - 1];
	o->disconnect[0] = o->now;
	if (o->disconnects < OBS_DISCONNECTS)
		o->disconnects++;
	if (count && o->disconnects >= count &&
	    o->now - o->disconnect[count - 1] <= o->cfg.lockout_window)
		o->locked = true;
}

static void obs_remember(struct observer *o, u8 st, bool onset, bool park)
{
	o->changed_set = o->user_set;
	if (st == BG_STANDBY) {
		o->locked = false;
		o->disconnects = 0;
	}
	if (st == BG_NORMAL || st == BG_PRE_ALARM)
		o->reconnecting = false;
	else
		o->pulsing = false;
	if (o->state == BG_PRE_ALARM && st == BG_LOAD_OFF)
		obs_remember_disconnect(o);
	if (onset) {
		if (o->was_mute)
			o->changed_set |= BIT(BG_SET_MUTE);
		o->set.mute = false;
		o->decided = o->now;
		o->write_awaited = !o->cfg.silent;
		o->onset = o->cfg.silent ? o->now : bg_after(o->now, BG_SEC(1));
		o->min_delay = o->set.pre_alarm_delay;
		o->sagged = false;
	}
	o->sagged |= o->now_lines.forbidden;
	/* A system that goes to sleep does so in the lit half. */
	if (onset || park) {
		o->dark = false;
		o->phase_known = true;
		o->flip = bg_after(o->now, BG_MS(800));
	} else if (o->phase_known && o->now >= o->flip) {
		o->dark = !o->dark;
		o->phase_known = o->now - o->flip < BG_MS(800);
		o->flip = bg_after(o->flip, BG_MS(800));
	}
}

static void obs_judge_pre_alarm(struct observer *o, u8 st, bool sounds)
{
	const bool due = st == BG_PRE_ALARM && !o->set.mute;

	if (obs_parts(o, st, false))
		obs_rule(o, sounds, "the pre-alarm waits for the end of the load");
	else if (!due)
		obs_rule(o, !sounds, "no pre-alarm without cause or when mute");
	else if (!o->cfg.intermittent)
		obs_rule(o, sounds, "the pre-alarm sounds as long as it lasts");
	else if (o->phase_known)
		obs_rule(o, sounds == !o->dark, "0.8 s on, 0.8 s off");
}

static void obs_judge_charger(struct observer *o, u8 st, bool was, bool on)
{
	const struct obs_lines *l = &o->now_lines;
	const bool blocked = obs_charge_blocked(o, st);

	obs_rule(o, !on || !l->charge_open, "no charging while forbidden");
	obs_rule(o, !on || o->charge.granted,
		 "no charging before the restore time");
	obs_rule(o, !on || l->permit, "no charging without permit");
	obs_rule(o, !on || !o->set.inhibit, "no charging against the user");
	obs_rule(o, !on || !blocked, "no charging in the pre-alarm, if so set");
	obs_rule(o, !on || was || l->heard_charge,
		 "no charger returns by lines not heard in time");
	obs_rule(o, on || !o->charge.granted || !l->permit ||
		 o->set.inhibit || blocked || (!was && !l->heard_charge),
		 "charging as soon as it may, whatever discharging does");
}

/**
 * obs_judge() - judge one evaluation
 * @o: observer
 * @in: what the guard was given
 * @now: the time it was given
 * @res: what it decided
 * @told: what it reports
 *
 * Return: the first rule that was ever broken, or NULL.
 */
const char *obs_judge(struct observer *o, const struct bg_inputs *in, u64 now,
		      const struct bg_result *res, const struct obs_told *told)
{
	const u8 st = told->view->state;
	const u8 was = o->state;
	const bool charger_was = o->charger;
	const bool onset = st == BG_PRE_ALARM && was != BG_PRE_ALARM;

	/* A clock that goes back stands still. */
	if (now < o->now)
		now = o->now;
	o->counters.state_ns[was] += now - o->now;
	o->now = now;

	obs_take_outputs(o, in);
	obs_take_sounded(o, in);
	obs_take_settings(o, in);
	obs_take_lines(o, in);
	obs_judge_lines(o, res);
	obs_take_holds(o);
	if (o->reconnecting &&
	    now - o->disconnect[0] >= o->set.reconnect_delay)
		o->reconnecting = false;

	obs_judge_discharge(o, st, res->outputs);
	obs_rule(o, res->onset == onset, "an onset is told as one");
	obs_remember(o, st, onset, in->park);
	obs_judge_pulse(o, res->outputs & BIT(BG_OUT_LOAD));
	obs_judge_pre_alarm(o, st, res->outputs & BIT(BG_OUT_PRE_ALARM));
	o->charger = res->outputs & BIT(BG_OUT_CHARGER);
	obs_judge_charger(o, st, charger_was, o->charger);
	obs_judge_writes(o, res, told);
	obs_judge_heartbeat(o, res);
	o->state = st;

	obs_judge_told(o, res, told, was, charger_was);
	obs_judge_times(o, res, told);
	o->bound = true;
	o->restored = false;
	return o->broken;
}
