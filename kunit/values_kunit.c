// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the numbers that a device tells
 */
#include <kunit/test.h>
#include <linux/string.h>

#define bg_view_value	values_test_view
#define bg_value	values_test_value
#include "../driver/values.c"

#define D(n)	BIT(BG_LINE_DISCHARGE + (n))
#define C(n)	BIT(BG_LINE_CHARGE + (n))
#define W(n)	BIT(BG_LINE_LOW_CELL + (n))

/* Two views that differ in everything, and what each number is in them. */
static const struct bg_view values_views[2] = {
	{
		.lines = D(0) | D(2) | C(1) | C(2) | W(1),
		.faulty = C(0) | W(2),
		.load_reasons = BIT(BG_WHY_UNDERVOLTAGE) | BIT(BG_WHY_LOCKOUT),
		.charger_reasons = BIT(BG_WHY_BATTERY) | BIT(BG_WHY_FAULT),
		.outputs = BIT(BG_OUT_LOAD),
		.out_faulty = BIT(BG_OUT_PRE_ALARM),
		.state = BG_LOAD_OFF,
		.remote = true,
		.inhibit = true,
	}, {
		.lines = D(0) | D(1) | D(2) | C(0) | C(1) | C(2),
		.outputs = BIT(BG_OUT_CHARGER) | BIT(BG_OUT_PRE_ALARM),
		.state = BG_PRE_ALARM,
		.enabled = true,
		.mute = true,
	}
};

struct value_case {
	const char *name;
	enum bg_value what;
	u32 value[2];
};

static const struct value_case value_cases[] = {
	{ "state", BG_VALUE_STATE, { BG_LOAD_OFF, BG_PRE_ALARM } },
	{ "outputs", BG_VALUE_OUTPUTS, { 1, 6 } },
	{ "load", BG_VALUE_LOAD, { 1, 0 } },
	{ "charger", BG_VALUE_CHARGER, { 0, 1 } },
	{ "pre-alarm", BG_VALUE_PRE_ALARM, { 0, 1 } },
	{ "allow-discharge", BG_VALUE_ALLOW_DISCHARGE, { 0, 1 } },
	{ "allow-charge", BG_VALUE_ALLOW_CHARGE, { 0, 1 } },
	{ "low-cell", BG_VALUE_LOW_CELL, { 1, 0 } },
	{ "remote", BG_VALUE_REMOTE, { 1, 0 } },
	{ "chains", BG_VALUE_CHAINS, { 7, 7 } },
	{ "allow-discharge chains", BG_VALUE_ALLOW_DISCHARGE_CHAINS, { 5, 7 } },
	{ "allow-charge chains", BG_VALUE_ALLOW_CHARGE_CHAINS, { 6, 7 } },
	{ "low-cell chains", BG_VALUE_LOW_CELL_CHAINS, { 2, 0 } },
	{ "load reasons", BG_VALUE_LOAD_OFF_REASONS, { 0x81, 0 } },
	{ "charger reasons", BG_VALUE_CHARGER_OFF_REASONS, { 0x202, 0 } },
	{ "faulty lines", BG_VALUE_FAULTY_LINES, { 0x040100, 0 } },
	{ "faulty outputs", BG_VALUE_FAULTY_OUTPUTS, { 4, 0 } },
	{ "enabled", BG_VALUE_ENABLED, { 0, 1 } },
	{ "inhibit", BG_VALUE_INHIBIT, { 1, 0 } },
	{ "mute", BG_VALUE_MUTE, { 0, 1 } },
	/* Not of a view: a number that is wrong rather than none. */
	{ "none of a view", BG_VALUE_FAULTS, { 0, 0 } },
};

static void value_case_desc(const struct value_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(value_case, value_cases, value_case_desc);

static struct battguard *values_guard(struct kunit *test)
{
	struct battguard *bg = kunit_kzalloc(test, sizeof(*bg), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bg);
	bg->params.cfg.lines = D(0) | D(1) | D(2) | C(0) | C(1) | C(2) | W(1);
	return bg;
}

static void values_of_view(struct kunit *test)
{
	const struct value_case *c = test->param_value;
	const struct battguard *bg = values_guard(test);
	struct bg_snapshot *now = kunit_kzalloc(test, sizeof(*now), GFP_KERNEL);
	unsigned int n;

	KUNIT_ASSERT_NOT_NULL(test, now);
	for (n = 0; n < ARRAY_SIZE(values_views); n++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    values_test_view(bg, &values_views[n],
						     c->what),
				    c->value[n], "view %u", n);
		now->view = values_views[n];
		if (c->what <= BG_VALUE_VIEW_LAST)
			KUNIT_EXPECT_EQ(test, values_test_value(bg, now,
								c->what),
					c->value[n]);
	}
}

