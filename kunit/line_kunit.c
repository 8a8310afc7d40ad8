// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the line filter
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../driver/decision/line.h"

#define MAX_SAMPLES	16

/* Times of the tables: full milliseconds, and a nanosecond beside them. */
#define AT(ms)		BG_MS(ms)
#define BEFORE(ms)	(BG_MS(ms) - 1)
#define BEHIND(ms)	(BG_MS(ms) + 1)

/* What a sample is, besides the level read. */
#define EDGE	0x01	/* an interrupt came */
#define FAIL	0x02	/* the line could not be read */
#define SLOW	0x04	/* and it took long to find out */
#define NONE	0x08	/* the line was not read at all */
#define AGO	0x10	/* the transfer began at @heard */
#define WAKE	0x20	/* the system has just woken */

/* What the filter makes of it, besides the level. */
#define BAD	0x01	/* faulty */
#define MASK	0x02	/* the interrupt is masked */
#define ASK	0x04	/* waits to be read */
#define HOLD	0x08	/* keeps the system awake */

/* A sample of a line at some time, and what the filter makes of it. */
struct line_sample {
	u64 at;
	u8 level;
	u8 in;
	u8 want;
	u8 out;
	u64 due;	/* next deadline, 0 = none */
	u64 heard;	/* with AGO */
};

struct line_case {
	const char *name;
	u32 window;	/* in ms */
	u32 quiet;	/* in ms */
	bool open;
	bool threaded;
	unsigned int samples;
	struct line_sample sample[MAX_SAMPLES];
};

