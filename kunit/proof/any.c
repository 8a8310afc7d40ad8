// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - any state, board, settings and inputs, for the proof
 *
 * CBMC takes a variable without a value for any value. A byte of a bool may
 * then be neither true nor false, which no real one is: these are made one by
 * one.
 */
#include "any.h"

u64 any_u64(void)
{
	return nondet_u64();
}

u32 any_u32(void)
{
	return nondet_u32();
}

bool any_bool(void)
{
	return nondet_int() != 0;
}

void any_config(struct bg_config *cfg)
{
	struct bg_config any;

	any.silent = any_bool();
	any.intermittent = any_bool();
	any.inhibit_on_pre_alarm = any_bool();
	any.heartbeat = any_bool();
	any.split = any_bool();
	*cfg = any;
}

void any_settings(struct bg_settings *set)
{
	struct bg_settings any;

	any.enabled = any_bool();
	any.inhibit = any_bool();
	any.mute = any_bool();
	*set = any;
}

void any_inputs(struct bg_inputs *in)
{
	struct bg_inputs any;

	any_settings(&any.settings);
	any.park = any_bool();
	any.resumed = any_bool();
	*in = any;
}

static void any_hold(struct bg_hold *hold)
{
	hold->holds = any_bool();
	hold->granted = any_bool();
}

static void any_view(struct bg_view *view)
{
	view->remote = any_bool();
	view->enabled = any_bool();
	view->inhibit = any_bool();
	view->mute = any_bool();
	view->charge_blocked = any_bool();
}

void any_fsm(struct bg_fsm *fsm)
{
	struct bg_fsm any;
	unsigned int n;

	any_settings(&any.set);
	for (n = 0; n < BG_LINES_MAX; n++) {
		any.line[n].level = any_bool();
		any.line[n].raw = any_bool();
		any.line[n].free = any_bool();
	}
	any_hold(&any.discharge.allowed);
	any_hold(&any.discharge.quiet);
	any.discharge.reconnecting = any_bool();
	any.discharge.locked = any_bool();
	any.discharge.sounding = any_bool();
	any.discharge.sagged = any_bool();
	any_hold(&any.charge.allowed);
	any_hold(&any.remote);
	any.charge.on = any_bool();
	any.sounder.dark = any_bool();
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++) {
		any.out[n].want = any_bool();
		any.out[n].known = any_bool();
		any.out[n].shown = any_bool();
		any.out[n].faulty = any_bool();
		any.out[n].awaited = any_bool();
		any.out[n].settling = any_bool();
		any.out[n].unset = any_bool();
		any.out[n].dead = any_bool();
		any.out[n].unconfirmed = any_bool();
	}
	any.heart.level = any_bool();
	any.heart.stopped = any_bool();
	any_view(&any.view);
	any.bound = any_bool();
	any.restored = any_bool();
	*fsm = any;
}

static void any_wait(struct obs_wait *w, const struct bg_hold *hold)
{
	w->holds = hold->holds;
	w->granted = hold->granted;
	w->since = hold->holds ? hold->since : any_u64();
}

/* What the observer knows of a line as well, by other names. */
void same_obs_line(struct obs_line *l, const struct bg_line *line)
{
	l->window = line->state == BG_LINE_WINDOW;
	l->bouncing = line->state == BG_LINE_BOUNCING;
	l->unreadable = line->state == BG_LINE_UNREADABLE;
	l->end = line->until;
	l->again = line->retry;
	l->listen = line->unmask;
	l->bounce = line->since;
	l->uncovered = line->late;
	l->level_at = line->heard;
	l->word_at = line->transfer;
	l->patience = line->silent;
}

static void any_obs_line(struct obs_line *l, const struct bg_line *line)
{
	unsigned int i;

	same_obs_line(l, line);
	l->last_end = line->row_end;
	for (i = 0; i < OBS_OPENINGS; i++)
		l->opening[i] = line->opened[i];
	l->openings = line->windows;
	l->row = line->row;
	l->failures = line->tries ? any_u32() : 0;
	l->last_chance = line->tries == 1;
	l->spare = line->free;
	l->last_read = l->unreadable ? any_bool() : line->raw;
	l->level = line->level;
}

static void any_obs_out(struct obs_out *seen, const struct bg_output *out)
{
	struct obs_out any;

	any.number = out->number;
	any.want = out->want;
	any.known = out->known;
	any.shown = out->shown;
	any.faulty = out->faulty;
	any.pending = out->awaited;
	any.unread = out->settling;
	any.failures = out->fails;
	any.botched = out->unset;
	any.gone = out->dead;
	any.maybe_on = out->unconfirmed;
	if (out->awaited || out->settling || out->fails)
		any.due = out->due;
	if (out->fails)
		any.trouble = out->since;
	if (out->unconfirmed)
		any.maybe_on_since = out->off_at;
	any.ask_from = out->look;
	any.old_report = any_bool();
	*seen = any;
}

/*
 * Where both have to remember the same, the observer gets what the guard
 * remembers; elsewhere it gets anything. Any observer with the assumption that
 * they agree would do as well, but is too hard for the solver.
 */
void any_observer(struct observer *o, const struct bg_fsm *fsm,
		  const struct bg_config *cfg)
{
	const struct bg_discharge *path = &fsm->discharge;
	struct observer any;
	unsigned int n;

	any.cfg = *cfg;
	any.set = fsm->set;
	any.view = fsm->view;
	any.counters = fsm->counters;
	any.now = fsm->now;
	any.seq = fsm->seq;
	any.resumed = fsm->resumed;
	for (n = 0; n < BG_NR_SINCE; n++)
		any.since[n] = fsm->since[n];
	any.bound = fsm->bound;
	any.restored = fsm->restored;
	any.now_lines = (struct obs_lines) { 0 };
	for (n = 0; n < BG_LINES_MAX; n++) {
		const struct bg_line *line = &fsm->line[n];
		struct obs_line *l = &any.line[n];

		if (!(cfg->lines & BIT(n))) {
			*l = (struct obs_line) { 0 };
			continue;
		}
		any_obs_line(l, line);
	}

	any.state = path->state;
	any_wait(&any.allowed, &path->allowed);
	any_wait(&any.quiet, &path->quiet);
	any.min_delay = path->delay;
	any.write_awaited = path->sounding;
	any.sagged = path->sagged;
	any.pulsing = any_bool();
	any.remote_was = any_bool();
	if (path->state == BG_PRE_ALARM) {
		any.decided = path->sounding ? path->onset : any_u64();
		any.onset = path->sounding ? bg_after(path->onset, BG_SEC(1)) :
					     path->onset;
	}
	any.reconnecting = path->reconnecting;
	any.locked = path->locked;
	any.disconnects = path->disconnects;
	for (n = 0; n < BG_LOCKOUT_MAX; n++)
		if (n < path->disconnects)
			any.disconnect[n] = path->history[n];
	if (path->reconnecting)
		any.disconnect[0] = path->disconnected;

	any.charger = fsm->charge.on;
	any_wait(&any.charge, &fsm->charge.allowed);
	any_wait(&any.remote, &fsm->remote);
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		any_obs_out(&any.out[n], &fsm->out[n]);
	any.heart_high = fsm->heart.level;
	any.stopped = fsm->heart.stopped;
	any.beat = fsm->heart.beat;
	any.was_mute = any_bool();
	any.phase_known = any_bool();
	any.dark = any.phase_known ? fsm->sounder.dark : any_bool();
	if (any.phase_known)
		any.flip = fsm->sounder.flip;
	any.broken = NULL;
	*o = any;
}
