// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the decision: lines and a time in, outputs and events out (pure)
 *
 * One step takes all that happened up to an instant and then decides once:
 *
 *   lines --> line filter --+--> discharge path --+--> load, pre-alarm
 *             line.c        |    discharge.c      |
 *                  remote --+         | blocked   |    output.c: write, read
 *                  held?    |         v           |              back, retry
 *   settings ---------------+--> charge path -----+--> charger
 *                           |    charge.c         |    heartbeat.c
 *                           |         : adds      +--> view.c: reasons, event,
 *                           |         v           |            counters
 *                           +..> a new path ......+
 *
 * Each path is a machine of its own in a file of its own. It takes the verdict
 * of the lines (bg_judge()) and what the settings allow, and knows no other
 * path. A new one joins where the dots are: bg_fsm_step() calls it before those
 * it adds to and hands them its outcome as one of their inputs, bg_next() takes
 * its deadline, bg_awake() knows whether the system may sleep on it, and view.c
 * its reason. It takes away, and never permits what another path forbids.
 *
 * Nothing here can hold an output on against the battery: each path gets the
 * filtered lines, and settings only take away.
 */
#include "view.h"

#define BG_LINES_OPEN_IS_ASSERTED	BG_LINES_LOW_CELL

static struct bg_line_rules bg_rules_of(const struct bg_fsm *fsm,
					const struct bg_config *cfg,
					unsigned int n)
{
	const u64 quiet = bg_later(fsm->set.restore_delay, cfg->debounce);

	return (struct bg_line_rules) {
		.window = cfg->debounce,
		.quiet = bg_later(quiet, BG_QUIET_MIN),
		.threaded = cfg->slow_lines & BIT(n),
		.open = BIT(n) & BG_LINES_OPEN_IS_ASSERTED,
	};
}

/* Which of some lines are in a condition. */
static noinline u32
bg_lines_that(const struct bg_fsm *fsm, u32 lines,
	      bool (*are)(const struct bg_line *line, u64 now), u64 now)
{
	u32 found = 0;
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++)
		if ((lines & BIT(n)) && are(&fsm->line[n], now))
			found |= BIT(n);
	return found;
}

static struct bg_discharge_rules
bg_discharge_rules_of(const struct bg_fsm *fsm, const struct bg_config *cfg)
{
	return (struct bg_discharge_rules) {
		.pre_alarm = fsm->set.pre_alarm_delay,
		.restore = fsm->set.restore_delay,
		.reconnect = fsm->set.reconnect_delay,
		.lockout_window = cfg->lockout_window,
		.lockout_count = cfg->lockout_count,
		.silent = cfg->silent,
	};
}

static u64 bg_remote_restore(const struct bg_fsm *fsm)
{
	return bg_later(fsm->set.restore_delay, BG_REMOTE_RESTORE_MIN);
}

/*
 * Take the samples. A line that was not read keeps its level while time goes
 * on. No transfer began later than now.
 *
 * Return: lines that began to bounce.
 */
static u32 bg_take_lines(struct bg_fsm *fsm, const struct bg_config *cfg,
			 const struct bg_inputs *in, u64 now)
{
	u32 bounced = 0;
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++) {
		struct bg_line *line = &fsm->line[n];
		struct bg_line_rules rules;
		struct bg_sample sample;
		u8 before;

		if (!(cfg->lines & BIT(n)))
			continue;

		rules = bg_rules_of(fsm, cfg, n);
		sample.heard = in->report & BIT(n) ?
			       bg_earlier(in->heard, now) : now;
		sample.read = in->read & BIT(n);
		sample.failed = in->failed & BIT(n);
		sample.slow = in->slow & BIT(n);
		sample.edge = in->edge & BIT(n);
		sample.level = in->level & BIT(n);
		sample.resumed = in->resumed;

		if (!fsm->bound) {
			bg_line_init(line, &rules, &sample, now);
			continue;
		}

		before = line->state;
		bg_line_step(line, &rules, &sample, now);
		if (line->state == BG_LINE_BOUNCING &&
		    before != BG_LINE_BOUNCING)
			bounced |= BIT(n);
	}
	return bounced;
}

