// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of what a bound device reports, and takes from its users
 */
#include <linux/alarmtimer.h>
#include <linux/hrtimer.h>
#include <linux/leds.h>
#include <linux/pm.h>
#include <linux/pm_wakeup.h>
#include <linux/string.h>

#include "../driver/compat.h"
#include "board.h"
#include "supply.h"

static const struct property_entry tell_props[] = {
	PROPERTY_ENTRY_STRING("label", "guard"),
	PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
	PROPERTY_ENTRY_U32("restore-delay-ms", 0),
	PROPERTY_ENTRY_U32("load-reconnect-delay-ms", 0),
	{ }
};

#define D	BIT(BANK_DISCHARGE)
#define D2	BIT(BANK_DISCHARGE2)
#define C	BIT(BANK_CHARGE)
#define C2	BIT(BANK_CHARGE2)
#define W	BIT(BANK_LOW_CELL)
#define R	BIT(BANK_REMOTE_L)

/* A situation from the bind on, and what clients see of it. */
struct tell_case {
	const char *name;
	u32 high;
	int status;
	int health;
	int level;
	const char *state;
	const char *load;
	const char *charger;
	const char *discharge_chains;
	const char *charge_chains;
};

#define CHARGES		POWER_SUPPLY_STATUS_UNKNOWN
#define NO_CHARGE	POWER_SUPPLY_STATUS_NOT_CHARGING

static const struct tell_case tell_cases[] = {
	{ "well", D | D2 | C | C2 | R, CHARGES, GOOD, NORMAL,
	  "normal", "none", "none", "0x3", "0x3" },
	{ "low cell", D | D2 | C | C2 | W | R, CHARGES, GOOD, LOW,
	  "pre-alarm", "none", "none", "0x3", "0x3" },
	{ "a chain is empty", D2 | C | C2 | W | R, CHARGES, UNKNOWN, CRITICAL,
	  "load-off", "undervoltage", "none", "0x2", "0x3" },
	{ "a chain is too warm", D | D2 | C | R, NO_CHARGE, UNKNOWN, NORMAL,
	  "normal", "none", "battery", "0x3", "0x1" },
	{ "one empty, the other full", D | C2 | R, NO_CHARGE, UNKNOWN, CRITICAL,
	  "load-off", "undervoltage", "battery", "0x1", "0x2" },
	{ "a cable is off", D | C | R, NO_CHARGE, FAILURE, CRITICAL,
	  "load-off", "undervoltage cable", "battery cable", "0x1", "0x1" },
	{ "remote off", D | D2 | C | C2, NO_CHARGE, GOOD, NORMAL,
	  "standby", "remote", "remote", "0x3", "0x3" },
	{ "remote off, low cell", D | D2 | C | C2 | W, NO_CHARGE, GOOD, LOW,
	  "standby", "remote", "remote", "0x3", "0x3" },
	{ "remote off, all open", W, NO_CHARGE, FAILURE, CRITICAL,
	  "standby", "undervoltage cable remote", "battery cable remote",
	  "0x0", "0x0" },
};

static void tell_case_desc(const struct tell_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tell_case, tell_cases, tell_case_desc);

static int tell_case_init(struct kunit *test)
{
	/* With both kinds of controllers clients see the same. */
	const void *row = test->param_value;
	int ret;

	test->param_value = NULL;
	ret = rig_init(test);
	test->param_value = row;
	return ret;
}

static void tell_situation(struct kunit *test)
{
	const struct tell_case *c = test->param_value;
	struct rig *rig = test->priv;
	struct board *board = &rig->board;

	bank_pull(&rig->bank, ~c->high, false);
	bank_pull(&rig->bank, c->high, true);
	board_start(test, board, BOARD_ALL & ~BIT(BANK_HEARTBEAT), tell_props);

	KUNIT_EXPECT_EQ(test, board_property(board, POWER_SUPPLY_PROP_STATUS),
			c->status);
	KUNIT_EXPECT_EQ(test, board_property(board, POWER_SUPPLY_PROP_HEALTH),
			c->health);
	KUNIT_EXPECT_EQ(test, board_property(board,
					     POWER_SUPPLY_PROP_CAPACITY_LEVEL),
			c->level);
	KUNIT_EXPECT_EQ(test, board_property(board, POWER_SUPPLY_PROP_PRESENT),
			1);
	BOARD_EXPECT_FILE(test, board, "state", c->state);
	BOARD_EXPECT_FILE(test, board, "load_off_reasons", c->load);
	BOARD_EXPECT_FILE(test, board, "charger_off_reasons", c->charger);
	BOARD_EXPECT_FILE(test, board, "allow_discharge_chains",
			  c->discharge_chains);
	BOARD_EXPECT_FILE(test, board, "allow_charge_chains",
			  c->charge_chains);
	BOARD_EXPECT_FILE(test, board, "low_cell", c->high & W ? "1" : "0");
	BOARD_EXPECT_FILE(test, board, "low_cell_chains",
			  c->high & W ? "0x1" : "0x0");
	BOARD_EXPECT_FILE(test, board, "remote", c->high & R ? "1" : "0");
}

