// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the line filter: one input line, debounced and judged (pure)
 *
 *   level  ____/~\_/~~~~~~~~~~~      the first edge opens the window, edges
 *   window     |-------|             inside it do not extend it, the level at
 *   filtered __________/~~~~~~~      its end decides
 *
 * A window that opens within one window length after the end of the one
 * before continues its row. Contacts settle within a window or two; a line
 * that would open a fifth one is not settling but broken, and counts as open.
 */
#include "line.h"

static void bg_line_bounce(struct bg_line *line,
			   const struct bg_line_rules *rules, u64 now)
{
	line->state = BG_LINE_BOUNCING;
	line->level = rules->open;
	line->until = bg_after(now, rules->quiet);
	line->row = 0;
	line->changes = 0;
}

static void bg_line_lost(struct bg_line *line,
			 const struct bg_line_rules *rules, u64 now)
{
	line->state = BG_LINE_UNREADABLE;
	line->level = rules->open;
	line->raw = rules->open;
	line->until = bg_after(now, BG_POLL_NS);
	line->row = 0;
	line->changes = 0;
}

/* Quiet and readable: the level counts as it is, the past is forgotten. */
static void bg_line_settle(struct bg_line *line, bool level)
{
	line->state = BG_LINE_IDLE;
	line->level = level;
	line->raw = level;
	line->row = 0;
	line->changes = 0;
}

static void bg_line_hardware_edge(struct bg_line *line,
				  const struct bg_line_rules *rules, u64 now)
{
	const unsigned int last = BG_BOUNCE_CHANGES - 2;
	unsigned int i;

	if (line->changes > last &&
	    now - line->change[last] <= BG_BOUNCE_WINDOWS * rules->window) {
		bg_line_bounce(line, rules, now);
		return;
	}

	for (i = last; i > 0; i--)
		line->change[i] = line->change[i - 1];
	line->change[0] = now;
	if (line->changes <= last)
		line->changes++;
	line->level = line->raw;
}

static void bg_line_open_window(struct bg_line *line,
				const struct bg_line_rules *rules, u64 now)
{
	if (line->row && now - line->row_end <= rules->window)
		line->row++;
	else
		line->row = 1;

	if (line->row >= BG_BOUNCE_ROW) {
		bg_line_bounce(line, rules, now);
		return;
	}

	line->state = BG_LINE_WINDOW;
	line->until = bg_after(now, rules->window);
}

/**
 * bg_line_init() - start a filter
 * @line: filter to start
 * @rules: how the line is judged
 * @in: the first sample; its level counts as long held
 * @now: time of the sample
 */
void bg_line_init(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *in, u64 now)
{
	bg_line_settle(line, in->level);
	line->until = BG_NEVER;
	line->row_end = 0;
	if (in->failed)
		bg_line_lost(line, rules, now);
}

/**
 * bg_line_step() - take a sample
 * @line: filter
 * @rules: how the line is judged
 * @in: what was seen
 * @now: time of the sample, never before that of the sample before
 *
 * A level other than the one read last is an edge, whether the interrupt for
 * it was seen or not.
 */
void bg_line_step(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *in, u64 now)
{
	bool edge = in->edge || in->level != line->raw;

	if (in->failed) {
		bg_line_lost(line, rules, now);
		return;
	}

	if (line->state == BG_LINE_UNREADABLE) {
		bg_line_settle(line, in->level);
		return;
	}

	/*
	 * The level at the end of the window decides. It is the one just read,
	 * unless an edge was seen: that came later, and opens the next window.
	 */
	if (line->state == BG_LINE_WINDOW && now >= line->until) {
		line->state = BG_LINE_IDLE;
		line->level = in->edge ? line->raw : in->level;
		line->row_end = line->until;
		edge = in->edge;
	}

	line->raw = in->level;

	if (line->state == BG_LINE_BOUNCING) {
		if (edge)
			line->until = bg_after(now, rules->quiet);
		else if (now >= line->until)
			bg_line_settle(line, in->level);
	} else if (!rules->window) {
		line->level = in->level;
	} else if (edge && rules->hardware) {
		bg_line_hardware_edge(line, rules, now);
	} else if (edge && line->state == BG_LINE_IDLE) {
		bg_line_open_window(line, rules, now);
	}
}

/**
 * bg_line_deadline() - when the line needs the next evaluation without an edge
 * @line: filter
 *
 * Return: a time in ns, or %BG_NEVER.
 */
u64 bg_line_deadline(const struct bg_line *line)
{
	return line->state == BG_LINE_IDLE ? BG_NEVER : line->until;
}
