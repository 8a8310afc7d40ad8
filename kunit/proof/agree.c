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
	       (!hold->holds || w->since == hold->since);
}

static bool agree_onset(const struct observer *o,
			const struct bg_discharge *path)
{
	if (o->write_awaited != path->sounding || o->sagged != path->sagged)
		return false;
	if (!o->write_awaited)
		return o->onset == path->onset;
	return o->decided == path->onset &&
	       o->onset == bg_after(path->onset, BG_SEC(1));
}

bool agree_discharge(const struct observer *o, const struct bg_discharge *path)
{
	unsigned int i;

	if (o->state != path->state ||
	    !agree_wait(&o->allowed, &path->allowed) ||
	    !agree_wait(&o->quiet, &path->quiet) ||
	    o->min_delay != path->delay ||
	    (path->state == BG_PRE_ALARM && !agree_onset(o, path)) ||
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
		  unsigned int n)
{
	const struct obs_out *seen = &o->out[n];
	const struct bg_output *out = &fsm->out[n];

	return seen->number == out->number && seen->want == out->want &&
	       seen->known == out->known && seen->shown == out->shown &&
	       seen->faulty == out->faulty && seen->pending == out->awaited &&
	       seen->unread == out->settling && seen->failures == out->fails &&
	       seen->botched == out->unset && seen->gone == out->dead &&
	       seen->maybe_on == out->unconfirmed &&
	       (!out->unconfirmed || seen->maybe_on_since == out->off_at) &&
	       (!out->fails || seen->trouble == out->since) &&
	       seen->ask_from == out->look &&
	       (!(out->awaited || out->settling || out->fails) ||
		seen->due == out->due);
}

bool agree_heartbeat(const struct observer *o, const struct bg_fsm *fsm)
{
	return o->heart_high == fsm->heart.level &&
	       (!o->cfg.heartbeat || (o->stopped == fsm->heart.stopped &&
				      o->beat == fsm->heart.beat));
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
	return o->bound == fsm->bound && o->restored == fsm->restored &&
	       o->now == fsm->now && o->resumed == fsm->resumed &&
	       o->seq == fsm->seq && o->charger == fsm->charge.on &&
	       agree_wait(&o->charge, &fsm->charge.allowed) &&
	       agree_wait(&o->remote, &fsm->remote) &&
	       agree_settings(&o->set, &fsm->set) &&
	       agree_counters(&o->counters, &fsm->counters) &&
	       agree_since(o->since, fsm->since) &&
	       obs_same(&o->view, &fsm->view);
}

/**
 * agree_fsm() - do both remember the same?
 * @o: observer
 * @fsm: state of the guard, after a step
 *
 * Return: true if they do.
 */
bool agree_fsm(const struct observer *o, const struct bg_fsm *fsm)
{
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++)
		if ((o->cfg.lines & BIT(n)) &&
		    !agree_line(&o->line[n], &fsm->line[n]))
			return false;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (!agree_output(o, fsm, n))
			return false;

	return agree_discharge(o, &fsm->discharge) && agree_sounder(o, fsm) &&
	       agree_heartbeat(o, fsm) && agree_rest(o, fsm);
}
