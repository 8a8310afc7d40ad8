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

/* What the filter got of the line in this step. */
struct seen {
	u64 when;	/* the transfer began */
	bool read;	/* something newer than before was heard */
	bool good;	/* namely a level */
	bool level;
	bool flagged;
	bool edge;
	bool silent;	/* two seconds without a word are over */
};

static struct seen line_seen(const struct bg_line *was, unsigned int n, u64 now)
{
	const u32 bit = BIT(n);
	const bool threaded = cfg.slow_lines & bit;
	struct seen s;
	u64 silent;

	s.when = (in.report & bit) && in.heard < now ? in.heard : now;
	s.read = (in.read & bit) && (!fsm.bound || s.when >= was->transfer);
	s.good = s.read && !(in.failed & bit);
	s.level = in.level & bit;
	s.flagged = in.edge & bit;
	s.edge = s.flagged || (s.good && s.level != was->raw);
	silent = fsm.bound ? was->silent : 0;
	if (s.read)
		silent = bg_later(silent, bg_after(s.when, BG_SEC(2)));
	if (in.resumed && fsm.bound)
		silent = bg_later(silent, bg_after(now, BG_SEC(2)));
	s.silent = threaded && now >= silent;
	return s;
}

static void window_rules(const struct bg_line *was, const struct bg_line *line,
			 const struct seen *s, unsigned int n, u64 now)
{
	const bool open = n >= BG_LINE_LOW_CELL && n < BG_LINE_REMOTE_L;
	const bool lost = line->state == BG_LINE_UNREADABLE;
	const bool is_bad = bg_line_faulty(line);
	const bool was_bad = bg_line_faulty(was);
	const bool idle = was->state == BG_LINE_IDLE;
	const bool over = was->state == BG_LINE_WINDOW && now >= was->until;
	const bool ends = over && s->good && s->when >= was->until && !lost;
	const bool replay = was->free && s->flagged && s->good &&
			    s->when == now && s->level == was->level;
	const bool row = was->row == 4 && now - was->row_end <= cfg.debounce;
	const bool crowd = was->windows == 9 &&
			   now - was->opened[8] <= BG_SEC(1);

	RULE("line: a window opens with the first edge, for its length",
	     cfg.debounce && idle && s->edge && !replay && !is_bad,
	     line->state == BG_LINE_WINDOW &&
	     line->until == bg_after(now, cfg.debounce) &&
	     line->level == was->level && line->opened[0] == now);
	RULE("line: after a window one edge to the same level opens none",
	     cfg.debounce && idle && replay && !lost,
	     line->state == BG_LINE_IDLE && !line->free);
	RULE("line: edges within a window neither extend it nor count",
	     was->state == BG_LINE_WINDOW && now < was->until && !lost,
	     line->state == BG_LINE_WINDOW && line->until == was->until &&
	     line->level == was->level);
	RULE("line: a window ends with the first read that began after it",
	     over && !lost && !ends,
	     line->state == BG_LINE_WINDOW && line->until == was->until &&
	     line->level == was->level);
	RULE("line: the level at the end of the window decides",
	     ends && line->state == BG_LINE_IDLE, line->level == s->level);
	RULE("line: an edge after the read that ends a window opens the next",
	     ends && line->state != BG_LINE_IDLE,
	     was->late > s->when || (s->flagged && s->when < now));
	RULE("line: with debouncing, only the end of a window changes it",
	     cfg.debounce && !was_bad && !is_bad && line->level != was->level,
	     ends);
	RULE("line: without debouncing the level counts at once",
	     !cfg.debounce && s->good && !was_bad && !is_bad,
	     line->state == BG_LINE_IDLE && line->level == s->level);
	RULE("line: a level that lasts is what it counts as, edge seen or not",
	     line->state == BG_LINE_IDLE && s->good,
	     s->level == line->level);
	RULE("line: the edge that would open the fifth window is a bounce",
	     cfg.debounce && idle && s->edge && !replay && !lost && row,
	     line->state == BG_LINE_BOUNCING && line->level == open);
	RULE("line: the edge to the tenth window within a second is a bounce",
	     cfg.debounce && idle && s->edge && !replay && !lost && crowd,
	     line->state == BG_LINE_BOUNCING && line->level == open);
	RULE("line: without debouncing, the tenth edge within a second is one",
	     !cfg.debounce && idle && s->edge && !lost && crowd,
	     line->state == BG_LINE_BOUNCING && line->level == open);
	RULE("line: nothing else is a bounce",
	     line->state == BG_LINE_BOUNCING && idle,
	     s->edge && (row || crowd));
	RULE("line: a bounce ends only after the quiet time without an edge",
	     was->state == BG_LINE_BOUNCING && !is_bad,
	     s->good && !s->edge && spell_over(&edges, s->when));
	RULE("line: a bounce ends with the level there is",
	     was->state == BG_LINE_BOUNCING && s->good && !is_bad,
	     line->level == s->level);
}

