// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of what is done with an output
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../driver/decision/output.h"

#define MAX_POINTS	14

/* How the controller is. */
#define READABLE	BIT(0)
#define SLOW		BIT(1)

/* The result of the step before, or of a thread. */
#define WROTE		BIT(0)
#define SEEN		BIT(1)
#define FAILED		BIT(2)
#define LEVEL		BIT(3)
#define OLD		BIT(4)
#define ALIVE		BIT(5)

/* What is to be done. */
#define SET		BIT(0)
#define ANEW		BIT(1)
#define INPUT		BIT(2)
#define CHECK		BIT(3)
#define RETRY		(SET | ANEW)

/* What is known after it. */
#define ON		BIT(0)
#define FAULTY		BIT(1)
#define ASTRAY		BIT(2)
#define BUSY		BIT(3)

struct out_point {
	u32 at;		/* in ms */
	u8 done;
	bool want;
	u8 todo;
	u8 is;
	u32 due;	/* in ms, 0 = never */
};

struct out_case {
	const char *name;
	u8 rules;
	struct out_point point[MAX_POINTS];
	unsigned int points;
};

static const struct out_case out_cases[] = {
	{
		.name = "written once", .points = 4,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 1, WROTE, true, 0, ON, 0 },
			{ 5000, 0, true, 0, ON, 0 },
			{ 5001, 0, false, SET, ASTRAY | BUSY, 5011 },
		},
	}, {
		.name = "off from the start is written as well", .points = 2,
		.point = {
			{ 0, 0, false, SET, ASTRAY | BUSY, 10 },
			{ 1, WROTE, false, 0, 0, 0 },
		},
	}, {
		.name = "in place, without a report nothing went wrong",
		.points = 2,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 10, 0, true, 0, ON, 0 },
		},
	}, {
		.name = "a change is read back when it has settled",
		.rules = READABLE, .points = 6,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 1, WROTE, true, 0, ON | BUSY, 11 },
			{ 10, 0, true, 0, ON | BUSY, 11 },
			{ 11, 0, true, CHECK, ON | BUSY, 511 },
			{ 12, SEEN | LEVEL, true, CHECK, ON, 0 },
			{ 13, SEEN | LEVEL, true, CHECK, ON, 0 },
		},
	}, {
		.name = "what is not read back is asked for again",
		.rules = READABLE, .points = 4,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 1, WROTE, true, 0, ON | BUSY, 11 },
			{ 11, 0, true, CHECK, ON | BUSY, 511 },
			{ 511, 0, true, CHECK, ON | BUSY, 1011 },
		},
	}, {
		.name = "a level read with the write has not settled",
		.rules = READABLE, .points = 2,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 1, WROTE | SEEN, true, 0, ON | BUSY, 11 },
		},
	}, {
		.name = "a write that fails is tried again, soon and then each second",
		.points = 10,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 0, WROTE | FAILED, true, 0, BUSY, 1 },
			{ 1, 0, true, RETRY, BUSY, 11 },
			{ 1, WROTE | FAILED, true, 0, BUSY, 6 },
			{ 6, 0, true, RETRY | INPUT, BUSY, 16 },
			{ 6, WROTE | FAILED, true, 0, BUSY, 26 },
			{ 26, 0, true, RETRY | INPUT, BUSY, 36 },
			{ 26, WROTE | FAILED, true, 0, FAULTY, 1026 },
			{ 1026, 0, true, RETRY | INPUT, FAULTY | BUSY, 1036 },
			{ 1026, WROTE, true, 0, ON, 0 },
		},
	}, {
		.name = "one that works in the end is no fault",
		.points = 5,
		.point = {
			{ 0, 0, false, SET, ASTRAY | BUSY, 10 },
			{ 0, WROTE | FAILED, false, 0, ASTRAY | BUSY, 1 },
			{ 1, 0, false, RETRY, ASTRAY | BUSY, 11 },
			{ 1, WROTE, false, 0, 0, 0 },
			{ 2, 0, true, SET, ON | BUSY, 12 },
		},
	}, {
		.name = "off that fails: what was known stays",
		.points = 5,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 0, WROTE, true, 0, ON, 0 },
			{ 50, 0, false, SET, ASTRAY | BUSY, 60 },
			{ 50, WROTE | FAILED, false, 0, ON | ASTRAY | BUSY, 51 },
			{ 51, 0, false, RETRY, ON | ASTRAY | BUSY, 61 },
		},
	}, {
		.name = "off that fails, but reads off, is confirmed",
		.rules = READABLE, .points = 6,
		.point = {
			{ 0, 0, false, SET, ASTRAY | BUSY, 10 },
			{ 0, WROTE | FAILED | SEEN, false, CHECK, BUSY, 1 },
			{ 0, SEEN, false, CHECK, BUSY, 1 },
			{ 1, 0, false, RETRY, BUSY, 11 },
			{ 1, WROTE, false, 0, BUSY, 11 },
			{ 11, SEEN, false, CHECK, 0, 0 },
		},
	}, {
		.name = "what reads back otherwise is set anew, and believed when it obeys",
		.rules = READABLE, .points = 14,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 0, WROTE, true, 0, ON | BUSY, 10 },
			{ 10, 0, true, CHECK, ON | BUSY, 510 },
			{ 10, SEEN, true, CHECK, BUSY, 11 },
			/* What is read between two retries is no news. */
			{ 10, SEEN, true, CHECK, BUSY, 11 },
			{ 11, 0, true, RETRY, BUSY, 21 },
			{ 11, WROTE, true, 0, BUSY, 21 },
			{ 21, 0, true, CHECK, BUSY, 521 },
			{ 21, SEEN, true, CHECK, BUSY, 26 },
			{ 26, 0, true, RETRY | INPUT, BUSY, 36 },
			{ 26, WROTE, true, 0, BUSY, 36 },
			{ 36, SEEN, true, CHECK, BUSY, 56 },
			{ 56, 0, true, RETRY | INPUT, BUSY, 66 },
			{ 56, WROTE | FAILED, true, CHECK, FAULTY, 1056 },
		},
	}, {
		.name = "goes on by itself",
		.rules = READABLE, .points = 8,
		.point = {
			{ 0, 0, false, SET, ASTRAY | BUSY, 10 },
			{ 0, WROTE, false, 0, ASTRAY | BUSY, 10 },
			{ 10, SEEN, false, CHECK, 0, 0 },
			{ 500, SEEN | LEVEL, false, CHECK, ON | ASTRAY | BUSY,
			  501 },
			{ 501, 0, false, RETRY, ON | ASTRAY | BUSY, 511 },
			{ 501, WROTE, false, 0, ON | ASTRAY | BUSY, 511 },
			{ 511, SEEN | LEVEL, false, CHECK, ON | ASTRAY | BUSY,
			  516 },
			{ 515, SEEN, false, CHECK, 0, 0 },
		},
	}, {
		.name = "cannot be read after a confirmed off",
		.rules = READABLE, .points = 5,
		.point = {
			{ 0, 0, false, SET, ASTRAY | BUSY, 10 },
			{ 0, WROTE, false, 0, ASTRAY | BUSY, 10 },
			{ 10, SEEN, false, CHECK, 0, 0 },
			{ 500, WROTE | FAILED, false, CHECK, BUSY, 501 },
			{ 501, 0, false, RETRY, BUSY, 511 },
		},
	}, {
		.name = "on and cannot be read: not let go of",
		.rules = READABLE, .points = 7,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 0, WROTE, true, 0, ON | BUSY, 10 },
			{ 10, SEEN | LEVEL, true, CHECK, ON, 0 },
			{ 500, WROTE | FAILED, true, CHECK, ON | BUSY, 501 },
			{ 501, 0, true, RETRY, ON | BUSY, 511 },
			{ 501, WROTE | FAILED, true, CHECK, ON | BUSY, 506 },
			{ 506, 0, true, RETRY, ON | BUSY, 516 },
		},
	}, {
		.name = "off is written at once, whatever the fault, and like the first",
		.points = 10,
		.point = {
			{ 0, 0, true, SET, ON | BUSY, 10 },
			{ 0, WROTE | FAILED, true, 0, BUSY, 1 },
			{ 1, WROTE | FAILED, true, RETRY, BUSY, 11 },
			{ 2, WROTE | FAILED, true, 0, BUSY, 7 },
			{ 7, 0, true, RETRY | INPUT, BUSY, 17 },
			{ 7, WROTE | FAILED, true, 0, BUSY, 27 },
			{ 27, 0, true, RETRY | INPUT, BUSY, 37 },
			{ 27, WROTE | FAILED, true, 0, FAULTY, 1027 },
			{ 28, 0, false, SET, FAULTY | ASTRAY | BUSY, 38 },
			{ 28, WROTE | FAILED, false, 0, FAULTY | ASTRAY, 29 },
		},
	}, {
		.name = "a thread's write is shown when it is heard",
		.rules = SLOW, .points = 6,
		.point = {
			{ 0, 0, true, SET, BUSY, 1000 },
			{ 5, 0, true, 0, BUSY, 1000 },
			{ 300, WROTE, true, 0, ON, 0 },
			{ 400, 0, false, SET, ON | ASTRAY | BUSY, 1400 },
			{ 500, WROTE | OLD, false, 0, ON | ASTRAY | BUSY, 1400 },
			{ 600, WROTE, false, 0, 0, 0 },
		},
	}, {
		.name = "an older write that failed changes nothing",
		.rules = SLOW | READABLE, .points = 5,
		.point = {
			{ 0, 0, true, SET, BUSY, 1000 },
			{ 100, 0, false, SET, ASTRAY | BUSY, 1100 },
			{ 200, WROTE | FAILED | OLD, false, 0, ASTRAY | BUSY,
			  1100 },
			{ 300, SEEN | LEVEL | OLD, false, 0, ASTRAY | BUSY,
			  1100 },
			{ 400, WROTE, false, 0, ASTRAY | BUSY, 410 },
		},
	}, {
		.name = "a thread that is not heard for a second has failed",
		.rules = SLOW, .points = 5,
		.point = {
			{ 0, 0, true, SET, BUSY, 1000 },
			{ 999, 0, true, 0, BUSY, 1000 },
			{ 1000, 0, true, 0, BUSY, 1001 },
			{ 1001, 0, true, RETRY, BUSY, 2001 },
			{ 1500, WROTE, true, 0, ON, 0 },
		},
	}, {
		.name = "a thread is asked to read back twice a second at most",
		.rules = SLOW | READABLE, .points = 9,
		.point = {
			{ 0, 0, true, SET, BUSY, 1000 },
			{ 100, WROTE, true, 0, ON | BUSY, 110 },
			{ 110, 0, true, CHECK, ON | BUSY, 610 },
			{ 200, SEEN | LEVEL, true, 0, ON, 0 },
			{ 609, 0, true, 0, ON, 0 },
			{ 610, 0, true, CHECK, ON, 0 },
			{ 620, SEEN | LEVEL, true, 0, ON, 0 },
			{ 1700, 0, true, CHECK, ON, 0 },
			{ 1710, SEEN, true, 0, BUSY, 1711 },
		},
	},
};

