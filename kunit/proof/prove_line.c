// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - what is proved of the line filter
 *
 * One line, any of them, from any valid state. No line depends on another one,
 * so what is proved for a board with one line holds for that line on any board.
 */
#include "fsm.c"

#include "proof.h"

/* When an edge was seen last, and what quiet time was in force since. */
static struct spell edges;

/* As bg_line_step() gets it: a line that was read just now. */
static bool line_reads(u32 bit, bool level)
{
	return (in.read & bit) && !(in.failed & bit) &&
	       !(in.level & bit) == !level;
}

static void line_rules(const struct bg_line *was, const struct bg_line *line,
		       unsigned int n, u64 now)
{
	const u32 bit = BIT(n);
	const bool open = n >= BG_LINE_LOW_CELL && n < BG_LINE_REMOTE_L;
	const bool read = in.read & bit;
	const bool good = read && !(in.failed & bit);
	const bool sleeps = !read && was->state == BG_LINE_UNREADABLE;
	const bool flagged = in.edge & bit;
	const bool edge = flagged || (good && !(in.level & bit) == was->raw);
	const bool soft = cfg.debounce && !(cfg.hw_debounce & bit);
	const bool is_bad = bg_line_faulty(line);
	const bool was_bad = bg_line_faulty(was);
	const bool due = bg_fsm_lines_to_read(&fsm, &cfg, now) & bit;

	RULE("line: counts as open while it bounces or cannot be read",
	     is_bad, line->level == open);
	RULE("line: cannot be read, open at once, and tried again in a second",
	     read && !good, line->state == BG_LINE_UNREADABLE &&
	     line->until == bg_after(now, BG_SEC(1)));
	RULE("line: can be read again, counts as it is",
	     good && was->state == BG_LINE_UNREADABLE,
	     line->state == BG_LINE_IDLE && line->level == !!(in.level & bit));
	RULE("line: left alone until its next try is due",
	     was->state == BG_LINE_UNREADABLE,
	     due == (line->state != BG_LINE_UNREADABLE || now >= line->until));
	RULE("line: a window opens with the first edge, for its length",
	     soft && was->state == BG_LINE_IDLE && edge && !sleeps && good &&
	     line->state != BG_LINE_BOUNCING,
	     line->state == BG_LINE_WINDOW &&
	     line->until == bg_after(now, cfg.debounce) &&
	     line->level == was->level);
	RULE("line: edges within a window neither extend it nor count",
	     was->state == BG_LINE_WINDOW && now < was->until &&
	     !(in.failed & in.read & bit),
	     line->state == BG_LINE_WINDOW && line->until == was->until &&
	     line->level == was->level);
	RULE("line: the level at the end of the window decides",
	     was->state == BG_LINE_WINDOW && now >= was->until && good &&
	     !flagged,
	     line->state == BG_LINE_IDLE && line->level == !!(in.level & bit));
	RULE("line: with debouncing, only the end of a window changes it",
	     soft && !was_bad && !is_bad && line->level != was->level,
	     was->state == BG_LINE_WINDOW && now >= was->until);
	RULE("line: without debouncing the level counts at once, and no bounce",
	     !cfg.debounce && good,
	     line->state == BG_LINE_IDLE && line->level == !!(in.level & bit));
	RULE("line: a level that lasts is what it counts as, edge seen or not",
	     line->state == BG_LINE_IDLE && good,
	     line_reads(bit, line->level));
	RULE("line: the edge that would open the fifth window is a bounce",
	     soft && was->state == BG_LINE_IDLE && edge && good &&
	     was->row == 4 &&
	     now - was->row_end <= cfg.debounce,
	     line->state == BG_LINE_BOUNCING && line->level == open);
	RULE("line: four windows in a row are none",
	     soft && line->state == BG_LINE_BOUNCING &&
	     was->state == BG_LINE_IDLE,
	     was->row == 4 &&
	     now - was->row_end <= cfg.debounce);
	RULE("line: by hardware, the fifth change in eight windows is a bounce",
	     cfg.debounce && (cfg.hw_debounce & bit) && edge && good &&
	     was->state == BG_LINE_IDLE &&
	     was->changes == 4 &&
	     now - was->change[3] <= 8 * cfg.debounce,
	     line->state == BG_LINE_BOUNCING && line->level == open);
	RULE("line: a bounce ends only after the quiet time without an edge",
	     was->state == BG_LINE_BOUNCING && !is_bad,
	     !edge && spell_over(&edges, now));
	RULE("line: a bounce ends with the level there is",
	     was->state == BG_LINE_BOUNCING && good && !is_bad,
	     line->level == !!(in.level & bit));
	RULE("line: nothing happens to it before its deadline",
	     !edge && !(in.failed & bit) && now < bg_line_deadline(was) &&
	     (good || !read) && !(good && was->state == BG_LINE_UNREADABLE),
	     line->state == was->state && line->level == was->level &&
	     line->until == was->until);
}