static void read_rules(const struct bg_line *was, const struct bg_line *line,
		       const struct seen *s, unsigned int n, u64 now)
{
	const u32 bit = BIT(n);
	const bool threaded = cfg.slow_lines & bit;
	const bool open = n >= BG_LINE_LOW_CELL && n < BG_LINE_REMOTE_L;
	const bool slow = in.slow & bit;
	const bool fails = s->read && !s->good && !s->silent &&
			   was->state != BG_LINE_UNREADABLE;
	const bool due = bg_fsm_lines_to_read(&fsm, &cfg, now) & bit;
	const bool asked = bg_threads_to_read(&fsm, &cfg, now) & bit;

	RULE("line: counts as open while it bounces or cannot be read",
	     bg_line_faulty(line), line->level == open);
	RULE("line: cannot be read, holds its level and is tried again",
	     fails && !was->tries,
	     line->state != BG_LINE_UNREADABLE &&
	     (line->state == BG_LINE_BOUNCING || line->level == was->level) &&
	     line->tries == (slow ? 1 : 3) &&
	     line->retry == bg_after(now, slow ? BG_MS(20) : BG_MS(1)));
	RULE("line: tried again after 5 and 20 ms, once if it takes long",
	     fails && was->tries > 1,
	     line->state != BG_LINE_UNREADABLE &&
	     line->tries == (slow ? 1 : was->tries - 1) &&
	     line->retry == bg_after(now, line->tries == 1 ? BG_MS(20) :
							     BG_MS(5)));
	RULE("line: cannot be read at last, open, and tried each second",
	     fails && was->tries == 1,
	     line->state == BG_LINE_UNREADABLE &&
	     line->retry == bg_after(now, BG_SEC(1)));
	RULE("line: a level ends the tries",
	     s->good, !line->tries);
	RULE("line: can be read again, counts as it is",
	     s->good && !s->silent && was->state == BG_LINE_UNREADABLE &&
	     s->when >= was->retry,
	     line->state == BG_LINE_IDLE && line->level == s->level);
	RULE("line: open for a second, once it could not be read",
	     was->state == BG_LINE_UNREADABLE && s->when < was->retry,
	     line->state == BG_LINE_UNREADABLE);
	RULE("line: unreadable only after the last try, or two silent seconds",
	     was->state != BG_LINE_UNREADABLE &&
	     line->state == BG_LINE_UNREADABLE,
	     s->silent || (fails && was->tries == 1));
	RULE("line: nothing heard for two seconds is open at once",
	     s->silent, line->state == BG_LINE_UNREADABLE);
	RULE("line: left alone until its next try is due",
	     !threaded, due == (!bg_line_trying(line) || now >= line->retry));
	RULE("line: one of a thread is read by nobody else",
	     threaded, !due);
	RULE("line: its thread is asked for what has to be known",
	     threaded && bg_line_awaited(line, now), asked);
	RULE("line: nobody asks for the others",
	     !threaded, !asked);
	RULE("line: what began before the last transfer changes nothing",
	     (in.read & bit) && !s->read && !s->flagged && !s->silent,
	     line->state == was->state && line->level == was->level &&
	     line->raw == was->raw && line->heard == was->heard &&
	     line->tries == was->tries && line->until == was->until);
	RULE("line: nothing happens to it before its deadline",
	     !s->edge && !s->read && now < bg_line_deadline(was, threaded, o.now),
	     line->state == was->state && line->level == was->level &&
	     line->until == was->until && line->tries == was->tries &&
	     bg_line_masked(line, now) == bg_line_masked(was, o.now));
}

