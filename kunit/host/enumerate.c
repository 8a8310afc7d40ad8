// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - from every point of every story: every combination of lines, at
 * every time that may matter, with every write of a user
 */
#include <stdio.h>

#include "timeline.h"
#include "watch.h"

#define ENUM_LEVELS	16
#define ENUM_TIMES	14
#define ENUM_USERS	10
#define ENUM_SETTLE	5

/* A few ns or years before and after whatever is due, and the ends of time. */
static u64 enum_time(const struct watched *w, unsigned int n)
{
	const struct player *p = &w->p;
	const u64 now = p->fsm.now;
	const u64 due = p->res.deadline == BG_NEVER ? now + BG_SEC(1) :
						      p->res.deadline;
	const u64 safe = bg_fsm_load_safe_until(&p->fsm);
	const u64 end = safe > now ? safe : due;
	const u64 times[ENUM_TIMES] = {
		now, now + 1, due - 1, due, due + 1, end - 1, end, end + 1,
		now + BG_SEC(3600), now + BG_SEC(3155760000ULL),
		now > BG_SEC(1) ? now - BG_SEC(1) : 0, 0,
		U64_MAX - 1, U64_MAX,
	};

	return times[n];
}

static void enum_user(struct watched *w, unsigned int n)
{
	const struct bg_settings *set = &w->p.fsm.set;

	switch (n) {
	case 0:
		break;
	case 1:
		watched_setting(w, BG_SET_ENABLED, !set->enabled);
		break;
	case 2:
		watched_setting(w, BG_SET_CHARGE_BEHAVIOUR, !set->inhibit);
		break;
	case 3:
		watched_setting(w, BG_SET_MUTE, !set->mute);
		break;
	case 4:
		watched_setting(w, BG_SET_PRE_ALARM_DELAY_MS, BG_SEC(30));
		break;
	case 5:
		watched_setting(w, BG_SET_PRE_ALARM_DELAY_MS, BG_SEC(600));
		break;
	case 6:
		watched_setting(w, BG_SET_RESTORE_DELAY_MS, 0);
		break;
	case 7:
		watched_setting(w, BG_SET_RESTORE_DELAY_MS, BG_SEC(60));
		break;
	case 8:
		watched_setting(w, BG_SET_LOAD_RECONNECT_DELAY_MS, 0);
		break;
	case 9:
	default:
		watched_setting(w, BG_SET_LOAD_RECONNECT_DELAY_MS, BG_SEC(7200));
		break;
	}
}

/* Lines of the first chain, by a number below ENUM_LEVELS. */
static u32 enum_level(unsigned int n)
{
	return (n & 1 ? PL_D : 0) | (n & 2 ? PL_C : 0) | (n & 4 ? PL_W : 0) |
	       (n & 8 ? PL_L : 0);
}

/* One more step: all lines, now, just before the deadline, and at it. */
static const char *enum_twigs(const struct watched *from, u64 *steps)
{
	static const unsigned int times[] = { 0, 2, 3 };
	static struct watched w;
	unsigned int lines, n;

	for (lines = 0; lines < ENUM_LEVELS; lines++)
		for (n = 0; n < sizeof(times) / sizeof(times[0]); n++) {
			watched_copy(&w, from);
			w.p.now = enum_time(from, times[n]);
			player_lines(&w.p, enum_level(lines));
			player_step(&w.p);
			player_run(&w.p, w.p.res.deadline);
			*steps += w.p.steps - from->p.steps;
			if (w.o.broken)
				return w.o.broken;
		}
	return NULL;
}

static const char *enum_branches(const struct watched *from, u64 *steps)
{
	static struct watched w;
	const char *broken = NULL;
	unsigned int lines, time, user, n;

	for (lines = 0; lines < ENUM_LEVELS; lines++) {
		const u32 level = enum_level(lines);

		for (time = 0; time < ENUM_TIMES; time++)
			for (user = 0; user < ENUM_USERS; user++) {
				watched_copy(&w, from);
				w.p.now = enum_time(from, time);
				player_lines(&w.p, level);
				enum_user(&w, user);
				player_step(&w.p);
				if (!user)
					broken = enum_twigs(&w, steps);
				/* And how it goes on. */
				for (n = 0; n < ENUM_SETTLE; n++)
					player_run(&w.p, w.p.res.deadline);
				*steps += w.p.steps - from->p.steps;
				if (broken || w.o.broken)
					return broken ? broken : w.o.broken;
			}
	}
	return NULL;
}

/**
 * enumerate_run() - branch from every point of every story
 */
void enumerate_run(void)
{
	static struct watched w;
	char why[200] = "", name[100];
	unsigned int n, i, points = 0;
	u64 steps = 0;

	for (n = 0; n < TIMELINES && !*why; n++) {
		const struct timeline *tl = &timelines[n];

		watched_init(&w);
		timeline_start(&w.p, tl);
		for (i = 0; i < tl->steps && !*why; i++) {
			const char *broken;

			timeline_do(&w.p, &tl->step[i]);
			broken = enum_branches(&w, &steps);
			points++;
			if (broken)
				snprintf(why, sizeof(why),
					 "%s, one step after %u ms: %s",
					 tl->name, tl->step[i].at, broken);
		}
	}
	snprintf(name, sizeof(name),
		 "all lines, times and users from %u points, %llu steps",
		 points, (unsigned long long)steps);
	if (!*why && steps < 1000000)
		snprintf(why, sizeof(why), "too few steps");
	test_done(!*why, name, why);
}
