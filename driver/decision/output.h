/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - when an output is to be written, and whether it obeyed (pure)
 */
#ifndef BATTGUARD_OUTPUT_H
#define BATTGUARD_OUTPUT_H

#include "pure.h"

/*
 * A line that floats falls with the time constant of its pull-down, so a
 * change is judged by what reads back after this time.
 */
#define BG_SETTLE_NS		BG_MS(10)
/* A write by a thread of which nothing is heard for this time has failed. */
#define BG_UNHEARD_NS		BG_SEC(1)
/*
 * A thread is not asked to read back more often than this, since its report
 * makes an evaluation. Below a second, so that each look of that second asks.
 */
#define BG_RECHECK_NS		BG_MS(500)
/* An output that has failed for that long is set anew only that often. */
#define BG_TIRED_NS		BG_SEC(60)
#define BG_TIRED_POLL_NS	BG_SEC(10)
/* Retries that come soon, see bg_output_fail(). */
#define BG_SOON_RETRIES		3

/**
 * struct bg_output_rules - how an output is written and judged
 * @readable: the controller can read it back
 * @slow: a thread writes it and reports later; else it is written in place, and
 *	the next step knows the result
 */
struct bg_output_rules {
	bool readable;
	bool slow;
};

/**
 * struct bg_output - one output and its condition
 * @due: end of the wait for the write's result, time to read it back, or time
 *	of the next retry, in ns
 * @since: when it failed first since it last obeyed or changed, or, if its
 *	controller went away, came back, in ns
 * @off_at: since when it may be on although it was decided off, in ns; valid
 *	with @unconfirmed
 * @look: when a thread may be asked to read it back again, in ns
 * @number: number of the latest write, 0 = never written
 * @fails: retries of the short kind so far, 0 = it obeys
 * @want: the level decided
 * @known: the level last read back, else the one of the last write that worked
 * @shown: what is reported: @known, or a level that is being written in place
 * @faulty: it failed, and so did all retries of the short kind
 * @awaited: the result of the latest write is not known yet
 * @settling: the latest write worked, and was not read back yet
 * @unset: the latest write failed
 * @dead: the latest transfer failed, and so did all others of the controller
 * @unconfirmed: decided off, and not known to be off
 */
struct bg_output {
	u64 due;
	u64 since;
	u64 off_at;
	u64 look;
	u32 number;
	u8 fails;
	bool want;
	bool known;
	bool shown;
	bool faulty;
	bool awaited;
	bool settling;
	bool unset;
	bool dead;
	bool unconfirmed;
};

/**
 * struct bg_output_do - what is to be done with an output
 * @write: set it to the level wanted
 * @anew: with @write: it failed before, so set the direction as well
 * @through_input: with @anew: make it an input first. A controller's driver
 *	that writes only what differs from its own memory then writes it all.
 * @check: read it back
 */
struct bg_output_do {
	bool write;
	bool anew;
	bool through_input;
	bool check;
};

/**
 * struct bg_output_done - what was done with an output
 * @tried: it was written or read back
 * @checked: it was read back, and @level is what was read
 * @failed: the write failed or, where there was none, reading back
 * @level: see @checked
 * @alive: some transfer of its controller has just worked
 * @number: number of the write that was done last
 */
struct bg_output_done {
	bool tried;
	bool checked;
	bool failed;
	bool level;
	bool alive;
	u32 number;
};

/* Between a change and what comes of it; the system should not sleep then. */
static inline bool bg_output_busy(const struct bg_output *out)
{
	return out->awaited || out->settling || (out->fails && !out->faulty);
}

/* For how long it may have been on against the decision, in ns. */
static inline u64 bg_output_astray(const struct bg_output *out, u64 now)
{
	return out->unconfirmed ? now - out->off_at : 0;
}

/**
 * bg_output_surprises() - does a result need a step at once?
 * @out: output
 * @done: what was done
 *
 * What is written in place is done before the evaluation ends. The decision
 * took for granted that it works.
 *
 * Return: true if a step has something to say about it.
 */
static inline bool bg_output_surprises(const struct bg_output *out,
				       struct bg_output_done done)
{
	if (!done.tried)
		return false;
	if (out->settling || (out->awaited && (out->fails || out->faulty)))
		return true;
	/* Between two retries: another level, or what ends the failure. */
	if (out->fails)
		return done.checked &&
		       (done.level != out->known ||
			(done.level == out->want && !out->unset));
	return done.failed || (done.checked && done.level != out->want);
}

void bg_output_init(struct bg_output *out);
void bg_output_done(struct bg_output *out, struct bg_output_rules rules,
		    struct bg_output_done done, u64 now);
struct bg_output_do bg_output_step(struct bg_output *out,
				   struct bg_output_rules rules,
				   bool want, u64 now);
u64 bg_output_deadline(const struct bg_output *out);

#endif