/* Values that depend on the board alone, and values that nobody knows. */
static void tell_fixed(struct kunit *test)
{
	static const struct property_entry system[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_BOOL("system-scope"),
		{ }
	};
	union power_supply_propval val;
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	struct power_supply *psy;

	board_start(test, board, BOARD_LEAST, tell_props);
	KUNIT_EXPECT_EQ(test, board_property(board, POWER_SUPPLY_PROP_SCOPE),
			POWER_SUPPLY_SCOPE_DEVICE);
	KUNIT_EXPECT_EQ(test, board_property(board,
					     POWER_SUPPLY_PROP_TECHNOLOGY),
			POWER_SUPPLY_TECHNOLOGY_LiFe);
	psy = board_guard(board)->psy;
	KUNIT_EXPECT_EQ(test, power_supply_get_property(psy,
							POWER_SUPPLY_PROP_MODEL_NAME,
							&val), 0);
	KUNIT_EXPECT_STREQ(test, val.strval, "gpio-battery-guard");
	KUNIT_EXPECT_EQ(test, board_property(board, POWER_SUPPLY_PROP_CAPACITY),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, psy->desc->type, POWER_SUPPLY_TYPE_BATTERY);
	/* No line, no remote: on; no low-cell line: never low. */
	BOARD_EXPECT_FILE(test, board, "remote", "1");
	BOARD_EXPECT_FILE(test, board, "low_cell", "0");
	board_break(board);

	board_start(test, board, BOARD_LEAST, system);
	KUNIT_EXPECT_EQ(test, board_property(board, POWER_SUPPLY_PROP_SCOPE),
			POWER_SUPPLY_SCOPE_SYSTEM);
}

/* No property in the list ever fails, whatever the state. */
static void tell_all_properties(struct kunit *test)
{
	static const u32 situations[] = { D | C | R, D | C, C | R, 0, D | W };
	union power_supply_propval val;
	struct rig *rig = test->priv;
	struct power_supply *psy;
	unsigned int n, i;

	for (n = 0; n < ARRAY_SIZE(situations); n++) {
		bank_pull(&rig->bank, BOARD_ALL, false);
		bank_pull(&rig->bank, situations[n], true);
		board_start(test, &rig->board, BOARD_USUAL, tell_props);
		psy = board_guard(&rig->board)->psy;
		KUNIT_EXPECT_GE(test, psy->desc->num_properties, 8);
		for (i = 0; i < psy->desc->num_properties; i++)
			KUNIT_EXPECT_EQ_MSG(test,
					    power_supply_get_property(psy,
								      psy->desc->properties[i],
								      &val), 0,
					    "property %d",
					    psy->desc->properties[i]);
		board_break(&rig->board);
	}
}

/* The class's own switch for charging. */
static void tell_behaviour(struct kunit *test)
{
	const enum power_supply_property what =
		POWER_SUPPLY_PROP_CHARGE_BEHAVIOUR;
	union power_supply_propval val = {
		.intval = POWER_SUPPLY_CHARGE_BEHAVIOUR_INHIBIT_CHARGE,
	};
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	struct power_supply *psy;
	int (*writeable)(struct power_supply *psy,
			 enum power_supply_property what);

	board_start(test, board, BOARD_USUAL, tell_props);
	psy = board_guard(board)->psy;
	writeable = psy->desc->property_is_writeable;
	KUNIT_EXPECT_EQ(test, writeable(psy, what), 1);
	KUNIT_EXPECT_EQ(test, writeable(psy, POWER_SUPPLY_PROP_STATUS), 0);
	KUNIT_EXPECT_EQ(test, power_supply_set_property(psy, what, &val), 0);
	board_settle(board);
	KUNIT_EXPECT_FALSE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
	KUNIT_EXPECT_EQ(test, board_property(board, what), val.intval);
	BOARD_EXPECT_FILE(test, board, "charger_off_reasons", "user");

	val.intval = POWER_SUPPLY_CHARGE_BEHAVIOUR_FORCE_DISCHARGE;
	KUNIT_EXPECT_EQ(test, power_supply_set_property(psy, what, &val),
			-EINVAL);
	val.intval = POWER_SUPPLY_CHARGE_BEHAVIOUR_AUTO;
	KUNIT_EXPECT_EQ(test, power_supply_set_property(psy, what, &val), 0);
	board_settle(board);
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
	KUNIT_EXPECT_EQ(test, power_supply_set_property(psy,
							POWER_SUPPLY_PROP_STATUS,
							&val), -EINVAL);
}

