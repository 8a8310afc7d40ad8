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

/* One transfer of one output; the result is an input of the next evaluation. */
static void player_transfer(struct player *p, unsigned int n, bool write,
			    bool level, bool check)
{
	const u32 out = BIT(n);
	const bool cannot = write && ((p->broken | p->away) & out);

	p->in.tried |= out;
	if (write && !cannot)
		p->pins = (p->pins & ~out) | (level ? out : 0);
	if (cannot || (p->away & out))
		p->in.out_failed |= out;
	/* After a write that failed, what it is may help. */
	if ((check || cannot) && (p->cfg.readable & ~p->away & out)) {
		p->in.checked |= out;
		p->in.out_level |= p->pins & out;
	}
}

static void player_forget(struct player *p)
{
	p->in.tried = 0;
	p->in.checked = 0;
	p->in.out_failed = 0;
	p->in.out_level = 0;
	p->in.sounded = 0;
}

/* Hand a thread what there is to do; it keeps the latest of it only. */
static void player_hand_over(struct player *p, unsigned int n)
{
	struct pl_job *next = &p->next[n];
	const u32 out = BIT(n);

	if (p->res.write & out) {
		next->write = true;
		next->level = p->res.outputs & out;
		next->number = p->res.number[n];
		next->check = false;
	}
	if (p->res.check & out)
		next->check = true;
	if (!p->job[n].busy && (next->write || next->check)) {
		p->job[n] = *next;
		p->job[n].busy = true;
		p->job[n].at = bg_after(p->now, p->out_takes);
		next->write = false;
		next->check = false;
	}
}

/* What the threads have done by now. */
static void player_collect(struct player *p)
{
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++) {
		struct pl_job *job = &p->job[n];

		if (!job->busy || (p->stuck & BIT(n)) || p->now < job->at)
			continue;
		player_transfer(p, n, job->write, job->level, job->check);
		p->in.number[n] = job->number;
		if (n == BG_OUT_PRE_ALARM && job->write)
			p->returned = job->at;
		job->busy = false;
	}
}

/*
 * Do what the evaluation asked for, and keep the results for the next one.
 */
static void player_act(struct player *p)
{
	const u32 todo = (p->res.write | p->res.check) & PL_CHECKED;
	unsigned int n;

	player_forget(p);
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++) {
		if (p->cfg.out_slow & BIT(n)) {
			player_hand_over(p, n);
		} else if (todo & BIT(n)) {
			player_transfer(p, n, p->res.write & BIT(n),
					p->res.outputs & BIT(n),
					p->res.check & BIT(n));
			p->in.number[n] = p->res.number[n];
		}
	}
	if (p->res.write & ~p->cfg.out_slow & PL_ALARM && !p->cfg.silent &&
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
	player_collect(p);
	p->in.out_alive = p->alive & ~p->away;
	p->in.edge = p->edge;
	p->in.set = p->wishes;
	p->in.settings = p->wish;
	p->edge = 0;
	p->unread = 0;
	p->wishes = 0;
	p->in.sounded = player_hears(p);
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
	p->restored = false;
	/* The caller's part of an event, which the next one must not have. */
	p->res.event.realtime = p->now;
	player_act(p);
}

/* What cannot wait: an output that failed or recovered, and an onset. */
static void player_settle(struct player *p)
{
	if (p->res.onset || bg_fsm_surprised(&p->fsm, &p->in))
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

/* When the next evaluation comes: at the deadline, or with a report. */
static u64 player_next(const struct player *p)
{
	const u64 soon = bg_after(p->fsm.now, 1);
	u64 next = p->res.deadline;
	unsigned int n;

	if (p->cfg.slow_lines)
		next = bg_earlier(next, bg_later(p->look, soon));
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (p->job[n].busy && !(p->stuck & BIT(n)))
			next = bg_earlier(next, bg_later(p->job[n].at, soon));
	return next;
}

/**
 * player_restore() - the first evaluation after a time without a guard
 * @p: player; its outputs have been off
 */
void player_restore(struct player *p)
{
	p->pins = 0;
	p->restored = true;
	p->born = p->now;
	bg_fsm_restored(&p->fsm, p->now);
	/* What became of outputs before is of no interest any more. */
	p->in = (struct bg_inputs) { 0 };
	p->look = p->now;
	if (p->cfg.slow_lines)
		player_look(p);
	else
		player_step(p);
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
