// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the numbers that a device reports
 */
#include <kunit/test.h>
#include <linux/string.h>

#define bg_event_values	values_test_event
#define bg_values	values_test_device
#define bg_note_delays	values_test_note_delays
#define bg_put_setting	values_test_put_setting
#include "../driver/values.c"

#define D(n)	BIT(BG_LINE_DISCHARGE + (n))
#define C(n)	BIT(BG_LINE_CHARGE + (n))
#define W(n)	BIT(BG_LINE_LOW_CELL + (n))

/* Two views and settings that differ in everything, and their numbers. */
static const struct bg_view values_views[2] = {
	{
		.lines = D(0) | D(2) | C(1) | C(2) | W(1),
		.faulty = D(7) | C(0) | W(2) | BIT(BG_LINE_REMOTE_H),
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

static const struct bg_settings values_settings[2] = {
	{
		.pre_alarm_delay = BG_MS(600000),
		.restore_delay = BG_MS(60000),
		.reconnect_delay = BG_MS(7200000),
	}, {
		.pre_alarm_delay = BG_MS(30000),
		.reconnect_delay = BG_MS(1),
	}
};

struct value_case {
	const char *name;
	unsigned int what;
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
	{ "faulty allow-discharge", BG_VALUE_FAULTY_ALLOW_DISCHARGE,
	  { 0x80, 0 } },
	{ "faulty allow-charge", BG_VALUE_FAULTY_ALLOW_CHARGE, { 1, 0 } },
	{ "faulty low-cell", BG_VALUE_FAULTY_LOW_CELL, { 4, 0 } },
	{ "faulty remote", BG_VALUE_FAULTY_REMOTE, { 2, 0 } },
	{ "faulty outputs", BG_VALUE_FAULTY_OUTPUTS, { 4, 0 } },
	{ "enabled", BG_VALUE_ENABLED, { 0, 1 } },
	{ "charge behaviour", BG_VALUE_CHARGE_BEHAVIOUR, { 1, 0 } },
	{ "mute", BG_VALUE_MUTE, { 0, 1 } },
	{ "pre-alarm delay", BG_VALUE_PRE_ALARM_DELAY_MS, { 600000, 30000 } },
	{ "restore delay", BG_VALUE_RESTORE_DELAY_MS, { 60000, 0 } },
	{ "reconnect delay", BG_VALUE_LOAD_RECONNECT_DELAY_MS,
	  { 7200000, 1 } },
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

/* A number of a device, alone. */
static u32 values_test_value(const struct battguard *bg,
			     const struct bg_snapshot *now, unsigned int what)
{
	u32 value[BG_NR_SHOWN];

	memset(value, 0xa5, sizeof(value));
	values_test_device(bg, now, value);
	return value[what];
}

static void values_of_event(struct kunit *test)
{
	const struct value_case *c = test->param_value;
	const struct battguard *bg = values_guard(test);
	struct bg_snapshot *now = kunit_kzalloc(test, sizeof(*now), GFP_KERNEL);
	u32 value[BG_NR_SHOWN];
	unsigned int n;

	KUNIT_ASSERT_NOT_NULL(test, now);
	for (n = 0; n < ARRAY_SIZE(values_views); n++) {
		now->event.view = values_views[n];
		values_test_note_delays(&now->event, &values_settings[n]);
		memset(value, 0xa5, sizeof(value));
		values_test_event(bg, &now->event, value);
		KUNIT_EXPECT_EQ_MSG(test, value[c->what], c->value[n],
				    "event %u", n);
		KUNIT_EXPECT_EQ(test, values_test_value(bg, now, c->what),
				c->value[n]);
	}
}

static void values_counters(struct kunit *test)
{
	const struct battguard *bg = values_guard(test);
	const struct bg_snapshot now = {
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

/* What is left, rounded up: never 0 before it is over. */
static void values_left_of(struct kunit *test, struct bg_snapshot *now,
			   u64 *end, enum bg_value what)
{
	const struct battguard *bg = values_guard(test);
	u32 ms;

	KUNIT_EXPECT_EQ(test, values_test_value(bg, now, what), 0);
	*end = 1;
	KUNIT_EXPECT_EQ(test, values_test_value(bg, now, what), 0);
	*end = ktime_get_boottime_ns() + BG_SEC(600);
	ms = values_test_value(bg, now, what);
	KUNIT_EXPECT_LE(test, ms, 600000);
	KUNIT_EXPECT_GT(test, ms, 500000);

	/* The time is rounded up: it reads 1 ms until the very end. */
	*end = ktime_get_boottime_ns() + BG_MS(20);
	do {
		ms = values_test_value(bg, now, what);
		if (!ms)
			KUNIT_EXPECT_GE(test, ktime_get_boottime_ns(), *end);
	} while (ms);
}

static void values_remaining(struct kunit *test)
{
	struct bg_snapshot *now = kunit_kzalloc(test, sizeof(*now), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, now);
	values_left_of(test, now, &now->load_safe_until,
		       BG_VALUE_PRE_ALARM_REMAINING_MS);
	values_left_of(test, now, &now->load_returns, BG_VALUE_LOAD_RETURNS_MS);
}

/* A disconnect stops counting when it leaves the window, with no evaluation. */
static void values_lockout(struct kunit *test)
{
	struct battguard *bg = values_guard(test);
	struct bg_snapshot *now = kunit_kzalloc(test, sizeof(*now), GFP_KERNEL);
	const u64 t = ktime_get_boottime_ns() + BG_SEC(100);
	int left;

	KUNIT_ASSERT_NOT_NULL(test, now);
	left = values_test_value(bg, now, BG_VALUE_LOCKOUT_REMAINING);
	KUNIT_EXPECT_EQ(test, left, -1);

	bg->params.cfg.lockout_count = 3;
	bg->params.cfg.lockout_window = BG_SEC(60);
	now->now = t;
	now->discharge.disconnects = 2;
	now->discharge.history[0] = t - BG_SEC(20);
	now->discharge.history[1] = t - BG_SEC(60);
	left = values_test_value(bg, now, BG_VALUE_LOCKOUT_REMAINING);
	KUNIT_EXPECT_EQ(test, left, 1);
	now->now = t + 1;
	left = values_test_value(bg, now, BG_VALUE_LOCKOUT_REMAINING);
	KUNIT_EXPECT_EQ(test, left, 2);
	/* The clock goes on while nothing is decided. */
	now->discharge.history[0] = 0;
	now->now = 0;
	bg->params.cfg.lockout_window = 1;
	left = values_test_value(bg, now, BG_VALUE_LOCKOUT_REMAINING);
	KUNIT_EXPECT_EQ(test, left, 3);
	now->discharge.locked = true;
	left = values_test_value(bg, now, BG_VALUE_LOCKOUT_REMAINING);
	KUNIT_EXPECT_EQ(test, left, 0);
}

/* Each setting from the unit in which it is shown to that of the decision. */
static void values_settings_put(struct kunit *test)
{
	struct bg_settings set = { 0 };
	unsigned int n;

	for (n = 0; n < BG_NR_SETTINGS; n++)
		values_test_put_setting(&set, n, n < BG_FIRST_DELAY ? 1 :
					7200000 - n);
	values_test_put_setting(&set, BG_NR_SETTINGS, 5);
	KUNIT_EXPECT_TRUE(test, set.enabled && set.inhibit && set.mute);
	KUNIT_EXPECT_EQ(test, set.pre_alarm_delay, BG_MS(7200000) -
			BG_MS(BG_SET_PRE_ALARM_DELAY_MS));
	KUNIT_EXPECT_EQ(test, set.restore_delay, BG_MS(7200000) -
			BG_MS(BG_SET_RESTORE_DELAY_MS));
	KUNIT_EXPECT_EQ(test, set.reconnect_delay, BG_MS(7200000) -
			BG_MS(BG_SET_LOAD_RECONNECT_DELAY_MS));
	values_test_put_setting(&set, BG_SET_ENABLED, 0);
	KUNIT_EXPECT_TRUE(test, !set.enabled && set.inhibit && set.mute);
}

/* Seconds of the present state go on, those of the others stand still. */
static void values_seconds(struct kunit *test)
{
	const struct battguard *bg = values_guard(test);
	const u64 t = ktime_get_boottime_ns();
	struct bg_snapshot now = {
		.event = { .view = { .state = BG_PRE_ALARM } },
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
	KUNIT_CASE_PARAM(values_of_event, value_case_gen_params),
	KUNIT_CASE(values_counters),
	KUNIT_CASE(values_remaining),
	KUNIT_CASE(values_lockout),
	KUNIT_CASE(values_settings_put),
	KUNIT_CASE(values_seconds),
	{}
};

static struct kunit_suite values_suite = {
	.name = "battguard_values",
	.test_cases = values_tests,
};

kunit_test_suites(&values_suite);
