// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - what is proved of the decision
 *
 * By induction: the bind leads to a valid state, and from any valid state any
 * step leads to a valid state, and keeps every rule. The observer is the memory
 * that the rules about history need. It sees only the inputs, the outputs and
 * the reports. Of the lines the proof assumes what prove_line.c proves, and
 * nothing else.
 */
#include "fsm.c"

#include "proof.h"

extern bool lines_stay;

/* Beside the observer's, what the rules below need to know of the past. */
static struct spell quiet, allowed, charge, remote;
/* A disconnect that the load has not come back from. */
static struct {
	u64 at;
	u64 shortest;
	bool waits;
} gone;

static void gone_step(bool was, bool load, u64 now)
{
	if (gone.waits && gone.shortest > o.set.reconnect_delay)
		gone.shortest = o.set.reconnect_delay;
	if (load)
		gone.waits = false;
	if (was && !load && o.now_lines.permit) {
		gone.waits = true;
		gone.at = now;
		gone.shortest = o.set.reconnect_delay;
	}
}

static bool gone_agrees(void)
{
	/* A pre-alarm that outlasts the load does so after a disconnect. */
	if (o.state == BG_LOAD_OFF && fsm.out[BG_OUT_PRE_ALARM].want &&
	    (!gone.waits || gone.at != o.disconnect[0]))
		return false;
	if (gone.waits && gone.at > o.now)
		return false;
	if (o.reconnecting)
		return gone.waits && gone.at == o.disconnect[0];
	return !gone.waits || o.now - gone.at >= gone.shortest;
}

/* As long as discharge is forbidden again and again, it is one episode. */
static bool pulse_agrees(void)
{
	const bool paused = o.allowed.holds &&
			    obs_over(o.allowed.since, BG_SEC(30), o.now);

	if (!o.pulsing || paused)
		return true;
	return o.pulse <= o.now && o.state == BG_PRE_ALARM && o.sagged &&
	       o.onset <= bg_after(o.pulse, BG_SEC(1));
}

/* What began the episode was seen, and not after it was seen to be gone. */
static bool episode_agrees(void)
{
	if (o.state != BG_PRE_ALARM)
		return true;
	if (!quiet.ever ||
	    (o.quiet.granted && o.now - quiet.bad < BG_SEC(1)))
		return false;
	return !o.sagged ||
	       (allowed.ever &&
		(!o.allowed.holds || allowed.bad <= o.allowed.since));
}

/* Whatever is set, remote counts after a second at the earliest. */
static bool remote_agrees(void)
{
	return spell_agrees(&remote, &o.remote, o.now) &&
	       (!o.remote.granted || !remote.ever ||
		o.now - remote.bad >= BG_SEC(1));
}

struct before {
	u64 safe_until;
	u64 decided;
	u64 disconnected;
	u32 disconnects;
	u8 state;
	bool load;
	bool charger;
	bool awaited;
	bool sagged;
	bool reconnecting;
};

