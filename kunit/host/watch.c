// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - players with an observer at their side
 */
#include <string.h>

#include "valid.h"
#include "watch.h"

static void watched_judge(struct player *p)
{
	struct watched *w = p->watcher;
	struct observer *o = &w->o;
	const struct obs_told told = {
		.view = &p->fsm.view,
		.counters = &p->fsm.counters,
		.since = p->fsm.since,
		.safe_until = bg_fsm_load_safe_until(&p->fsm),
		.returns = bg_fsm_load_returns(&p->fsm),
		.left = bg_discharge_left(&p->fsm.discharge, p->cfg.lockout_count,
					  p->cfg.lockout_window, p->fsm.now),
	};

	if (p->steps == 1)
		obs_start(o, &p->cfg, &p->wish, p->born);
	if (p->restored) {
		obs_restored(o, p->born);
		w->alone = (struct obs_alone) { 0 };
	}
	/* Once a rule is broken, the observer's memory is worthless. */
	if (o->broken)
		return;
	obs_judge(o, &p->in, p->now, &p->res, &told);
	obs_judge_alone(&w->alone, o, &p->in, &p->res);
	/* What the proof assumes of every state. */
	obs_rule(o, valid_config(&p->cfg) && valid_fsm(&p->fsm, &p->cfg),
		 "the state is one the proof starts from");
	obs_rule(o, agree_fsm(o, &p->fsm),
		 "observer and guard remember the same");
}

/**
 * watched_init() - a player that was not started yet
 * @w: player and observer
 */
void watched_init(struct watched *w)
{
	memset(w, 0, sizeof(*w));
	w->p.watch = watched_judge;
	w->p.watcher = w;
}

void watched_copy(struct watched *to, const struct watched *from)
{
	*to = *from;
	to->p.watcher = to;
}

/**
 * watched_setting() - a user's write, to be seen by the next evaluation
 * @w: player and observer
 * @which: setting
 * @value: value, in ns if it is a time
 */
void watched_setting(struct watched *w, enum bg_setting which, u64 value)
{
	struct bg_settings *wish = &w->p.wish;

	switch (which) {
	case BG_SET_ENABLED:
		wish->enabled = value;
		break;
	case BG_SET_CHARGE_BEHAVIOUR:
		wish->inhibit = value;
		break;
	case BG_SET_MUTE:
		wish->mute = value;
		break;
	case BG_SET_PRE_ALARM_DELAY_MS:
		wish->pre_alarm_delay = value;
		break;
	case BG_SET_RESTORE_DELAY_MS:
		wish->restore_delay = value;
		break;
	case BG_SET_LOAD_RECONNECT_DELAY_MS:
	default:
		wish->reconnect_delay = value;
		break;
	}
	w->p.wishes |= BIT(which);
}

/* xorshift64* */
u32 random_next(u64 *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (*seed * 0x2545f4914f6cdd1dULL) >> 32;
}