static struct bg_verdict bg_judge(const struct bg_fsm *fsm,
				  const struct bg_config *cfg)
{
	const u32 remote = cfg->lines & BG_LINES_REMOTE;
	struct bg_verdict v = { 0 };
	unsigned int n;
	u32 open;

	for (n = 0; n < BG_LINES_MAX; n++) {
		if (!(cfg->lines & BIT(n)))
			continue;
		if (fsm->line[n].level)
			v.lines |= BIT(n);
		if (bg_line_faulty(&fsm->line[n]))
			v.faulty |= BIT(n);
		if (bg_line_stale(&fsm->line[n], fsm->resumed, fsm->now))
			v.stale |= BIT(n);
	}

	open = cfg->lines & ~v.lines;
	v.forbidden = open & BG_LINES_DISCHARGE;
	v.charge_open = open & BG_LINES_CHARGE;
	v.low = v.lines & BG_LINES_LOW_CELL;
	v.cable = (open & BG_LINES_DISCHARGE) &
		  ((open & BG_LINES_CHARGE) >> BG_LINE_CHARGE) &
		  ~(u32)cfg->shared;
	v.remote = !remote || (v.lines & remote);
	v.heard_discharge = !(v.stale & ~BG_LINES_CHARGE);
	v.heard_charge = !(v.stale & (BG_LINES_CHARGE | BG_LINES_REMOTE));
	return v;
}

static void bg_take_flag(bool *flag, bool value, u32 bit, u32 *changed)
{
	if (*flag == value)
		return;
	*flag = value;
	*changed |= bit;
}

static void bg_take_delay(u64 *delay, u64 value, u32 bit, u32 *changed)
{
	if (*delay == value)
		return;
	*delay = value;
	*changed |= bit;
}

/* Return: settings that changed. */
static u32 bg_take_settings(struct bg_settings *set, const struct bg_inputs *in)
{
	const struct bg_settings *to = &in->settings;
	u32 changed = 0;

	if (in->set & BIT(BG_SET_ENABLED))
		bg_take_flag(&set->enabled, to->enabled, BIT(BG_SET_ENABLED),
			     &changed);
	if (in->set & BIT(BG_SET_CHARGE_BEHAVIOUR))
		bg_take_flag(&set->inhibit, to->inhibit, BIT(BG_SET_CHARGE_BEHAVIOUR),
			     &changed);
	if (in->set & BIT(BG_SET_MUTE))
		bg_take_flag(&set->mute, to->mute, BIT(BG_SET_MUTE), &changed);
	if (in->set & BIT(BG_SET_PRE_ALARM_DELAY_MS))
		bg_take_delay(&set->pre_alarm_delay, to->pre_alarm_delay,
			      BIT(BG_SET_PRE_ALARM_DELAY_MS), &changed);
	if (in->set & BIT(BG_SET_RESTORE_DELAY_MS))
		bg_take_delay(&set->restore_delay, to->restore_delay,
			      BIT(BG_SET_RESTORE_DELAY_MS), &changed);
	if (in->set & BIT(BG_SET_LOAD_RECONNECT_DELAY_MS))
		bg_take_delay(&set->reconnect_delay, to->reconnect_delay,
			      BIT(BG_SET_LOAD_RECONNECT_DELAY_MS), &changed);
	return changed;
}

static struct bg_output_rules bg_output_rules_of(const struct bg_config *cfg,
						 unsigned int n)
{
	return (struct bg_output_rules) {
		.readable = cfg->readable & BIT(n),
		.slow = cfg->out_slow & BIT(n),
	};
}

static struct bg_output_done bg_output_done_of(const struct bg_inputs *in,
					       unsigned int n)
{
	return (struct bg_output_done) {
		.tried = in->tried & BIT(n),
		.checked = in->checked & BIT(n),
		.failed = in->out_failed & BIT(n),
		.level = in->out_level & BIT(n),
		.alive = in->out_alive & BIT(n),
		.number = in->number[n],
	};
}

static void bg_take_outputs(struct bg_fsm *fsm, const struct bg_config *cfg,
			    const struct bg_inputs *in, u64 now)
{
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		bg_output_done(&fsm->out[n], bg_output_rules_of(cfg, n),
			       bg_output_done_of(in, n), now);

	bg_discharge_sounded(&fsm->discharge, bg_earlier(in->sounded, now));
}

static bool bg_sounds(const struct bg_fsm *fsm)
{
	return fsm->discharge.state == BG_PRE_ALARM && !fsm->set.mute;
}

/*
 * A system that sleeps does so in the lit half, since nobody would end the dark
 * one.
 *
 * Return: level of the pre-alarm output.
 */
static bool bg_sound(struct bg_fsm *fsm, const struct bg_config *cfg,
		     bool onset, bool park, u64 now)
{
	struct bg_sounder *sounder = &fsm->sounder;
	const bool anew = onset || park;

	if (onset)
		fsm->set.mute = false;
	if (anew || now >= sounder->flip) {
		sounder->dark = !anew && !sounder->dark;
		/* Stay in step with the onset, but for whole periods missed. */
		if (anew || now - sounder->flip >= BG_BLINK_NS)
			sounder->flip = now;
		sounder->flip = bg_after(sounder->flip, BG_BLINK_NS);
	}

	return bg_sounds(fsm) && (!cfg->intermittent || !sounder->dark);
}