static void out_case_desc(const struct out_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(out_case, out_cases, out_case_desc);

static struct bg_output_done out_done(const struct bg_output *out, u8 done)
{
	return (struct bg_output_done) {
		.tried = done & (WROTE | SEEN),
		.checked = done & SEEN,
		.failed = done & FAILED,
		.level = done & LEVEL,
		.alive = done & ALIVE,
		.number = out->number - !!(done & OLD),
	};
}

static u8 out_todo(const struct bg_output_do *todo)
{
	return (todo->write ? SET : 0) | (todo->anew ? ANEW : 0) |
	       (todo->through_input ? INPUT : 0) | (todo->check ? CHECK : 0);
}

static u8 out_is(const struct bg_output *out)
{
	return (out->shown ? ON : 0) | (out->faulty ? FAULTY : 0) |
	       (out->unconfirmed ? ASTRAY : 0) |
	       (bg_output_busy(out) ? BUSY : 0);
}

static void output_stories(struct kunit *test)
{
	const struct out_case *c = test->param_value;
	const struct bg_output_rules rules = {
		.readable = c->rules & READABLE,
		.slow = c->rules & SLOW,
	};
	struct bg_output out;
	unsigned int n;

	bg_output_init(&out);
	for (n = 0; n < c->points; n++) {
		const struct out_point *p = &c->point[n];
		const struct bg_output_done done = out_done(&out, p->done);
		const u64 due = p->due ? BG_MS(p->due) : BG_NEVER;
		const u32 number = out.number;
		struct bg_output_do todo;

		/* The first step has nothing to look back upon. */
		if (n)
			bg_output_done(&out, rules, done, BG_MS(p->at));
		todo = bg_output_step(&out, rules, p->want, BG_MS(p->at));

		KUNIT_EXPECT_EQ_MSG(test, out_todo(&todo), p->todo,
				    "to do at %u ms, point %u", p->at, n);
		KUNIT_EXPECT_EQ_MSG(test, out_is(&out), p->is,
				    "state at %u ms, point %u", p->at, n);
		KUNIT_EXPECT_EQ_MSG(test, bg_output_deadline(&out), due,
				    "deadline at %u ms, point %u", p->at, n);
		KUNIT_EXPECT_EQ_MSG(test, out.number,
				    number + !!(p->todo & SET),
				    "number at %u ms, point %u", p->at, n);
	}
}

/* Whatever was there before: never written, and nothing known. */
static void output_starts(struct kunit *test)
{
	struct bg_output out;

	memset(&out, 0xff, sizeof(out));
	bg_output_init(&out);
	KUNIT_EXPECT_EQ(test, out.number, 0U);
	KUNIT_EXPECT_EQ(test, out_is(&out), 0);
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_NEVER);
	KUNIT_EXPECT_EQ(test, bg_output_astray(&out, BG_SEC(9)), 0ULL);
}

