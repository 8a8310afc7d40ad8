// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the observer's rules about reports and deadlines
 */
#include "observer.h"

static bool obs_waits(const struct obs_wait *w)
{
	return w->holds && !w->granted;
}

static u16 obs_shared_reasons(const struct observer *o)
{
	const struct obs_lines *l = &o->now_lines;
	u16 why = 0;

	why |= l->cable ? BIT(BG_WHY_CABLE) : 0;
	why |= !l->remote ? BIT(BG_WHY_REMOTE) : 0;
	why |= !o->set.enabled ? BIT(BG_WHY_USER) : 0;
	why |= !l->remote && (l->faulty >> BG_LINE_REMOTE_L) ?
	       BIT(BG_WHY_FAULT) : 0;
	why |= obs_waits(&o->remote) ? BIT(BG_WHY_RESTORE_DELAY) : 0;
	return why;
}

/* What waits only to be sure of its lines is told as a delay. */
static u16 obs_unheard(u16 why, bool heard)
{
	return !why && !heard ? BIT(BG_WHY_RESTORE_DELAY) : why;
}

/* It should be on: a thread is about to do it, or the line does not obey. */
static u16 obs_disobeys(const struct obs_out *out)
{
	if (out->shown)
		return 0;
	return BIT(out->pending && !out->failures && !out->faulty ?
		   BG_WHY_RESTORE_DELAY : BG_WHY_FAULT);
}

static u16 obs_load_reasons(const struct observer *o)
{
	const struct obs_lines *l = &o->now_lines;
	u16 why;

	if (o->state == BG_NORMAL || o->state == BG_PRE_ALARM)
		return obs_disobeys(&o->out[BG_OUT_LOAD]);

	why = obs_shared_reasons(o);
	why |= l->forbidden ? BIT(BG_WHY_UNDERVOLTAGE) : 0;
	why |= o->reconnecting ? BIT(BG_WHY_RECONNECT_DELAY) : 0;
	why |= obs_waits(&o->allowed) ? BIT(BG_WHY_RESTORE_DELAY) : 0;
	why |= o->locked ? BIT(BG_WHY_LOCKOUT) : 0;
	why |= l->faulty & 0xff ? BIT(BG_WHY_FAULT) : 0;
	return obs_unheard(why, l->heard_discharge);
}

static u16 obs_charger_reasons(const struct observer *o)
{
	const struct obs_lines *l = &o->now_lines;
	u16 why;

	if (o->charger)
		return obs_disobeys(&o->out[BG_OUT_CHARGER]);

	why = obs_shared_reasons(o);
	why |= l->charge_open ? BIT(BG_WHY_BATTERY) : 0;
	why |= o->set.inhibit ? BIT(BG_WHY_USER) : 0;
	why |= obs_waits(&o->charge) ? BIT(BG_WHY_RESTORE_DELAY) : 0;
	why |= obs_charge_blocked(o, o->state) ? BIT(BG_WHY_PRE_ALARM) : 0;
	why |= l->faulty & 0xff00 ? BIT(BG_WHY_FAULT) : 0;
	return obs_unheard(why, l->heard_charge);
}

static struct bg_view obs_view(const struct observer *o)
{
	const struct obs_lines *l = &o->now_lines;
	struct bg_view view = {
		.lines = l->asserted,
		.faulty = l->faulty,
		.load_reasons = obs_load_reasons(o),
		.charger_reasons = obs_charger_reasons(o),
		.state = o->state,
		.remote = l->remote,
		.enabled = o->set.enabled,
		.inhibit = o->set.inhibit,
		.mute = o->set.mute,
		.charge_blocked = l->permit && !o->charge.granted,
	};
	unsigned int n;

	view.outputs |= o->out[BG_OUT_LOAD].shown ? BIT(BG_OUT_LOAD) : 0;
	view.outputs |= o->out[BG_OUT_CHARGER].shown ? BIT(BG_OUT_CHARGER) : 0;
	view.outputs |= o->state == BG_PRE_ALARM && !o->set.mute ?
			BIT(BG_OUT_PRE_ALARM) : 0;
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		view.out_faulty |= o->out[n].faulty ? BIT(n) : 0;
	return view;
}

/**
 * obs_same() - are two views the same?
 * @a: view
 * @b: view
 *
 * Return: true if they are.
 */
