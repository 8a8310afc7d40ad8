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
	p->in.sounded = 0;
	if (p->res.write & p->res.outputs & ~p->broken & PL_ALARM) {
		p->now = bg_after(p->now, p->latency);
		p->in.sounded = p->now;
	}
}

/* With what a thread has read in a transfer that began at @began. */
static void player_evaluate(struct player *p, u32 report, u64 began)
{
	u32 read = bg_fsm_lines_to_read(&p->fsm, &p->cfg, p->now) &
		   ~p->unread;

	report &= p->cfg.lines & p->cfg.slow_lines & ~p->hung;
	read |= report;
	if (p->masks) {
		p->held |= p->edge & p->res.mask;
		p->edge &= ~p->res.mask;
	}
	p->in.read = read;
	p->in.report = report;
	p->in.heard = began;
	p->in.failed = read & p->dead;
	p->in.slow = read & p->dead & p->lame;
	p->in.level = p->level & read & ~p->dead;
	p->in.edge = p->edge;
	p->in.set = p->wishes;
	p->in.settings = p->wish;
	p->edge = 0;
	p->unread = 0;
	p->wishes = 0;
	p->in.park = p->park;
	p->in.resumed = p->resumed;
	p->park = false;
	p->resumed = false;

	bg_fsm_step(&p->fsm, &p->cfg, &p->in, p->now, &p->res);
	p->steps++;
	if (p->res.evented && p->res.event.seq != ++p->events)
		p->events_bad++;
	if (p->watch)
		p->watch(p);
	/* The caller's part of an event, which the next one must not have. */
	p->res.event.realtime = p->now;
	player_act(p);
}

/* What cannot wait: an output that failed or recovered, and an onset. */
static void player_settle(struct player *p)
{
	if (p->res.onset ||
	    ((p->in.out_failed ^ p->fsm.view.out_faulty) & p->in.tried))
		player_evaluate(p, 0, 0);
}

/* Interrupts that came while they were masked come when they are opened. */
static void player_replay(struct player *p)
{
	p->edge = p->held & ~p->res.mask;
	p->held &= p->res.mask;
	if (!p->edge)
		return;
	player_evaluate(p, 0, 0);
	player_settle(p);
}

static void player_report(struct player *p, u32 lines)
{
	const u64 began = p->now > p->early ? p->now - p->early : 0;

	p->early = 0;
	p->now = bg_after(p->now, p->transfer);
	player_evaluate(p, lines, began);
	player_settle(p);
}

/**
 * player_step() - evaluate now
 * @p: player
 *
 * And once more for all that does not wait. Threads read what they are told to.
 */
void player_step(struct player *p)
{
	player_evaluate(p, 0, 0);
	player_settle(p);
	player_replay(p);
	if (p->res.read & ~p->hung)
		player_report(p, p->res.read);
}

/* The threads read all their lines once a second. */
static void player_look(struct player *p)
{
	if (p->look > p->now)
		return;
	p->look = bg_after(p->now, BG_SEC(1));
	if (p->cfg.slow_lines)
		player_report(p, p->cfg.slow_lines);
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
	p->born = p->now;
	p->look = p->now;
	p->now = bg_after(p->now, p->slow);
	if (p->cfg.slow_lines)
		player_look(p);
	else
		player_step(p);
}

static u64 player_next(const struct player *p)
{
	if (!p->cfg.slow_lines)
		return p->res.deadline;
	return bg_earlier(bg_later(p->look, bg_after(p->fsm.now, 1)),
			  p->res.deadline);
}

/**
 * player_run() - let time pass, with an evaluation at each deadline only
 * @p: player
 * @until: time to stop at; a deadline at that very time is served
 *
 * Threads go on reading.
 */
void player_run(struct player *p, u64 until)
{
	u64 next;

	for (;;) {
		next = player_next(p);
		if (next > until || next <= p->fsm.now)
			break;
		p->now = bg_later(p->now, next);
		player_step(p);
		player_look(p);
	}
	p->now = bg_later(p->now, until);
}