struct tell_write {
	const char *file;
	const char *text;
	int error;
};

/* In this order, as each finds what the one before has left. */
static const struct tell_write tell_writes[] = {
	{ "enabled", "0", 0 },
	{ "enabled", "0\n", 0 },
	{ "enabled", "2", -EINVAL },
	{ "enabled", "-1", -EINVAL },
	{ "enabled", "", -EINVAL },
	{ "enabled", "y", -EINVAL },
	{ "enabled", "0x1", -EINVAL },
	{ "enabled", "1", 0 },
	{ "mute", "1", 0 },
	{ "mute", "2", -EINVAL },
	{ "pre_alarm_delay_ms", "29999", -EINVAL },
	{ "pre_alarm_delay_ms", "30001", 0 },
	{ "pre_alarm_delay_ms", "600000", 0 },
	{ "pre_alarm_delay_ms", "600001", -EINVAL },
	{ "restore_delay_ms", "0", 0 },
	{ "restore_delay_ms", "60000", 0 },
	{ "restore_delay_ms", "60001", -EINVAL },
	{ "load_reconnect_delay_ms", "7200000", 0 },
	{ "load_reconnect_delay_ms", "7200001", -EINVAL },
	{ "load_reconnect_delay_ms", "4294967296", -EINVAL },
};

/* Events of changed settings, from a number on. */
static unsigned int tell_set_events(struct board *board, u64 seq)
{
	unsigned int count = 0;
	struct bg_event event;

	for (; board_event(board, seq, &event); seq++)
		if (event.changed & BIT(BG_CHANGED_SETTINGS))
			count++;
	return count;
}

/*
 * A value is taken whole or not at all, and an event says so once. An output
 * that follows later has an event of its own.
 */
static void tell_settings(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	unsigned int n;

	board_start(test, board, BOARD_USUAL, tell_props);
	for (n = 0; n < ARRAY_SIZE(tell_writes); n++) {
		const struct tell_write *w = &tell_writes[n];
		char before[32], after[32];
		u64 seq = board_now(board).event.seq;

		strscpy(before, board_read(test, board, w->file), 32);
		KUNIT_EXPECT_EQ_MSG(test, board_write(test, board, w->file,
						      w->text), w->error,
				    "'%s' to %s", w->text, w->file);
		strscpy(after, board_read(test, board, w->file), 32);
		if (w->error)
			KUNIT_EXPECT_STREQ(test, after, before);
		else
			KUNIT_EXPECT_EQ(test, strncmp(after, w->text,
						      strlen(after)), 0);
		KUNIT_EXPECT_EQ_MSG(test, tell_set_events(board, seq + 1),
				    !!strcmp(before, after),
				    "events for '%s' to %s", w->text, w->file);
	}
	BOARD_EXPECT_FILE(test, board, "pre_alarm_delay_ms", "600000");
	BOARD_EXPECT_FILE(test, board, "load_reconnect_delay_ms", "7200000");
}

/* Muted until the next onset; the time left is never 0 too early. */
static void tell_pre_alarm(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	struct bg_snapshot now;
	const char *text;
	unsigned int ms;

	board_start(test, board, BOARD_USUAL, tell_props);
	BOARD_EXPECT_FILE(test, board, "pre_alarm_remaining_ms", "0");
	KUNIT_EXPECT_EQ(test, board_write(test, board, "mute", "1"), 0);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	BOARD_EXPECT_FILE(test, board, "mute", "0");
	BOARD_EXPECT_FILE(test, board, "pre_alarm", "1");
	BOARD_EXPECT_FILE(test, board, "pre_alarms", "1");
	text = board_read(test, board, "pre_alarm_remaining_ms");
	KUNIT_ASSERT_EQ(test, kstrtouint(text, 10, &ms), 0);
	KUNIT_EXPECT_GT(test, ms, 20000);
	KUNIT_EXPECT_LE(test, ms, 30000);
	now = board_now(board);
	KUNIT_EXPECT_TRUE(test, now.stay_awake);
	/* It counts from the end of the write that made it sound. */
	KUNIT_EXPECT_GE(test, now.load_safe_until, now.now + BG_SEC(30) -
			BG_SEC(1));

	KUNIT_EXPECT_EQ(test, board_write(test, board, "mute", "1"), 0);
	KUNIT_EXPECT_FALSE(test, bank_levels(&rig->bank) &
			   BIT(BANK_PRE_ALARM));
	BOARD_EXPECT_FILE(test, board, "pre_alarm", "0");
	BOARD_EXPECT_FILE(test, board, "state", "pre-alarm");
}

