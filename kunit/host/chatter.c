// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - one line that chatters at any pace, the others steady
 *
 * Below the windows, within them and slower than them. The observer judges how
 * often outputs change.
 */
#include <stdio.h>

#include "watch.h"

#define CHATTER_NS	BG_SEC(4)

struct chatter {
	u32 line;
	u64 debounce;
	u64 restore;
	u64 half;	/* half a period */
	bool threaded;
	bool fails;	/* now and then it cannot be read, its level is steady */
};

static unsigned int chatter_play(struct watched *w, const struct chatter *c)
{
	struct player *p = &w->p;
	struct bg_settings set;
	u64 when;

	watched_init(w);
	player_default(p);
	p->now = BG_SEC(100);
	p->cfg.debounce = c->debounce;
	p->cfg.slow_lines = c->threaded ? p->cfg.lines : 0;
	p->cfg.silent = true;
	p->cfg.inhibit_on_pre_alarm = true;
	p->masks = true;
	p->transfer = c->threaded ? BG_MS(1) : 0;
	set = p->wish;
	set.restore_delay = c->restore;
	set.reconnect_delay = 0;
	player_start(p, &set);
	for (when = p->now + BG_SEC(3); when < BG_SEC(103) + CHATTER_NS &&
	     !w->o.broken; when += c->half) {
		player_run(p, when);
		if (c->fails) {
			p->dead ^= c->line;
			p->edge |= c->line;
		} else {
			player_lines(p, p->level ^ c->line);
		}
		player_step(p);
	}
	return w->alone.most;
}

/**
 * chatter_run() - chatter of every kind of line, at every pace
 */
void chatter_run(void)
{
	static const u32 lines[] = { PL_D, PL_C, PL_W, PL_L, PL_H };
	static const u64 windows[] = { 0, BG_MS(1), BG_MS(5), BG_MS(1000) };
	static const u64 restores[] = { 0, BG_MS(100), BG_SEC(1), BG_SEC(5) };
	static const u64 halves[] = {
		BG_MS(1) / 5, BG_MS(3), BG_MS(6), BG_MS(11), BG_MS(20),
		BG_MS(45), BG_MS(95), BG_MS(101), BG_MS(112), BG_MS(125),
		BG_MS(260), BG_MS(510), BG_MS(1005),
	};
	const unsigned int kinds = 5 * 4 * 4 * 13 * 2 * 2;
	static struct watched w;
	unsigned int n, most = 0;
	char why[200] = "";

	for (n = 0; n < kinds && !*why; n++) {
		const struct chatter c = {
			.line = lines[n % 5],
			.debounce = windows[n / 5 % 4],
			.restore = restores[n / 20 % 4],
			.half = halves[n / 80 % 13],
			.threaded = n / 1040 % 2,
			.fails = n / 2080,
		};
		const unsigned int seen = chatter_play(&w, &c);

		most = seen > most ? seen : most;
		if (w.o.broken)
			snprintf(why, sizeof(why),
				 "%s: line %#x, window %llu us, restore %llu ms, half a period %llu us, %s%s",
				 w.o.broken, c.line,
				 (unsigned long long)c.debounce / 1000,
				 (unsigned long long)c.restore / 1000000,
				 (unsigned long long)c.half / 1000,
				 c.threaded ? "read by a thread" :
					      "read in place",
				 c.fails ? ", fails" : "");
	}
	/* One that moves no output proves nothing. */
	if (!*why && most < 9)
		snprintf(why, sizeof(why), "only %u changes", most);
	test_done(!*why, "one line that chatters at any pace", why);
}