static void load_rules(const struct before *was, u64 now)
{
	const struct obs_lines *l = &o.now_lines;
	const bool load = res.outputs & BIT(BG_OUT_LOAD);
	const bool alarm = res.outputs & BIT(BG_OUT_PRE_ALARM);
	const u64 safe = bg_fsm_load_safe_until(&fsm);
	const u8 state = fsm.view.state;
	const bool reconnecting = was->reconnecting &&
		now - was->disconnected < o.set.reconnect_delay;
	const bool over = obs_over(o.onset, o.min_delay, now);
	const u64 returned = in.sounded < now ? in.sounded : now;
	const u64 latest = bg_after(was->decided, BG_SEC(1));

	RULE("load: never off for under-voltage before the minimum delay",
	     was->load && !load && l->permit,
	     was->state == BG_PRE_ALARM && l->forbidden && over);
	RULE("load: off in the evaluation that finds it forbidden and the delay over",
	     load && l->forbidden, state == BG_PRE_ALARM && !over);
	RULE("load: on as long as it may, from the onset to the end of the delay",
	     was->load && l->permit && !over && was->state == BG_PRE_ALARM,
	     load);
	RULE("load: an episode ends only after a quiet restore time, of a second or more",
	     was->state == BG_PRE_ALARM && state == BG_NORMAL,
	     spell_over(&quiet, now) && quiet.ever &&
	     now - quiet.bad >= BG_SEC(1));
	RULE("load: an episode with forbidden ends only after 30 s without it",
	     was->state == BG_PRE_ALARM && state == BG_NORMAL && was->sagged,
	     allowed.ever && now - allowed.bad >= BG_SEC(30));
	RULE("load: the deadline of an episode never moves away",
	     was->state == BG_PRE_ALARM && state == BG_PRE_ALARM,
	     safe <= was->safe_until);
	RULE("load: the delay of an onset is the one that is set",
	     res.onset, safe == bg_after(cfg.silent ? now :
					 bg_after(now, BG_SEC(1)),
					 o.set.pre_alarm_delay));
	RULE("load: the delay starts when the write of the pre-alarm returned",
	     was->awaited && was->state == BG_PRE_ALARM &&
	     state == BG_PRE_ALARM && returned &&
	     returned >= was->decided && returned <= latest,
	     safe == bg_after(returned, o.min_delay));
	RULE("load: a write that returns later moves the start no further",
	     was->awaited && was->state == BG_PRE_ALARM &&
	     state == BG_PRE_ALARM && returned > latest,
	     safe == bg_after(latest, o.min_delay));
	RULE("load: back on only after allowed for the restore time",
	     !was->load && load, !l->forbidden && spell_over(&allowed, now));
	RULE("load: back on only after the reconnect delay",
	     !was->load && load && gone.waits,
	     now - gone.at >= gone.shortest ||
	     now - gone.at >= o.set.reconnect_delay);
	RULE("load: with permit and forbidden, straight to load-off, no disconnect",
	     was->state == BG_STANDBY && l->permit && l->forbidden,
	     state == BG_LOAD_OFF && !load && !fsm.discharge.locked &&
	     fsm.counters.load_disconnects == was->disconnects &&
	     !fsm.discharge.disconnects);
	RULE("load: standby ends where the lines and the delays say",
	     was->state == BG_STANDBY && l->permit,
	     state == (l->forbidden || !o.allowed.granted || reconnecting ||
		       !l->heard_discharge ?
		       BG_LOAD_OFF : l->low ? BG_PRE_ALARM : BG_NORMAL));
	RULE("load: off and pre-alarm off together",
	     was->load && !load && !cfg.split, !alarm);
	RULE("pre-alarm: never with the load off", alarm && !cfg.split, load);
	RULE("pre-alarm: the onset clears the mute", res.onset, !fsm.set.mute);
	RULE("outputs: all off in the step that loses the permit",
	     !l->permit, !(res.outputs & 7) && state == BG_STANDBY);
	RULE("outputs: all off in the step that sees remote off",
	     !l->remote, !(res.outputs & 7));
	RULE("outputs: on only after remote was on for a second or more",
	     res.outputs & 7, spell_over(&remote, now) &&
	     (!remote.ever || now - remote.bad >= BG_SEC(1)));
	RULE("outputs: nothing on that the battery forbids, whatever is set",
	     in.set && res.outputs & 3,
	     (!load || !l->forbidden ||
	      !obs_over(o.onset, BG_SEC(600), now)) &&
	     (!(res.outputs & BIT(BG_OUT_CHARGER)) || !l->charge_open));
	RULE("outputs: no silence of some lines keeps one on against others",
	     l->unheard && (l->forbidden || l->charge_open || !l->remote),
	     (!load || (l->remote && !(l->forbidden && over))) &&
	     (!(res.outputs & BIT(BG_OUT_CHARGER)) ||
	      (l->remote && !l->charge_open)));
}