/* For how long it may be on: from the decision, or from what was read. */
static void output_astray(struct kunit *test)
{
	const struct bg_output_rules rules = { .readable = true };
	struct bg_output_done done;
	struct bg_output out;

	bg_output_init(&out);
	bg_output_step(&out, rules, false, BG_SEC(1));
	KUNIT_EXPECT_EQ(test, bg_output_astray(&out, BG_SEC(4)), BG_SEC(3));
	done = out_done(&out, WROTE);
	bg_output_done(&out, rules, done, BG_SEC(1));
	done = out_done(&out, SEEN);
	bg_output_done(&out, rules, done, BG_SEC(2));
	KUNIT_EXPECT_EQ(test, bg_output_astray(&out, BG_SEC(4)), 0ULL);
	done = out_done(&out, SEEN | LEVEL);
	bg_output_done(&out, rules, done, BG_SEC(5));
	bg_output_done(&out, rules, done, BG_SEC(6));
	KUNIT_EXPECT_EQ(test, bg_output_astray(&out, BG_SEC(9)), BG_SEC(4));
	/* One that is decided on may be on. */
	bg_output_step(&out, rules, true, BG_SEC(10));
	KUNIT_EXPECT_EQ(test, bg_output_astray(&out, BG_SEC(11)), 0ULL);
	bg_output_done(&out, rules, done, BG_SEC(11));
	bg_output_done(&out, rules, done, BG_SEC(11));
	KUNIT_EXPECT_EQ(test, bg_output_astray(&out, BG_SEC(12)), 0ULL);
}