static bool bg_blinking(const struct bg_fsm *fsm, const struct bg_config *cfg)
{
	return cfg->intermittent && bg_sounds(fsm);
}

/*
 * Load off and pre-alarm off go together. Where different controllers write
 * them, and one of them later, the warning ends when the load is known to be
 * off. Where the load does not obey, it ends all the same.
 */
static bool bg_parting(const struct bg_fsm *fsm, const struct bg_config *cfg,
		       u64 now)
{
	const struct bg_output *load = &fsm->out[BG_OUT_LOAD];

	return cfg->split && fsm->discharge.state == BG_LOAD_OFF &&
	       fsm->out[BG_OUT_PRE_ALARM].want && !fsm->set.mute &&
	       (load->awaited || load->unset) &&
	       now - fsm->discharge.disconnected < BG_PARTING_NS;
}

/* A warning that goes on with the load off is one that outlasts it. */
static u64 bg_parting_deadline(const struct bg_fsm *fsm)
{
	if (fsm->discharge.state != BG_LOAD_OFF ||
	    !fsm->out[BG_OUT_PRE_ALARM].want)
		return BG_NEVER;
	return bg_after(fsm->discharge.disconnected, BG_PARTING_NS);
}

static u64 bg_next(const struct bg_fsm *fsm, const struct bg_config *cfg,
		   const struct bg_discharge_rules *rules, u64 now)
{
	u64 next = bg_discharge_deadline(&fsm->discharge, rules, now);
	unsigned int n;

	next = bg_earlier(next, bg_hold_deadline(&fsm->charge.allowed,
						 fsm->set.restore_delay));
	next = bg_earlier(next, bg_hold_deadline(&fsm->remote,
						 bg_remote_restore(fsm)));
	for (n = 0; n < BG_LINES_MAX; n++)
		if (cfg->lines & BIT(n))
			next = bg_earlier(next,
					  bg_line_deadline(&fsm->line[n],
							   cfg->slow_lines &
							   BIT(n), now));
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		next = bg_earlier(next, bg_output_deadline(&fsm->out[n]));
	if (bg_blinking(fsm, cfg))
		next = bg_earlier(next, fsm->sounder.flip);
	next = bg_earlier(next, bg_parting_deadline(fsm));
	if (cfg->heartbeat)
		next = bg_earlier(next, bg_heartbeat_deadline(&fsm->heart));
	return next;
}

/* Delays during which a sleeping system would be late with a decision. */
static bool bg_awake(const struct bg_fsm *fsm, const struct bg_config *cfg,
		     u64 now)
{
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (bg_output_busy(&fsm->out[n]))
			return true;

	return bg_lines_that(fsm, cfg->lines, bg_line_unsettled, now) ||
	       bg_discharge_waits(&fsm->discharge, now) ||
	       bg_hold_pending(&fsm->charge.allowed) ||
	       bg_hold_pending(&fsm->remote);
}

/* The reconnect delay goes on in a system that sleeps, and has to wake it. */
static u64 bg_resume_at(const struct bg_fsm *fsm)
{
	const struct bg_discharge *path = &fsm->discharge;

	if (path->state != BG_LOAD_OFF || !path->reconnecting)
		return BG_NEVER;
	return bg_after(path->disconnected, fsm->set.reconnect_delay);
}

static void bg_act_on(struct bg_fsm *fsm, const struct bg_config *cfg,
		      unsigned int n, bool want, struct bg_result *res)
{
	struct bg_output *out = &fsm->out[n];
	struct bg_output_do todo;

	todo = bg_output_step(out, bg_output_rules_of(cfg, n), want, fsm->now);
	if (want)
		res->outputs |= BIT(n);
	if (todo.write)
		res->write |= BIT(n);
	if (todo.anew)
		res->anew |= BIT(n);
	if (todo.through_input)
		res->through_input |= BIT(n);
	if (todo.check)
		res->check |= BIT(n);
	res->number[n] = out->number;
}

static void bg_beat(struct bg_fsm *fsm, struct bg_result *res)
{
	const u64 now = fsm->now;
	u64 astray = bg_later(bg_output_astray(&fsm->out[BG_OUT_LOAD], now),
			      bg_output_astray(&fsm->out[BG_OUT_CHARGER], now));

	if (bg_heartbeat_step(&fsm->heart, astray, now))
		res->write |= BIT(BG_OUT_HEARTBEAT);
	if (fsm->heart.level)
		res->outputs |= BIT(BG_OUT_HEARTBEAT);
}