static void charger_rules(const struct before *was, u64 now)
{
	const struct obs_lines *l = &o.now_lines;
	const bool charger = res.outputs & BIT(BG_OUT_CHARGER);
	const bool blocked = cfg.inhibit_on_pre_alarm &&
			     fsm.view.state == BG_PRE_ALARM &&
			     !spell_over(&quiet, now);

	RULE("charger: never on while charging is forbidden",
	     charger, !l->charge_open);
	RULE("charger: never on with remote off",
	     charger, l->remote);
	RULE("charger: never on when switched off or inhibited",
	     charger, fsm.set.enabled && !fsm.set.inhibit);
	RULE("charger: on only after allowed for the restore time",
	     charger, spell_over(&charge, now));
	RULE("charger: under-voltage alone never turns it off",
	     was->charger && !charger && l->forbidden,
	     l->charge_open || !l->permit || fsm.set.inhibit || blocked);
	RULE("charger: on with the load off, if charging is allowed",
	     fsm.view.state == BG_LOAD_OFF && !charger && !fsm.set.inhibit,
	     !o.charge.granted || !l->heard_charge);
	RULE("charger: what only the 30 s keep up never turns it off",
	     was->charger && !charger && fsm.view.state == BG_PRE_ALARM &&
	     o.quiet.granted, l->charge_open || fsm.set.inhibit);
}

/* With what is known of the disconnect after this step. */
static void parting_rules(u64 now)
{
	RULE("pre-alarm: outlasts the load after a disconnect only, by a second",
	     (res.outputs & (BIT(BG_OUT_LOAD) | BIT(BG_OUT_PRE_ALARM))) ==
	     BIT(BG_OUT_PRE_ALARM),
	     fsm.view.state == BG_LOAD_OFF && gone.waits &&
	     now - gone.at < BG_SEC(1));
}

static bool output_agrees(enum bg_out n)
{
	return agree_output(&o, &fsm, n);
}

/* After bg_fsm_step() at @now. */
static void step_judge(const struct before *was, u64 now)
{
	const struct obs_told told = {
		.view = &fsm.view,
		.counters = &fsm.counters,
		.since = fsm.since,
		.safe_until = bg_fsm_load_safe_until(&fsm),
		.returns = bg_fsm_load_returns(&fsm),
		.left = bg_discharge_left(&fsm.discharge, cfg.lockout_count,
					  cfg.lockout_window, fsm.now),
	};
	const struct obs_lines *l = &o.now_lines;

	obs_judge(&o, &in, now, &res, &told);
	now = o.now;

	/* The first level counts as long held: nothing was bad before. */
	spell_step(&quiet, !l->forbidden && !l->low, obs_slow_restore(&o), now);
	spell_step(&allowed, !l->forbidden, obs_slow_restore(&o), now);
	spell_step(&charge, !l->charge_open, o.set.restore_delay, now);
	spell_step(&remote, l->remote, obs_slow_restore(&o), now);
	load_rules(was, now);
	charger_rules(was, now);
	gone_step(was->load, res.outputs & BIT(BG_OUT_LOAD), now);
	parting_rules(now);

	__CPROVER_assert(valid_discharge(&fsm.discharge, &fsm.set, now),
			 "induction: discharge path");
	__CPROVER_assert(valid_charge(&fsm), "induction: charge path");
	__CPROVER_assert(valid_outputs(&fsm, &cfg), "induction: outputs");
	__CPROVER_assert(valid_output(&fsm, &cfg, BG_OUT_LOAD),
			 "induction: load");
	__CPROVER_assert(valid_output(&fsm, &cfg, BG_OUT_CHARGER),
			 "induction: charger");
	__CPROVER_assert(valid_output(&fsm, &cfg, BG_OUT_PRE_ALARM),
			 "induction: pre-alarm");
	__CPROVER_assert(valid_times(&fsm), "induction: times in each state");
	__CPROVER_assert(valid_view(&fsm, &cfg), "induction: what was told");
	__CPROVER_assert(valid_rest(&fsm, &cfg), "induction: the rest");
	__CPROVER_assert(agree_discharge(&o, &fsm.discharge),
			 "observed: discharge path");
	__CPROVER_assert(output_agrees(BG_OUT_LOAD), "observed: load");
	__CPROVER_assert(output_agrees(BG_OUT_CHARGER), "observed: charger");
	__CPROVER_assert(output_agrees(BG_OUT_PRE_ALARM),
			 "observed: pre-alarm");
	__CPROVER_assert(agree_sounder(&o, &fsm), "observed: sounder");
	__CPROVER_assert(agree_heartbeat(&o, &fsm), "observed: heartbeat");
	__CPROVER_assert(agree_rest(&o, &fsm), "observed: the rest");
	__CPROVER_assert(spell_agrees(&quiet, &o.quiet, now),
			 "observer alone: how long it has been quiet");
	__CPROVER_assert(spell_agrees(&allowed, &o.allowed, now),
			 "observer alone: how long discharge has been allowed");
	__CPROVER_assert(spell_agrees(&charge, &o.charge, now),
			 "observer alone: how long charging has been allowed");
	__CPROVER_assert(remote_agrees(),
			 "observer alone: how long remote has been on");
	__CPROVER_assert(pulse_agrees(),
			 "observer alone: how long the load has pulsed");
	__CPROVER_assert(episode_agrees(),
			 "observer alone: what began the episode");
	__CPROVER_assert(gone_agrees(), "observer alone: how long the load is off");
}