/* When the load may return, and what is left before a lock-out. */
static void tell_return(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
		PROPERTY_ENTRY_U32("restore-delay-ms", 60000),
		PROPERTY_ENTRY_U32("load-lockout-count", 3),
		{ }
	};
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	struct bg_event event;
	unsigned int ms;

	bank_pull(&rig->bank, BIT(BANK_DISCHARGE), false);
	board_start(test, board, BOARD_USUAL, props);
	/* Forbidden: time alone brings nothing back. */
	BOARD_EXPECT_FILE(test, board, "load_returns_ms", "0");
	BOARD_EXPECT_FILE(test, board, "lockout_remaining", "3");
	bank_edge(&rig->bank, BIT(BANK_DISCHARGE), true);
	KUNIT_ASSERT_EQ(test, kstrtouint(board_read(test, board,
						    "load_returns_ms"), 10,
					 &ms), 0);
	KUNIT_EXPECT_GT(test, ms, 50000);
	KUNIT_EXPECT_LE(test, ms, 60000);

	/* A setting acts at once, and its event has all of them. */
	KUNIT_EXPECT_EQ(test, board_write(test, board, "restore_delay_ms",
					  "0"), 0);
	KUNIT_ASSERT_TRUE(test, board_event(board, board_now(board).event.seq,
					    &event));
	KUNIT_EXPECT_EQ(test, event.set, BIT(BG_SET_RESTORE_DELAY_MS));
	KUNIT_EXPECT_EQ(test, event.delay_ms[BG_SET_RESTORE_DELAY_MS -
					     BG_FIRST_DELAY], 0);
	KUNIT_EXPECT_EQ(test, event.delay_ms[BG_SET_LOAD_RECONNECT_DELAY_MS -
					     BG_FIRST_DELAY], 30000);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, bank_levels(&rig->bank) &
					   BIT(BANK_LOAD)));
	BOARD_EXPECT_FILE(test, board, "load_returns_ms", "0");
}

/* No two binds are taken for each other. */
static void tell_instance(struct kunit *test)
{
	struct rig *rig = test->priv;
	u64 instance;

	board_start(test, &rig->board, BOARD_USUAL, tell_props);
	instance = board_guard(&rig->board)->instance;
	KUNIT_EXPECT_NE(test, instance, 0);
	board_unbind(&rig->board);
	KUNIT_ASSERT_EQ(test, board_bind(&rig->board), 0);
	KUNIT_EXPECT_NE(test, board_guard(&rig->board)->instance, 0);
	KUNIT_EXPECT_NE(test, board_guard(&rig->board)->instance, instance);
	BOARD_EXPECT_FILE(test, &rig->board, "lockout_remaining", "-1");
}

/* Numbered without gaps from the bind on; what changed, and why. */
static void tell_events(struct kunit *test)
{
	static const struct {
		u16 changed;
		u16 cause;
		u32 set;
	} expected[] = {
		{ 0, BIT(BG_CAUSE_BIND) | BIT(BG_CAUSE_LINE), 0 },
		{ BIT(BG_CHANGED_ALLOW_CHARGE) | BIT(BG_CHANGED_CHARGER) |
		  BIT(BG_CHANGED_REASONS), BIT(BG_CAUSE_LINE), 0 },
		{ BIT(BG_CHANGED_ALLOW_CHARGE) | BIT(BG_CHANGED_CHARGER) |
		  BIT(BG_CHANGED_REASONS), BIT(BG_CAUSE_LINE), 0 },
		{ BIT(BG_CHANGED_LOW_CELL) | BIT(BG_CHANGED_STATE) |
		  BIT(BG_CHANGED_PRE_ALARM), BIT(BG_CAUSE_LINE), 0 },
		{ BIT(BG_CHANGED_STATE) | BIT(BG_CHANGED_LOAD) |
		  BIT(BG_CHANGED_CHARGER) | BIT(BG_CHANGED_PRE_ALARM) |
		  BIT(BG_CHANGED_REASONS) | BIT(BG_CHANGED_SETTINGS),
		  BIT(BG_CAUSE_USER), BIT(BG_SET_ENABLED) },
	};
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	struct bg_event event;
	u64 boottime = 0;
	unsigned int n;

	RIG_NEEDS_PLACE(test);
	board_start(test, board, BOARD_USUAL, tell_props);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), true);
	/* An edge that changes nothing is no event. */
	bank_edge(&rig->bank, BIT(BANK_CHARGE), true);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	KUNIT_EXPECT_EQ(test, board_write(test, board, "enabled", "0"), 0);

	KUNIT_EXPECT_EQ(test, board_now(board).event.seq, ARRAY_SIZE(expected));
	for (n = 0; n < ARRAY_SIZE(expected); n++) {
		KUNIT_ASSERT_TRUE(test, board_event(board, n + 1, &event));
		KUNIT_EXPECT_EQ(test, event.seq, n + 1);
		if (n)
			KUNIT_EXPECT_EQ_MSG(test, event.changed,
					    expected[n].changed, "event %u",
					    n + 1);
		KUNIT_EXPECT_EQ_MSG(test, event.cause, expected[n].cause,
				    "event %u", n + 1);
		KUNIT_EXPECT_EQ_MSG(test, event.set, expected[n].set,
				    "event %u", n + 1);
		KUNIT_EXPECT_GE(test, event.boottime, boottime);
		KUNIT_EXPECT_GT(test, event.realtime, 0);
		boottime = event.boottime;
	}
	KUNIT_EXPECT_FALSE(test, board_event(board, n + 1, &event));
	/* A little later, all of them have been reported. */
	flush_work(&board_guard(board)->tell);
	KUNIT_EXPECT_EQ(test, board_guard(board)->told, ARRAY_SIZE(expected));
}