static void bg_act(struct bg_fsm *fsm, const struct bg_config *cfg, bool sound,
		   u64 now, struct bg_result *res)
{
	res->outputs = 0;
	res->write = 0;
	res->anew = 0;
	res->through_input = 0;
	res->check = 0;
	bg_act_on(fsm, cfg, BG_OUT_LOAD, bg_discharge_load(&fsm->discharge),
		  res);
	bg_act_on(fsm, cfg, BG_OUT_CHARGER, fsm->charge.on, res);
	/* Knows what is to become of the load. */
	bg_act_on(fsm, cfg, BG_OUT_PRE_ALARM,
		  sound || bg_parting(fsm, cfg, now), res);
	if (cfg->heartbeat)
		bg_beat(fsm, res);
}

/* Count the time for the present state. Return: a time that never goes back. */
static u64 bg_advance(struct bg_fsm *fsm, u64 now)
{
	now = bg_later(now, fsm->now);
	fsm->counters.state_ns[fsm->discharge.state] += now - fsm->now;
	fsm->now = now;
	return now;
}

/**
 * bg_fsm_init() - start in standby, with all outputs off
 * @fsm: state to fill
 * @set: settings to start with
 * @now: present time in ns
 */
void bg_fsm_init(struct bg_fsm *fsm, const struct bg_settings *set, u64 now)
{
	*fsm = (struct bg_fsm) { .now = now, .set = *set };
	bg_heartbeat_init(&fsm->heart, now);
	fsm->sounder.flip = BG_NEVER;
	fsm->discharge.state = BG_STANDBY;
	fsm->view.state = BG_STANDBY;
}

/**
 * bg_fsm_lines_to_read() - lines that an evaluation has to read
 * @fsm: state
 * @cfg: board
 * @now: present time in ns
 *
 * A line that cannot be read may take long to fail, so it is left alone until
 * it is due. Lines that a thread reads are not read by an evaluation.
 *
 * Return: mask of lines.
 */
u32 bg_fsm_lines_to_read(const struct bg_fsm *fsm, const struct bg_config *cfg,
			 u64 now)
{
	return bg_lines_that(fsm, cfg->lines & ~cfg->slow_lines,
			     bg_line_readable, now);
}

/**
 * bg_fsm_mask() - lines whose interrupts are masked
 * @fsm: state
 * @cfg: board
 * @now: present time in ns
 *
 * An evaluation opens the others before it reads, so that no edge is lost
 * between the two.
 *
 * Return: mask of lines.
 */
u32 bg_fsm_mask(const struct bg_fsm *fsm, const struct bg_config *cfg, u64 now)
{
	return bg_lines_that(fsm, cfg->lines, bg_line_masked, now);
}

/* Threads read their lines at least once a second; some cannot wait for it. */
static u32 bg_threads_to_read(const struct bg_fsm *fsm,
			      const struct bg_config *cfg, u64 now)
{
	return bg_lines_that(fsm, cfg->lines & cfg->slow_lines,
			     bg_line_awaited, now);
}

/**
 * bg_fsm_step() - one evaluation
 * @fsm: state
 * @cfg: board; the same in every call
 * @in: all that happened since the step before
 * @now: present time in ns; if the clock went back, time stands still
 * @res: what to do
 */