/* Let the retries that are due fail, up to some time. */
static unsigned int out_fail_until(struct bg_output *out,
				   struct bg_output_rules rules, u8 done,
				   u64 until)
{
	unsigned int writes = 0;

	while (bg_output_deadline(out) <= until) {
		const u64 now = bg_output_deadline(out);
		struct bg_output_done bad;

		if (bg_output_step(out, rules, out->want, now).write)
			writes++;
		bad = out_done(out, done);
		bg_output_done(out, rules, bad, now);
	}
	return writes;
}

static void out_fail_first(struct bg_output *out,
			   struct bg_output_rules rules, u8 done)
{
	struct bg_output_done bad;

	bg_output_init(out);
	bg_output_step(out, rules, true, 0);
	bad = out_done(out, done);
	bg_output_done(out, rules, bad, 0);
}

/* Each second for a minute, then each ten seconds. */
static void output_tires(struct kunit *test)
{
	const struct bg_output_rules rules = { 0 };
	struct bg_output out;

	out_fail_first(&out, rules, WROTE | FAILED);
	KUNIT_EXPECT_EQ(test, out_fail_until(&out, rules, WROTE | FAILED,
					     BG_MS(59026)), 62);
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_MS(60026));
	KUNIT_EXPECT_EQ(test, out_fail_until(&out, rules, WROTE | FAILED,
					     BG_MS(60026)), 1);
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_MS(70026));
	KUNIT_EXPECT_EQ(test, out_fail_until(&out, rules, WROTE | FAILED,
					     BG_MS(160026)), 10);
	KUNIT_EXPECT_TRUE(test, out.faulty);

	/* A change is tried like the first, and the minute begins anew. */
	bg_output_step(&out, rules, false, BG_SEC(161));
	KUNIT_EXPECT_EQ(test, out_fail_until(&out, rules, WROTE | FAILED,
					     BG_SEC(200)), 41);
}