/* What was decided is told at once, and an output when it is known. */
static void tell_events_later(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	struct bg_event event;
	u64 seq;

	board_start(test, board, BOARD_USUAL, tell_props);
	board_settle(board);
	seq = board_now(board).event.seq;
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_ASSERT_TRUE(test, board_event(board, seq + 1, &event));
	KUNIT_EXPECT_EQ(test, event.changed, BIT(BG_CHANGED_ALLOW_CHARGE) |
			BIT(BG_CHANGED_REASONS));
	KUNIT_EXPECT_EQ(test, event.cause, BIT(BG_CAUSE_LINE));
	KUNIT_EXPECT_TRUE(test, event.view.outputs & BIT(BG_OUT_CHARGER));
	KUNIT_ASSERT_TRUE(test, board_event(board, seq + 2, &event));
	KUNIT_EXPECT_EQ(test, event.changed, BIT(BG_CHANGED_CHARGER));
	KUNIT_EXPECT_FALSE(test, event.view.outputs & BIT(BG_OUT_CHARGER));
	KUNIT_EXPECT_FALSE(test, board_event(board, seq + 3, &event));
}

#if IS_ENABLED(CONFIG_LEDS_TRIGGERS) && IS_ENABLED(CONFIG_LEDS_CLASS)
struct tell_led {
	struct led_classdev cdev;
	enum led_brightness is;
};

static void tell_led_set(struct led_classdev *cdev, enum led_brightness value)
{
	WRITE_ONCE(container_of(cdev, struct tell_led, cdev)->is, value);
}

/* LEDs follow the decision, also those that are added later. */
static void tell_leds(struct kunit *test)
{
	static const char * const triggers[] = {
		"guard-load-on", "guard-charge-blocked", "guard-pre-alarm"
	};
	struct rig *rig = test->priv;
	struct tell_led *led;
	unsigned int n;

	led = kunit_kcalloc(test, ARRAY_SIZE(triggers), sizeof(*led),
			    GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, led);
	for (n = 0; n < ARRAY_SIZE(triggers); n++) {
		led[n].cdev.name = triggers[n];
		led[n].cdev.default_trigger = triggers[n];
		led[n].cdev.brightness_set = tell_led_set;
	}
	KUNIT_ASSERT_EQ(test, led_classdev_register(NULL, &led[0].cdev), 0);
	KUNIT_ASSERT_EQ(test, led_classdev_register(NULL, &led[2].cdev), 0);
	board_start(test, &rig->board, BOARD_USUAL, tell_props);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, READ_ONCE(led[0].is)));
	KUNIT_EXPECT_FALSE(test, READ_ONCE(led[2].is));

	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, READ_ONCE(led[2].is)));
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   READ_ONCE(board_guard(&rig->board)->leds[1].on)));
	KUNIT_ASSERT_EQ(test, led_classdev_register(NULL, &led[1].cdev), 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, READ_ONCE(led[1].is)));

	KUNIT_EXPECT_EQ(test, board_write(test, &rig->board, "enabled", "0"),
			0);
	for (n = 0; n < ARRAY_SIZE(triggers); n++)
		KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
						   !READ_ONCE(led[n].is)));
	board_break(&rig->board);
	for (n = 0; n < ARRAY_SIZE(triggers); n++)
		led_classdev_unregister(&led[n].cdev);
}
#endif

#ifdef CONFIG_PM_SLEEP
/* A system that the lines may not wake must not sleep. */
static void tell_no_wakeup(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct device *dev;

	board_start(test, &rig->board, BOARD_USUAL, tell_props);
	dev = &rig->board.pdev->dev;
	KUNIT_EXPECT_EQ(test, dev->driver->pm->prepare(dev), -EBUSY);
}