static bool edges_agree(const struct bg_line *line, u64 now)
{
	if (line->state != BG_LINE_BOUNCING)
		return true;
	return edges.ever && edges.bad <= now &&
	       line->until >= bg_after(edges.bad, edges.shortest);
}

static u64 line_quiet_time(unsigned int n)
{
	const bool fast = (n >= BG_LINE_CHARGE && n < BG_LINE_LOW_CELL) ||
			  n >= BG_LINE_REMOTE_L;

	return bg_later(fast ? o.set.restore_delay : obs_slow_restore(&o),
			cfg.debounce);
}

static void line_step(unsigned int n)
{
	struct bg_line *line = &fsm.line[n];
	struct bg_line was;
	u64 now = any_u64();
	u32 bounced;
	bool edge;

	cfg.lines = BIT(n);
	o.cfg = cfg;
	o.set = fsm.set;
	o.bound = fsm.bound;
	o.now_lines.bounced = 0;
	__CPROVER_assume(cfg.debounce <= BG_SEC(1) && valid_settings(&fsm.set) &&
			 now <= PROOF_TIME);
	if (fsm.bound)
		__CPROVER_assume(valid_line(line, &cfg, n, fsm.now) &&
				 agree_line(&o.line[n], line) &&
				 edges_agree(line, fsm.now) && now >= fsm.now);
	else
		o.line[n] = (struct obs_line) { 0 };
	was = *line;

	edge = (in.edge & BIT(n)) ||
	       ((in.read & BIT(n)) && !(in.level & BIT(n)) == was.raw);
	spell_step(&edges, !edge, line_quiet_time(n), now);

	bounced = bg_take_lines(&fsm, &cfg, &in, now);
	o.now = now;
	obs_take_line(&o, &in, n);

	__CPROVER_assert(valid_line(line, &cfg, n, now), "induction: lines");
	__CPROVER_assert(agree_line(&o.line[n], line), "observed: lines");
	__CPROVER_assert(edges_agree(line, now), "observed: edges");
	__CPROVER_assert(bounced == o.now_lines.bounced &&
			 bounced == (fsm.bound &&
				     line->state == BG_LINE_BOUNCING &&
				     was.state != BG_LINE_BOUNCING ?
				     BIT(n) : 0),
			 "line: the begin of a bounce is reported, once");
	if (fsm.bound)
		line_rules(&was, line, n, now);
	else
		RULE("line: the first level counts, unless it cannot be read",
		     true, line->state == (line_reads(BIT(n), line->level) ?
					   BG_LINE_IDLE : BG_LINE_UNREADABLE));
}

void prove_line(void)
{
	any_config(&cfg);
	any_fsm(&fsm);
	any_observer(&o, &fsm, &cfg);
	any_inputs(&in);
	edges.bad = any_u64();
	edges.shortest = any_u64();
	edges.ever = any_bool();
	line_step(PROOF_LINE);
}
