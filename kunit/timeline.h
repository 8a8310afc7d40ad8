/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - stories: what happens when, and what has to be seen then
 */
#ifndef BATTGUARD_TIMELINE_H
#define BATTGUARD_TIMELINE_H

#include "player.h"

/* What happens at a point of a story. */
enum tl_op {
	TL_LOOK,	/* nothing, and no evaluation but for a deadline */
	TL_LINES,	/* lines asserted from now on */
	TL_DEAD,	/* lines that cannot be read from now on */
	TL_BROKEN,	/* outputs that cannot be set from now on */
	TL_ENABLE,
	TL_INHIBIT,
	TL_MUTE,
	TL_PRE_ALARM_MS,
	TL_RESTORE_MS,
	TL_RECONNECT_MS,
};

/**
 * struct tl_step - a point of a story
 * @at: when, in ms after the start
 * @op: what happens, see &enum tl_op
 * @arg: for @op
 * @state: state to be seen after it
 * @pins: levels of the outputs to be seen after it
 * @load: reasons for the load to be off
 * @charger: reasons for the charger to be off
 */
struct tl_step {
	u32 at;
	u32 op;
	u32 arg;
	u8 state;
	u8 pins;
	u16 load;
	u16 charger;
};

/**
 * struct timeline - a story
 * @name: what it is about
 * @step: its points
 * @steps: number of points
 * @lines: lines the board has, 0 = the usual ones
 * @level: lines asserted at the start
 * @restore_ms: restore time, 0 = one second
 * @lockout: number of disconnects that lock out
 * @intermittent: the pre-alarm blinks
 * @inhibit: no charging in state pre-alarm
 * @silent: there is no pre-alarm output
 * @shared: chains whose two permissions are one line
 * @late_ms: time until the return of a write of the pre-alarm is heard
 * @readable: outputs that read back
 */
struct timeline {
	const char *name;
	const struct tl_step *step;
	u32 steps;
	u32 lines;
	u32 level;
	u32 restore_ms;
	u8 lockout;
	bool intermittent;
	bool inhibit;
	bool silent;
	u8 shared;
	u32 late_ms;
	u32 readable;
};

/* No story begins when the clock does. */
#define TL_START	BG_SEC(100)

#define TIMELINES	46

extern const struct timeline timelines[TIMELINES];

void timeline_start(struct player *p, const struct timeline *tl);
void timeline_do(struct player *p, const struct tl_step *step);
bool timeline_seen(const struct player *p, const struct tl_step *step);

#endif
