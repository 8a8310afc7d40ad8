// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the reports of a decision: reasons, events, counters (pure)
 *
 * Derived after the fact from what the paths decided; nothing here decides.
 */
#include "view.h"

/* Reasons that both outputs share; @lines permit this one. */
static noinline u16 bg_shared_reasons(const struct bg_fsm *fsm,
				      const struct bg_verdict *v,
				      const struct bg_hold *allowed, u32 lines)
{
	u16 why = 0;

	if (v->cable)
		why |= BIT(BG_WHY_CABLE);
	if (!v->remote)
		why |= BIT(BG_WHY_REMOTE);
	if (!fsm->set.enabled)
		why |= BIT(BG_WHY_USER);
	if (!v->remote)
		lines |= BG_LINES_REMOTE;
	if (v->faulty & lines)
		why |= BIT(BG_WHY_FAULT);
	if (bg_hold_pending(&fsm->remote) || bg_hold_pending(allowed))
		why |= BIT(BG_WHY_RESTORE_DELAY);
	return why;
}

/* An output that waits for nothing but to hear of its lines waits for time. */
static u16 bg_some_reason(u16 why, bool heard)
{
	return why || heard ? why : BIT(BG_WHY_RESTORE_DELAY);
}

/* Why an output that should be on is not known to be. */
static noinline u16 bg_missing(const struct bg_output *out)
{
	if (out->shown)
		return 0;
	/* A thread is about to write it, and nothing says that it cannot. */
	if (out->awaited && !out->fails && !out->faulty)
		return BIT(BG_WHY_RESTORE_DELAY);
	return BIT(BG_WHY_FAULT);
}

static u16 bg_load_reasons(const struct bg_fsm *fsm, const struct bg_verdict *v)
{
	const struct bg_discharge *path = &fsm->discharge;
	u16 why;

	if (bg_discharge_load(path))
		return bg_missing(&fsm->out[BG_OUT_LOAD]);

	why = bg_shared_reasons(fsm, v, &path->allowed, BG_LINES_DISCHARGE);
	if (v->forbidden)
		why |= BIT(BG_WHY_UNDERVOLTAGE);
	if (path->reconnecting)
		why |= BIT(BG_WHY_RECONNECT_DELAY);
	if (path->locked)
		why |= BIT(BG_WHY_LOCKOUT);
	return bg_some_reason(why, v->heard_discharge);
}

static u16 bg_charger_reasons(const struct bg_fsm *fsm,
			      const struct bg_verdict *v)
{
	const struct bg_charge *path = &fsm->charge;
	u16 why;

	if (path->on)
		return bg_missing(&fsm->out[BG_OUT_CHARGER]);

	why = bg_shared_reasons(fsm, v, &path->allowed, BG_LINES_CHARGE);
	if (v->charge_open)
		why |= BIT(BG_WHY_BATTERY);
	if (fsm->set.inhibit)
		why |= BIT(BG_WHY_USER);
	if (v->blocked)
		why |= BIT(BG_WHY_PRE_ALARM);
	return bg_some_reason(why, v->heard_charge);
}

static struct bg_view bg_look(const struct bg_fsm *fsm,
			      const struct bg_verdict *v)
{
	struct bg_view view = {
		.lines = v->lines,
		.faulty = v->faulty,
		.load_reasons = bg_load_reasons(fsm, v),
		.charger_reasons = bg_charger_reasons(fsm, v),
		.state = fsm->discharge.state,
		.remote = v->remote,
		.enabled = fsm->set.enabled,
		.inhibit = fsm->set.inhibit,
		.mute = fsm->set.mute,
	};
	unsigned int n;

	view.charge_blocked = view.state != BG_STANDBY &&
			      !fsm->charge.allowed.granted;

	if (fsm->out[BG_OUT_LOAD].shown)
		view.outputs |= BIT(BG_OUT_LOAD);
	if (fsm->out[BG_OUT_CHARGER].shown)
		view.outputs |= BIT(BG_OUT_CHARGER);
	if (fsm->discharge.state == BG_PRE_ALARM && !fsm->set.mute)
		view.outputs |= BIT(BG_OUT_PRE_ALARM);

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (fsm->out[n].faulty)
			view.out_faulty |= BIT(n);
	return view;
}

/* What is new in a view, by BIT() of &enum bg_change. */
static u16 bg_compare(const struct bg_view *a, const struct bg_view *b)
{
	const u32 lines = a->lines ^ b->lines;
	const u32 outputs = a->outputs ^ b->outputs;
	u16 changed = 0;

	if (a->state != b->state)
		changed |= BIT(BG_CHANGED_STATE);
	if (outputs & BIT(BG_OUT_LOAD))
		changed |= BIT(BG_CHANGED_LOAD);
	if (outputs & BIT(BG_OUT_CHARGER))
		changed |= BIT(BG_CHANGED_CHARGER);
	if (outputs & BIT(BG_OUT_PRE_ALARM))
		changed |= BIT(BG_CHANGED_PRE_ALARM);
	if (lines & BG_LINES_DISCHARGE)
		changed |= BIT(BG_CHANGED_ALLOW_DISCHARGE);
	if (lines & BG_LINES_CHARGE)
		changed |= BIT(BG_CHANGED_ALLOW_CHARGE);
	if (lines & BG_LINES_LOW_CELL)
		changed |= BIT(BG_CHANGED_LOW_CELL);
	if (lines & BG_LINES_REMOTE)
		changed |= BIT(BG_CHANGED_REMOTE);
	if (a->load_reasons != b->load_reasons ||
	    a->charger_reasons != b->charger_reasons)
		changed |= BIT(BG_CHANGED_REASONS);
	if (a->faulty != b->faulty || a->out_faulty != b->out_faulty)
		changed |= BIT(BG_CHANGED_FAULTS);
	return changed;
}