/* Nor with lines that may wake the system, but have no interrupt to do it. */
static void tell_polled(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("poll-interval-ms", 1000),
		PROPERTY_ENTRY_BOOL("wakeup-source"),
		{ }
	};
	struct rig *rig = test->priv;
	struct device *dev;

	bank_poke(&rig->bank, &rig->bank.no_irq, BIT(BANK_LOW_CELL));
	board_start(test, &rig->board, BOARD_USUAL, props);
	dev = &rig->board.pdev->dev;
	KUNIT_EXPECT_EQ(test, dev->driver->pm->prepare(dev), -EBUSY);
}

/* It sleeps with its lines awake, and looks at them when it wakes. */
static void tell_suspend(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
		PROPERTY_ENTRY_U32("restore-delay-ms", 0),
		PROPERTY_ENTRY_BOOL("wakeup-source"),
		{ }
	};
	const u32 inputs = BOARD_USUAL & ~BANK_OUTPUTS;
	struct rig *rig = test->priv;
	const struct dev_pm_ops *pm;
	unsigned long wakeups;
	struct battguard *bg;
	struct device *dev;

	board_start(test, &rig->board, BOARD_USUAL, props);
	dev = &rig->board.pdev->dev;
	pm = dev->driver->pm;
	bg = board_guard(&rig->board);
	/* Outputs that were just set have to be looked at first. */
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   !board_now(&rig->board).stay_awake));
	KUNIT_EXPECT_EQ(test, pm->prepare(dev), 0);

	/* If one cannot wake the system, none does. */
	bank_poke(&rig->bank, &rig->bank.no_wake, BIT(BANK_REMOTE_L));
	KUNIT_EXPECT_EQ(test, pm->suspend(dev), -EIO);
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.waking), 0);
	bank_poke(&rig->bank, &rig->bank.no_wake, 0);
	KUNIT_EXPECT_EQ(test, pm->suspend(dev), 0);
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.waking), inputs);
	/* Until the controller is surely awake, an edge moves nothing. */
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
	KUNIT_EXPECT_TRUE(test, READ_ONCE(bg->woke));
	wakeups = dev->power.wakeup->event_count;
	KUNIT_EXPECT_EQ(test, pm->resume(dev), 0);
	board_settle(&rig->board);
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.waking), 0);
	KUNIT_EXPECT_FALSE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
	/* It was this guard that woke the system, and the count says so. */
	KUNIT_EXPECT_FALSE(test, READ_ONCE(bg->woke));
	KUNIT_EXPECT_GT(test, dev->power.wakeup->event_count, wakeups);
	pm->complete(dev);

	/* Nor does it sleep while the minimum delay runs. */
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	msleep(50);
	KUNIT_EXPECT_EQ(test, pm->suspend(dev), -EBUSY);
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.waking), 0);
}

/* Nothing but the test evaluates meanwhile. */
static void tell_forge(struct battguard *bg,
		       void (*forge)(struct bg_discharge *path))
{
	unsigned long flags;

	raw_spin_lock_irqsave(&bg->lock, flags);
	forge(&bg->fsm.discharge);
	raw_spin_unlock_irqrestore(&bg->lock, flags);
}

static void tell_disconnected(struct bg_discharge *path)
{
	path->state = BG_LOAD_OFF;
	path->disconnected = ktime_get_boottime_ns();
	path->reconnecting = true;
}

static void tell_delay_over(struct bg_discharge *path)
{
	path->delay = 0;
}

/* If a delay begins after the alarm should have been set, do not sleep. */
static void tell_late_delay(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_BOOL("wakeup-source"),
		{ }
	};
	struct rig *rig = test->priv;
	const struct dev_pm_ops *pm;
	struct battguard *bg;

	board_start(test, &rig->board, BOARD_LEAST, props);
	bg = board_guard(&rig->board);
	pm = bg->dev->driver->pm;
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   !board_now(&rig->board).stay_awake));
	KUNIT_EXPECT_EQ(test, pm->prepare(bg->dev), 0);
	tell_forge(bg, tell_disconnected);
	KUNIT_EXPECT_EQ(test, pm->suspend(bg->dev), -EBUSY);
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.waking), 0);
	pm->complete(bg->dev);

	KUNIT_EXPECT_EQ(test, pm->prepare(bg->dev), 0);
	KUNIT_EXPECT_EQ(test, pm->suspend(bg->dev), 0);
	KUNIT_EXPECT_EQ(test, pm->resume(bg->dev), 0);
	pm->complete(bg->dev);
}

