// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - when an output is to be written, and whether it obeyed (pure)
 *
 * A decision is written once, in the evaluation that made it. The level is
 * read back when the line has had time to settle, and in every evaluation
 * after that. An output that fails is written and read again once a second.
 */
#include "line.h"
#include "output.h"

/**
 * bg_output_init() - start with an output that is to be off
 * @out: output
 * @now: present time in ns
 */
void bg_output_init(struct bg_output *out, u64 now)
{
	out->due = bg_after(now, BG_SETTLE_NS);
	out->want = false;
	out->shown = false;
	out->faulty = false;
	out->settling = true;
}

/**
 * bg_output_done() - take the result of the latest step
 * @out: output
 * @done: what was done
 * @readable: the controller can read the output back
 * @now: present time in ns
 */
void bg_output_done(struct bg_output *out, const struct bg_output_done *done,
		    bool readable, u64 now)
{
	if (!done->tried)
		return;

	out->shown = done->level;
	if (done->failed) {
		/* A retry that failed too has already set its next one. */
		if (!out->faulty || out->settling)
			out->due = bg_after(now, BG_POLL_NS);
		out->faulty = true;
		out->settling = false;
	} else if (done->checked || !readable) {
		out->faulty = false;
	} else {
		out->due = bg_after(now, BG_SETTLE_NS);
	}
}

/**
 * bg_output_step() - what is to be done with an output now?
 * @out: output
 * @want: the level decided
 * @readable: the controller can read the output back
 * @now: present time in ns
 *
 * Return: what is to be done; it counts as done at @now.
 */
struct bg_output_do bg_output_step(struct bg_output *out, bool want,
				   bool readable, u64 now)
{
	struct bg_output_do todo = { false, false };

	if (want != out->want) {
		out->want = want;
		out->shown = want;
		out->settling = true;
		out->due = bg_after(now, BG_SETTLE_NS);
		todo.write = true;
		return todo;
	}

	if ((out->faulty || out->settling) && now < out->due)
		return todo;

	todo.write = out->faulty;
	todo.check = readable;
	out->settling = false;
	out->due = bg_after(now, BG_POLL_NS);
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
	return out->faulty || out->settling ? out->due : BG_NEVER;
}