/* A controller that was gone and answers again ends the ten seconds. */
static void output_wakes(struct kunit *test)
{
	const struct bg_output_rules rules = { 0 };
	const struct bg_output_done alive = { .alive = true };
	struct bg_output out;

	out_fail_first(&out, rules, WROTE | FAILED);
	out_fail_until(&out, rules, WROTE | FAILED, BG_SEC(65));
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_MS(70026));
	bg_output_done(&out, rules, alive, BG_SEC(66));
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_SEC(66));
	KUNIT_EXPECT_EQ(test, out_fail_until(&out, rules, WROTE | FAILED,
					     BG_SEC(125)), 60);
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_SEC(126));

	/* Not before the ten seconds, nor while it waits for a write. */
	out_fail_first(&out, rules, WROTE | FAILED);
	out_fail_until(&out, rules, WROTE | FAILED, BG_SEC(30));
	bg_output_done(&out, rules, alive, BG_MS(30010));
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_MS(30026));
	out_fail_until(&out, rules, WROTE | FAILED, BG_SEC(65));
	bg_output_step(&out, rules, true, BG_MS(70026));
	KUNIT_EXPECT_TRUE(test, out.awaited);
}

/* One that alone does not obey has a controller that was never gone. */
static void output_sulks(struct kunit *test)
{
	const struct bg_output_rules rules = { 0 };
	const struct bg_output_done alive = { .alive = true };
	struct bg_output out;

	out_fail_first(&out, rules, WROTE | FAILED | ALIVE);
	out_fail_until(&out, rules, WROTE | FAILED | ALIVE, BG_SEC(65));
	bg_output_done(&out, rules, alive, BG_SEC(66));
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_MS(70026));
}

/* Its own read that works shows that the controller is back. */
static void output_reads_again(struct kunit *test)
{
	const struct bg_output_rules rules = { .readable = true };
	struct bg_output_done done;
	struct bg_output out;

	out_fail_first(&out, rules, WROTE | FAILED);
	out_fail_until(&out, rules, WROTE | FAILED, BG_SEC(65));
	KUNIT_EXPECT_TRUE(test, out.dead);
	done = out_done(&out, SEEN);
	bg_output_done(&out, rules, done, BG_SEC(66));
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_SEC(66));
	KUNIT_EXPECT_FALSE(test, out.dead);
	/* Set, and about to be read back: nothing more to hurry for. */
	KUNIT_EXPECT_TRUE(test, bg_output_step(&out, rules, true,
					       BG_SEC(66)).write);
	done = out_done(&out, WROTE);
	bg_output_done(&out, rules, done, BG_SEC(66));
	KUNIT_EXPECT_EQ(test, bg_output_deadline(&out), BG_MS(66010));
}