bool obs_same(const struct bg_view *a, const struct bg_view *b)
{
	return a->lines == b->lines && a->faulty == b->faulty &&
	       a->load_reasons == b->load_reasons &&
	       a->charger_reasons == b->charger_reasons &&
	       a->outputs == b->outputs && a->out_faulty == b->out_faulty &&
	       a->state == b->state && a->remote == b->remote &&
	       a->enabled == b->enabled && a->inhibit == b->inhibit &&
	       a->mute == b->mute && a->charge_blocked == b->charge_blocked;
}

static void obs_judge_view(struct observer *o, const struct bg_view *told,
			   const struct bg_view *view)
{
	const u32 load = BIT(BG_OUT_LOAD);
	const u32 charger = BIT(BG_OUT_CHARGER);

	obs_rule(o, told->load_reasons == view->load_reasons,
		 "each word why the load is off, and no other");
	obs_rule(o, told->charger_reasons == view->charger_reasons,
		 "each word why the charger is off, and no other");
	obs_rule(o, (told->outputs & load) || told->load_reasons,
		 "a load that is off has a reason");
	obs_rule(o, (told->outputs & charger) || told->charger_reasons,
		 "a charger that is off has a reason");
	obs_rule(o, !(told->outputs & load) || !told->load_reasons ||
		 o->out[BG_OUT_LOAD].shown != o->out[BG_OUT_LOAD].want,
		 "no reason while the load is on");
	obs_rule(o, told->lines == view->lines && told->faulty == view->faulty,
		 "lines as they are after debouncing");
	obs_rule(o, told->outputs == view->outputs &&
		 told->out_faulty == view->out_faulty,
		 "outputs as they are");
	obs_rule(o, told->charge_blocked == view->charge_blocked,
		 "red while the battery keeps the charger off");
	obs_rule(o, obs_same(told, view), "all that is told is true");
}

static u16 obs_changes(const struct bg_view *a, const struct bg_view *b)
{
	const u32 lines = a->lines ^ b->lines;
	const u32 outs = a->outputs ^ b->outputs;
	u16 changed = 0;

	changed |= a->state != b->state ? BIT(BG_CHANGED_STATE) : 0;
	changed |= outs & 1 ? BIT(BG_CHANGED_LOAD) : 0;
	changed |= outs & 2 ? BIT(BG_CHANGED_CHARGER) : 0;
	changed |= outs & 4 ? BIT(BG_CHANGED_PRE_ALARM) : 0;
	changed |= lines & 0xff ? BIT(BG_CHANGED_ALLOW_DISCHARGE) : 0;
	changed |= lines & 0xff00 ? BIT(BG_CHANGED_ALLOW_CHARGE) : 0;
	changed |= lines & 0xff0000 ? BIT(BG_CHANGED_LOW_CELL) : 0;
	changed |= lines & 0x3000000 ? BIT(BG_CHANGED_REMOTE) : 0;
	changed |= a->load_reasons != b->load_reasons ||
		   a->charger_reasons != b->charger_reasons ?
		   BIT(BG_CHANGED_REASONS) : 0;
	changed |= a->faulty != b->faulty || a->out_faulty != b->out_faulty ?
		   BIT(BG_CHANGED_FAULTS) : 0;
	return changed;
}

static void obs_judge_event(struct observer *o, const struct bg_result *res,
			    const struct bg_view *view)
{
	const struct bg_event *e = &res->event;
	const bool lines = (o->view.lines ^ view->lines);
	u16 changed = obs_changes(&o->view, view);
	u16 cause = 0;

	if (o->changed_set)
		changed |= BIT(BG_CHANGED_SETTINGS);
	obs_rule(o, res->evented == (changed || !o->bound),
		 "an event for each change, and for nothing else");
	if (!res->evented)
		return;

	cause |= !o->bound && !o->restored ? BIT(BG_CAUSE_BIND) : 0;
	cause |= o->restored ? BIT(BG_CAUSE_RESTORE) : 0;
	cause |= lines ? BIT(BG_CAUSE_LINE) : 0;
	cause |= o->now_lines.bounced ? BIT(BG_CAUSE_BOUNCE) : 0;
	cause |= changed & BIT(BG_CHANGED_FAULTS) ? BIT(BG_CAUSE_FAULT) : 0;
	cause |= o->user_set ? BIT(BG_CAUSE_USER) : 0;
	if (!cause)
		cause = BIT(BG_CAUSE_TIME);

	o->seq++;
	obs_rule(o, e->seq == o->seq, "events are numbered without gaps");
	obs_rule(o, e->boottime == o->now, "an event has the time it happened");
	obs_rule(o, !e->realtime, "the wall clock is for others to tell");
	obs_rule(o, e->changed == changed, "an event says what changed");
	obs_rule(o, e->cause == cause, "an event says why");
	obs_rule(o, e->set == o->changed_set, "an event says what was set");
	obs_rule(o, e->onset == (o->state != BG_PRE_ALARM ? 0 :
				 o->write_awaited ? o->decided : o->onset),
		 "an event in a pre-alarm has the time of its onset");
	obs_rule(o, obs_same(&e->view, view), "an event tells the truth");
}

