// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - when an output is to be written, and whether it obeyed (pure)
 *
 *        change           worked          read back as wanted
 *   obeys --> awaited ------------> settling --------------> obeys
 *              ^   |   (or obeys,       |
 *              |   |  if unreadable)    | reads otherwise, or
 *              |   | failed, unheard    | cannot be read
 *        due   |   v                    |
 *             failing <-----------------+
 *
 * A decision is written once, in the evaluation that made it. Each write has a
 * number, and a report speaks for its number only: a thread may still be busy
 * with an older write, whose end says nothing about the present one.
 *
 * An output that fails is set anew after 1, 5 and 20 ms, which is enough for a
 * disturbance on a bus. It is reported as faulty if all that was in vain. Then it
 * is set anew each second, and each ten seconds once that went on for a minute.
 * A change is always written at once, and is tried like the first.
 *
 * Whatever its condition, an output at rest is read back in every step, and the
 * caller makes one at least once a second.
 */
#include "line.h"
#include "output.h"

/**
 * bg_output_init() - start with an output that was never written
 * @out: output
 *
 * Whatever the boot loader left: the first step writes it.
 */
void bg_output_init(struct bg_output *out)
{
	*out = (struct bg_output) { 0 };
}

static u64 bg_output_patience(const struct bg_output *out, u64 now)
{
	static const u64 soon[BG_SOON_RETRIES] = {
		BG_MS(1), BG_MS(5), BG_MS(20)
	};

	if (out->fails < BG_SOON_RETRIES)
		return soon[out->fails];
	return now - out->since < BG_TIRED_NS ? BG_POLL_NS : BG_TIRED_POLL_NS;
}

static void bg_output_fail(struct bg_output *out, u64 now)
{
	if (!out->fails)
		out->since = now;
	out->awaited = false;
	out->settling = false;
	out->due = bg_after(now, bg_output_patience(out, now));
	if (out->fails < BG_SOON_RETRIES)
		out->fails++;
	else
		out->faulty = true;
}

static void bg_output_obeys(struct bg_output *out)
{
	out->settling = false;
	out->fails = 0;
	out->faulty = false;
}

static void bg_output_saw(struct bg_output *out, bool level, u64 now)
{
	out->known = level;
	if (out->want || !level) {
		out->unconfirmed = false;
	} else if (!out->unconfirmed) {
		/* It was off, and goes on by itself. */
		out->unconfirmed = true;
		out->off_at = now;
	}
}

static void bg_output_written(struct bg_output *out,
			      struct bg_output_rules rules, bool failed,
			      u64 now)
{
	out->unset = failed;
	if (failed) {
		bg_output_fail(out, now);
		return;
	}

	out->awaited = false;
	if (!rules.readable) {
		bg_output_saw(out, out->want, now);
		bg_output_obeys(out);
		return;
	}
	/* One that did not obey before is believed when it reads back. */
	if (!out->fails && !out->faulty)
		out->known = out->want;
	out->settling = true;
	out->due = bg_after(now, BG_SETTLE_NS);
}

static void bg_output_checked(struct bg_output *out,
			      struct bg_output_done done, u64 now)
{
	if (done.failed || (done.checked && done.level != out->want)) {
		/* Between two retries, what is read is no news. */
		if (out->settling || !out->fails)
			bg_output_fail(out, now);
	} else if (done.checked && !out->unset) {
		bg_output_obeys(out);
	}
}

/* The ten seconds are for a controller that is gone; here it comes again. */
static noinline void bg_output_alive(struct bg_output *out, u64 now)
{
	if (out->dead && out->faulty && !out->awaited && !out->settling &&
	    now - out->since >= BG_TIRED_NS) {
		out->since = now;
		out->due = now;
	}
	out->dead = false;
}

/**
 * bg_output_done() - take the result of the latest step, or of a thread
 * @out: output
 * @rules: how it is judged
 * @done: what was done
 * @now: present time in ns
 */
void bg_output_done(struct bg_output *out, struct bg_output_rules rules,
		    struct bg_output_done done, u64 now)
{
	const bool heard = done.tried && done.number == out->number;
	const bool waits = rules.slow && !heard;
	bool failed = heard && done.failed;

	/* A level that was read before the line could settle says nothing. */
	if (heard && done.checked && (!out->awaited || failed))
		bg_output_saw(out, done.level, now);

	if (!out->awaited) {
		if (heard)
			bg_output_checked(out, done, now);
	} else if (!waits || now >= out->due) {
		/* In place, only an output that is absent is not reported. */
		failed |= waits;
		bg_output_written(out, rules, failed, now);
	}

	if (done.alive || (heard && !failed))
		bg_output_alive(out, now);
	else if (failed)
		out->dead = true;
	if (!out->awaited)
		out->shown = out->known;
}

static void bg_output_write(struct bg_output *out,
			    struct bg_output_rules rules, u64 now)
{
	out->number++;
	out->awaited = true;
	out->due = bg_after(now, rules.slow ? BG_UNHEARD_NS : BG_SETTLE_NS);
}

static void bg_output_change(struct bg_output *out,
			     struct bg_output_rules rules, bool want, u64 now)
{
	out->want = want;
	out->fails = 0;
	out->settling = false;
	out->unconfirmed = !want;
	out->off_at = now;
	/* Written before this evaluation ends; a failure is told by the next. */
	if (!rules.slow && !out->faulty)
		out->shown = want;
}

static bool bg_output_looks(const struct bg_output *out,
			    struct bg_output_rules rules, u64 now)
{
	if (out->awaited || !rules.readable)
		return false;
	if (out->settling)
		return now >= out->due;
	return !rules.slow || now >= out->look;
}

/**
 * bg_output_step() - what is to be done with an output now?
 * @out: output
 * @rules: how it is written
 * @want: the level decided
 * @now: present time in ns
 *
 * Return: what is to be done; it counts as done at @now.
 */
struct bg_output_do bg_output_step(struct bg_output *out,
				   struct bg_output_rules rules, bool want,
				   u64 now)
{
	struct bg_output_do todo = { false, false, false, false };

	if (want != out->want || !out->number) {
		bg_output_change(out, rules, want, now);
		todo.write = true;
	} else if (out->fails && !out->awaited && !out->settling &&
		   now >= out->due) {
		todo.write = true;
		todo.anew = true;
		/* That lets go of the line, so not if it may well be on. */
		todo.through_input = out->fails > 1 && (!want || !out->known);
	} else if (bg_output_looks(out, rules, now)) {
		todo.check = true;
		out->look = bg_after(now, BG_RECHECK_NS);
		if (out->settling)
			out->due = out->look;
	}
	if (todo.write)
		bg_output_write(out, rules, now);
	return todo;
}

/**
 * bg_output_deadline() - when the output needs the next evaluation
 * @out: output
 *
 * Return: a time in ns, or %BG_NEVER.
 */
u64 bg_output_deadline(const struct bg_output *out)
{
	return out->awaited || out->settling || out->fails ? out->due :
							     BG_NEVER;
}