/* Settings in ms, counters as they are. */
static void values_of_snapshot(struct kunit *test)
{
	const struct battguard *bg = values_guard(test);
	const struct bg_snapshot now = {
		.set = {
			.pre_alarm_delay = BG_MS(600000),
			.restore_delay = BG_MS(60000),
			.reconnect_delay = BG_MS(7200000),
		},
		.counters = {
			.pre_alarms = 1,
			.load_disconnects = 2,
			.charger_disconnects = 3,
			.remote_offs = 4,
			.faults = 5,
		},
	};
	static const struct {
		enum bg_value what;
		u32 value;
	} rows[] = {
		{ BG_VALUE_PRE_ALARM_DELAY_MS, 600000 },
		{ BG_VALUE_RESTORE_DELAY_MS, 60000 },
		{ BG_VALUE_RECONNECT_DELAY_MS, 7200000 },
		{ BG_VALUE_PRE_ALARMS, 1 },
		{ BG_VALUE_LOAD_DISCONNECTS, 2 },
		{ BG_VALUE_CHARGER_DISCONNECTS, 3 },
		{ BG_VALUE_REMOTE_OFFS, 4 },
		{ BG_VALUE_FAULTS, 5 },
	};
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(rows); n++)
		KUNIT_EXPECT_EQ_MSG(test, values_test_value(bg, &now,
							    rows[n].what),
				    rows[n].value, "row %u", n);
}

/* What is left, rounded up: never 0 while the load is still safe. */
static void values_remaining(struct kunit *test)
{
	const struct battguard *bg = values_guard(test);
	struct bg_snapshot now = { 0 };
	u32 ms;

	KUNIT_EXPECT_EQ(test, values_test_value(bg, &now,
						BG_VALUE_PRE_ALARM_REMAINING_MS),
			0);
	now.load_safe_until = 1;
	KUNIT_EXPECT_EQ(test, values_test_value(bg, &now,
						BG_VALUE_PRE_ALARM_REMAINING_MS),
			0);
	now.load_safe_until = ktime_get_boottime_ns() + BG_SEC(600);
	ms = values_test_value(bg, &now, BG_VALUE_PRE_ALARM_REMAINING_MS);
	KUNIT_EXPECT_LE(test, ms, 600000);
	KUNIT_EXPECT_GT(test, ms, 500000);

	/* The time is rounded up: it reads 1 ms until the very end. */
	now.load_safe_until = ktime_get_boottime_ns() + BG_MS(20);
	do {
		const u64 before = now.load_safe_until;

		ms = values_test_value(bg, &now,
				       BG_VALUE_PRE_ALARM_REMAINING_MS);
		if (!ms)
			KUNIT_EXPECT_GE(test, ktime_get_boottime_ns(), before);
	} while (ms);
}

/* Seconds of the present state go on, those of the others stand still. */
static void values_seconds(struct kunit *test)
{
	const struct battguard *bg = values_guard(test);
	const u64 t = ktime_get_boottime_ns();
	struct bg_snapshot now = {
		.view = { .state = BG_PRE_ALARM },
		.counters = {
			.state_ns = {
				[BG_NORMAL] = BG_SEC(10) + 999999999,
				[BG_PRE_ALARM] = BG_SEC(21) - 1,
				[BG_LOAD_OFF] = BG_SEC(30),
				[BG_STANDBY] = BG_SEC(40),
			},
		},
		.now = t - 1,
	};

	KUNIT_EXPECT_EQ(test, values_test_value(bg, &now,
						BG_VALUE_SECONDS_NORMAL), 10);
	KUNIT_EXPECT_GE(test, values_test_value(bg, &now,
						BG_VALUE_SECONDS_PRE_ALARM),
			21);
	KUNIT_EXPECT_LT(test, values_test_value(bg, &now,
						BG_VALUE_SECONDS_PRE_ALARM),
			200);
	KUNIT_EXPECT_EQ(test, values_test_value(bg, &now,
						BG_VALUE_SECONDS_LOAD_OFF), 30);
	KUNIT_EXPECT_EQ(test, values_test_value(bg, &now,
						BG_VALUE_SECONDS_STANDBY), 40);
	/* A snapshot that another CPU has just made may be ahead. */
	now.now = t + BG_SEC(1000);
	KUNIT_EXPECT_EQ(test, values_test_value(bg, &now,
						BG_VALUE_SECONDS_PRE_ALARM),
			20);
}

static struct kunit_case values_tests[] = {
	KUNIT_CASE_PARAM(values_of_view, value_case_gen_params),
	KUNIT_CASE(values_of_snapshot),
	KUNIT_CASE(values_remaining),
	KUNIT_CASE(values_seconds),
	{}
};

static struct kunit_suite values_suite = {
	.name = "battguard_values",
	.test_cases = values_tests,
};

kunit_test_suites(&values_suite);
