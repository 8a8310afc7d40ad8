/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - a board on the table: plays lines, users and time to the state
 * machine, and sets simulated outputs as it asks
 *
 * It is as pure as the state machine. It also compiles in userspace, where the
 * same timelines run under an observer.
 */
#ifndef BATTGUARD_PLAYER_H
#define BATTGUARD_PLAYER_H

#include "../driver/decision/fsm.h"

/* Short names for the lines of the first two chains. */
#define PL_D	BIT(BG_LINE_DISCHARGE)
#define PL_D2	BIT(BG_LINE_DISCHARGE + 1)
#define PL_C	BIT(BG_LINE_CHARGE)
#define PL_C2	BIT(BG_LINE_CHARGE + 1)
#define PL_W	BIT(BG_LINE_LOW_CELL)
#define PL_W2	BIT(BG_LINE_LOW_CELL + 1)
#define PL_L	BIT(BG_LINE_REMOTE_L)
#define PL_H	BIT(BG_LINE_REMOTE_H)

/* Short names for the outputs. */
#define PL_LOAD		BIT(BG_OUT_LOAD)
#define PL_CHARGER	BIT(BG_OUT_CHARGER)
#define PL_ALARM	BIT(BG_OUT_PRE_ALARM)
#define PL_CHECKED	(PL_LOAD | PL_CHARGER | PL_ALARM)

/**
 * struct pl_job - what the thread of a controller does with one output
 * @at: when it is done, in ns
 * @number: number of the write that it does, or has done
 * @busy: it is at work, until @at
 * @write: the write of @number is not done yet
 * @level: the level to write
 * @check: read back as well
 */
struct pl_job {
	u64 at;
	u32 number;
	bool busy;
	bool write;
	bool level;
	bool check;
};

/**
 * struct player - a guard and the world around it
 * @fsm: the guard
 * @cfg: its board
 * @res: what the latest evaluation decided
 * @in: inputs of the latest evaluation
 * @wish: settings the user writes with the next evaluation
 * @wishes: which of them, by BIT() of &enum bg_setting
 * @now: present time in ns
 * @latency: time the write of an output takes, in ns
 * @late: time after which the return of a write of the pre-alarm is heard, in ns
 * @returned: when a write of the pre-alarm returned that was not yet heard of,
 *	in ns; 0 = none
 * @slow: time it takes to read the lines for the first time, in ns
 * @level: lines that are asserted
 * @edge: lines with an edge that no evaluation has seen
 * @unread: lines that the next evaluation does not read
 * @held: lines with an edge whose interrupt is masked
 * @dead: lines that cannot be read
 * @lame: lines of @dead that take long to fail
 * @hung: lines whose thread does not come back from a transfer
 * @broken: outputs that cannot be set
 * @restored: the next evaluation comes after a time without a guard
 * @away: outputs whose controller answers to nothing
 * @alive: outputs whose controller answers to something else, unless @away
 * @stuck: outputs whose thread does not come back from a transfer
 * @out_takes: time a thread takes for an output, in ns
 * @job: what the threads are at
 * @next: what the threads are to do after that
 * @park: the next evaluation is the last before the system sleeps
 * @resumed: the system wakes with the next evaluation
 * @masks: the controller can mask interrupts, and raises them later
 * @transfer: time from the begin of a thread's transfer to its report, in ns
 * @early: the next report is of a transfer that began so much before, in ns
 * @born: time of the bind, or of the end of a time without a guard, in ns
 * @look: when the threads read their lines next, in ns
 * @pins: outputs that are active
 * @steps: number of evaluations
 * @events: number of events
 * @events_bad: events that were numbered otherwise than one after the other
 * @watch: called after each evaluation, or %NULL
 * @watcher: for @watch
 */
struct player {
	struct bg_fsm fsm;
	struct bg_config cfg;
	struct bg_result res;
	struct bg_inputs in;
	struct bg_settings wish;
	u32 wishes;
	bool restored;
	bool park;
	bool resumed;
	bool masks;
	u64 transfer;
	u64 early;
	u64 born;
	u64 look;
	u64 now;
	u64 latency;
	u64 late;
	u64 returned;
	u64 slow;
	u32 level;
	u32 edge;
	u32 unread;
	u32 held;
	u32 dead;
	u32 lame;
	u32 hung;
	u32 broken;
	u32 away;
	u32 alive;
	u32 stuck;
	u64 out_takes;
	struct pl_job job[BG_NR_CHECKED_OUTS];
	struct pl_job next[BG_NR_CHECKED_OUTS];
	u32 pins;
	u32 steps;
	u64 events;
	u32 events_bad;
	void (*watch)(struct player *p);
	void *watcher;
};

void player_default(struct player *p);
void player_start(struct player *p, const struct bg_settings *set);
void player_restore(struct player *p);
void player_step(struct player *p);
void player_run(struct player *p, u64 until);

static inline void player_lines(struct player *p, u32 level)
{
	p->edge |= p->level ^ level;
	p->level = level;
}

#endif
