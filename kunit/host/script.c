// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - plays any bytes as a board, its settings, and what happens to it
 *
 * Random runs and the fuzzer share it, so what one of them finds the other can
 * replay.
 */
#include "watch.h"

#define SCRIPT_HEAD	6
#define SCRIPT_YEARS	BG_SEC(3155760000ULL)

static void script_board(struct watched *w, const u8 *b)
{
	static const u64 windows[] = { 0, BG_MS(5), BG_MS(1), BG_MS(1000) };
	static const u8 counts[] = { 0, 1, 2, 3, 16 };
	struct bg_config *cfg = &w->p.cfg;
	u32 chains = (b[0] & 3) == 3 ? 0xff : (b[0] & 2) | 1;

	cfg->lines = chains | chains << BG_LINE_CHARGE;
	if (b[0] & 4)
		cfg->lines |= chains << BG_LINE_LOW_CELL;
	if (b[0] & 8)
		cfg->lines |= PL_L;
	if (b[0] & 16)
		cfg->lines |= PL_H;
	cfg->debounce = windows[b[0] >> 6];
	if (b[1] & 1)
		cfg->slow_lines = b[1] & 2 ? cfg->lines : cfg->lines & ~0xffU;
	w->p.masks = b[0] & 32;
	w->p.transfer = b[2] & 32 ? BG_MS(3) : 0;
	cfg->lockout_count = counts[(b[1] >> 2) % 5];
	cfg->lockout_window = b[1] & 32 ? BG_SEC(60) : BG_SEC(3600);
	cfg->intermittent = b[1] & 64;
	cfg->inhibit_on_pre_alarm = b[1] & 128;
	cfg->readable = b[2] & PL_CHECKED;
	cfg->heartbeat = b[2] & 8;
	if (b[5] & 64)
		cfg->out_slow = (b[2] >> 5) & PL_CHECKED;
	cfg->split = b[5] & 128 && (cfg->out_slow & (PL_LOAD | PL_ALARM));
	w->p.out_takes = b[4] & 32 ? BG_MS(700) : BG_MS(1);
	w->p.dead = b[2] & 16 ? (u32)b[3] << (b[2] >> 6) * 8 : 0;
	w->p.level = cfg->lines & ~BG_LINES_LOW_CELL;
	w->p.level ^= (b[3] & 3) | (b[3] & 12U) << 6 | (b[3] & 0x30U) << 12 |
		      (b[3] & 0xc0U) << 18;
	cfg->silent = b[2] & 32;
	if (b[5] & 64)
		cfg->shared = 1;
	w->p.latency = b[4] & 128 ? BG_MS(3) : 0;
	/* Heard of in time, or not. */
	if (b[4] & 32)
		w->p.late = b[5] & 128 ? BG_SEC(5) : BG_MS(400);
	w->p.slow = b[5] & 32 ? BG_MS(25) : 0;
	w->p.now = b[4] & 64 ? BG_SEC(100) : 0;
}

static void script_settings(const u8 *b, struct bg_settings *set)
{
	static const u64 restores[] = { BG_SEC(1), 0, BG_MS(1), BG_SEC(60) };
	static const u64 reconnects[] = {
		BG_SEC(30), 0, BG_MS(1), BG_SEC(7200)
	};

	set->pre_alarm_delay = b[4] & 1 ? BG_SEC(60) : BG_SEC(30);
	set->restore_delay = restores[(b[4] >> 1) & 3];
	set->reconnect_delay = reconnects[(b[4] >> 3) & 3];
	set->enabled = (b[5] & 3) != 3;
	set->inhibit = (b[5] & 12) == 12;
	set->mute = b[5] & 16;
}

static u32 script_toggle(u8 arg)
{
	/* Each line of the first two chains, and some at once. */
	static const u32 some[] = {
		PL_D, PL_C, PL_W, PL_L, PL_H, PL_D2, PL_C2, PL_W2,
		PL_D | PL_C, PL_D | PL_W, PL_L | PL_H, PL_D | PL_L,
		BIT(7), BIT(15), BIT(23), PL_C | PL_W,
	};

	return some[arg & 15];
}

/* Outputs that do not do what they are told, in one way or another. */
static void script_disobey(struct player *p, u8 arg)
{
	u32 *ways[] = { &p->broken, &p->away, &p->alive, &p->stuck };

	*ways[arg >> 6] ^= BIT(arg % 3);
}