/* The step returns what prove_times() proves of a state. */
static void step_times(void)
{
	__CPROVER_assert(res.deadline > fsm.now,
			 "times: the deadline lies ahead");
	__CPROVER_assert(res.stay_awake == bg_awake(&fsm, &cfg, fsm.now),
			 "times: what keeps awake is the state's");
	__CPROVER_assert(res.resume_at == bg_resume_at(&fsm),
			 "times: when to wake is the state's");
}

static void step(void)
{
	const struct before was = {
		.safe_until = bg_fsm_load_safe_until(&fsm),
		.disconnects = fsm.counters.load_disconnects,
		.state = fsm.view.state,
		.load = o.out[BG_OUT_LOAD].want,
		.charger = o.out[BG_OUT_CHARGER].want,
		.awaited = o.write_awaited,
		.sagged = o.sagged,
		.decided = o.decided,
		.reconnecting = o.reconnecting,
		.disconnected = o.disconnect[0],
	};
	const u64 now = any_u64();

	any_inputs(&in);
	__CPROVER_assume(valid_settings(&in.settings) && now <= PROOF_TIME);

	bg_fsm_step(&fsm, &cfg, &in, now, &res);
	step_judge(&was, now);
	step_times();
}

static void any_spell(struct spell *s)
{
	s->bad = any_u64();
	s->shortest = any_u64();
	s->ever = any_bool();
}