void bg_fsm_step(struct bg_fsm *fsm, const struct bg_config *cfg,
		 const struct bg_inputs *in, u64 now, struct bg_result *res)
{
	const u8 was = fsm->discharge.state;
	struct bg_discharge_rules rules;
	struct bg_discharge_in discharge;
	struct bg_charge_in charge;
	struct bg_news news;
	struct bg_verdict v;
	bool was_mute, sound;

	now = bg_advance(fsm, now);
	if (in->resumed)
		fsm->resumed = now;

	/* Before the bind nothing was written. */
	if (fsm->bound)
		bg_take_outputs(fsm, cfg, in, now);
	news.charger_was_on = fsm->charge.on;
	news.remote_was_on = fsm->remote.granted;
	news.set = bg_take_settings(&fsm->set, in);
	news.user = news.set;
	was_mute = fsm->set.mute;
	news.bounced = bg_take_lines(fsm, cfg, in, now);
	v = bg_judge(fsm, cfg);

	if (!fsm->bound)
		bg_hold_init(&fsm->remote, v.remote, now);
	bg_hold_step(&fsm->remote, v.remote, bg_remote_restore(fsm), now);

	discharge.permit = fsm->remote.granted && fsm->set.enabled;
	discharge.forbidden = v.forbidden;
	discharge.low = v.low;
	discharge.heard = v.heard_discharge;
	rules = bg_discharge_rules_of(fsm, cfg);
	if (fsm->restored)
		bg_discharge_again(&fsm->discharge, &discharge, now);
	else if (!fsm->bound)
		bg_discharge_init(&fsm->discharge, &discharge, now);
	bg_discharge_step(&fsm->discharge, &rules, &discharge, now);
	res->onset = fsm->discharge.state == BG_PRE_ALARM && was != BG_PRE_ALARM;

	v.blocked = cfg->inhibit_on_pre_alarm &&
		    fsm->discharge.state == BG_PRE_ALARM &&
		    !fsm->discharge.quiet.granted;
	charge.permit = discharge.permit;
	charge.allowed = !v.charge_open;
	charge.inhibited = fsm->set.inhibit;
	charge.blocked = v.blocked;
	charge.heard = v.heard_charge;
	if (!fsm->bound)
		bg_charge_init(&fsm->charge, &charge, now);
	bg_charge_step(&fsm->charge, fsm->set.restore_delay, &charge, now);

	sound = bg_sound(fsm, cfg, res->onset, in->park, now);
	/* An onset lifts the mute; the event shows it as a setting. */
	if (res->onset && was_mute)
		news.set |= BIT(BG_SET_MUTE);
	bg_act(fsm, cfg, sound, now, res);

	bg_view_step(fsm, &v, &news, res);
	fsm->bound = true;
	fsm->restored = false;

	res->mask = bg_fsm_mask(fsm, cfg, now);
	res->read = bg_threads_to_read(fsm, cfg, now);
	res->deadline = bg_next(fsm, cfg, &rules, now);
	res->stay_awake = bg_awake(fsm, cfg, now);
	res->resume_at = bg_resume_at(fsm);
}

/**
 * bg_fsm_surprised() - has the decision to look at the outputs once more?
 * @fsm: state, after a step
 * @done: how the outputs turned out that are written in place
 *
 * Return: true if it took something for granted that did not happen, or waits
 * for what did.
 */
bool bg_fsm_surprised(const struct bg_fsm *fsm, const struct bg_inputs *done)
{
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (bg_output_surprises(&fsm->out[n], bg_output_done_of(done, n)))
			return true;
	return false;
}

/**
 * bg_fsm_load_returns() - when may the load return?
 * @fsm: state
 *
 * Return: see bg_discharge_returns().
 */
u64 bg_fsm_load_returns(const struct bg_fsm *fsm)
{
	u64 permit = 0;

	if (!fsm->set.enabled || !fsm->remote.holds)
		return 0;
	if (!fsm->remote.granted)
		permit = bg_after(fsm->remote.since, bg_remote_restore(fsm));
	return bg_discharge_returns(&fsm->discharge, fsm->set.restore_delay,
				    fsm->set.reconnect_delay, permit);
}

/**
 * bg_fsm_restored() - the guard has not run for a while, and all outputs were off
 * @fsm: state
 * @now: present time in ns
 *
 * The next step decides as the first one does: from the lines as they are, and
 * with all outputs to be written. Settings, counters, numbers, the reconnect
 * delay and a lock-out go on. The time without a guard is time in no state.
 */
void bg_fsm_restored(struct bg_fsm *fsm, u64 now)
{
	unsigned int n;

	fsm->now = bg_later(now, fsm->now);
	fsm->bound = false;
	fsm->restored = true;
	fsm->discharge.state = BG_LOAD_OFF;
	fsm->charge.on = false;
	/* A switch that was turned meanwhile was not seen to be turned. */
	bg_hold_init(&fsm->remote, false, fsm->now);
	fsm->heart.beat = fsm->now;
	for (n = 0; n < BG_LINES_MAX; n++)
		fsm->line[n] = (struct bg_line) { 0 };
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		bg_output_init(&fsm->out[n]);
	bg_view_restored(fsm);
}

/**
 * bg_fsm_unbind() - the last event: all outputs were floated, for good
 * @fsm: state
 * @now: present time in ns
 * @res: nothing to do, and the event
 */
void bg_fsm_unbind(struct bg_fsm *fsm, u64 now, struct bg_result *res)
{
	bg_advance(fsm, now);
	fsm->discharge.state = BG_STANDBY;
	/* Whatever the remote says, time brings nothing back any more. */
	bg_hold_init(&fsm->remote, false, fsm->now);
	*res = (struct bg_result) {
		.deadline = BG_NEVER,
		.resume_at = BG_NEVER,
	};
	bg_view_unbind(fsm, res);
}
