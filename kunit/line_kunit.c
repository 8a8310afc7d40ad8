// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the line filter
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../driver/decision/line.h"

#define MAX_SAMPLES	12

/* A sample of a line at some time, and what the filter makes of it. */
struct line_sample {
	u32 at;		/* in ms */
	bool level;
	bool edge;
	bool failed;
	bool want;
	bool faulty;
	u32 due;	/* next deadline in ms, 0 = none */
};

struct line_case {
	const char *name;
	u32 window;	/* in ms */
	u32 quiet;	/* in ms */
	bool hardware;
	bool open;
	struct line_sample sample[MAX_SAMPLES];
	unsigned int samples;
};

/* at, level, edge, failed -> level after the filter, faulty, deadline */
static const struct line_case line_cases[] = {
	{
		.name = "first level counts at once",
		.window = 5, .quiet = 1000,
		.samples = 2,
		.sample = {
			{ 100, 1, 0, 0, 1, 0, 0 },
			{ 200, 1, 0, 0, 1, 0, 0 },
		},
	}, {
		.name = "level at the end of the window decides",
		.window = 5, .quiet = 1000,
		.samples = 4,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 100, 0, 1, 0, 1, 0, 105 },
			{ 104, 0, 0, 0, 1, 0, 105 },
			{ 105, 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "edges inside do not extend the window",
		.window = 5, .quiet = 1000,
		.samples = 5,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 100, 0, 1, 0, 1, 0, 105 },
			{ 102, 1, 1, 0, 1, 0, 105 },
			{ 104, 0, 1, 0, 1, 0, 105 },
			{ 105, 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "a glitch inside a window is none",
		.window = 5, .quiet = 1000,
		.samples = 4,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 100, 0, 1, 0, 1, 0, 105 },
			{ 103, 1, 1, 0, 1, 0, 105 },
			{ 105, 1, 0, 0, 1, 0, 0 },
		},
	}, {
		.name = "a lost edge is healed at the end of the window",
		.window = 5, .quiet = 1000,
		.samples = 3,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 100, 0, 1, 0, 1, 0, 105 },
			{ 105, 1, 0, 0, 1, 0, 0 },
		},
	}, {
		.name = "a lost edge opens a window when it is seen",
		.window = 5, .quiet = 1000,
		.samples = 3,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 100, 0, 0, 0, 1, 0, 105 },
			{ 105, 0, 0, 0, 0, 0, 0 },
		},
	}, {
		.name = "no window: at once, and no bounce",
		.window = 0, .quiet = 1000,
		.samples = 8,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 1, 0, 1, 0, 0, 0, 0 },
			{ 2, 1, 1, 0, 1, 0, 0 },
			{ 3, 0, 1, 0, 0, 0, 0 },
			{ 4, 1, 1, 0, 1, 0, 0 },
			{ 5, 0, 1, 0, 0, 0, 0 },
			{ 6, 1, 1, 0, 1, 0, 0 },
			{ 7, 0, 1, 0, 0, 0, 0 },
		},
	}, {
		.name = "the edge to the fifth window of a row is a bounce",
		.window = 5, .quiet = 1000,
		.samples = 9,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 100, 0, 1, 0, 1, 0, 105 },
			{ 105, 0, 0, 0, 0, 0, 0 },
			/* Each within one window length after the end. */
			{ 110, 1, 1, 0, 0, 0, 115 },
			{ 120, 0, 1, 0, 1, 0, 125 },
			{ 130, 1, 1, 0, 0, 0, 135 },
			{ 140, 1, 1, 0, 0, 1, 1140 },
			{ 1139, 1, 0, 0, 0, 1, 1140 },
			{ 1140, 1, 0, 0, 1, 0, 0 },
		},
	}, {
		.name = "a gap longer than a window ends the row",
		.window = 5, .quiet = 1000,
		.samples = 7,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 100, 0, 1, 0, 1, 0, 105 },
			{ 110, 1, 1, 0, 0, 0, 115 },
			{ 120, 0, 1, 0, 1, 0, 125 },
			{ 131, 1, 1, 0, 0, 0, 136 },
			{ 141, 0, 1, 0, 1, 0, 146 },
			{ 151, 1, 1, 0, 0, 0, 156 },
		},
	}, {
		.name = "low-cell is open when asserted",
		.window = 5, .quiet = 1000, .open = true,
		.samples = 6,
		.sample = {
			{ 0, 0, 0, 0, 0, 0, 0 },
			{ 100, 1, 1, 0, 0, 0, 105 },
			{ 110, 0, 1, 0, 1, 0, 115 },
			{ 120, 1, 1, 0, 0, 0, 125 },
			{ 130, 0, 1, 0, 1, 0, 135 },
			{ 140, 0, 1, 0, 1, 1, 1140 },
		},
	}, {
		.name = "each edge prolongs a bounce",
		.window = 5, .quiet = 100, .hardware = true,
		.samples = 9,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 10, 0, 1, 0, 0, 0, 0 },
			{ 20, 1, 1, 0, 1, 0, 0 },
			{ 30, 0, 1, 0, 0, 0, 0 },
			{ 40, 1, 1, 0, 1, 0, 0 },
			{ 50, 0, 1, 0, 0, 1, 150 },
			{ 149, 1, 1, 0, 0, 1, 249 },
			{ 248, 1, 0, 0, 0, 1, 249 },
			{ 249, 1, 0, 0, 1, 0, 0 },
		},
	}, {
		.name = "hardware: the fifth change after more than 8 windows",
		.window = 5, .quiet = 100, .hardware = true,
		.samples = 6,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 10, 0, 1, 0, 0, 0, 0 },
			{ 20, 1, 1, 0, 1, 0, 0 },
			{ 30, 0, 1, 0, 0, 0, 0 },
			{ 40, 1, 1, 0, 1, 0, 0 },
			{ 51, 0, 1, 0, 0, 0, 0 },
		},
	}, {
		.name = "unreadable counts as open, polled every second",
		.window = 5, .quiet = 100,
		.samples = 5,
		.sample = {
			{ 0, 1, 0, 0, 1, 0, 0 },
			{ 10, 0, 0, 1, 0, 1, 1010 },
			{ 1010, 0, 0, 1, 0, 1, 2010 },
			{ 2010, 1, 0, 0, 1, 0, 0 },
			{ 2011, 1, 0, 0, 1, 0, 0 },
		},
	}, {
		.name = "unreadable at power-up, low-cell",
		.window = 5, .quiet = 100, .open = true,
		.samples = 2,
		.sample = {
			{ 0, 0, 0, 1, 1, 1, 1000 },
			{ 1000, 0, 0, 0, 0, 0, 0 },
		},
	},
};