static void bg_count(struct bg_fsm *fsm, const struct bg_view *view,
		     const struct bg_news *news, bool onset)
{
	const struct bg_view *was = &fsm->view;
	struct bg_counters *count = &fsm->counters;

	if (onset)
		count->pre_alarms++;
	if (was->state == BG_PRE_ALARM && view->state == BG_LOAD_OFF)
		count->load_disconnects++;
	if (news->charger_was_on && !fsm->charge.on &&
	    view->state != BG_STANDBY && !view->inhibit)
		count->charger_disconnects++;
	if (news->remote_was_on && !view->remote)
		count->remote_offs++;
	count->faults += hweight32(view->faulty & ~was->faulty) +
			 hweight32(view->out_faulty & ~was->out_faulty);
}

static noinline void bg_number_event(struct bg_fsm *fsm,
				     const struct bg_view *view, u32 set,
				     struct bg_event *event)
{
	event->seq = ++fsm->seq;
	event->boottime = fsm->now;
	event->realtime = 0;
	event->onset = view->state == BG_PRE_ALARM ? fsm->discharge.onset : 0;
	event->set = set;
	event->view = *view;
}

/* The bind is the first change of all of them. */
static noinline void bg_note_times(struct bg_fsm *fsm, u16 changed)
{
	unsigned int n;

	for (n = 0; n < BG_NR_SINCE; n++)
		if (!fsm->bound || (changed & BIT(n)))
			fsm->since[n] = fsm->now;
}

static void bg_make_event(struct bg_fsm *fsm, const struct bg_view *view,
			  const struct bg_news *news, struct bg_result *res)
{
	const u32 lines = BIT(BG_CHANGED_ALLOW_DISCHARGE) |
			  BIT(BG_CHANGED_ALLOW_CHARGE) |
			  BIT(BG_CHANGED_LOW_CELL) | BIT(BG_CHANGED_REMOTE);
	struct bg_event *event = &res->event;

	event->changed = bg_compare(&fsm->view, view);
	if (news->set)
		event->changed |= BIT(BG_CHANGED_SETTINGS);
	/* The first event, of all or since a restore, is one in any case. */
	res->evented = event->changed || !fsm->bound;
	if (!res->evented)
		return;

	event->cause = 0;
	if (fsm->restored)
		event->cause |= BIT(BG_CAUSE_RESTORE);
	else if (!fsm->bound)
		event->cause |= BIT(BG_CAUSE_BIND);
	if (event->changed & lines)
		event->cause |= BIT(BG_CAUSE_LINE);
	if (news->bounced)
		event->cause |= BIT(BG_CAUSE_BOUNCE);
	if (event->changed & BIT(BG_CHANGED_FAULTS))
		event->cause |= BIT(BG_CAUSE_FAULT);
	if (news->user)
		event->cause |= BIT(BG_CAUSE_USER);
	if (!event->cause)
		event->cause = BIT(BG_CAUSE_TIME);

	bg_number_event(fsm, view, news->set, event);
}

/**
 * bg_view_step() - reasons, counters and the event of a step
 * @fsm: state, with all decisions of the step made
 * @v: what the lines said
 * @news: what the step knows besides
 * @res: result of the step; the event is filled in
 */
void bg_view_step(struct bg_fsm *fsm, const struct bg_verdict *v,
		  const struct bg_news *news, struct bg_result *res)
{
	const struct bg_view view = bg_look(fsm, v);

	bg_count(fsm, &view, news, res->onset);
	bg_make_event(fsm, &view, news, res);
	bg_note_times(fsm, res->event.changed);
	fsm->view = view;
}

/**
 * bg_view_unbind() - the event of the unbind
 * @fsm: state
 * @res: the event is filled in
 *
 * An unbind counts as a user who switches off.
 */
void bg_view_unbind(struct bg_fsm *fsm, struct bg_result *res)
{
	struct bg_view view = fsm->view;

	view.state = BG_STANDBY;
	view.outputs = 0;
	view.load_reasons |= BIT(BG_WHY_USER);
	view.charger_reasons |= BIT(BG_WHY_USER);
	view.charge_blocked = false;

	res->evented = true;
	res->event.changed = bg_compare(&fsm->view, &view);
	res->event.cause = BIT(BG_CAUSE_UNBIND);
	bg_number_event(fsm, &view, 0, &res->event);
	bg_note_times(fsm, res->event.changed);
	fsm->view = view;
}