/* What controllers have forgotten is written anew when the system wakes. */
static void tell_written_anew(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
		PROPERTY_ENTRY_BOOL("wakeup-source"),
		{ }
	};
	static const struct bank_act anew[] = {
		{ BANK_PRE_ALARM, BANK_FLOAT },
		{ BANK_LOAD, BANK_HIGH },
		{ BANK_CHARGER, BANK_HIGH },
	};
	struct rig *rig = test->priv;
	const struct dev_pm_ops *pm;
	struct battguard *bg;
	unsigned int from;
	u64 seq;

	/* A controller that cannot be read back hides what it forgot. */
	bank_poke(&rig->bank, &rig->bank.no_read, BANK_OUTPUTS);
	board_start(test, &rig->board, BOARD_USUAL, props);
	bg = board_guard(&rig->board);
	pm = bg->dev->driver->pm;
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   !board_now(&rig->board).stay_awake));
	seq = board_now(&rig->board).event.seq;
	KUNIT_EXPECT_EQ(test, pm->prepare(bg->dev), 0);
	KUNIT_EXPECT_EQ(test, pm->suspend(bg->dev), 0);
	bank_poke(&rig->bank, &rig->bank.driven, 0);
	from = bank_acts(&rig->bank);
	KUNIT_EXPECT_EQ(test, pm->resume(bg->dev), 0);
	pm->complete(bg->dev);
	board_settle(&rig->board);
	bank_expect(test, &rig->bank, from, anew, ARRAY_SIZE(anew));
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			BIT(BANK_LOAD) | BIT(BANK_CHARGER));
	/* That is nobody's news. */
	KUNIT_EXPECT_EQ(test, board_now(&rig->board).event.seq, seq);
}

/* Hibernation is a power-off, and what comes after it is a power-up. */
static void tell_hibernate(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
		PROPERTY_ENTRY_U32("restore-delay-ms", 0),
		PROPERTY_ENTRY_BOOL("wakeup-source"),
		{ }
	};
	const u32 on = BIT(BANK_LOAD) | BIT(BANK_CHARGER);
	static const struct bank_act off[] = {
		{ BANK_CHARGER, BANK_FLOAT },
		{ BANK_LOAD, BANK_FLOAT },
		{ BANK_PRE_ALARM, BANK_FLOAT },
	};
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	const struct dev_pm_ops *pm;
	struct bg_event event;
	struct battguard *bg;
	unsigned int from;
	u64 seq;

	board_start(test, board, BOARD_USUAL, props);
	bg = board_guard(board);
	pm = bg->dev->driver->pm;
	KUNIT_EXPECT_EQ(test, pm->prepare(bg->dev), 0);
	/* While the image is made no line is touched, and after it all is judged. */
	KUNIT_EXPECT_EQ(test, pm->freeze(bg->dev), 0);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES, on);
	KUNIT_EXPECT_EQ(test, pm->thaw(bg->dev), 0);
	pm->complete(bg->dev);
	board_settle(board);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			BIT(BANK_LOAD));
	bank_edge(&rig->bank, BIT(BANK_CHARGE), true);
	/* No delay holds it up. */
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			BANK_SWITCHES);

	KUNIT_EXPECT_EQ(test, pm->prepare(bg->dev), 0);
	from = bank_acts(&rig->bank);
	KUNIT_EXPECT_EQ(test, pm->poweroff(bg->dev), 0);
	bank_expect(test, &rig->bank, from, off, ARRAY_SIZE(off));
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), false);
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank), from + ARRAY_SIZE(off));

	/* The bank has run empty, and this was no disconnect. */
	bank_pull(&rig->bank, BIT(BANK_DISCHARGE), false);
	seq = board_now(board).event.seq;
	KUNIT_EXPECT_EQ(test, pm->restore(bg->dev), 0);
	pm->complete(bg->dev);
	board_settle(board);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			BIT(BANK_CHARGER));
	KUNIT_EXPECT_EQ(test, bank_count(&rig->bank, from, BANK_LOAD,
					 BANK_HIGH), 0);
	KUNIT_ASSERT_TRUE(test, board_event(board, seq + 1, &event));
	KUNIT_EXPECT_TRUE(test, event.cause & BIT(BG_CAUSE_RESTORE));
	BOARD_EXPECT_FILE(test, board, "state", "load-off");
	BOARD_EXPECT_FILE(test, board, "load_disconnects", "0");
	BOARD_EXPECT_FILE(test, board, "pre_alarms", "1");
	/* And it guards again. */
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES, 0);
}