/* What has to be looked at before the evaluation ends. */
static void output_surprises(struct kunit *test)
{
	const struct bg_output_rules rules = { .readable = true };
	struct bg_output_done done, none = { 0 };
	struct bg_output out;

	bg_output_init(&out);
	bg_output_step(&out, rules, true, 0);
	KUNIT_EXPECT_FALSE(test, bg_output_surprises(&out, none));
	done = out_done(&out, WROTE);
	KUNIT_EXPECT_FALSE(test, bg_output_surprises(&out, done));
	done = out_done(&out, WROTE | FAILED);
	KUNIT_EXPECT_TRUE(test, bg_output_surprises(&out, done));

	/* Any result that is waited for. */
	done = out_done(&out, WROTE);
	bg_output_done(&out, rules, done, 0);
	bg_output_step(&out, rules, true, BG_MS(10));
	KUNIT_EXPECT_FALSE(test, bg_output_surprises(&out, none));
	done = out_done(&out, SEEN | LEVEL);
	KUNIT_EXPECT_TRUE(test, bg_output_surprises(&out, done));
	bg_output_done(&out, rules, done, BG_MS(10));
	bg_output_step(&out, rules, true, BG_MS(10));
	KUNIT_EXPECT_FALSE(test, bg_output_surprises(&out, done));
	done = out_done(&out, SEEN);
	KUNIT_EXPECT_TRUE(test, bg_output_surprises(&out, done));
	/* Its number is checked elsewhere, so is what the write did not read. */
	done = out_done(&out, WROTE);
	KUNIT_EXPECT_FALSE(test, bg_output_surprises(&out, done));

	/* Between two retries: another level, or what ends the failure. */
	done = out_done(&out, SEEN);
	bg_output_done(&out, rules, done, BG_MS(20));
	KUNIT_EXPECT_EQ(test, out.fails, 1);
	KUNIT_EXPECT_FALSE(test, bg_output_surprises(&out, done));
	done = out_done(&out, WROTE | FAILED);
	KUNIT_EXPECT_FALSE(test, bg_output_surprises(&out, done));
	done = out_done(&out, SEEN | LEVEL);
	KUNIT_EXPECT_TRUE(test, bg_output_surprises(&out, done));
	out.known = true;
	KUNIT_EXPECT_TRUE(test, bg_output_surprises(&out, done));
	out.unset = true;
	KUNIT_EXPECT_FALSE(test, bg_output_surprises(&out, done));
	done = out_done(&out, SEEN);
	KUNIT_EXPECT_TRUE(test, bg_output_surprises(&out, done));

	/* The result of a retry, whatever it is; and of a change of a faulty. */
	out.known = false;
	KUNIT_EXPECT_TRUE(test, bg_output_step(&out, rules, true,
					       BG_MS(21)).anew);
	done = out_done(&out, WROTE);
	KUNIT_EXPECT_TRUE(test, bg_output_surprises(&out, done));
	out.fails = 0;
	KUNIT_EXPECT_FALSE(test, bg_output_surprises(&out, done));
	out.faulty = true;
	KUNIT_EXPECT_TRUE(test, bg_output_surprises(&out, done));
}

static struct kunit_case output_tests[] = {
	KUNIT_CASE_PARAM(output_stories, out_case_gen_params),
	KUNIT_CASE(output_starts),
	KUNIT_CASE(output_astray),
	KUNIT_CASE(output_tires),
	KUNIT_CASE(output_wakes),
	KUNIT_CASE(output_sulks),
	KUNIT_CASE(output_reads_again),
	KUNIT_CASE(output_surprises),
	{}
};

static struct kunit_suite output_suite = {
	.name = "battguard_output",
	.test_cases = output_tests,
};

kunit_test_suites(&output_suite);