static void script_happens(struct watched *w, u8 op, u8 arg)
{
	static const u64 delays[] = {
		BG_SEC(30), BG_SEC(31), BG_SEC(60), BG_SEC(600)
	};
	static const u64 restores[] = { 0, BG_MS(7), BG_SEC(1), BG_SEC(60) };
	struct player *p = &w->p;
	const u32 good = p->cfg.lines & ~BG_LINES_LOW_CELL;

	switch (op & 15) {
	case 5:
		if (arg & 16)
			p->hung ^= script_toggle(arg);
		else if (arg & 32)
			p->lame ^= script_toggle(arg);
		else if (arg & 64)
			p->early = arg & 128 ? BG_SEC(2) : BG_MS(8);
		else
			p->unread = script_toggle(arg);
		break;
	case 6:
		p->edge |= script_toggle(arg);
		break;
	case 7:
		p->dead ^= script_toggle(arg);
		break;
	case 8:
		script_disobey(p, arg);
		break;
	case 9:
		watched_setting(w, BG_SET_ENABLED, arg & 3);
		break;
	case 10:
		watched_setting(w, BG_SET_CHARGE_BEHAVIOUR, arg & 1);
		break;
	case 11:
		watched_setting(w, BG_SET_MUTE, arg & 1);
		break;
	case 12:
		watched_setting(w, BG_SET_PRE_ALARM_DELAY_MS, delays[arg & 3]);
		break;
	case 13:
		watched_setting(w, BG_SET_RESTORE_DELAY_MS, restores[arg & 3]);
		break;
	case 14:
		watched_setting(w, BG_SET_LOAD_RECONNECT_DELAY_MS,
				arg & 1 ? restores[(arg >> 1) & 3] :
					  delays[(arg >> 1) & 3]);
		break;
	case 15:
		/* A time without a guard. No clock starts at its very end. */
		if ((arg & 15) == 10 && p->fsm.now < U64_MAX / 2) {
			player_restore(p);
			break;
		}
		p->park = arg & 1;
		p->resumed = arg & 2;
		p->hung = 0;
		p->stuck = 0;
		player_lines(p, good);
		p->dead = 0;
		p->broken = 0;
		p->away = 0;
		p->hung = 0;
		p->stuck = 0;
		break;
	default:
		player_lines(p, p->level ^ script_toggle(arg));
		break;
	}
}

static u64 script_time(const struct watched *w, u8 arg, u8 dt)
{
	const struct player *p = &w->p;
	const u64 safe = bg_fsm_load_safe_until(&p->fsm);
	const u64 next = p->res.deadline == BG_NEVER ? p->now + BG_SEC(1) :
						       p->res.deadline;

	switch (dt & 15) {
	case 0:
		return p->now;
	case 1:
	case 2:
		return next;
	case 3:
		return next - 1;
	case 4:
		return bg_after(next, 1);
	case 5:
		return bg_after(p->now, p->cfg.debounce / 2);
	case 6:
		return bg_after(p->now, p->cfg.debounce);
	case 7:
		return bg_after(p->now, BG_MS(arg));
	case 8:
		return bg_after(p->now, BG_MS(100) * arg);
	case 9:
		return bg_after(p->now, BG_SEC(arg));
	case 10:
		return safe ? safe : next;
	case 11:
		return safe ? safe - 1 : next;
	case 12:
		/* A clock that goes back. */
		return p->now > BG_SEC(arg) ? p->now - BG_SEC(arg) : 0;
	case 13:
		if (arg == 0xff)
			return U64_MAX - (dt >> 4 & 1);
		return arg & 0xf0 ? next : bg_after(p->now, SCRIPT_YEARS);
	default:
		return bg_after(p->now, 1);
	}
}

/**
 * script_play() - play bytes to a guard under its observer
 * @w: player and observer
 * @data: bytes
 * @size: their number
 *
 * Ends at the first rule that is broken.
 */
void script_play(struct watched *w, const u8 *data, size_t size)
{
	struct bg_settings set;
	size_t at;

	watched_init(w);
	if (size < SCRIPT_HEAD)
		return;
	script_board(w, data);
	script_settings(data, &set);
	player_start(&w->p, &set);

	for (at = SCRIPT_HEAD; at + 3 <= size && !w->o.broken; at += 3) {
		const u8 op = data[at], arg = data[at + 1], dt = data[at + 2];
		const u64 when = script_time(w, arg, dt);

		/* With all deadlines on the way, or late for all of them. */
		if (dt & 0x80 && when >= w->p.now &&
		    when - w->p.now < BG_SEC(300))
			player_run(&w->p, when);
		w->p.now = when;
		script_happens(w, op, arg);
		player_step(&w->p);
		if (w->p.events_bad)
			w->o.broken = "events are numbered one by one";
	}
}
