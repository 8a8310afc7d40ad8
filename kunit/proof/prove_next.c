// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the next deadline is as early as that of each part
 *
 * A chain of 35 minima of 64-bit numbers is beyond a SAT solver. That the last
 * one is not greater than any of the numbers means: for any time, a part that
 * is due by then makes the whole due by then. Only minima use the numbers, so
 * all that matters is whether each is due: 0, or never.
 */
#include "view.h"

#include "proof.h"

static u64 of_path, of_line[BG_LINES_MAX], of_out[BG_NR_CHECKED_OUTS];
static u64 of_parting;

static u64 due_earlier(u64 a, u64 b)
{
	return !a || !b ? 0 : BG_NEVER;
}

/* Whatever they are: prove_step.c judges them. */
static u64 any_path(const struct bg_discharge *path,
		    const struct bg_discharge_rules *rules, u64 now)
{
	return of_path;
}

static u64 any_line(const struct bg_line *line, bool threaded, u64 now)
{
	return of_line[line - fsm.line];
}

static u64 any_output(const struct bg_output *out)
{
	return of_out[out - fsm.out];
}

/* A restore time that may end at 0. */
#undef BG_REMOTE_RESTORE_MIN
#define BG_REMOTE_RESTORE_MIN	0
/* The end of a warning that outlasts the load, the only sum there is. */
static u64 any_after(u64 t, u64 delay)
{
	return of_parting;
}

#define bg_earlier due_earlier
#define bg_after any_after
#define bg_discharge_deadline any_path
#define bg_line_deadline any_line
#define bg_output_deadline any_output
#include "fsm.c"
#undef bg_output_deadline
#undef bg_line_deadline
#undef bg_discharge_deadline
#undef bg_after
#undef bg_earlier

/* What due_earlier() assumes. */
static void minimum_rules(u64 a, u64 b, u64 by_then)
{
	__CPROVER_assert((bg_earlier(a, b) <= by_then) ==
			 (a <= by_then || b <= by_then),
			 "deadline: the earlier of two is due when one of them is");
}

static u64 any_due(void)
{
	return any_bool() ? 0 : BG_NEVER;
}

void prove_next(void)
{
	struct bg_discharge_rules rules;
	unsigned int n;
	bool due;

	minimum_rules(any_u64(), any_u64(), any_u64());
	of_path = any_due();
	for (n = 0; n < BG_LINES_MAX; n++)
		of_line[n] = any_due();
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		of_out[n] = any_due();
	of_parting = any_due();

	any_config(&cfg);
	any_fsm(&fsm);
	__CPROVER_assume(fsm.discharge.onset <= fsm.now);
	rules = bg_discharge_rules_of(&fsm, &cfg);
	due = !bg_next(&fsm, &cfg, &rules, fsm.now);

	RULE("deadline: not after that of the discharge path", !of_path, due);
	RULE("deadline: not after that of the charge path",
	     !bg_hold_deadline(&fsm.charge.allowed, fsm.set.restore_delay),
	     due);
	RULE("deadline: not after that of remote",
	     !bg_hold_deadline(&fsm.remote, bg_remote_restore(&fsm)), due);
	for (n = 0; n < BG_LINES_MAX; n++)
		RULE("deadline: not after that of any of 26 lines",
		     (cfg.lines & BIT(n)) && !of_line[n], due);
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		RULE("deadline: not after that of any output", !of_out[n],
		     due);
	RULE("deadline: not after the next blink",
	     bg_blinking(&fsm, &cfg) && !fsm.sounder.flip, due);
	RULE("deadline: not after the next beat",
	     cfg.heartbeat && !fsm.heart.stopped && !fsm.heart.beat, due);
	RULE("deadline: not after the end of a warning that outlasts the load",
	     bg_parting(&fsm, &cfg, fsm.now) && !of_parting, due);
}
