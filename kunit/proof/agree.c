// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - check that an observer and its guard remember the same
 *
 * The observer knows what can be seen from outside, and keeps its memory in its
 * own way. Everything that matters for the future must be equal.
 */
#include "valid.h"

bool agree_line(const struct obs_line *l, const struct bg_line *line)
{
	const bool window = line->state == BG_LINE_WINDOW;
	const bool bouncing = line->state == BG_LINE_BOUNCING;
	const bool unreadable = line->state == BG_LINE_UNREADABLE;
	const bool last = line->tries == 1;
	const unsigned int tries = !l->failures ? 0 : l->last_chance ? 1 :
				   BG_LINE_TRIES + 1 - l->failures;
	unsigned int i;

	if (l->level != line->level || l->window != window ||
	    l->bouncing != bouncing || l->unreadable != unreadable ||
	    (!l->unreadable && l->last_read != line->raw) ||
	    ((window || bouncing) && l->end != line->until) ||
	    (bg_line_trying(line) && l->again != line->retry) ||
	    (bg_line_faulty(line) && l->listen != line->unmask) ||
	    (bouncing && l->bounce != line->since) ||
	    l->last_chance != last || tries != line->tries ||
	    l->uncovered != line->late || l->spare != line->free ||
	    l->level_at != line->heard || l->word_at != line->transfer ||
	    l->patience != line->silent ||
	    l->row != line->row || l->last_end != line->row_end ||
	    l->openings != line->windows)
		return false;
	for (i = 0; i < OBS_OPENINGS; i++)
		if (i < line->windows && l->opening[i] != line->opened[i])
			return false;
	return true;
}

static bool agree_wait(const struct obs_wait *w, const struct bg_hold *hold)
{
	return w->holds == hold->holds && w->granted == hold->granted &&
	       (!bg_hold_pending(hold) || w->since == hold->since);
}

bool agree_discharge(const struct observer *o, const struct bg_discharge *path)
{
	unsigned int i;

	if (o->state != path->state ||
	    !agree_wait(&o->allowed, &path->allowed) ||
	    !agree_wait(&o->quiet, &path->quiet) ||
	    o->min_delay != path->delay ||
	    o->write_awaited != path->sounding ||
	    (path->state == BG_PRE_ALARM && o->onset != path->onset) ||
	    o->reconnecting != path->reconnecting ||
	    (path->reconnecting && o->disconnect[0] != path->disconnected) ||
	    o->locked != path->locked || o->disconnects != path->disconnects)
		return false;
	for (i = 0; i < BG_LOCKOUT_MAX; i++)
		if (i < path->disconnects &&
		    o->disconnect[i] != path->history[i])
			return false;
	return true;
}

bool agree_output(const struct observer *o, const struct bg_fsm *fsm,
		  unsigned int n, bool write, bool check)
{
	const struct obs_out *seen = &o->out[n];
	const struct bg_output *out = &fsm->out[n];
	const bool readable = o->cfg.readable & BIT(n);

	if (seen->want != out->want || seen->shown != out->shown ||
	    seen->faulty != out->faulty || seen->changed > fsm->now)
		return false;
	/* Only a change is asked for before the last one has settled. */
	if ((out->settling && (write || check) && !seen->fresh) ||
	    (readable && write && !check && !seen->fresh) ||
	    ((check || !readable) && !seen->looked_at))
		return false;
	if (out->faulty && out->due > seen->retry_by)
		return false;
	if (!seen->looked_at && !out->faulty &&
	    !(out->settling && out->due <= seen->look_by))
		return false;
	if (readable)
		return !out->settling || !seen->looked_at;
	return !out->settling ||
	       out->due <= bg_after(seen->changed, BG_SETTLE_NS);
}

bool agree_sounder(const struct observer *o, const struct bg_fsm *fsm)
{
	return !o->phase_known || (o->dark == fsm->sounder.dark &&
				   o->flip == fsm->sounder.flip);
}

static bool agree_settings(const struct bg_settings *a,
			   const struct bg_settings *b)
{
	return a->pre_alarm_delay == b->pre_alarm_delay &&
	       a->restore_delay == b->restore_delay &&
	       a->reconnect_delay == b->reconnect_delay &&
	       a->enabled == b->enabled && a->inhibit == b->inhibit &&
	       a->mute == b->mute;
}

static bool agree_counters(const struct bg_counters *a,
			   const struct bg_counters *b)
{
	unsigned int n;

	for (n = 0; n < BG_NR_STATES; n++)
		if (a->state_ns[n] != b->state_ns[n])
			return false;
	return a->pre_alarms == b->pre_alarms &&
	       a->load_disconnects == b->load_disconnects &&
	       a->charger_disconnects == b->charger_disconnects &&
	       a->remote_offs == b->remote_offs && a->faults == b->faults;
}

static bool agree_since(const u64 *a, const u64 *b)
{
	unsigned int n;

	for (n = 0; n < BG_NR_SINCE; n++)
		if (a[n] != b[n])
			return false;
	return true;
}

bool agree_rest(const struct observer *o, const struct bg_fsm *fsm)
{
	return o->bound == fsm->bound && o->now == fsm->now &&
	       o->resumed == fsm->resumed &&
	       o->seq == fsm->seq && o->charger == fsm->charge.on &&
	       agree_wait(&o->charge, &fsm->charge.allowed) &&
	       agree_settings(&o->set, &fsm->set) &&
	       agree_counters(&o->counters, &fsm->counters) &&
	       agree_since(o->since, fsm->since) &&
	       obs_same(&o->view, &fsm->view);
}

/**
 * agree_fsm() - do both remember the same?
 * @o: observer
 * @fsm: state of the guard, after a step
 * @res: what that step decided
 *
 * Return: true if they do.
 */
bool agree_fsm(const struct observer *o, const struct bg_fsm *fsm,
	       const struct bg_result *res)
{
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++)
		if ((o->cfg.lines & BIT(n)) &&
		    !agree_line(&o->line[n], &fsm->line[n]))
			return false;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (!agree_output(o, fsm, n, res->write & BIT(n),
				  res->check & BIT(n)))
			return false;

	return agree_discharge(o, &fsm->discharge) && agree_sounder(o, fsm) &&
	       agree_rest(o, fsm);
}