/* at, level, what came -> filtered level, what of it, deadline; begin of read */
static const struct line_case line_cases[] = {
	{
		.name = "first level counts at once",
		.window = 5, .quiet = 1000,
		.samples = 2,
		.sample = {
			{ AT(100), 1, 0, 1, 0, 0, 0 },
			{ AT(200), 1, 0, 1, 0, 0, 0 },
		},
	}, {
		.name = "level at the end of the window decides",
		.window = 5, .quiet = 1000,
		.samples = 4,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(100), 0, EDGE, 1, MASK | HOLD, AT(105), 0 },
			{ BEFORE(105), 0, 0, 1, MASK | HOLD, AT(105), 0 },
			{ AT(105), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "edges inside do not extend the window",
		.window = 5, .quiet = 1000,
		.samples = 5,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(100), 0, EDGE, 1, MASK | HOLD, AT(105), 0 },
			{ AT(102), 1, EDGE, 1, MASK | HOLD, AT(105), 0 },
			{ BEFORE(105), 0, EDGE, 1, MASK | HOLD, AT(105), 0 },
			{ AT(105), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "a glitch inside a window is none",
		.window = 5, .quiet = 1000,
		.samples = 4,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(100), 0, EDGE, 1, MASK | HOLD, AT(105), 0 },
			{ AT(103), 1, EDGE, 1, MASK | HOLD, AT(105), 0 },
			{ AT(105), 1, 0, 1, 0, 0, 0 },
		},
	}, {
		.name = "a lost edge opens a window when it is seen",
		.window = 5, .quiet = 1000,
		.samples = 3,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(100), 0, 0, 1, MASK | HOLD, AT(105), 0 },
			{ AT(105), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "a window whose end comes late ends then",
		.window = 5, .quiet = 1000,
		.samples = 5,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(100), 0, EDGE, 1, MASK | HOLD, AT(105), 0 },
			/* With an edge that the level read has seen. */
			{ AT(109), 0, EDGE, 0, 0, 0, 0 },
			/* So nothing is replayed. */
			{ AT(110), 0, EDGE, 0, MASK | HOLD, AT(115), 0 },
			{ AT(115), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "after a window one edge to the same level is free",
		.window = 5, .quiet = 1000,
		.samples = 8,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			/* Not before the first window. */
			{ AT(50), 1, EDGE, 1, MASK | HOLD, AT(55), 0 },
			{ AT(55), 1, 0, 1, 0, 0, 0 },
			{ AT(700), 1, EDGE, 1, 0, 0, 0 },
			{ AT(701), 1, EDGE, 1, MASK | HOLD, AT(706), 0 },
			{ AT(706), 1, 0, 1, 0, 0, 0 },
			/* One to another level is not, and uses it up. */
			{ AT(707), 0, EDGE, 1, MASK | HOLD, AT(712), 0 },
			{ AT(712), 1, 0, 1, 0, 0, 0 },
		},
	}, {
		.name = "an edge without a read is not free",
		.window = 5, .quiet = 1000,
		.samples = 6,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(50), 1, EDGE, 1, MASK | HOLD, AT(55), 0 },
			{ AT(55), 1, 0, 1, 0, 0, 0 },
			{ AT(60), 0, EDGE | NONE, 1, MASK | HOLD, AT(65), 0 },
			{ AT(65), 1, 0, 1, 0, 0, 0 },
			/* The read does not use up what only an edge does. */
			{ AT(70), 1, 0, 1, 0, 0, 0 },
		},
	}, {
		.name = "an edge after the read is not free",
		.window = 5, .quiet = 1000, .threaded = true,
		.samples = 5,
		.sample = {
			{ 0, 1, 0, 1, 0, AT(2000), 0 },
			{ AT(50), 1, EDGE, 1, MASK | HOLD, AT(55), 0 },
			{ AT(55), 1, 0, 1, 0, AT(2055), 0 },
			{ AT(60), 1, AGO | EDGE, 1, MASK | HOLD, AT(65),
			  BEFORE(60) },
			{ AT(65), 1, 0, 1, 0, AT(2065), 0 },
		},
	}, {
		.name = "a bounce and a row begin without a free edge",
		.window = 5, .quiet = 1000,
		.samples = 11,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(100), 0, EDGE, 1, MASK | HOLD, AT(105), 0 },
			{ AT(105), 0, 0, 0, 0, 0, 0 },
			{ AT(110), 1, EDGE, 0, MASK | HOLD, AT(115), 0 },
			{ AT(115), 0, 0, 0, 0, 0, 0 },
			{ AT(120), 1, EDGE, 0, MASK | HOLD, AT(125), 0 },
			{ AT(125), 0, 0, 0, 0, 0, 0 },
			{ AT(130), 1, EDGE, 0, MASK | HOLD, AT(135), 0 },
			{ AT(135), 1, 0, 1, 0, 0, 0 },
			{ AT(140), 0, EDGE, 0, BAD | MASK | HOLD, AT(240), 0 },
			{ AT(1140), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "the edge to the fifth window of a row is a bounce",
		.window = 5, .quiet = 1000,
		.samples = 13,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(100), 0, EDGE, 1, MASK | HOLD, AT(105), 0 },
			{ AT(105), 0, 0, 0, 0, 0, 0 },
			/* Each within one window length after the end. */
			{ AT(110), 1, EDGE, 0, MASK | HOLD, AT(115), 0 },
			{ AT(115), 1, 0, 1, 0, 0, 0 },
			{ AT(120), 0, EDGE, 1, MASK | HOLD, AT(125), 0 },
			{ AT(125), 0, 0, 0, 0, 0, 0 },
			{ AT(130), 1, EDGE, 0, MASK | HOLD, AT(135), 0 },
			{ AT(135), 1, 0, 1, 0, 0, 0 },
			{ AT(140), 0, EDGE, 0, BAD | MASK | HOLD, AT(240), 0 },
			{ AT(240), 0, 0, 0, BAD | HOLD, AT(1140), 0 },
			{ BEFORE(1140), 0, 0, 0, BAD | HOLD, AT(1140), 0 },
			{ AT(1140), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "a gap longer than a window ends the row",
		.window = 5, .quiet = 1000,
		.samples = 11,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(100), 0, EDGE, 1, MASK | HOLD, AT(105), 0 },
			{ AT(105), 0, 0, 0, 0, 0, 0 },
			{ AT(110), 1, EDGE, 0, MASK | HOLD, AT(115), 0 },
			{ AT(115), 1, 0, 1, 0, 0, 0 },
			{ AT(120), 0, EDGE, 1, MASK | HOLD, AT(125), 0 },
			{ AT(125), 0, 0, 0, 0, 0, 0 },
			{ AT(130), 1, EDGE, 0, MASK | HOLD, AT(135), 0 },
			{ AT(135), 1, 0, 1, 0, 0, 0 },
			{ BEHIND(140), 0, EDGE, 1, MASK | HOLD,
			  BEHIND(145), 0 },
			{ BEHIND(145), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "low-cell is open when asserted",
		.window = 0, .quiet = 1000, .open = true,
		.samples = 13,
		.sample = {
			{ 0, 0, 0, 0, 0, 0, 0 },
			{ AT(1), 1, EDGE, 1, 0, 0, 0 },
			{ AT(2), 0, EDGE, 0, 0, 0, 0 },
			{ AT(3), 1, EDGE, 1, 0, 0, 0 },
			{ AT(4), 0, EDGE, 0, 0, 0, 0 },
			{ AT(5), 1, EDGE, 1, 0, 0, 0 },
			{ AT(6), 0, EDGE, 0, 0, 0, 0 },
			{ AT(7), 1, EDGE, 1, 0, 0, 0 },
			{ AT(8), 0, EDGE, 0, 0, 0, 0 },
			{ AT(9), 0, EDGE, 0, 0, 0, 0 },
			/* The tenth within a second, whatever is read after it. */
			{ AT(1001), 0, EDGE, 1, BAD | MASK | HOLD,
			  AT(1101), 0 },
			{ BEFORE(2001), 0, 0, 1, BAD | HOLD, AT(2001), 0 },
			{ AT(2001), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "no window: nine edges within a second are none",
		.window = 0, .quiet = 1000,
		.samples = 12,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(1), 0, EDGE, 0, 0, 0, 0 },
			{ AT(2), 1, 0, 1, 0, 0, 0 },
			{ AT(3), 0, EDGE, 0, 0, 0, 0 },
			{ AT(4), 1, EDGE, 1, 0, 0, 0 },
			{ AT(5), 0, EDGE, 0, 0, 0, 0 },
			{ AT(6), 1, EDGE, 1, 0, 0, 0 },
			{ AT(7), 0, EDGE, 0, 0, 0, 0 },
			{ AT(8), 1, EDGE, 1, 0, 0, 0 },
			{ AT(9), 0, EDGE, 0, 0, 0, 0 },
			{ BEHIND(1001), 1, EDGE, 1, 0, 0, 0 },
			{ AT(1002), 0, EDGE, 0, BAD | MASK | HOLD,
			  AT(1102), 0 },
		},
	}, {
		.name = "each edge and each other level prolongs a bounce",
		.window = 0, .quiet = 1000,
		.samples = 16,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(1), 1, EDGE, 1, 0, 0, 0 },
			{ AT(2), 1, EDGE, 1, 0, 0, 0 },
			{ AT(3), 1, EDGE, 1, 0, 0, 0 },
			{ AT(4), 1, EDGE, 1, 0, 0, 0 },
			{ AT(5), 1, EDGE, 1, 0, 0, 0 },
			{ AT(6), 1, EDGE, 1, 0, 0, 0 },
			{ AT(7), 1, EDGE, 1, 0, 0, 0 },
			{ AT(8), 1, EDGE, 1, 0, 0, 0 },
			{ AT(9), 1, EDGE, 1, 0, 0, 0 },
			{ AT(10), 1, EDGE, 0, BAD | MASK | HOLD, AT(110), 0 },
			{ AT(100), 1, EDGE, 0, BAD | MASK | HOLD, AT(200), 0 },
			{ BEFORE(200), 1, 0, 0, BAD | MASK | HOLD, AT(200), 0 },
			{ AT(500), 0, 0, 0, BAD | MASK | HOLD, AT(600), 0 },
			{ AT(1000), 1, EDGE, 0, BAD | MASK | HOLD,
			  AT(1100), 0 },
			{ AT(2000), 1, 0, 1, 0, 0, 0 },
		},
	}, {
		.name = "a bounce lets the system sleep after a minute",
		.window = 0, .quiet = 60000,
		.samples = 14,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(1), 1, EDGE, 1, 0, 0, 0 },
			{ AT(2), 1, EDGE, 1, 0, 0, 0 },
			{ AT(3), 1, EDGE, 1, 0, 0, 0 },
			{ AT(4), 1, EDGE, 1, 0, 0, 0 },
			{ AT(5), 1, EDGE, 1, 0, 0, 0 },
			{ AT(6), 1, EDGE, 1, 0, 0, 0 },
			{ AT(7), 1, EDGE, 1, 0, 0, 0 },
			{ AT(8), 1, EDGE, 1, 0, 0, 0 },
			{ AT(9), 1, EDGE, 1, 0, 0, 0 },
			{ AT(10), 1, EDGE, 0, BAD | MASK | HOLD, AT(110), 0 },
			{ AT(500), 1, EDGE, 0, BAD | MASK | HOLD, AT(600), 0 },
			{ BEFORE(60010), 1, 0, 0, BAD | HOLD, AT(60500), 0 },
			{ AT(60010), 1, 0, 0, BAD, AT(60500), 0 },
		},
	}, {
		.name = "read again after 1, 5 and 20 ms, then every second",
		.window = 5, .quiet = 1000,
		.samples = 9,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(10), 0, FAIL, 1, HOLD, AT(11), 0 },
			{ AT(11), 0, FAIL, 1, HOLD, AT(16), 0 },
			{ AT(16), 0, FAIL, 1, HOLD, AT(36), 0 },
			{ BEFORE(36), 0, NONE, 1, HOLD, AT(36), 0 },
			{ AT(36), 0, FAIL, 0, BAD, AT(1036), 0 },
			{ AT(1036), 0, FAIL, 0, BAD, AT(2036), 0 },
			/* Due, but nobody has read it. */
			{ AT(2036), 0, NONE, 0, BAD | ASK, BEHIND(2036), 0 },
			{ AT(2037), 1, 0, 1, 0, 0, 0 },
		},
	}, {
		.name = "a level in between is as if nothing had been",
		.window = 5, .quiet = 1000,
		.samples = 8,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(10), 0, FAIL, 1, HOLD, AT(11), 0 },
			{ AT(11), 1, 0, 1, 0, 0, 0 },
			{ AT(20), 0, FAIL, 1, HOLD, AT(21), 0 },
			{ AT(21), 0, 0, 1, MASK | HOLD, AT(26), 0 },
			/* Not even the end of the window: there is no level. */
			{ AT(26), 0, FAIL, 1, HOLD, AT(27), 0 },
			{ AT(27), 0, FAIL, 1, HOLD, AT(32), 0 },
			{ AT(32), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "a slow failure is tried once more",
		.window = 5, .quiet = 1000,
		.samples = 8,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(60), 0, FAIL | SLOW, 1, HOLD, AT(80), 0 },
			{ AT(80), 0, FAIL, 0, BAD, AT(1080), 0 },
			{ AT(1080), 1, 0, 1, 0, 0, 0 },
			{ AT(2000), 0, FAIL, 1, HOLD, AT(2001), 0 },
			{ AT(2060), 0, FAIL | SLOW, 1, HOLD, AT(2080), 0 },
			{ AT(2140), 0, FAIL | SLOW, 0, BAD, AT(3140), 0 },
			{ AT(3140), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "the third failure, a slow one, has its last try ahead",
		.window = 5, .quiet = 1000,
		.samples = 5,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(10), 0, FAIL, 1, HOLD, AT(11), 0 },
			{ AT(11), 0, FAIL, 1, HOLD, AT(16), 0 },
			{ AT(76), 0, FAIL | SLOW, 1, HOLD, AT(96), 0 },
			{ AT(96), 1, 0, 1, 0, 0, 0 },
		},
	}, {
		.name = "an unreadable line interrupts once in a while",
		.window = 5, .quiet = 1000,
		.samples = 5,
		.sample = {
			{ 0, 0, FAIL, 0, BAD, AT(1000), 0 },
			{ AT(10), 0, NONE | EDGE, 0, BAD | MASK, AT(110), 0 },
			{ BEFORE(110), 0, NONE, 0, BAD | MASK, AT(110), 0 },
			{ AT(110), 0, NONE, 0, BAD, AT(1000), 0 },
			{ AT(1000), 1, EDGE, 1, 0, 0, 0 },
		},
	}, {
		.name = "edges of a line whose reads fail open windows",
		.window = 5, .quiet = 1000,
		.samples = 5,
		.sample = {
			{ 0, 1, 0, 1, 0, 0, 0 },
			{ AT(10), 0, FAIL | EDGE, 1, MASK | HOLD, AT(11), 0 },
			{ AT(11), 0, FAIL, 1, MASK | HOLD, AT(15), 0 },
			{ AT(15), 0, NONE, 1, HOLD, AT(16), 0 },
			{ AT(16), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "unreadable at power-up, low-cell",
		.window = 5, .quiet = 100, .open = true,
		.samples = 2,
		.sample = {
			{ 0, 0, FAIL, 1, BAD, AT(1000), 0 },
			{ AT(1000), 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "without a level at power-up",
		.window = 5, .quiet = 100, .threaded = true,
		.samples = 4,
		.sample = {
			{ AT(10), 1, NONE, 0, BAD, AT(1010), 0 },
			/* Open for a second, whatever is read meanwhile. */
			{ AT(12), 1, AGO, 0, BAD, AT(1010), AT(11) },
			{ AT(1012), 1, AGO, 0, BAD | ASK, 0, BEFORE(1010) },
			{ AT(1013), 1, AGO, 1, 0, AT(3010), AT(1010) },
		},
	}, {
		.name = "a thread: the read that ends a window began after it",
		.window = 5, .quiet = 1000, .threaded = true,
		.samples = 9,
		.sample = {
			{ 0, 1, 0, 1, 0, AT(2000), 0 },
			{ AT(10), 0, EDGE | NONE, 1, MASK | HOLD, AT(15), 0 },
			{ AT(15), 0, NONE, 1, ASK | HOLD, AT(2000), 0 },
			{ AT(16), 0, AGO, 1, ASK | HOLD, BEFORE(2015),
			  BEFORE(15) },
			{ AT(18), 0, AGO, 0, 0, AT(2015), AT(15) },
			/* Nothing is free of which nobody knows the level. */
			{ AT(19), 0, EDGE | NONE, 0, MASK | HOLD, AT(24), 0 },
			{ AT(24), 0, NONE, 0, ASK | HOLD, AT(2015), 0 },
			{ AT(30), 1, AGO | EDGE, 1, MASK | HOLD, AT(35),
			  AT(25) },
			{ AT(36), 1, AGO, 1, 0, AT(2035), AT(35) },
		},
	}, {
		.name = "a thread: an edge after the end waits for a read",
		.window = 5, .quiet = 1000, .threaded = true,
		.samples = 7,
		.sample = {
			{ 0, 1, 0, 1, 0, AT(2000), 0 },
			{ AT(10), 0, EDGE | NONE, 1, MASK | HOLD, AT(15), 0 },
			{ AT(17), 0, EDGE | NONE, 1, MASK | ASK | HOLD,
			  AT(2000), 0 },
			/* This read has seen it. */
			{ AT(20), 0, AGO, 0, 0, AT(2017), AT(17) },
			{ AT(30), 0, EDGE | NONE, 0, MASK | HOLD, AT(35), 0 },
			{ AT(37), 0, EDGE | NONE, 0, MASK | ASK | HOLD,
			  AT(2017), 0 },
			/* And this one has not: it opens the next window. */
			{ AT(40), 1, AGO, 1, MASK | HOLD, AT(45),
			  BEFORE(37) },
		},
	}, {
		.name = "a thread: the quiet time ends with a read after it",
		.window = 0, .quiet = 1000, .threaded = true,
		.samples = 14,
		.sample = {
			{ 0, 1, 0, 1, 0, AT(2000), 0 },
			{ AT(1), 1, EDGE, 1, 0, AT(2001), 0 },
			{ AT(2), 1, EDGE, 1, 0, AT(2002), 0 },
			{ AT(3), 1, EDGE, 1, 0, AT(2003), 0 },
			{ AT(4), 1, EDGE, 1, 0, AT(2004), 0 },
			{ AT(5), 1, EDGE, 1, 0, AT(2005), 0 },
			{ AT(6), 1, EDGE, 1, 0, AT(2006), 0 },
			{ AT(7), 1, EDGE, 1, 0, AT(2007), 0 },
			{ AT(8), 1, EDGE, 1, 0, AT(2008), 0 },
			{ AT(9), 1, EDGE, 1, 0, AT(2009), 0 },
			{ AT(10), 1, EDGE, 0, BAD | MASK | HOLD, AT(110), 0 },
			{ AT(1010), 1, NONE, 0, BAD | ASK | HOLD,
			  AT(2010), 0 },
			{ AT(1012), 1, AGO, 0, BAD | ASK | HOLD, BEFORE(3010),
			  BEFORE(1010) },
			{ AT(1013), 1, AGO, 1, 0, AT(3010), AT(1010) },
		},
	}, {
		.name = "a thread: without a window each edge is read after",
		.window = 0, .quiet = 1000, .threaded = true,
		.samples = 7,
		.sample = {
			{ 0, 1, 0, 1, 0, AT(2000), 0 },
			{ AT(10), 0, EDGE | NONE, 1, ASK, AT(2000), 0 },
			{ AT(11), 1, AGO, 1, ASK, BEFORE(2010), BEFORE(10) },
			{ AT(12), 0, AGO, 0, 0, AT(2010), AT(10) },
			{ AT(20), 1, AGO | EDGE, 1, ASK, AT(2019), AT(19) },
			{ AT(21), 0, AGO, 0, 0, AT(2020), AT(20) },
			{ AT(22), 0, AGO, 0, 0, AT(2021), AT(21) },
		},
	}, {
		.name = "a thread: nothing heard for two seconds is open",
		.window = 5, .quiet = 1000, .threaded = true,
		.samples = 9,
		.sample = {
			{ 0, 1, 0, 1, 0, AT(2000), 0 },
			{ AT(1000), 1, AGO, 1, 0, AT(2990), AT(990) },
			/* A failure is something heard. */
			{ AT(1500), 0, AGO | FAIL, 1, HOLD, AT(1501), AT(1400) },
			{ AT(1501), 0, NONE, 1, ASK | HOLD, AT(3400), 0 },
			{ BEFORE(3400), 0, NONE, 1, ASK | HOLD, AT(3400), 0 },
			{ AT(3400), 0, NONE, 0, BAD, AT(4400), 0 },
			{ AT(4400), 0, NONE, 0, BAD | ASK, 0, 0 },
			/* What began two seconds ago is no news either. */
			{ AT(6400), 1, AGO, 0, BAD, AT(7400), AT(4400) },
			{ AT(7500), 1, AGO, 1, 0, AT(9400), AT(7400) },
		},
	}, {
		.name = "a thread: the two seconds start anew at resume",
		.window = 5, .quiet = 1000, .threaded = true,
		.samples = 5,
		.sample = {
			{ 0, 1, 0, 1, 0, AT(2000), 0 },
			{ BEFORE(2000), 0, WAKE | NONE, 1, 0, BEFORE(4000), 0 },
			{ AT(2000), 1, AGO, 1, 0, BEFORE(4000), AT(1990) },
			{ AT(3000), 1, AGO, 1, 0, AT(4500), AT(2500) },
			{ AT(4500), 1, NONE, 0, BAD, AT(5500), 0 },
		},
	}, {
		.name = "an older report changes nothing",
		.window = 0, .quiet = 1000, .threaded = true,
		.samples = 7,
		.sample = {
			{ 0, 1, 0, 1, 0, AT(2000), 0 },
			{ AT(100), 1, AGO, 1, 0, AT(2090), AT(90) },
			{ AT(101), 0, AGO, 1, 0, AT(2090), BEFORE(90) },
			{ AT(102), 0, AGO | FAIL, 1, 0, AT(2090), BEFORE(90) },
			/* One that is as old does. */
			{ AT(103), 0, AGO, 0, 0, AT(2090), AT(90) },
			{ AT(104), 0, AGO | FAIL, 0, HOLD, AT(105), AT(95) },
			{ AT(104), 0, AGO, 0, HOLD, AT(105), BEFORE(95) },
		},
	}, {
		.name = "a first report that is too old is none",
		.window = 5, .quiet = 1000, .threaded = true,
		.samples = 3,
		.sample = {
			{ AT(2500), 1, AGO, 0, BAD, AT(3500), AT(500) },
			{ AT(3502), 1, AGO, 0, BAD | ASK, 0, AT(3499) },
			{ AT(3503), 1, AGO, 1, 0, AT(5501), AT(3501) },
		},
	}, {
		.name = "a first report that is just not too old",
		.window = 5, .quiet = 1000, .threaded = true,
		.samples = 2,
		.sample = {
			{ AT(2500), 1, AGO, 1, 0, BEHIND(2500), BEHIND(500) },
			{ BEHIND(2500), 1, NONE, 0, BAD, BEHIND(3500), 0 },
		},
	},
};

static void line_case_desc(const struct line_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(line_case, line_cases, line_case_desc);

static void line_judge(struct kunit *test, const struct line_case *c,
		       const struct bg_line *line, const struct line_sample *s)
{
	const u64 due = bg_line_deadline(line, c->threaded, s->at);
	const unsigned long long at = s->at;

	KUNIT_EXPECT_EQ_MSG(test, line->level, s->want, "level at %llu ns", at);
	KUNIT_EXPECT_EQ_MSG(test, bg_line_faulty(line), !!(s->out & BAD),
			    "fault at %llu ns", at);
	KUNIT_EXPECT_EQ_MSG(test, bg_line_masked(line, s->at),
			    !!(s->out & MASK), "mask at %llu ns", at);
	KUNIT_EXPECT_EQ_MSG(test, bg_line_awaited(line, s->at),
			    !!(s->out & ASK), "read at %llu ns", at);
	KUNIT_EXPECT_EQ_MSG(test, bg_line_unsettled(line, s->at),
			    !!(s->out & HOLD), "awake at %llu ns", at);
	KUNIT_EXPECT_EQ_MSG(test, due, s->due ? s->due : BG_NEVER,
			    "deadline at %llu ns", at);
}

static void line_stories(struct kunit *test)
{
	const struct line_case *c = test->param_value;
	const struct bg_line_rules rules = {
		.window = BG_MS(c->window),
		.quiet = BG_MS(c->quiet),
		.threaded = c->threaded,
		.open = c->open,
	};
	struct bg_line line;
	unsigned int n;

	for (n = 0; n < c->samples; n++) {
		const struct line_sample *s = &c->sample[n];
		const struct bg_sample in = {
			.heard = s->in & AGO ? s->heard : s->at,
			.read = !(s->in & NONE),
			.level = s->level,
			.edge = s->in & EDGE,
			.failed = s->in & FAIL,
			.slow = s->in & SLOW,
			.resumed = s->in & WAKE,
		};

		if (n)
			bg_line_step(&line, &rules, &in, s->at);
		else
			bg_line_init(&line, &rules, &in, s->at);
		line_judge(test, c, &line, s);
	}
}

/* Whatever was there before: quiet, at the level of the first sample. */
static void line_starts(struct kunit *test)
{
	const struct bg_line_rules rules = { .window = BG_MS(5) };
	const struct bg_sample in = {
		.read = true, .level = true, .heard = BG_SEC(3),
	};
	struct bg_line line;

	memset(&line, 1, sizeof(line));
	bg_line_init(&line, &rules, &in, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, line.state, BG_LINE_IDLE);
	KUNIT_EXPECT_EQ(test, line.until, BG_NEVER);
	KUNIT_EXPECT_EQ(test, line.silent, BG_NEVER);
	KUNIT_EXPECT_EQ(test, line.row_end, 0ULL);
	KUNIT_EXPECT_EQ(test, line.heard, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, line.transfer, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, line.row, 0);
	KUNIT_EXPECT_EQ(test, line.windows, 0);
	KUNIT_EXPECT_EQ(test, line.tries, 0);
	KUNIT_EXPECT_FALSE(test, line.free);
	KUNIT_EXPECT_TRUE(test, line.level);
	KUNIT_EXPECT_TRUE(test, line.raw);
}

/* Edges at a constant pace, each to a window of its own. */
static unsigned int line_edges_to_bounce(u64 window, u64 pace)
{
	const struct bg_line_rules rules = {
		.window = window, .quiet = BG_SEC(1),
	};
	struct bg_sample in = { .read = true, .level = true };
	struct bg_line line;
	unsigned int n;
	u64 now = 0;

	bg_line_init(&line, &rules, &in, now);
	for (n = 1; n <= 100; n++) {
		now += pace;
		in.heard = now;
		in.level = !in.level;
		in.edge = true;
		bg_line_step(&line, &rules, &in, now);
		if (line.state == BG_LINE_BOUNCING)
			return n;
		if (!window)
			continue;
		in.heard = now + window;
		in.edge = false;
		bg_line_step(&line, &rules, &in, now + window);
	}
	return 0;
}

/* A row, or ten windows within a second. */
static void line_bounces(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, line_edges_to_bounce(BG_MS(5), BG_MS(10)), 5U);
	KUNIT_EXPECT_EQ(test, line_edges_to_bounce(BG_MS(5), BG_MS(10) + 1),
			10U);
	/* Nine paces in one second, exactly. */
	KUNIT_EXPECT_EQ(test, line_edges_to_bounce(BG_MS(5), BG_SEC(1) / 9),
			10U);
	KUNIT_EXPECT_EQ(test, line_edges_to_bounce(BG_MS(5), BG_SEC(1) / 9 + 1),
			0U);
	KUNIT_EXPECT_EQ(test, line_edges_to_bounce(0, BG_SEC(1) / 9), 10U);
	KUNIT_EXPECT_EQ(test, line_edges_to_bounce(0, BG_SEC(1) / 9 + 1), 0U);
}

/* A broken line forgets its past, and one that is lost reads as open. */
static void line_forgets(struct kunit *test)
{
	const struct bg_line_rules rules = { .quiet = BG_SEC(1) };
	struct bg_sample in = { .read = true, .level = true };
	struct bg_line line;
	unsigned int n;

	bg_line_init(&line, &rules, &in, 0);
	for (n = 1; n <= 10; n++) {
		in.level = !in.level;
		in.heard = BG_MS(n);
		bg_line_step(&line, &rules, &in, BG_MS(n));
	}
	KUNIT_EXPECT_EQ(test, line.state, BG_LINE_BOUNCING);
	KUNIT_EXPECT_EQ(test, line.windows, 0);
	KUNIT_EXPECT_EQ(test, line.row, 0);
	KUNIT_EXPECT_TRUE(test, line.raw);

	line.row = 3;
	line.windows = 3;
	line.free = true;
	line.late = BG_MS(10);
	line.tries = 1;
	in.failed = true;
	in.heard = BG_MS(11);
	bg_line_step(&line, &rules, &in, BG_MS(11));
	KUNIT_EXPECT_EQ(test, line.state, BG_LINE_UNREADABLE);
	KUNIT_EXPECT_FALSE(test, line.raw);
	KUNIT_EXPECT_FALSE(test, line.free);
	KUNIT_EXPECT_EQ(test, line.windows, 0);
	KUNIT_EXPECT_EQ(test, line.row, 0);
	KUNIT_EXPECT_EQ(test, line.tries, 0);
	KUNIT_EXPECT_EQ(test, line.late, 0ULL);
	KUNIT_EXPECT_EQ(test, line.unmask, 0ULL);
}

/* Heard within the last 1.1 s, and since the system woke. */
static void line_goes_stale(struct kunit *test)
{
	struct bg_line line = { .heard = BG_SEC(5) };

	KUNIT_EXPECT_FALSE(test, bg_line_stale(&line, 0, BG_SEC(5)));
	KUNIT_EXPECT_FALSE(test, bg_line_stale(&line, 0, BG_MS(6100)));
	KUNIT_EXPECT_TRUE(test, bg_line_stale(&line, 0, BG_MS(6100) + 1));
	KUNIT_EXPECT_FALSE(test, bg_line_stale(&line, BG_SEC(5), BG_SEC(6)));
	KUNIT_EXPECT_TRUE(test, bg_line_stale(&line, BG_SEC(5) + 1, BG_SEC(6)));
	line.state = BG_LINE_BOUNCING;
	KUNIT_EXPECT_TRUE(test, bg_line_stale(&line, 0, BG_SEC(9)));
	/* Open, whatever was heard of it. */
	line.state = BG_LINE_UNREADABLE;
	KUNIT_EXPECT_FALSE(test, bg_line_stale(&line, 0, BG_SEC(9)));
}

/* A window that would end after the end of time is just never over. */
static void line_end_of_time(struct kunit *test)
{
	const struct bg_line_rules rules = {
		.window = BG_MS(5), .quiet = BG_SEC(1),
	};
	struct bg_sample in = { .read = true, .level = true };
	struct bg_line line;

	bg_line_init(&line, &rules, &in, 0);
	in.level = false;
	in.heard = U64_MAX - 1;
	bg_line_step(&line, &rules, &in, U64_MAX - 1);
	KUNIT_EXPECT_TRUE(test, line.level);
	KUNIT_EXPECT_EQ(test, bg_line_deadline(&line, false, U64_MAX - 1),
			BG_NEVER);
}

static struct kunit_case line_tests[] = {
	KUNIT_CASE_PARAM(line_stories, line_case_gen_params),
	KUNIT_CASE(line_starts),
	KUNIT_CASE(line_bounces),
	KUNIT_CASE(line_forgets),
	KUNIT_CASE(line_goes_stale),
	KUNIT_CASE(line_end_of_time),
	{}
};

static struct kunit_suite line_suite = {
	.name = "battguard_line",
	.test_cases = line_tests,
};

kunit_test_suites(&line_suite);
