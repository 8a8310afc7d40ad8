// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the states that a guard may be in
 */
#include "valid.h"

bool valid_config(const struct bg_config *cfg)
{
	const u32 discharge = cfg->lines & BG_LINES_DISCHARGE;
	const u32 charge = cfg->lines & BG_LINES_CHARGE;

	return !(cfg->lines >> BG_LINES_MAX) && discharge &&
	       charge == discharge << BG_LINE_CHARGE &&
	       cfg->debounce <= BG_SEC(1) &&
	       cfg->lockout_window >= BG_SEC(60) &&
	       cfg->lockout_window <= BG_SEC(86400) &&
	       cfg->lockout_count <= BG_LOCKOUT_MAX;
}

bool valid_settings(const struct bg_settings *set)
{
	return set->pre_alarm_delay >= BG_SEC(30) &&
	       set->pre_alarm_delay <= BG_SEC(600) &&
	       set->restore_delay <= BG_SEC(60) &&
	       set->reconnect_delay <= BG_SEC(7200);
}

/* A time that is still to come, not later than some delay from now. */
static bool valid_ahead(u64 t, u64 now, u64 delay)
{
	return (t > now || t == BG_NEVER) && t <= bg_after(now, delay);
}

/* One that is over is waited for, but only until the next read. */
static bool valid_end(u64 t, u64 now, u64 delay)
{
	return t <= bg_after(now, delay);
}

/* The part at which others than the filter look. */
bool valid_line_seen(const struct bg_line *line, const struct bg_config *cfg,
		     unsigned int n, u64 now)
{
	const bool threaded = cfg->slow_lines & BIT(n);
	const bool open = BIT(n) & BG_LINES_LOW_CELL;

	if (line->heard > line->transfer || line->transfer > now ||
	    line->late > now || line->since > now ||
	    line->tries > BG_LINE_TRIES ||
	    (line->tries && !valid_end(line->retry, now, BG_MS(20))) ||
	    (!threaded && line->silent != BG_NEVER) ||
	    (threaded && line->silent > bg_after(now, BG_SILENT_NS)) ||
	    (line->state != BG_LINE_UNREADABLE && line->silent <= now))
		return false;

	switch (line->state) {
	case BG_LINE_IDLE:
		return line->level == line->raw && !line->unmask &&
		       (!line->late || !cfg->debounce);
	case BG_LINE_WINDOW:
		return cfg->debounce && !line->unmask &&
		       (!line->late || line->late >= line->until) &&
		       valid_end(line->until, now, cfg->debounce);
	case BG_LINE_BOUNCING:
		return line->level == open && !line->late &&
		       valid_end(line->unmask, now, BG_FAULTY_MASK_NS) &&
		       valid_end(line->until, now, BG_SEC(60));
	case BG_LINE_UNREADABLE:
		return line->level == open && line->raw == open &&
		       !line->late && !line->tries &&
		       valid_end(line->unmask, now, BG_FAULTY_MASK_NS) &&
		       valid_end(line->retry, now, BG_POLL_NS);
	default:
		return false;
	}
}

bool valid_line(const struct bg_line *line, const struct bg_config *cfg,
		unsigned int n, u64 now)
{
	unsigned int i;

	if (!valid_line_seen(line, cfg, n, now) ||
	    line->row >= BG_BOUNCE_ROW || line->row_end > now ||
	    line->windows >= BG_BOUNCE_WINDOWS ||
	    (line->state == BG_LINE_WINDOW &&
	     (!line->row || !line->windows || line->free)) ||
	    (!cfg->debounce && (line->row || line->free)) ||
	    (bg_line_faulty(line) &&
	     (line->row || line->windows || line->free)))
		return false;
	for (i = 0; i < BG_BOUNCE_WINDOWS - 1; i++)
		if (i < line->windows &&
		    line->opened[i] > (i ? line->opened[i - 1] : now))
			return false;
	return true;
}

static bool valid_hold(const struct bg_hold *hold, u64 restore, u64 now)
{
	if (hold->since > now || (hold->granted && !hold->holds))
		return false;
	return !bg_hold_pending(hold) || now - hold->since < restore;
}

/* An onset that nothing was heard of may still be up to a second late. */
static bool valid_delay_runs(const struct bg_discharge *path, u64 now)
{
	const u64 late = path->sounding ? BG_SEC(1) : 0;

	return !obs_over(bg_after(path->onset, late), path->delay, now);
}

