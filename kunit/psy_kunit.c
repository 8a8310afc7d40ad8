// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of how states, lines and faults become properties
 *
 * The file itself is compiled in, with stand-ins for what it calls. So every
 * view is possible, also those that no bank shows.
 */
#include <kunit/test.h>
#include <linux/string.h>

#define bg_snapshot	psy_test_snapshot
#define bg_set		psy_test_set
#define bg_psy_register	psy_test_register
#define bg_sysfs_groups	psy_test_groups
#include "../driver/psy.c"
#include "supply.h"

const struct attribute_group *psy_test_groups[] = { NULL };

static struct {
	enum bg_setting id;
	u32 value;
	unsigned int calls;
} psy_was_set;

struct bg_snapshot psy_test_snapshot(struct battguard *bg)
{
	return bg->snapshot;
}

int psy_test_set(struct battguard *bg, enum bg_setting id, u32 value)
{
	psy_was_set.id = id;
	psy_was_set.value = value;
	psy_was_set.calls++;
	return 0;
}

#define D(n)	BIT(BG_LINE_DISCHARGE + (n))
#define C(n)	BIT(BG_LINE_CHARGE + (n))
#define W(n)	BIT(BG_LINE_LOW_CELL + (n))

struct health_case {
	const char *name;
	u32 have;
	u32 lines;
	u32 faulty;
	u8 out_faulty;
	int health;
	u8 shared;
};

#define TWO	(D(0) | D(1) | C(0) | C(1))

static const struct health_case health_cases[] = {
	{ "both permissions", D(0) | C(0), D(0) | C(0), 0, 0, GOOD },
	{ "both, and low", D(0) | C(0) | W(0), D(0) | C(0) | W(0), 0, 0, GOOD },
	{ "both, an output fails", D(0) | C(0), D(0) | C(0), 0,
	  BIT(BG_OUT_LOAD), GOOD },
	{ "both, remote fails", D(0) | C(0), D(0) | C(0), BG_LINES_REMOTE, 0,
	  GOOD },
	{ "no charging", D(0) | C(0), D(0), 0, 0, UNKNOWN },
	{ "no discharge", D(0) | C(0), C(0), 0, 0, UNKNOWN },
	{ "neither: cable", D(0) | C(0), 0, 0, 0, FAILURE },
	{ "no charging, line fails", D(0) | C(0), D(0), C(0), 0, FAILURE },
	{ "no charging, output fails", D(0) | C(0), D(0), 0,
	  BIT(BG_OUT_CHARGER), FAILURE },
	{ "open on different chains", TWO, D(0) | C(1), 0, 0, UNKNOWN },
	{ "cable of the second chain", TWO, D(0) | C(0), 0, 0, FAILURE },
	{ "last chain alone", D(7) | C(7), D(7), 0, 0, UNKNOWN },
	{ "cable of the last chain", D(7) | C(7), 0, 0, 0, FAILURE },
	{ "neither, by one contact", D(0) | C(0), 0, 0, 0, UNKNOWN, BIT(0) },
	{ "one contact fails", D(0) | C(0), 0, D(0) | C(0), 0, FAILURE,
	  BIT(0) },
	{ "cable beside one contact", TWO, 0, 0, 0, FAILURE, BIT(1) },
};

static void health_case_desc(const struct health_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(health_case, health_cases, health_case_desc);

static void psy_health(struct kunit *test)
{
	const struct health_case *c = test->param_value;
	const struct bg_view view = {
		.lines = c->lines,
		.faulty = c->faulty,
		.out_faulty = c->out_faulty,
	};
	const struct bg_config cfg = {
		.lines = c->have,
		.shared = c->shared,
	};

	KUNIT_EXPECT_EQ(test, bg_psy_health(&view, &cfg), c->health);
}

/* By the state, and in standby by the lines. */
static void psy_level(struct kunit *test)
{
	static const struct {
		u8 state;
		u32 have;
		u32 lines;
		int level;
	} rows[] = {
		{ BG_NORMAL, D(0), D(0), NORMAL },
		{ BG_NORMAL, D(0), 0, NORMAL },
		{ BG_PRE_ALARM, D(0), D(0), LOW },
		{ BG_PRE_ALARM, D(0), 0, LOW },
		{ BG_LOAD_OFF, D(0), D(0), CRITICAL },
		{ BG_LOAD_OFF, D(0), 0, CRITICAL },
		{ BG_STANDBY, D(0) | W(0), D(0), NORMAL },
		{ BG_STANDBY, D(0) | W(0), D(0) | W(0), LOW },
		{ BG_STANDBY, D(0) | W(7), D(0) | W(7), LOW },
		{ BG_STANDBY, D(0) | W(0), W(0), CRITICAL },
		{ BG_STANDBY, D(0) | D(7), D(0), CRITICAL },
		{ BG_STANDBY, D(0) | C(0), D(0), NORMAL },
	};
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(rows); n++) {
		const struct bg_view view = {
			.state = rows[n].state,
			.lines = rows[n].lines,
		};

		KUNIT_EXPECT_EQ_MSG(test, bg_psy_level(&view, rows[n].have),
				    rows[n].level, "row %u", n);
	}
}