/* The bind changes everything. */
static void obs_judge_since(struct observer *o, const struct bg_view *view,
			    const u64 *since)
{
	const u16 changed = obs_changes(&o->view, view);
	unsigned int n;

	for (n = 0; n < BG_NR_SINCE; n++) {
		if (!o->bound || (changed & BIT(n)))
			o->since[n] = o->now;
		obs_rule(o, since[n] == o->since[n],
			 "since when the state and the outputs are as they are");
	}
}

static unsigned int obs_new_bits(u32 was, u32 is)
{
	unsigned int n = 0;
	u32 left;

	for (left = is & ~was; left; left &= left - 1)
		n++;
	return n;
}

static void obs_judge_counters(struct observer *o, const struct bg_view *view,
			       const struct bg_counters *told, u8 was,
			       bool charger_was)
{
	struct bg_counters *c = &o->counters;
	unsigned int n;

	c->pre_alarms += was != BG_PRE_ALARM && o->state == BG_PRE_ALARM;
	c->load_disconnects += was == BG_PRE_ALARM && o->state == BG_LOAD_OFF;
	c->charger_disconnects += charger_was && !o->charger &&
				  o->now_lines.permit && !o->set.inhibit;
	c->remote_offs += o->remote_was && !view->remote;
	c->faults += obs_new_bits(o->view.faulty, view->faulty) +
		     obs_new_bits(o->view.out_faulty, view->out_faulty);

	obs_rule(o, c->pre_alarms == told->pre_alarms, "pre-alarms counted");
	obs_rule(o, c->load_disconnects == told->load_disconnects,
		 "disconnects of the load counted");
	obs_rule(o, c->charger_disconnects == told->charger_disconnects,
		 "disconnects of the charger counted");
	obs_rule(o, c->remote_offs == told->remote_offs, "remote offs counted");
	obs_rule(o, c->faults == told->faults, "faults counted");
	for (n = 0; n < BG_NR_STATES; n++)
		obs_rule(o, c->state_ns[n] == told->state_ns[n],
			 "time in each state counted");
}

/**
 * obs_judge_lines() - judge what is to be done about the lines
 * @o: observer
 * @res: what the guard decided
 */
void obs_judge_lines(struct observer *o, const struct bg_result *res)
{
	unsigned int n;
	u32 mask = 0, read = 0;

	for (n = 0; n < BG_LINES_MAX; n++) {
		if (!(o->cfg.lines & BIT(n)))
			continue;
		if (obs_line_masked(o, n))
			mask |= BIT(n);
		if ((o->cfg.slow_lines & BIT(n)) && obs_line_overdue(o, n))
			read |= BIT(n);
	}
	obs_rule(o, res->mask == mask,
		 "interrupts masked in windows and after edges of faulty lines");
	obs_rule(o, res->read == read,
		 "threads read what has to be known now");
}

/**
 * obs_judge_told() - judge reasons, view, event and counters
 * @o: observer
 * @res: what the guard decided
 * @told: what it reports
 * @was: state before
 * @charger_was: charger before
 */
void obs_judge_told(struct observer *o, const struct bg_result *res,
		    const struct obs_told *told, u8 was, bool charger_was)
{
	const struct bg_view view = obs_view(o);

	obs_judge_view(o, told->view, &view);
	obs_judge_event(o, res, &view);
	obs_judge_counters(o, &view, told->counters, was, charger_was);
	obs_judge_since(o, &view, told->since);
	o->view = view;
}

/* If something waits, a deadline is due. A macro: each is a rule to prove. */
#define obs_due(o, waits, due, deadline)				\
	obs_rule(o, !(waits) || (deadline) <= (due), "no deadline is missing")

