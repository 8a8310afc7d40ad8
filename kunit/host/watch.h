/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - players with an observer at their side, and what tests share
 */
#ifndef BATTGUARD_WATCH_H
#define BATTGUARD_WATCH_H

#include "observer.h"
#include "player.h"

#define OBS_CHANGES	12

/* The one line that moved since nothing else did, and what outputs did since. */
struct obs_alone {
	u64 changed[BG_NR_CHECKED_OUTS][OBS_CHANGES];	/* the latest first */
	unsigned int changes[BG_NR_CHECKED_OUTS];
	unsigned int most;	/* changes there ever were in a second */
	u32 line;
	u32 raw;
	u32 level;
	u32 busy;
	u32 outputs;
	bool begun;
};

/* A player and its observer; a copy of it goes on by itself. */
struct watched {
	struct player p;
	struct observer o;
	struct obs_alone alone;
};

void watched_init(struct watched *w);
void watched_copy(struct watched *to, const struct watched *from);
void watched_setting(struct watched *w, enum bg_setting which, u64 value);

void obs_judge_alone(struct obs_alone *a, struct observer *o,
		     const struct bg_inputs *in, const struct bg_result *res);

/* One test is done. */
void test_done(bool passed, const char *name, const char *why);

/* Random numbers that come back with their seed. */
u32 random_next(u64 *seed);

void script_play(struct watched *w, const u8 *data, size_t size);

void kunit_run(void);
void params_run(void);
void scenarios_run(void);
void chatter_run(void);
void enumerate_run(void);
void random_run(u64 seed, unsigned int runs);
void compare_run(u64 seed, unsigned int runs);

#endif