struct psy_fake {
	struct battguard bg;
	struct power_supply psy;
};

static struct psy_fake *psy_fake(struct kunit *test)
{
	struct psy_fake *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fake);
	fake->psy.drv_data = &fake->bg;
	fake->bg.params.cfg.lines = D(0) | C(0);
	return fake;
}

static int psy_get(struct psy_fake *fake, enum power_supply_property property)
{
	union power_supply_propval val = { .intval = -1 };
	int ret = bg_psy_desc.get_property(&fake->psy, property, &val);

	return ret ?: val.intval;
}

/* Not charging is known, charging is not: nobody measures the current. */
static void psy_status(struct kunit *test)
{
	struct psy_fake *fake = psy_fake(test);
	struct bg_view *view = &fake->bg.snapshot.event.view;
	unsigned int outputs;

	for (outputs = 0; outputs < BIT(BG_NR_CHECKED_OUTS); outputs++) {
		view->outputs = outputs;
		KUNIT_EXPECT_EQ(test, psy_get(fake, POWER_SUPPLY_PROP_STATUS),
				outputs & BIT(BG_OUT_CHARGER) ?
				POWER_SUPPLY_STATUS_UNKNOWN :
				POWER_SUPPLY_STATUS_NOT_CHARGING);
	}
}

/* The setting, not its effect. */
static void psy_behaviour(struct kunit *test)
{
	const enum power_supply_property property =
		POWER_SUPPLY_PROP_CHARGE_BEHAVIOUR;
	struct psy_fake *fake = psy_fake(test);
	union power_supply_propval val;
	int behaviour;

	KUNIT_EXPECT_EQ(test, psy_get(fake, property),
			POWER_SUPPLY_CHARGE_BEHAVIOUR_AUTO);
	fake->bg.snapshot.event.view.inhibit = true;
	KUNIT_EXPECT_EQ(test, psy_get(fake, property),
			POWER_SUPPLY_CHARGE_BEHAVIOUR_INHIBIT_CHARGE);

	for (behaviour = -1; behaviour < 8; behaviour++) {
		const bool inhibit = behaviour ==
			POWER_SUPPLY_CHARGE_BEHAVIOUR_INHIBIT_CHARGE;
		const bool known = inhibit || behaviour ==
			POWER_SUPPLY_CHARGE_BEHAVIOUR_AUTO;

		psy_was_set.calls = 0;
		val.intval = behaviour;
		KUNIT_EXPECT_EQ(test, bg_psy_desc.set_property(&fake->psy,
							       property, &val),
				known ? 0 : -EINVAL);
		KUNIT_EXPECT_EQ(test, psy_was_set.calls, known);
		if (known) {
			KUNIT_EXPECT_EQ(test, psy_was_set.id, BG_SET_CHARGE_BEHAVIOUR);
			KUNIT_EXPECT_EQ(test, psy_was_set.value, inhibit);
		}
	}
}

/* Every listed property has a value, and only the behaviour can be written. */
static void psy_listed(struct kunit *test)
{
	struct psy_fake *fake = psy_fake(test);
	union power_supply_propval val;
	unsigned int n;

	for (n = 0; n < bg_psy_desc.num_properties; n++) {
		const enum power_supply_property property =
			bg_psy_desc.properties[n];
		const bool writeable =
			property == POWER_SUPPLY_PROP_CHARGE_BEHAVIOUR;

		KUNIT_EXPECT_EQ(test, bg_psy_desc.get_property(&fake->psy,
							       property, &val),
				0);
		KUNIT_EXPECT_EQ(test, bg_psy_desc.property_is_writeable(&fake->psy,
									property),
				writeable);
		val.intval = 0;
		if (!writeable)
			KUNIT_EXPECT_EQ(test,
					bg_psy_desc.set_property(&fake->psy,
								 property,
								 &val),
					-EINVAL);
	}
	KUNIT_EXPECT_EQ(test, psy_get(fake, POWER_SUPPLY_PROP_PRESENT), 1);
	KUNIT_EXPECT_EQ(test, psy_get(fake, POWER_SUPPLY_PROP_VOLTAGE_NOW),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, psy_get(fake, POWER_SUPPLY_PROP_SCOPE),
			POWER_SUPPLY_SCOPE_DEVICE);
	fake->bg.params.system_scope = true;
	KUNIT_EXPECT_EQ(test, psy_get(fake, POWER_SUPPLY_PROP_SCOPE),
			POWER_SUPPLY_SCOPE_SYSTEM);
}

static struct kunit_case psy_tests[] = {
	KUNIT_CASE_PARAM(psy_health, health_case_gen_params),
	KUNIT_CASE(psy_level),
	KUNIT_CASE(psy_status),
	KUNIT_CASE(psy_behaviour),
	KUNIT_CASE(psy_listed),
	{}
};

static struct kunit_suite psy_suite = {
	.name = "battguard_psy",
	.test_cases = psy_tests,
};

kunit_test_suites(&psy_suite);