/* For each change that needs no input, the guard has to evaluate in time. */
static void obs_judge_deadline(struct observer *o, u64 deadline)
{
	const struct obs_lines *l = &o->now_lines;
	const u64 slow = obs_slow_restore(o);
	unsigned int n;

	obs_due(o, o->state == BG_PRE_ALARM && l->forbidden,
		bg_after(o->onset, o->min_delay), deadline);
	obs_due(o, obs_waits(&o->allowed), bg_after(o->allowed.since, slow),
		deadline);
	obs_due(o, obs_waits(&o->quiet) && o->state == BG_PRE_ALARM,
		bg_after(o->quiet.since, slow), deadline);
	obs_due(o, obs_sags(o), bg_after(o->allowed.since, BG_SEC(30)),
		deadline);
	obs_due(o, obs_waits(&o->remote), bg_after(o->remote.since, slow),
		deadline);
	obs_due(o, obs_waits(&o->charge),
		bg_after(o->charge.since, o->set.restore_delay), deadline);
	obs_due(o, o->reconnecting,
		bg_after(o->disconnect[0], o->set.reconnect_delay), deadline);
	for (n = 0; n < BG_LINES_MAX; n++)
		obs_due(o, o->cfg.lines & BIT(n), obs_line_due(o, n), deadline);
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		obs_due(o, o->out[n].pending || o->out[n].unread ||
			o->out[n].failures, o->out[n].due, deadline);
	obs_due(o, obs_parts(o, o->state, true),
		bg_after(o->disconnect[0], BG_SEC(1)), deadline);
	obs_due(o, o->cfg.intermittent && o->state == BG_PRE_ALARM &&
		!o->set.mute, o->phase_known ? o->flip :
		bg_after(o->now, BG_MS(800)), deadline);
	obs_due(o, o->cfg.heartbeat && !o->stopped, o->beat, deadline);
}

static u64 obs_latest(u64 a, u64 b)
{
	return a < b ? b : a;
}

/* When the load returns if only time goes on; 0 = time is not enough. */
static u64 obs_returns(const struct observer *o)
{
	const u64 slow = obs_slow_restore(o);
	u64 when = 0;

	if (o->state == BG_NORMAL || o->state == BG_PRE_ALARM || o->locked ||
	    !o->set.enabled || !o->remote.holds || !o->allowed.holds)
		return 0;
	if (obs_waits(&o->allowed))
		when = obs_latest(when, bg_after(o->allowed.since, slow));
	if (obs_waits(&o->remote))
		when = obs_latest(when, bg_after(o->remote.since, slow));
	if (o->reconnecting)
		when = obs_latest(when, bg_after(o->disconnect[0],
						 o->set.reconnect_delay));
	return when;
}

/* One more disconnect than these within the window, and it locks out. */
static int obs_left(const struct observer *o)
{
	int within = 0;
	unsigned int n;

	if (!o->cfg.lockout_count)
		return -1;
	if (o->locked)
		return 0;
	for (n = 0; n < OBS_DISCONNECTS; n++)
		within += n < o->disconnects &&
			  o->now - o->disconnect[n] <= o->cfg.lockout_window;
	return within < o->cfg.lockout_count ? o->cfg.lockout_count - within : 1;
}

/**
 * obs_judge_times() - judge deadlines, and what keeps the system awake
 * @o: observer
 * @res: what the guard decided
 * @told: what it reports
 */
void obs_judge_times(struct observer *o, const struct bg_result *res,
		     const struct obs_told *told)
{
	const u64 end = bg_after(o->onset, o->min_delay);
	const bool delay = o->state == BG_PRE_ALARM && !obs_may_go(o);
	const bool restore = obs_waits(&o->allowed) || obs_waits(&o->quiet) ||
			     obs_waits(&o->charge) || obs_waits(&o->remote) ||
			     obs_sags(o);
	bool may = delay || restore;
	unsigned int n;

	obs_rule(o, res->deadline > o->now || res->deadline == BG_NEVER,
		 "a deadline lies ahead");
	obs_judge_deadline(o, res->deadline);
	obs_rule(o, told->safe_until == (o->state == BG_PRE_ALARM ? end : 0),
		 "the time left of the minimum delay is told");
	obs_rule(o, told->returns == obs_returns(o),
		 "the time until the load may return is told");
	obs_rule(o, told->left == obs_left(o),
		 "the disconnects left before a lock-out are told");

	for (n = 0; n < BG_LINES_MAX; n++)
		may |= (o->cfg.lines & BIT(n)) && obs_line_unsettled(o, n);
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		may |= o->out[n].pending || o->out[n].unread ||
		       (o->out[n].failures && !o->out[n].faulty);
	obs_rule(o, res->stay_awake || !(delay || restore),
		 "minimum delay and restore times keep the system awake");
	obs_rule(o, !res->stay_awake || may, "nothing else does");
	obs_rule(o, res->resume_at ==
		 (o->state == BG_LOAD_OFF && o->reconnecting ?
		  bg_after(o->disconnect[0], o->set.reconnect_delay) :
		  BG_NEVER),
		 "the reconnect delay wakes the system");
}