/* Any valid state, and an observer that knows how it came to it. */
static void any_state(void)
{
	any_config(&cfg);
	cfg.lines = PROOF_LINES;
	any_fsm(&fsm);
	any_observer(&o, &fsm, &cfg);
	any_spell(&quiet);
	any_spell(&allowed);
	any_spell(&charge);
	any_spell(&remote);
	gone.at = any_u64();
	gone.shortest = any_u64();
	gone.waits = any_bool();

	__CPROVER_assume(valid_config(&cfg));
	__CPROVER_assume(valid_discharge(&fsm.discharge, &fsm.set, fsm.now));
	__CPROVER_assume(valid_charge(&fsm) && valid_outputs(&fsm, &cfg));
	__CPROVER_assume(valid_output(&fsm, &cfg, BG_OUT_LOAD) &&
			 valid_output(&fsm, &cfg, BG_OUT_CHARGER) &&
			 valid_output(&fsm, &cfg, BG_OUT_PRE_ALARM));
	__CPROVER_assume(valid_times(&fsm) && valid_view(&fsm, &cfg) &&
			 valid_rest(&fsm, &cfg));
	__CPROVER_assume(agree_discharge(&o, &fsm.discharge));
	__CPROVER_assume(output_agrees(BG_OUT_LOAD) &&
			 output_agrees(BG_OUT_CHARGER) &&
			 output_agrees(BG_OUT_PRE_ALARM) &&
			 agree_sounder(&o, &fsm) && agree_heartbeat(&o, &fsm));
	__CPROVER_assume(agree_rest(&o, &fsm));
	__CPROVER_assume(spell_agrees(&quiet, &o.quiet, o.now) &&
			 spell_agrees(&allowed, &o.allowed, o.now) &&
			 spell_agrees(&charge, &o.charge, o.now) &&
			 remote_agrees() &&
			 pulse_agrees() && episode_agrees() && gone_agrees());
	__CPROVER_assume(fsm.now <= PROOF_TIME && fsm.seq < PROOF_SEQS &&
			 fsm.counters.pre_alarms < PROOF_COUNTS &&
			 fsm.counters.load_disconnects < PROOF_COUNTS &&
			 fsm.counters.charger_disconnects < PROOF_COUNTS &&
			 fsm.counters.remote_offs < PROOF_COUNTS &&
			 fsm.counters.faults < PROOF_COUNTS &&
			 fsm.out[BG_OUT_LOAD].number < PROOF_COUNTS &&
			 fsm.out[BG_OUT_CHARGER].number < PROOF_COUNTS &&
			 fsm.out[BG_OUT_PRE_ALARM].number < PROOF_COUNTS);
}

void prove_bind(void)
{
	struct bg_settings set;
	u64 now = any_u64();

	any_config(&cfg);
	cfg.lines = PROOF_LINES;
	any_settings(&set);
	__CPROVER_assume(valid_config(&cfg) && valid_settings(&set) &&
			 now <= PROOF_TIME);

	bg_fsm_init(&fsm, &set, now);
	obs_start(&o, &cfg, &set, now);
	step();
	RULE("bind: is event 1", true, res.evented && res.event.seq == 1);
	RULE("bind: every output is written", true, (res.write & 7) == 7);
	RULE("bind: the first level counts as long held",
	     o.now_lines.permit && !o.now_lines.forbidden,
	     res.outputs & BIT(BG_OUT_LOAD));
}

/* After a time without a guard all is as at the bind, but for what goes on. */
void prove_restored(void)
{
	const u64 now = any_u64();
	struct bg_settings set;
	bool locked, reconnecting;
	u64 seq, ns;
	u8 state;

	any_state();
	__CPROVER_assume(now <= PROOF_TIME);
	state = fsm.discharge.state;
	seq = fsm.seq;
	set = fsm.set;
	locked = fsm.discharge.locked;
	ns = fsm.counters.state_ns[state];
	reconnecting = fsm.discharge.reconnecting;
	bg_fsm_restored(&fsm, now);
	obs_restored(&o, now);
	RULE("restored: the time without a guard is time in no state", true,
	     fsm.counters.state_ns[state] == ns);
	RULE("restored: no state has lasted longer than the clock has run", true,
	     valid_times(&fsm));
	/* Proved just now, and hard to find again behind another step. */
	__CPROVER_assume(valid_times(&fsm));
	quiet = (struct spell) { 0 };
	allowed = (struct spell) { 0 };
	charge = (struct spell) { 0 };
	/* What became of outputs before does not count. */
	res.write = 0;
	res.check = 0;
	step();
	RULE("restored: an event that says so, the next", true,
	     res.evented && res.event.seq == seq + 1 &&
	     (res.event.cause & BIT(BG_CAUSE_RESTORE)) &&
	     !(res.event.cause & BIT(BG_CAUSE_BIND)));
	RULE("restored: every output is written", true, (res.write & 7) == 7);
	RULE("restored: forbidden leads to load-off, no disconnect",
	     o.now_lines.permit && o.now_lines.forbidden,
	     fsm.view.state == BG_LOAD_OFF &&
	     !(res.outputs & BIT(BG_OUT_LOAD)));
	RULE("restored: the first level counts as long held",
	     o.now_lines.permit && !o.now_lines.forbidden && !locked &&
	     !reconnecting, res.outputs & BIT(BG_OUT_LOAD));
	RULE("restored: a lock-out goes on",
	     locked && o.now_lines.permit, fsm.discharge.locked);
	RULE("restored: settings go on", !in.set,
	     fsm.set.enabled == set.enabled && fsm.set.inhibit == set.inhibit &&
	     fsm.set.pre_alarm_delay == set.pre_alarm_delay &&
	     fsm.set.restore_delay == set.restore_delay &&
	     fsm.set.reconnect_delay == set.reconnect_delay);
}

