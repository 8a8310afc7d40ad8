// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - long random runs under the observer, and the same story played to
 * a guard that is woken at its deadlines and to one that is woken all the time
 */
#include <stdio.h>

#include "watch.h"

#define RANDOM_BYTES	900

/**
 * random_run() - play random scripts
 * @seed: where the random numbers start
 * @runs: number of scripts
 */
void random_run(u64 seed, unsigned int runs)
{
	static struct watched w;
	static u8 data[RANDOM_BYTES];
	char why[200] = "";
	char name[80];
	unsigned int states = 0, run;
	u64 off = 0;

	snprintf(name, sizeof(name), "random runs, seed %llu",
		 (unsigned long long)seed);
	for (run = 0; run < runs && !*why; run++) {
		const u64 start = seed;
		size_t n;

		for (n = 0; n < sizeof(data); n++)
			data[n] = random_next(&seed) >> 13;
		script_play(&w, data, sizeof(data));
		off += w.p.fsm.counters.load_disconnects;
		for (n = 0; n < BG_NR_STATES; n++)
			if (w.p.fsm.counters.state_ns[n])
				states |= BIT(n);
		if (w.o.broken)
			snprintf(why, sizeof(why), "%s; replay: --seed %llu",
				 w.o.broken, (unsigned long long)start);
	}
	/* Runs that reach no state of interest prove nothing. */
	if (!*why && runs > 1 && (states != 15 || off < runs / 10))
		snprintf(why, sizeof(why), "states %#x, %llu disconnects",
			 states, (unsigned long long)off);
	test_done(!*why, name, why);
}

/* What both guards have to show at the same times. */
struct diary {
	u64 hash;
	u32 entries;
	u32 outputs;
	struct bg_view view;
};

static void diary_add(struct diary *d, u64 value)
{
	d->hash = (d->hash ^ value) * 0x100000001b3ULL;
	d->hash ^= d->hash >> 29;
}

static void diary_write(struct diary *d, const struct player *p)
{
	const struct bg_view *v = &p->fsm.view;
	const u32 outputs = p->res.outputs & PL_CHECKED;

	if (d->entries && outputs == d->outputs &&
	    v->state == d->view.state && v->lines == d->view.lines &&
	    v->faulty == d->view.faulty &&
	    v->load_reasons == d->view.load_reasons &&
	    v->charger_reasons == d->view.charger_reasons)
		return;
	d->entries++;
	d->outputs = outputs;
	d->view = *v;
	diary_add(d, p->fsm.now);
	diary_add(d, outputs | (u64)v->state << 8 | (u64)v->lines << 32);
	diary_add(d, v->faulty);
	diary_add(d, v->load_reasons | (u64)v->charger_reasons << 16);
}

/*
 * Evaluate at every deadline and once a second, and if @seed, at many other times
 * as well.
 */
static void compare_go(struct watched *w, struct diary *d, u64 until, u64 *seed)
{
	struct player *p = &w->p;

	for (;;) {
		const u64 look = (p->now / BG_SEC(1) + 1) * BG_SEC(1);
		u64 next = bg_earlier(bg_earlier(until, look), p->res.deadline);

		if (seed)
			next = bg_earlier(next, p->now + BG_MS(1) *
					  (1 + random_next(seed) % 300));
		if (next >= until || w->o.broken)
			break;
		p->now = next;
		player_step(p);
		diary_write(d, p);
	}
	p->now = until;
}

static void compare_story(struct watched *w, struct diary *d, u64 seed,
			  u64 *often)
{
	static const u32 lines[] = {
		PL_D, PL_D, PL_C, PL_W, PL_W, PL_L, PL_D | PL_C, PL_D | PL_W
	};
	static const u64 restores[] = { 0, BG_SEC(1), BG_MS(300), BG_SEC(5) };
	struct player *p = &w->p;
	struct bg_settings set;
	unsigned int n;

	watched_init(w);
	*d = (struct diary) { 0 };
	player_default(p);
	p->cfg.debounce = random_next(&seed) & 1 ? BG_MS(5) : 0;
	p->masks = random_next(&seed) & 1;
	p->cfg.intermittent = random_next(&seed) & 1;
	p->cfg.lockout_count = random_next(&seed) % 4;
	p->cfg.inhibit_on_pre_alarm = random_next(&seed) & 1;
	p->cfg.silent = random_next(&seed) & 1;
	p->cfg.shared = random_next(&seed) & 1;
	p->cfg.readable = PL_CHECKED;
	set = p->wish;
	set.restore_delay = restores[random_next(&seed) & 3];
	set.reconnect_delay = BG_SEC(random_next(&seed) % 40);
	player_start(p, &set);
	diary_write(d, p);

	for (n = 0; n < 40 && !w->o.broken; n++) {
		const u32 r = random_next(&seed);
		const u32 span = r & 1 ? 8 : r & 2 ? 3000 : 40000;

		compare_go(w, d, p->now +
			   BG_MS(1 + random_next(&seed) % span), often);
		switch (random_next(&seed) % 16) {
		case 0:
			p->dead ^= lines[r >> 8 & 7];
			break;
		case 1:
			watched_setting(w, BG_SET_ENABLED, !p->fsm.set.enabled);
			break;
		case 2:
			watched_setting(w, BG_SET_CHARGE_BEHAVIOUR, r >> 8 & 1);
			break;
		case 3:
			/* No way back: the phase after it is anyone's guess. */
			watched_setting(w, BG_SET_MUTE, 1);
			break;
		default:
			player_lines(p, p->level ^ lines[r >> 8 & 7]);
			break;
		}
		player_step(p);
		diary_write(d, p);
	}
}

/**
 * compare_run() - deadlines are all the evaluations that are needed
 * @seed: where the random numbers start
 * @runs: number of stories
 */
void compare_run(u64 seed, unsigned int runs)
{
	static struct watched w;
	struct diary rarely, often;
	unsigned int run, entries = 0;
	char why[200] = "";

	for (run = 0; run < runs && !*why; run++) {
		const u64 story = seed;
		u64 more = story ^ 0x5bd1e995;
		const char *broken;

		random_next(&seed);
		compare_story(&w, &rarely, story, NULL);
		broken = w.o.broken;
		compare_story(&w, &often, story, &more);
		broken = broken ? broken : w.o.broken;
		entries += rarely.entries;
		if (broken || rarely.hash != often.hash)
			snprintf(why, sizeof(why),
				 "%s, story %llu, %u and %u changes",
				 broken ? broken : "not the same",
				 (unsigned long long)story, rarely.entries,
				 often.entries);
	}
	if (!*why && runs > 1 && entries < runs * 20)
		snprintf(why, sizeof(why), "only %u changes", entries);
	test_done(!*why, "deadlines are all the evaluations needed", why);
}
