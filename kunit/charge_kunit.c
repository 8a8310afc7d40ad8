// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the charge path
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../driver/decision/charge.h"

/* Charging needs all of it: exactly one of the 32 comes on. */
static void charge_needs_all(struct kunit *test)
{
	unsigned int n;

	for (n = 0; n < 32; n++) {
		const struct bg_charge_in in = {
			.permit = n & 1,
			.allowed = n & 2,
			.inhibited = n & 4,
			.blocked = n & 8,
			.heard = !(n & 16),
		};
		struct bg_charge path;

		bg_charge_init(&path, &in, 0);
		KUNIT_EXPECT_FALSE(test, path.on);
		bg_charge_step(&path, BG_SEC(1), &in, 0);
		KUNIT_EXPECT_EQ_MSG(test, path.on, n == 3, "inputs %#x", n);
	}
}

/* Whatever was there before: off, and a permission counts as long held. */
static void charge_starts(struct kunit *test)
{
	const struct bg_charge_in in = { .allowed = true };
	struct bg_charge path;

	memset(&path, 0xff, sizeof(path));
	bg_charge_init(&path, &in, BG_SEC(3));
	KUNIT_EXPECT_FALSE(test, path.on);
	KUNIT_EXPECT_EQ(test, path.allowed.since, BG_SEC(3));
	KUNIT_EXPECT_TRUE(test, path.allowed.holds);
	KUNIT_EXPECT_TRUE(test, path.allowed.granted);
}

struct charge_case {
	const char *name;
	u32 restore;	/* in ms */
};

static const struct charge_case charge_cases[] = {
	{ "no restore time", 0 },
	{ "1 ms", 1 },
	{ "1 s", 1000 },
	{ "60 s", 60000 },
};

static void charge_case_desc(const struct charge_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(charge_case, charge_cases, charge_case_desc);

/* Not heard in time: what is on stays on, what is off does not come on. */
static void charge_unheard(struct kunit *test)
{
	struct bg_charge_in in = { .permit = true, .allowed = true };
	struct bg_charge path;

	bg_charge_init(&path, &in, 0);
	bg_charge_step(&path, BG_SEC(1), &in, 0);
	KUNIT_EXPECT_FALSE(test, path.on);
	in.heard = true;
	bg_charge_step(&path, BG_SEC(1), &in, 1);
	KUNIT_EXPECT_TRUE(test, path.on);
	in.heard = false;
	bg_charge_step(&path, BG_SEC(1), &in, 2);
	KUNIT_EXPECT_TRUE(test, path.on);
	in.inhibited = true;
	bg_charge_step(&path, BG_SEC(1), &in, 3);
	in.inhibited = false;
	bg_charge_step(&path, BG_SEC(1), &in, 4);
	KUNIT_EXPECT_FALSE(test, path.on);
}

/* Off at once, on after the restore time and not a ns before. */
static void charge_restore(struct kunit *test)
{
	const struct charge_case *c = test->param_value;
	const u64 restore = BG_MS(c->restore), back = BG_SEC(100);
	struct bg_charge_in in = {
		.permit = true, .allowed = true, .heard = true,
	};
	struct bg_charge path;

	bg_charge_init(&path, &in, 0);
	bg_charge_step(&path, restore, &in, 0);
	KUNIT_EXPECT_TRUE(test, path.on);

	in.allowed = false;
	bg_charge_step(&path, restore, &in, back - 1);
	KUNIT_EXPECT_FALSE(test, path.on);

	in.allowed = true;
	bg_charge_step(&path, restore, &in, back);
	KUNIT_EXPECT_EQ(test, path.on, !restore);
	KUNIT_EXPECT_EQ(test, bg_hold_deadline(&path.allowed, restore),
			restore ? back + restore : BG_NEVER);
	if (!restore)
		return;

	bg_charge_step(&path, restore, &in, back + restore - 1);
	KUNIT_EXPECT_FALSE(test, path.on);
	bg_charge_step(&path, restore, &in, back + restore);
	KUNIT_EXPECT_TRUE(test, path.on);
	KUNIT_EXPECT_EQ(test, bg_hold_deadline(&path.allowed, restore),
			BG_NEVER);
}

/* A permission that goes before it was granted begins anew. */
static void charge_broken_off(struct kunit *test)
{
	struct bg_charge_in in = { .permit = true, .heard = true };
	struct bg_charge path;

	bg_charge_init(&path, &in, 0);
	bg_charge_step(&path, BG_SEC(1), &in, 0);
	in.allowed = true;
	bg_charge_step(&path, BG_SEC(1), &in, BG_MS(100));
	in.allowed = false;
	bg_charge_step(&path, BG_SEC(1), &in, BG_MS(1000));
	in.allowed = true;
	bg_charge_step(&path, BG_SEC(1), &in, BG_MS(1050));
	bg_charge_step(&path, BG_SEC(1), &in, BG_MS(1100));
	KUNIT_EXPECT_FALSE(test, path.on);
	bg_charge_step(&path, BG_SEC(1), &in, BG_MS(2049));
	KUNIT_EXPECT_FALSE(test, path.on);
	bg_charge_step(&path, BG_SEC(1), &in, BG_MS(2050));
	KUNIT_EXPECT_TRUE(test, path.on);
}

/* The restore time runs without permit too, and what is granted stays. */
static void charge_in_standby(struct kunit *test)
{
	struct bg_charge_in in = { .heard = true };
	struct bg_charge path;

	bg_charge_init(&path, &in, 0);
	bg_charge_step(&path, BG_SEC(1), &in, 0);
	in.allowed = true;
	bg_charge_step(&path, BG_SEC(1), &in, BG_SEC(10));
	bg_charge_step(&path, BG_SEC(1), &in, BG_SEC(11));
	KUNIT_EXPECT_FALSE(test, path.on);
	in.permit = true;
	bg_charge_step(&path, BG_SEC(60), &in, BG_SEC(12));
	KUNIT_EXPECT_TRUE(test, path.on);
}

static struct kunit_case charge_tests[] = {
	KUNIT_CASE(charge_needs_all),
	KUNIT_CASE(charge_starts),
	KUNIT_CASE(charge_unheard),
	KUNIT_CASE_PARAM(charge_restore, charge_case_gen_params),
	KUNIT_CASE(charge_broken_off),
	KUNIT_CASE(charge_in_standby),
	{}
};

static struct kunit_suite charge_suite = {
	.name = "battguard_charge",
	.test_cases = charge_tests,
};

kunit_test_suites(&charge_suite);
