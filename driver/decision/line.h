/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the line filter: one input line, debounced and judged (pure)
 */
#ifndef BATTGUARD_LINE_H
#define BATTGUARD_LINE_H

#include "pure.h"

/* The edge that would open this window of a row is a bounce ... */
#define BG_BOUNCE_ROW		5
/* ... and so is the one that would open this window within a second. */
#define BG_BOUNCE_WINDOWS	10
#define BG_BOUNCE_NS		BG_SEC(1)
/* No bounce ends after less quiet time than this. */
#define BG_QUIET_MIN		BG_SEC(1)
/* The interrupt of a faulty line is masked for this time after each edge. */
#define BG_FAULTY_MASK_NS	BG_MS(100)
/* A bounce that goes on longer lets the system sleep. */
#define BG_BOUNCE_AWAKE_NS	BG_SEC(60)
/* A line or an output that failed is tried again after this time. */
#define BG_POLL_NS		BG_SEC(1)
/* A read that failed is tried again so often before the line counts as open. */
#define BG_LINE_TRIES		3
/* Nothing heard of a line for this time is as bad as a read that fails. */
#define BG_SILENT_NS		BG_SEC(2)
/* A level that was heard longer ago turns nothing on. */
#define BG_FRESH_NS		BG_MS(1100)

/**
 * enum bg_line_state - what the filter of a line is doing
 * @BG_LINE_IDLE: the level is known and quiet
 * @BG_LINE_WINDOW: an edge was seen, the level at the end of the window decides
 * @BG_LINE_BOUNCING: too many windows, counts as open until quiet
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
 * @threaded: a thread reads the line, and reports when it has done so
 * @open: the level a line counts as while it bounces or cannot be read
 */
struct bg_line_rules {
	u64 window;
	u64 quiet;
	bool threaded;
	bool open;
};

/**
 * struct bg_sample - what one evaluation saw of a line
 * @heard: when the transfer began that brought @level or @failed, in ns, not
 *	after the evaluation; the evaluation itself for a line read by it
 * @read: the line was read, or tried
 * @level: level read, true = asserted
 * @edge: an edge was seen since the evaluation before
 * @failed: the line could not be read, @level means nothing
 * @slow: the transfer took long to fail
 * @resumed: the system has just woken
 */
struct bg_sample {
	u64 heard;
	bool read;
	bool level;
	bool edge;
	bool failed;
	bool slow;
	bool resumed;
};

/**
 * struct bg_line - filter state of one line
 * @until: end of the window or of the quiet time
 * @retry: when to try again to read the line; while @tries, or unreadable
 * @unmask: end of the mask of a faulty line, 0 = there was none
 * @late: time of an edge that no read has covered, after the end of the window
 *	or without one, 0 = none
 * @row_end: when the latest window ended
 * @since: when the bounce began
 * @heard: when the latest transfer began that brought a level
 * @transfer: when the latest transfer began that was heard of at all
 * @silent: when the line counts as unreadable unless heard of before
 * @opened: times at which the latest windows opened, newest first
 * @state: see &enum bg_line_state
 * @row: number of windows in the present row
 * @windows: number of valid entries in @opened
 * @tries: tries left before a line whose reads fail counts as unreadable
 * @level: the filtered level, true = asserted
 * @raw: the level last read
 * @free: the next edge that finds the filtered level opens no window
 */
struct bg_line {
	u64 until;
	u64 retry;
	u64 unmask;
	u64 late;
	u64 row_end;
	u64 since;
	u64 heard;
	u64 transfer;
	u64 silent;
	u64 opened[BG_BOUNCE_WINDOWS - 1];
	u8 state;
	u8 row;
	u8 windows;
	u8 tries;
	bool level;
	bool raw;
	bool free;
};

/* Faulty: counts as open whatever its level, and is reported. */
static inline bool bg_line_faulty(const struct bg_line *line)
{
	return line->state >= BG_LINE_BOUNCING;
}

/* The latest try to read it failed, and the next one has a time of its own. */
static inline bool bg_line_trying(const struct bg_line *line)
{
	return line->tries || line->state == BG_LINE_UNREADABLE;
}

void bg_line_init(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *in, u64 now);
void bg_line_step(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *in, u64 now);
bool bg_line_readable(const struct bg_line *line, u64 now);
bool bg_line_masked(const struct bg_line *line, u64 now);
bool bg_line_awaited(const struct bg_line *line, u64 now);
bool bg_line_stale(const struct bg_line *line, u64 resumed, u64 now);
bool bg_line_unsettled(const struct bg_line *line, u64 now);
u64 bg_line_deadline(const struct bg_line *line, bool threaded, u64 now);

#endif
