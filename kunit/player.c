// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - a board on the table
 */
#include "player.h"

/**
 * player_default() - a full board with one chain and the usual delays
 * @p: player, zeroed
 *
 * All lines are asserted but low-cell and remote-h; no debouncing, so that an
 * edge is a decision.
 */
void player_default(struct player *p)
{
	p->cfg.lines = PL_D | PL_C | PL_W | PL_L | PL_H;
	p->cfg.lockout_window = BG_SEC(3600);
	p->wish.pre_alarm_delay = BG_SEC(30);
	p->wish.restore_delay = BG_SEC(1);
	p->wish.reconnect_delay = BG_SEC(30);
	p->wish.enabled = true;
	p->level = PL_D | PL_C | PL_L;
}

/**
 * player_start() - bind: the first evaluation
 * @p: player
 * @set: settings to start with
 */
void player_start(struct player *p, const struct bg_settings *set)
{
	p->wish = *set;
	p->wishes = 0;
	p->in = (struct bg_inputs) { 0 };
	bg_fsm_init(&p->fsm, set, p->now);
	p->now = bg_after(p->now, p->slow);
	player_step(p);
}

/*
 * Do what the evaluation asked for, and keep the results for the next one.
 */
static void player_act(struct player *p)
{
	const u32 todo = (p->res.write | p->res.check) & PL_CHECKED;
	const u32 obey = p->res.write & ~p->broken & PL_CHECKED;
	const u32 seen = p->cfg.readable & todo;
	const u32 wrote = p->res.write & PL_CHECKED & p->broken;

	p->pins = (p->pins & ~obey) | (p->res.outputs & obey);
	p->in.tried = todo;
	p->in.checked = p->res.check & p->cfg.readable;
	p->in.out_failed = wrote |
			   ((p->pins ^ p->res.outputs) & p->in.checked);
	p->in.out_level = (p->pins & (seen | wrote)) |
			  (p->res.outputs & todo & ~seen & ~wrote);
	if (p->res.write & PL_ALARM && !p->cfg.silent &&
	    (p->res.onset || !p->returned)) {
		if (p->res.outputs & PL_ALARM)
			p->now = bg_after(p->now, p->latency);
		p->returned = p->now;
	}
}

/* When the write of the pre-alarm returned, if that can be heard by now. */
static u64 player_hears(struct player *p)
{
	const u64 returned = p->returned;

	if (!returned || p->now < bg_after(returned, p->late))
		return 0;
	p->returned = 0;
	return returned;
}

static void player_evaluate(struct player *p)
{
	const u32 read = bg_fsm_lines_to_read(&p->fsm, &p->cfg, p->now) &
			 ~p->unread;

	p->in.read = read;
	p->in.failed = read & p->dead;
	p->in.level = p->level & read & ~p->dead;
	p->in.edge = p->edge;
	p->in.set = p->wishes;
	p->in.settings = p->wish;
	p->edge = 0;
	p->unread = 0;
	p->wishes = 0;
	p->in.sounded = player_hears(p);
	p->in.park = p->park;
	p->park = false;

	bg_fsm_step(&p->fsm, &p->cfg, &p->in, p->now, &p->res);
	p->steps++;
	if (p->res.evented && p->res.event.seq != ++p->events)
		p->events_bad++;
	if (p->watch)
		p->watch(p);
	p->restored = false;
	/* The caller's part of an event, which the next one must not have. */
	p->res.event.realtime = p->now;
	player_act(p);
}

/**
 * player_step() - evaluate now
 * @p: player
 *
 * And once more if an output failed or recovered, or the pre-alarm has just
 * come on, since this does not wait.
 */
void player_step(struct player *p)
{
	player_evaluate(p);
	if (p->res.onset ||
	    ((p->in.out_failed ^ p->fsm.view.out_faulty) & p->in.tried))
		player_evaluate(p);
}

/**
 * player_restore() - the first evaluation after a time without a guard
 * @p: player; its outputs have been off
 */
void player_restore(struct player *p)
{
	p->pins = 0;
	p->restored = true;
	bg_fsm_restored(&p->fsm, p->now);
	/* What became of outputs before is of no interest any more. */
	p->in = (struct bg_inputs) { 0 };
	player_step(p);
}

/**
 * player_run() - let time pass, with an evaluation at each deadline only
 * @p: player
 * @until: time to stop at; a deadline at that very time is served
 */
void player_run(struct player *p, u64 until)
{
	while (p->res.deadline <= until && p->res.deadline > p->fsm.now) {
		p->now = bg_later(p->now, p->res.deadline);
		player_step(p);
	}
	p->now = bg_later(p->now, until);
}