static void line_case_desc(const struct line_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(line_case, line_cases, line_case_desc);

static void line_stories(struct kunit *test)
{
	const struct line_case *c = test->param_value;
	const struct bg_line_rules rules = {
		.window = BG_MS(c->window),
		.quiet = BG_MS(c->quiet),
		.hardware = c->hardware,
		.open = c->open,
	};
	struct bg_line line;
	unsigned int n;

	for (n = 0; n < c->samples; n++) {
		const struct line_sample *s = &c->sample[n];
		const struct bg_sample in = {
			.level = s->level,
			.edge = s->edge,
			.failed = s->failed,
		};

		if (n)
			bg_line_step(&line, &rules, &in, BG_MS(s->at));
		else
			bg_line_init(&line, &rules, &in, BG_MS(s->at));

		KUNIT_EXPECT_EQ_MSG(test, line.level, s->want,
				    "level at %u ms", s->at);
		KUNIT_EXPECT_EQ_MSG(test, bg_line_faulty(&line), s->faulty,
				    "fault at %u ms", s->at);
		KUNIT_EXPECT_EQ_MSG(test, bg_line_deadline(&line),
				    s->due ? BG_MS(s->due) : BG_NEVER,
				    "deadline at %u ms", s->at);
	}
}

/* Whatever was there before: quiet, at the level of the first sample. */
static void line_starts(struct kunit *test)
{
	const struct bg_line_rules rules = { .window = BG_MS(5) };
	const struct bg_sample in = { .level = true };
	struct bg_line line;

	memset(&line, 1, sizeof(line));
	bg_line_init(&line, &rules, &in, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, line.state, BG_LINE_IDLE);
	KUNIT_EXPECT_EQ(test, line.until, BG_NEVER);
	KUNIT_EXPECT_EQ(test, line.row_end, 0ULL);
	KUNIT_EXPECT_EQ(test, line.row, 0);
	KUNIT_EXPECT_EQ(test, line.changes, 0);
	KUNIT_EXPECT_TRUE(test, line.level);
	KUNIT_EXPECT_TRUE(test, line.raw);
}

/* A broken line forgets its past, and reads as open. */
static void line_forgets(struct kunit *test)
{
	const struct bg_line_rules rules = {
		.window = BG_MS(5), .quiet = BG_SEC(1), .hardware = true,
	};
	struct bg_sample in = { .level = true };
	struct bg_line line;
	unsigned int n;

	bg_line_init(&line, &rules, &in, 0);
	for (n = 1; n <= 5; n++) {
		in.level = !in.level;
		bg_line_step(&line, &rules, &in, BG_MS(n));
	}
	KUNIT_EXPECT_EQ(test, line.state, BG_LINE_BOUNCING);
	KUNIT_EXPECT_EQ(test, line.changes, 0);
	KUNIT_EXPECT_EQ(test, line.row, 0);

	bg_line_init(&line, &rules, &in, 0);
	in.level = true;
	bg_line_step(&line, &rules, &in, BG_MS(1));
	line.row = 3;
	in.failed = true;
	bg_line_step(&line, &rules, &in, BG_MS(2));
	KUNIT_EXPECT_EQ(test, line.state, BG_LINE_UNREADABLE);
	KUNIT_EXPECT_FALSE(test, line.raw);
	KUNIT_EXPECT_EQ(test, line.changes, 0);
	KUNIT_EXPECT_EQ(test, line.row, 0);
}

/* A window that would end after the end of time is just never over. */
static void line_end_of_time(struct kunit *test)
{
	const struct bg_line_rules rules = {
		.window = BG_MS(5), .quiet = BG_SEC(1),
	};
	struct bg_sample in = { .level = true };
	struct bg_line line;

	bg_line_init(&line, &rules, &in, 0);
	in.level = false;
	bg_line_step(&line, &rules, &in, U64_MAX - 1);
	KUNIT_EXPECT_TRUE(test, line.level);
	KUNIT_EXPECT_EQ(test, bg_line_deadline(&line), BG_NEVER);
}

static struct kunit_case line_tests[] = {
	KUNIT_CASE_PARAM(line_stories, line_case_gen_params),
	KUNIT_CASE(line_starts),
	KUNIT_CASE(line_forgets),
	KUNIT_CASE(line_end_of_time),
	{}
};

static struct kunit_suite line_suite = {
	.name = "battguard_line",
	.test_cases = line_tests,
};

kunit_test_suites(&line_suite);