static void other_rules(const struct bg_line *line, const struct seen *s,
			unsigned int n, u64 now)
{
	const bool masked = bg_fsm_mask(&fsm, &cfg, now) & BIT(n);
	const struct bg_verdict v = bg_judge(&fsm, &cfg);
	const bool charge = n >= BG_LINE_CHARGE && n < BG_LINE_LOW_CELL;
	const bool remote = n >= BG_LINE_REMOTE_L;
	const bool stale = o.now_lines.unheard & BIT(n);

	RULE("line: masked inside a window",
	     line->state == BG_LINE_WINDOW && now < line->until, masked);
	RULE("line: a faulty line is masked for 100 ms after an edge",
	     bg_line_faulty(line) && line->unmask,
	     masked == (now < line->unmask) &&
	     line->unmask <= bg_after(now, BG_MS(100)));
	RULE("line: an edge of a bouncing line masks it",
	     line->state == BG_LINE_BOUNCING && s->flagged,
	     masked && line->unmask == bg_after(now, BG_MS(100)));
	RULE("line: open otherwise",
	     line->state == BG_LINE_IDLE, !masked);
	RULE("line: what was not heard in time turns nothing on",
	     true, v.stale == (stale ? BIT(n) : 0) &&
	     v.heard_discharge == !(stale && !charge) &&
	     v.heard_charge == !(stale && (charge || remote)));
	RULE("line: windows and tries keep the system awake",
	     line->state == BG_LINE_WINDOW || line->tries,
	     bg_line_unsettled(line, now));
	RULE("line: a bounce keeps it awake for a minute at most",
	     line->state == BG_LINE_BOUNCING && !line->tries,
	     bg_line_unsettled(line, now) == (now - line->since < BG_SEC(60)));
	RULE("line: the deadline lies ahead",
	     now < PROOF_TIME, bg_line_deadline(line, cfg.slow_lines & BIT(n),
						now) > now);
}

static bool edges_agree(const struct bg_line *line)
{
	/* One that no read has covered may still begin a bounce. */
	if (line->late && !(edges.ever && edges.bad >= line->late))
		return false;
	if (line->state != BG_LINE_BOUNCING)
		return true;
	return edges.ever && line->until >= bg_after(edges.bad, edges.shortest);
}

static void line_step(unsigned int n)
{
	struct bg_line *line = &fsm.line[n];
	const u64 before = fsm.now;
	struct bg_line was;
	struct seen seen;
	u64 now = any_u64();
	u32 bounced;

	cfg.lines = BIT(n);
	o.cfg = cfg;
	o.set = fsm.set;
	o.bound = fsm.bound;
	o.resumed = fsm.resumed;
	o.now_lines.bounced = 0;
	o.now_lines.unheard = 0;
	__CPROVER_assume(cfg.debounce <= BG_SEC(1) && valid_settings(&fsm.set) &&
			 now <= PROOF_TIME && fsm.resumed <= before);
	if (fsm.bound)
		__CPROVER_assume(valid_line(line, &cfg, n, before) &&
				 agree_line(&o.line[n], line) &&
				 edges_agree(line) && edges.bad <= before &&
				 now >= before);
	else
		o.line[n] = (struct obs_line) { 0 };
	was = *line;

	seen = line_seen(&was, n, now);
	spell_step(&edges, !seen.edge, bg_later(obs_slow_restore(&o),
						cfg.debounce), now);

	if (in.resumed)
		fsm.resumed = now;
	fsm.now = now;
	bounced = bg_take_lines(&fsm, &cfg, &in, now);
	o.now = now;
	obs_take_line(&o, &in, n);

	__CPROVER_assert(valid_line(line, &cfg, n, now), "induction: lines");
	__CPROVER_assert(agree_line(&o.line[n], line), "observed: lines");
	__CPROVER_assert(edges_agree(line), "observed: edges");
	__CPROVER_assert(bg_line_deadline(line, cfg.slow_lines & BIT(n), now) ==
			 obs_line_due(&o, n), "observed: deadline of a line");
	__CPROVER_assert(bg_line_masked(line, now) == obs_line_masked(&o, n) &&
			 bg_line_awaited(line, now) == obs_line_overdue(&o, n) &&
			 bg_line_unsettled(line, now) ==
			 obs_line_unsettled(&o, n),
			 "observed: what a line needs");
	__CPROVER_assert(bounced == o.now_lines.bounced &&
			 bounced == (fsm.bound &&
				     line->state == BG_LINE_BOUNCING &&
				     was.state != BG_LINE_BOUNCING ?
				     BIT(n) : 0),
			 "line: the begin of a bounce is reported, once");
	other_rules(line, &seen, n, now);
	if (fsm.bound) {
		window_rules(&was, line, &seen, n, now);
		o.now = before;
		read_rules(&was, line, &seen, n, now);
	} else {
		RULE("line: the first level counts, unless it cannot be read",
		     true, seen.good && !seen.silent ?
		     line->state == BG_LINE_IDLE && line->level == seen.level :
		     line->state == BG_LINE_UNREADABLE);
	}
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
