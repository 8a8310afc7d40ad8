// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - how a story is played
 */
#include "timeline.h"

/**
 * timeline_start() - bind at the start of a story
 * @p: player, zeroed but for its watcher
 * @tl: story
 */
void timeline_start(struct player *p, const struct timeline *tl)
{
	struct bg_settings set;

	player_default(p);
	if (tl->lines)
		p->cfg.lines = tl->lines;
	p->cfg.lockout_count = tl->lockout;
	p->cfg.intermittent = tl->intermittent;
	p->cfg.inhibit_on_pre_alarm = tl->inhibit;
	p->cfg.readable = tl->readable;
	p->level = tl->level;
	p->late = BG_MS(tl->late_ms);
	p->cfg.silent = tl->silent;
	p->cfg.shared = tl->shared;
	p->now = TL_START;
	set = p->wish;
	if (tl->restore_ms)
		set.restore_delay = BG_MS(tl->restore_ms);
	player_start(p, &set);
}

/**
 * timeline_do() - go on to a point of a story
 * @p: player
 * @step: point
 */
void timeline_do(struct player *p, const struct tl_step *step)
{
	player_run(p, TL_START + BG_MS(step->at));

	switch (step->op) {
	case TL_LINES:
		player_lines(p, step->arg);
		break;
	case TL_DEAD:
		p->dead = step->arg;
		break;
	case TL_BROKEN:
		p->broken = step->arg;
		break;
	case TL_ENABLE:
		p->wish.enabled = step->arg;
		p->wishes = BIT(BG_SET_ENABLED);
		break;
	case TL_INHIBIT:
		p->wish.inhibit = step->arg;
		p->wishes = BIT(BG_SET_CHARGE_BEHAVIOUR);
		break;
	case TL_MUTE:
		p->wish.mute = step->arg;
		p->wishes = BIT(BG_SET_MUTE);
		break;
	case TL_PRE_ALARM_MS:
		p->wish.pre_alarm_delay = BG_MS(step->arg);
		p->wishes = BIT(BG_SET_PRE_ALARM_DELAY_MS);
		break;
	case TL_RESTORE_MS:
		p->wish.restore_delay = BG_MS(step->arg);
		p->wishes = BIT(BG_SET_RESTORE_DELAY_MS);
		break;
	case TL_RECONNECT_MS:
		p->wish.reconnect_delay = BG_MS(step->arg);
		p->wishes = BIT(BG_SET_LOAD_RECONNECT_DELAY_MS);
		break;
	case TL_LOOK:
	default:
		return;
	}
	player_step(p);
}

/**
 * timeline_seen() - is everything as the story says?
 * @p: player
 * @step: the point that was gone to
 *
 * Return: state, levels of the outputs and both reasons are those of @step.
 */
bool timeline_seen(const struct player *p, const struct tl_step *step)
{
	const struct bg_view *view = &p->fsm.view;

	return view->state == step->state &&
	       (p->pins & PL_CHECKED) == step->pins &&
	       view->load_reasons == step->load &&
	       view->charger_reasons == step->charger && !p->events_bad;
}
