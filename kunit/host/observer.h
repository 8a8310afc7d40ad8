/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - an observer that judges a guard by what can be seen of it
 *
 * It sees the inputs, the outputs, the reports and the time, but never what the
 * guard keeps for itself. What it remembers is history: when a line was seen
 * bad last, when the pre-alarm came on, when the load was taken away. Each rule
 * comes from the description of the product.
 *
 * The pre-alarm sounds for the load when the first write for it returned, which
 * counts for no more than a second. As long as nothing was heard of that write,
 * it may be that late.
 */
#ifndef BATTGUARD_OBSERVER_H
#define BATTGUARD_OBSERVER_H

#include "fsm.h"

#define OBS_DISCONNECTS		BG_LOCKOUT_MAX
#define OBS_OPENINGS		9

/* A line behind its filter. */
struct obs_line {
	u64 opening[OBS_OPENINGS];	/* of windows, the latest first */
	u64 end;		/* of the window or the quiet time */
	u64 last_end;		/* of the latest window */
	u64 again;		/* next try to read, after one that failed */
	u64 listen;		/* an interrupt of a faulty line may come again */
	u64 uncovered;		/* the latest edge that no read has covered */
	u64 bounce;		/* when it began to bounce */
	u64 level_at;		/* begin of the transfer of the latest level */
	u64 word_at;		/* begin of the latest transfer */
	u64 patience;		/* then silence is as bad as a failure */
	unsigned int openings;
	unsigned int row;
	unsigned int failures;	/* reads that failed, one after the other */
	bool last_chance;	/* one more of them, and it is unreadable */
	bool spare;		/* an edge that changes nothing is for free */
	bool window;
	bool bouncing;
	bool unreadable;
	bool last_read;
	bool level;
};

/* Something that has to hold for a while to count. */
struct obs_wait {
	u64 since;
	bool holds;
	bool granted;
};

/* An output: the latest write, what came of it, and what is known since. */
struct obs_out {
	/* When the next thing is to happen, if one of the three below holds. */
	u64 due;
	bool pending;
	bool unread;
	unsigned int failures;
	u64 trouble;
	u64 maybe_on_since;
	bool maybe_on;
	u64 ask_from;
	u32 number;
	bool want;
	bool known;
	bool shown;
	bool faulty;
	bool botched;
	bool gone;
	bool old_report;
};

/* What is reported besides the result of a step. */
struct obs_told {
	const struct bg_view *view;
	const struct bg_counters *counters;
	const u64 *since;
	u64 safe_until;
	u64 returns;
	int left;
};

/* What the lines say, all chains together. */
struct obs_lines {
	u32 asserted;
	u32 faulty;
	u32 bounced;
	u32 unheard;
	bool heard_discharge;
	bool heard_charge;
	bool forbidden;
	bool low;
	bool charge_open;
	bool cable;
	bool remote;
	bool permit;
};

struct observer {
	struct bg_config cfg;
	struct bg_settings set;
	struct obs_line line[BG_LINES_MAX];
	struct obs_lines now_lines;
	struct obs_wait allowed;
	struct obs_wait quiet;
	struct obs_wait charge;
	struct obs_wait remote;
	struct obs_out out[BG_NR_CHECKED_OUTS];
	struct bg_view view;
	struct bg_counters counters;
	u64 disconnect[OBS_DISCONNECTS];
	unsigned int disconnects;
	u64 since[BG_NR_SINCE];
	u64 now;
	u64 decided;
	u64 resumed;
	u64 onset;
	u64 min_delay;
	u64 pulse;
	u64 flip;
	u64 beat;
	u64 seq;
	u8 state;
	u32 changed_set;
	u32 user_set;
	bool charger;
	bool reconnecting;
	bool locked;
	bool write_awaited;
	bool sagged;
	bool pulsing;
	bool remote_was;
	bool was_mute;
	bool dark;
	bool phase_known;
	bool heart_high;
	bool stopped;
	bool bound;
	bool restored;
	const char *broken;
};

void obs_start(struct observer *o, const struct bg_config *cfg,
	       const struct bg_settings *set, u64 now);
