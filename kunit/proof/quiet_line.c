// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - lines as prove_line.c has proved them to be, for prove_step.c
 *
 * After a step a line is any that is valid, and the observer sees it as it is.
 * Which of them it is does not matter to the decision.
 */
#define bg_line_init line_c_init
#define bg_line_step line_c_step
#include "line.c"
#undef bg_line_init
#undef bg_line_step

#include "proof.h"

bool lines_stay;

static void any_line(struct bg_line *line)
{
	if (lines_stay)
		return;
	line->state = any_u32();
	line->until = any_u64();
	line->retry = any_u64();
	line->unmask = any_u64();
	line->late = any_u64();
	line->since = any_u64();
	line->heard = any_u64();
	line->transfer = any_u64();
	line->silent = any_u64();
	line->tries = any_u32();
	line->level = any_bool();
	line->raw = any_bool();
	line->free = any_bool();
}

void bg_line_init(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *sample, u64 now)
{
	any_line(line);
}

void bg_line_step(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *sample, u64 now)
{
	any_line(line);
}

void obs_take_line(struct observer *seen, const struct bg_inputs *samples,
		   unsigned int n)
{
	const struct bg_line *line = &fsm.line[n];
	struct obs_line *l = &seen->line[n];
	const bool was = l->bouncing;

	if (samples->resumed)
		seen->resumed = seen->now;
	__CPROVER_assume(valid_line_seen(line, &cfg, n, seen->now));
	__CPROVER_assume(seen->bound || line->state == BG_LINE_IDLE ||
			 line->state == BG_LINE_UNREADABLE);
	l->level = line->level;
	same_obs_line(l, line);
	l->failures = line->tries;
	if (bg_line_stale(line, fsm.resumed, seen->now))
		seen->now_lines.unheard |= BIT(n);
	if (l->bouncing && !was)
		seen->now_lines.bounced |= BIT(n);
}