/* Forbidden was seen, and it is not yet 30 s since it went. */
static bool valid_sag(const struct bg_discharge *path, u64 now)
{
	return path->sagged && now - path->allowed.since < BG_SEC(30);
}

bool valid_discharge(const struct bg_discharge *path,
		     const struct bg_settings *set, u64 now)
{
	const u64 restore = bg_later(set->restore_delay,
				     BG_DISCHARGE_RESTORE_MIN);
	unsigned int i;

	if (path->onset > now || path->disconnected > now ||
	    path->delay > set->pre_alarm_delay ||
	    path->disconnects > BG_LOCKOUT_MAX ||
	    (path->quiet.holds && !path->allowed.holds) ||
	    !valid_hold(&path->allowed, restore, now) ||
	    !valid_hold(&path->quiet, restore, now))
		return false;
	for (i = 0; i < BG_LOCKOUT_MAX; i++)
		if (path->history[i] > now)
			return false;
	if (path->reconnecting &&
	    (bg_discharge_load(path) ||
	     now - path->disconnected >= set->reconnect_delay))
		return false;

	switch (path->state) {
	case BG_NORMAL:
		return !path->locked && path->quiet.holds;
	case BG_PRE_ALARM:
		return !path->locked &&
		       (!path->quiet.granted || valid_sag(path, now)) &&
		       (path->allowed.holds ||
			(path->sagged && valid_delay_runs(path, now)));
	case BG_LOAD_OFF:
		return true;
	case BG_STANDBY:
		return !path->locked && !path->disconnects;
	default:
		return false;
	}
}

bool valid_remote(const struct bg_fsm *fsm)
{
	return valid_hold(&fsm->remote, bg_later(fsm->set.restore_delay,
						 BG_SEC(1)), fsm->now);
}

bool valid_charge(const struct bg_fsm *fsm)
{
	const struct bg_charge *path = &fsm->charge;

	return valid_hold(&path->allowed, fsm->set.restore_delay, fsm->now) &&
	       (!path->on || (path->allowed.granted && !fsm->set.inhibit &&
			      fsm->discharge.state != BG_STANDBY));
}

static bool valid_at_rest(const struct bg_output *out)
{
	return !out->awaited && !out->settling && !out->fails;
}

static bool valid_output_due(const struct bg_output *out, bool slow, u64 now)
{
	u64 most = BG_TIRED_POLL_NS;

	if (out->awaited)
		most = slow ? BG_UNHEARD_NS : BG_SETTLE_NS;
	else if (out->settling)
		most = BG_RECHECK_NS;
	else if (!out->faulty)
		most = BG_MS(20);
	return valid_at_rest(out) || valid_ahead(out->due, now, most);
}

bool valid_output(const struct bg_fsm *fsm, const struct bg_config *cfg,
		  unsigned int n)
{
	const struct bg_output *out = &fsm->out[n];
	const u64 now = fsm->now;
	const bool readable = cfg->readable & BIT(n);
	const bool slow = cfg->out_slow & BIT(n);

	if (!out->number || out->fails > BG_SOON_RETRIES ||
	    (out->awaited && out->settling) ||
	    (out->faulty && !out->fails && !out->awaited && !out->settling) ||
	    (out->unset && !out->fails && !out->awaited) ||
	    (out->settling && (out->unset || !readable)))
		return false;
	/* A level that is only about to be written is shown for a while. */
	if (out->shown != out->known &&
	    !(out->awaited && !slow && !out->fails && !out->faulty &&
	      out->shown == out->want))
		return false;
	if (out->awaited && !slow && !out->fails && !out->faulty &&
	    out->shown != out->want)
		return false;
	/* At rest, all is known that can be known. */
	if (!readable && valid_at_rest(out) && out->unconfirmed)
		return false;
	if (out->fails && out->since > now)
		return false;
	if (out->unconfirmed && (out->want || out->off_at > now))
		return false;
	return out->look <= bg_after(now, BG_RECHECK_NS) &&
	       valid_output_due(out, slow, now);
}