void obs_restored(struct observer *o, u64 now);
const char *obs_judge(struct observer *o, const struct bg_inputs *in, u64 now,
		      const struct bg_result *res, const struct obs_told *told);

bool obs_same(const struct bg_view *a, const struct bg_view *b);

/* Between the parts of the observer. */
#ifdef BG_PROOF
/* In the proof, each rule is a property of its own, with its name. */
#define obs_rule(o, kept, rule)						\
	do {								\
		(void)(o);						\
		__CPROVER_assert(kept, rule);				\
	} while (0)
#else
static inline void obs_rule(struct observer *o, bool kept, const char *rule)
{
	if (!kept && !o->broken)
		o->broken = rule;
}
#endif
void obs_take_line(struct observer *o, const struct bg_inputs *in,
		   unsigned int n);
void obs_take_outputs(struct observer *o, const struct bg_inputs *in);
bool obs_parts(const struct observer *o, u8 st, bool load_decided);
void obs_judge_writes(struct observer *o, const struct bg_result *res,
		      const struct obs_told *told);
void obs_judge_heartbeat(struct observer *o, const struct bg_result *res);
/* Has a pause or a window ended, and nothing been read since? */
static inline bool obs_line_overdue(const struct observer *o, unsigned int n)
{
	const struct obs_line *l = &o->line[n];

	if (l->unreadable || l->failures)
		return o->now >= l->again;
	return l->window || l->bouncing ? o->now >= l->end : l->uncovered;
}

/* Nothing but time goes on: when does something happen to the line? */
static inline u64 obs_line_due(const struct observer *o, unsigned int n)
{
	const struct obs_line *l = &o->line[n];
	const u64 times[] = {
		l->unreadable || l->failures ? l->again : BG_NEVER,
		l->window || l->bouncing ? l->end : BG_NEVER,
		l->bouncing || l->unreadable ? l->listen : BG_NEVER,
		l->unreadable ? BG_NEVER : l->patience,
	};
	u64 due = BG_NEVER;
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (times[i] > o->now && times[i] < due)
			due = times[i];
	/* Whom does the guard wait for, if not for a thread? */
	if (obs_line_overdue(o, n) && !(o->cfg.slow_lines & BIT(n)))
		due = bg_after(o->now, 1);
	return due;
}

static inline bool obs_line_masked(const struct observer *o, unsigned int n)
{
	const struct obs_line *l = &o->line[n];

	if (l->window)
		return o->now < l->end || l->uncovered;
	return (l->bouncing || l->unreadable) && o->now < l->listen;
}

static inline bool obs_line_unsettled(const struct observer *o, unsigned int n)
{
	const struct obs_line *l = &o->line[n];

	return l->window || l->failures ||
	       (l->bouncing && o->now - l->bounce < BG_SEC(60));
}

void obs_judge_lines(struct observer *o, const struct bg_result *res);
void obs_judge_told(struct observer *o, const struct bg_result *res,
		    const struct obs_told *told, u8 was, bool charger_was);
void obs_judge_times(struct observer *o, const struct bg_result *res,
		     const struct obs_told *told);

/* The end of a delay belongs to what comes after it. */
static inline bool obs_over(u64 since, u64 delay, u64 now)
{
	return now >= since && now - since >= delay;
}

/* Has the load been safe for as long as it must be? */
static inline bool obs_may_go(const struct observer *o)
{
	return obs_over(o->onset, o->min_delay, o->now);
}

/* The lines have been good for long, but for a load that may only pulse. */
static inline bool obs_sags(const struct observer *o)
{
	return o->state == BG_PRE_ALARM && o->quiet.granted && o->sagged &&
	       !obs_over(o->allowed.since, BG_SEC(30), o->now);
}

static inline bool obs_charge_blocked(const struct observer *o, u8 st)
{
	return o->cfg.inhibit_on_pre_alarm && st == BG_PRE_ALARM &&
	       !o->quiet.granted;
}

static inline u64 obs_slow_restore(const struct observer *o)
{
	return o->set.restore_delay > BG_SEC(1) ? o->set.restore_delay :
						  BG_SEC(1);
}

#endif
