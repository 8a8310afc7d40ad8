// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of what is done with an output
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../driver/decision/output.h"

#define MAX_POINTS	8

/* The result of the step before. */
#define DID_TRY	BIT(0)
#define DID_CHECK	BIT(1)
#define DID_FAIL	BIT(2)
#define WAS_ON	BIT(3)

/* What is to be done. */
#define DO_WRITE	BIT(0)
#define DO_CHECK	BIT(1)

struct out_point {
	u32 at;		/* in ms */
	u8 done;
	bool want;
	u8 todo;
	bool shown;
	bool faulty;
};

struct out_case {
	const char *name;
	bool readable;
	struct out_point point[MAX_POINTS];
	unsigned int points;
};

static const struct out_case out_cases[] = {
	{
		.name = "written once", .points = 4,
		.point = {
			{ 0, 0, true, DO_WRITE, true, false },
			{ 1, DID_TRY | WAS_ON, true, 0, true, false },
			{ 5000, 0, true, 0, true, false },
			{ 5001, 0, false, DO_WRITE, false, false },
		},
	}, {
		.name = "a change is read back when it has settled",
		.readable = true, .points = 4,
		.point = {
			{ 0, 0, true, DO_WRITE, true, false },
			{ 1, DID_TRY | WAS_ON, true, 0, true, false },
			{ 11, 0, true, DO_CHECK, true, false },
			{ 12, DID_TRY | DID_CHECK | WAS_ON, true, DO_CHECK, true,
			  false },
		},
	}, {
		.name = "a write that fails is tried again each second",
		.points = 6,
		.point = {
			{ 0, 0, true, DO_WRITE, true, false },
			{ 0, DID_TRY | DID_FAIL, true, 0, false, true },
			{ 999, 0, true, 0, false, true },
			{ 1000, 0, true, DO_WRITE, false, true },
			{ 2000, DID_TRY | DID_FAIL, true, DO_WRITE, false, true },
			{ 2000, DID_TRY | WAS_ON, true, 0, true, false },
		},
	}, {
		.name = "an output that reads back otherwise",
		.readable = true, .points = 7,
		.point = {
			{ 0, 0, true, DO_WRITE, true, false },
			{ 0, DID_TRY | WAS_ON, true, 0, true, false },
			{ 10, 0, true, DO_CHECK, true, false },
			{ 10, DID_TRY | DID_CHECK | DID_FAIL, true, 0, false, true },
			{ 1010, 0, true, DO_WRITE | DO_CHECK, false, true },
			{ 1010, DID_TRY | DID_CHECK | WAS_ON, true, DO_CHECK, true,
			  false },
			{ 9000, DID_TRY | DID_CHECK | WAS_ON, true, DO_CHECK, true,
			  false },
		},
	}, {
		.name = "off is written at once, whatever the fault",
		.points = 3,
		.point = {
			{ 0, 0, true, DO_WRITE, true, false },
			{ 0, DID_TRY | DID_FAIL, true, 0, false, true },
			{ 1, 0, false, DO_WRITE, false, true },
		},
	},
};

static void out_case_desc(const struct out_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(out_case, out_cases, out_case_desc);

static void output_stories(struct kunit *test)
{
	const struct out_case *c = test->param_value;
	struct bg_output out;
	unsigned int n;

	bg_output_init(&out, 0);
	KUNIT_EXPECT_FALSE(test, out.want);
	for (n = 0; n < c->points; n++) {
		const struct out_point *p = &c->point[n];
		const struct bg_output_done done = {
			.tried = p->done & DID_TRY,
			.checked = p->done & DID_CHECK,
			.failed = p->done & DID_FAIL,
			.level = p->done & WAS_ON,
		};
		struct bg_output_do todo;

		bg_output_done(&out, &done, c->readable, BG_MS(p->at));
		todo = bg_output_step(&out, p->want, c->readable,
				      BG_MS(p->at));

		KUNIT_EXPECT_EQ_MSG(test, todo.write, !!(p->todo & DO_WRITE),
				    "write at %u ms, point %u", p->at, n);
		KUNIT_EXPECT_EQ_MSG(test, todo.check, !!(p->todo & DO_CHECK),
				    "check at %u ms, point %u", p->at, n);
		KUNIT_EXPECT_EQ_MSG(test, out.shown, p->shown,
				    "shown at %u ms, point %u", p->at, n);
		KUNIT_EXPECT_EQ_MSG(test, out.faulty, p->faulty,
				    "fault at %u ms, point %u", p->at, n);
		KUNIT_EXPECT_GT_MSG(test, bg_output_deadline(&out),
				    BG_MS(p->at),
				    "deadline at %u ms, point %u", p->at, n);
	}
}

/* Whatever was there before: off, and to be looked at when it has settled. */
static void output_starts(struct kunit *test)
{
	struct bg_output out;

	memset(&out, 0xff, sizeof(out));
	bg_output_init(&out, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, out.due, BG_SEC(3) + BG_MS(10));
	KUNIT_EXPECT_FALSE(test, out.want);
	KUNIT_EXPECT_FALSE(test, out.shown);
	KUNIT_EXPECT_FALSE(test, out.faulty);
	KUNIT_EXPECT_TRUE(test, out.settling);
}

/* A faulty output is looked at again within a second, a good one never. */
static void output_deadlines(struct kunit *test)
{
	const struct bg_output_done good = { .tried = true, .checked = true };
	const struct bg_output_done bad = { .tried = true, .failed = true };
	struct bg_output out;

	bg_output_init(&out, 0);
	bg_output_step(&out, false, true, BG_SETTLE_NS);
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_NEVER);

	bg_output_done(&out, &bad, true, BG_SEC(5));
	bg_output_step(&out, false, true, BG_SEC(5));
	KUNIT_EXPECT_TRUE(test, out.faulty);
	KUNIT_EXPECT_LE(test, bg_output_deadline(&out), BG_SEC(6));

	bg_output_done(&out, &good, true, BG_SEC(7));
	KUNIT_EXPECT_FALSE(test, out.faulty);
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_NEVER);
}

/* The next try is a second after the one that failed, not sooner nor later. */
static void output_retries(struct kunit *test)
{
	const struct bg_output_done bad = { .tried = true, .failed = true };
	struct bg_output out;

	bg_output_init(&out, 0);
	bg_output_step(&out, false, true, BG_SETTLE_NS);
	bg_output_done(&out, &bad, true, BG_SEC(5));
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_SEC(6));

	/* One that is faulty changes, and that fails as well. */
	bg_output_step(&out, true, true, BG_MS(5100));
	bg_output_done(&out, &bad, true, BG_MS(5100));
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_MS(6100));

	/* However long it takes to fail. */
	bg_output_step(&out, true, true, BG_MS(6100));
	bg_output_done(&out, &bad, true, BG_MS(6150));
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_MS(7100));
}

static struct kunit_case output_tests[] = {
	KUNIT_CASE_PARAM(output_stories, out_case_gen_params),
	KUNIT_CASE(output_starts),
	KUNIT_CASE(output_deadlines),
	KUNIT_CASE(output_retries),
	{}
};

static struct kunit_suite output_suite = {
	.name = "battguard_output",
	.test_cases = output_tests,
};

kunit_test_suites(&output_suite);