/* The pre-alarm waits for the end of the load. */
static bool valid_parting(const struct bg_fsm *fsm, const struct bg_config *cfg)
{
	const struct bg_discharge *path = &fsm->discharge;
	const struct bg_output *load = &fsm->out[BG_OUT_LOAD];

	return cfg->split && path->state == BG_LOAD_OFF && !fsm->set.mute &&
	       path->disconnects && path->history[0] == path->disconnected &&
	       fsm->now - path->disconnected < BG_PARTING_NS &&
	       (load->awaited || load->unset);
}

bool valid_outputs(const struct bg_fsm *fsm, const struct bg_config *cfg)
{
	const bool alarm = fsm->discharge.state == BG_PRE_ALARM;
	const bool sounds = fsm->out[BG_OUT_PRE_ALARM].want;

	if (alarm && !valid_ahead(fsm->sounder.flip, fsm->now, BG_BLINK_NS))
		return false;

	return fsm->out[BG_OUT_LOAD].want ==
	       bg_discharge_load(&fsm->discharge) &&
	       fsm->out[BG_OUT_CHARGER].want == fsm->charge.on &&
	       (sounds == (alarm && !fsm->set.mute &&
			   !(cfg->intermittent && fsm->sounder.dark)) ||
		(sounds && valid_parting(fsm, cfg)));
}

bool valid_heartbeat(const struct bg_fsm *fsm, const struct bg_config *cfg)
{
	const u64 load = bg_output_astray(&fsm->out[BG_OUT_LOAD], fsm->now);
	const u64 charger = bg_output_astray(&fsm->out[BG_OUT_CHARGER],
					     fsm->now);

	if (!cfg->heartbeat)
		return !fsm->heart.level && !fsm->heart.stopped;
	return fsm->heart.stopped ==
	       (load >= BG_FEAR_NS || charger >= BG_FEAR_NS) &&
	       (fsm->heart.stopped ?
		fsm->heart.beat <= bg_after(fsm->now, BG_HEARTBEAT_NS) :
		valid_ahead(fsm->heart.beat, fsm->now, BG_HEARTBEAT_NS));
}

/* No state has lasted longer than the clock has run. */
bool valid_times(const struct bg_fsm *fsm)
{
	unsigned int n;

	for (n = 0; n < BG_NR_STATES; n++)
		if (fsm->counters.state_ns[n] > fsm->now)
			return false;
	return true;
}

bool valid_view(const struct bg_fsm *fsm, const struct bg_config *cfg)
{
	const struct bg_view *view = &fsm->view;
	const bool standby = view->state == BG_STANDBY;
	const bool permit = fsm->remote.granted && view->enabled;
	unsigned int n;

	if (view->state != fsm->discharge.state || standby == permit ||
	    view->remote != fsm->remote.holds ||
	    view->enabled != fsm->set.enabled ||
	    view->inhibit != fsm->set.inhibit || view->mute != fsm->set.mute ||
	    ((view->lines | view->faulty) & ~cfg->lines))
		return false;
	for (n = 0; n < BG_LINES_MAX; n++) {
		const struct bg_line *line = &fsm->line[n];

		if ((cfg->lines & BIT(n)) &&
		    (line->level != !!(view->lines & BIT(n)) ||
		     bg_line_faulty(line) != !!(view->faulty & BIT(n))))
			return false;
	}
	return true;
}

bool valid_rest(const struct bg_fsm *fsm, const struct bg_config *cfg)
{
	return fsm->bound && !fsm->restored && fsm->seq &&
	       fsm->resumed <= fsm->now &&
	       valid_settings(&fsm->set) && valid_remote(fsm) &&
	       valid_heartbeat(fsm, cfg);
}

/**
 * valid_fsm() - is this a state that a guard may be in?
 * @fsm: state, after a step
 * @cfg: board
 *
 * Return: true if it is.
 */
bool valid_fsm(const struct bg_fsm *fsm, const struct bg_config *cfg)
{
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++)
		if ((cfg->lines & BIT(n)) &&
		    !valid_line(&fsm->line[n], cfg, n, fsm->now))
			return false;
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (!valid_output(fsm, cfg, n))
			return false;

	return valid_discharge(&fsm->discharge, &fsm->set, fsm->now) &&
	       valid_charge(fsm) && valid_outputs(fsm, cfg) &&
	       valid_times(fsm) && valid_view(fsm, cfg) && valid_rest(fsm, cfg);
}