void prove_step(void)
{
	any_state();
	step();
}

static void lines_are_valid(void)
{
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++)
		__CPROVER_assume(!(cfg.lines & BIT(n)) ||
				 valid_line_seen(&fsm.line[n], &cfg, n,
						 fsm.now));
}

/*
 * The deadline depends on the state, not on the way to it. What is proved of
 * any valid state is true after every step that leads to one. Of the deadline
 * the proof assumes what prove_next() and step_times() prove, and nothing else.
 */
void prove_times(void)
{
	struct bg_discharge_rules rules;
	struct obs_told told;
	unsigned int n;

	any_state();
	lines_are_valid();
	o.now_lines.forbidden = !o.allowed.holds;
	told.safe_until = bg_fsm_load_safe_until(&fsm);
	told.returns = bg_fsm_load_returns(&fsm);
	told.left = bg_discharge_left(&fsm.discharge, cfg.lockout_count,
				      cfg.lockout_window, fsm.now);
	rules = bg_discharge_rules_of(&fsm, &cfg);
	res.deadline = any_u64();
	__CPROVER_assume(res.deadline > fsm.now);
	__CPROVER_assume(res.deadline <=
			 bg_discharge_deadline(&fsm.discharge, &rules, fsm.now));
	__CPROVER_assume(res.deadline <=
			 bg_hold_deadline(&fsm.charge.allowed,
					  fsm.set.restore_delay));
	__CPROVER_assume(res.deadline <=
			 bg_hold_deadline(&fsm.remote,
					  bg_remote_restore(&fsm)));
	for (n = 0; n < BG_LINES_MAX; n++)
		__CPROVER_assume(!(cfg.lines & BIT(n)) || res.deadline <=
				 bg_line_deadline(&fsm.line[n],
						  cfg.slow_lines & BIT(n),
						  fsm.now));
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		__CPROVER_assume(res.deadline <=
				 bg_output_deadline(&fsm.out[n]));
	__CPROVER_assume(!bg_blinking(&fsm, &cfg) ||
			 res.deadline <= fsm.sounder.flip);
	__CPROVER_assume(res.deadline <=
			 bg_parting_deadline(&fsm));
	__CPROVER_assume(!cfg.heartbeat || res.deadline <=
			 bg_heartbeat_deadline(&fsm.heart));
	res.stay_awake = bg_awake(&fsm, &cfg, fsm.now);
	res.resume_at = bg_resume_at(&fsm);
	obs_judge_times(&o, &res, &told);
}

void prove_unbind(void)
{
	const u64 now = any_u64();
	u64 seq;

	any_state();
	seq = fsm.seq;
	bg_fsm_unbind(&fsm, now, &res);
	RULE("unbind: an event, the next", true,
	     res.evented && res.event.seq == seq + 1 && fsm.seq == seq + 1 &&
	     res.event.cause == BIT(BG_CAUSE_UNBIND));
	RULE("unbind: all outputs told off, by the user", true,
	     !res.event.view.outputs && res.event.view.state == BG_STANDBY &&
	     (res.event.view.load_reasons & BIT(BG_WHY_USER)) &&
	     (res.event.view.charger_reasons & BIT(BG_WHY_USER)));
	RULE("unbind: nothing to do any more", true,
	     !res.write && !res.outputs && res.deadline == BG_NEVER);
}
