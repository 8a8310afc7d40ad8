/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the line filter: one input line, debounced and judged (pure)
 */
#ifndef BATTGUARD_LINE_H
#define BATTGUARD_LINE_H

#include "pure.h"

/* The edge that would open this window of a row is a bounce. */
#define BG_BOUNCE_ROW		5
/* With hardware debounce: that many changes ... */
#define BG_BOUNCE_CHANGES	5
/* ... within that many window lengths are a bounce. */
#define BG_BOUNCE_WINDOWS	8
/* A line or an output that failed is tried again after this time. */
#define BG_POLL_NS		BG_SEC(1)

/**
 * enum bg_line_state - what the filter of a line is doing
 * @BG_LINE_IDLE: the level is known and quiet
 * @BG_LINE_WINDOW: an edge was seen, the level at the end of the window decides
 * @BG_LINE_BOUNCING: too many windows in a row, counts as open until quiet
 * @BG_LINE_UNREADABLE: cannot be read, counts as open until it can
 */
enum bg_line_state {
	BG_LINE_IDLE,
	BG_LINE_WINDOW,
	BG_LINE_BOUNCING,
	BG_LINE_UNREADABLE,
};

/**
 * struct bg_line_rules - how a line is to be judged
 * @window: length of the debounce window in ns, 0 = the level counts at once
 * @quiet: time without an edge that ends a bounce, in ns
 * @hardware: the controller debounces, there are no windows
 * @open: the level a line counts as while it bounces or cannot be read
 */
struct bg_line_rules {
	u64 window;
	u64 quiet;
	bool hardware;
	bool open;
};

/**
 * struct bg_sample - what one evaluation saw of a line
 * @level: level just read, true = asserted
 * @edge: an edge was seen since the evaluation before
 * @failed: the line could not be read, @level means nothing
 */
struct bg_sample {
	bool level;
	bool edge;
	bool failed;
};

/**
 * struct bg_line - filter state of one line
 * @until: end of the window, of the quiet time, or time of the next try
 * @row_end: end of the latest window
 * @change: times of the latest changes, newest first (hardware debounce)
 * @state: see &enum bg_line_state
 * @row: number of windows in the present row
 * @changes: number of valid entries in @change
 * @level: the filtered level, true = asserted
 * @raw: the level last read
 */
struct bg_line {
	u64 until;
	u64 row_end;
	u64 change[BG_BOUNCE_CHANGES - 1];
	u8 state;
	u8 row;
	u8 changes;
	bool level;
	bool raw;
};

/* Faulty: counts as open whatever its level, and is reported. */
static inline bool bg_line_faulty(const struct bg_line *line)
{
	return line->state >= BG_LINE_BOUNCING;
}

void bg_line_init(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *in, u64 now);
void bg_line_step(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *in, u64 now);
u64 bg_line_deadline(const struct bg_line *line);

#endif