/* An intermittent pre-alarm sleeps in its lit half. */
static void tell_lit(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
		PROPERTY_ENTRY_BOOL("wakeup-source"),
		PROPERTY_ENTRY_BOOL("pre-alarm-intermittent"),
		{ }
	};
	struct rig *rig = test->priv;
	const struct dev_pm_ops *pm;
	struct battguard *bg;

	board_start(test, &rig->board, BOARD_USUAL, props);
	bg = board_guard(&rig->board);
	pm = bg->dev->driver->pm;
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	tell_forge(bg, tell_delay_over);
	KUNIT_EXPECT_EQ(test, pm->prepare(bg->dev), 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BIT(BANK_PRE_ALARM))));
	KUNIT_EXPECT_EQ(test, pm->suspend(bg->dev), 0);
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->bank) & BIT(BANK_PRE_ALARM));
	msleep(1000);
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->bank) & BIT(BANK_PRE_ALARM));
	KUNIT_EXPECT_EQ(test, pm->resume(bg->dev), 0);
	pm->complete(bg->dev);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BIT(BANK_PRE_ALARM))));
}

/* An alarm is set for the end of a delay, where there is a clock to wake from. */
static void tell_alarm(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_BOOL("wakeup-source"),
		{ }
	};
	const bool clock = alarmtimer_get_rtcdev();
	struct rig *rig = test->priv;
	const struct dev_pm_ops *pm;
	struct battguard *bg;
	unsigned int n;

	board_start(test, &rig->board, BOARD_USUAL, props);
	bg = board_guard(&rig->board);
	pm = bg->dev->driver->pm;
	KUNIT_EXPECT_EQ(test, pm->prepare(bg->dev), 0);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&bg->alarm.timer));
	pm->complete(bg->dev);

	/* Taken back at the end of a suspend, or else it comes. */
	for (n = 0; n < 2; n++) {
		raw_spin_lock_irq(&bg->snapshot_lock);
		bg->snapshot.resume_at = ktime_get_boottime_ns() +
					 (n ? BG_SEC(60) : BG_SEC(1));
		raw_spin_unlock_irq(&bg->snapshot_lock);
		KUNIT_EXPECT_EQ(test, pm->prepare(bg->dev), 0);
		KUNIT_EXPECT_EQ(test, hrtimer_active(&bg->alarm.timer), clock);
		if (!n)
			KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
							   !hrtimer_active(&bg->alarm.timer)));
		pm->complete(bg->dev);
		KUNIT_EXPECT_FALSE(test, hrtimer_active(&bg->alarm.timer));
	}
}
#endif

KUNIT_ARRAY_PARAM(rig, rig_sleeps, rig_describe);
KUNIT_ARRAY_PARAM(in_place, rig_in_place, rig_describe);
KUNIT_ARRAY_PARAM(in_thread, rig_in_thread, rig_describe);

static struct kunit_case tell_case_tests[] = {
	KUNIT_CASE_PARAM(tell_situation, tell_case_gen_params),
	{}
};

static struct kunit_suite tell_case_suite = {
	.name = "battguard_situations",
	.init = tell_case_init,
	.exit = rig_exit,
	.test_cases = tell_case_tests,
};

static struct kunit_case tell_tests[] = {
	KUNIT_CASE(tell_fixed),
	KUNIT_CASE(tell_all_properties),
	KUNIT_CASE_PARAM(tell_behaviour, rig_gen_params),
	KUNIT_CASE_PARAM(tell_settings, rig_gen_params),
	KUNIT_CASE_PARAM(tell_pre_alarm, rig_gen_params),
	KUNIT_CASE_PARAM(tell_return, rig_gen_params),
	KUNIT_CASE(tell_instance),
	KUNIT_CASE_PARAM(tell_events, in_place_gen_params),
	KUNIT_CASE_PARAM(tell_events_later, in_thread_gen_params),
#if IS_ENABLED(CONFIG_LEDS_TRIGGERS) && IS_ENABLED(CONFIG_LEDS_CLASS)
	KUNIT_CASE_PARAM(tell_leds, rig_gen_params),
#endif
#ifdef CONFIG_PM_SLEEP
	KUNIT_CASE(tell_no_wakeup),
	KUNIT_CASE(tell_polled),
	KUNIT_CASE_PARAM(tell_suspend, rig_gen_params),
	KUNIT_CASE_PARAM(tell_late_delay, rig_gen_params),
	KUNIT_CASE_PARAM(tell_written_anew, rig_gen_params),
	KUNIT_CASE_PARAM(tell_hibernate, rig_gen_params),
	KUNIT_CASE_PARAM(tell_lit, rig_gen_params),
	KUNIT_CASE(tell_alarm),
#endif
	{}
};

static struct kunit_suite tell_suite = {
	.name = "battguard_tell",
	.init = rig_init,
	.exit = rig_exit,
	.test_cases = tell_tests,
};

kunit_test_suites(&tell_case_suite, &tell_suite);
