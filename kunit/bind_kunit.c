// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of how the driver comes and goes
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/gpio/machine.h>
#include <linux/kthread.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "../driver/compat.h"
#include "board.h"

static const struct property_entry bind_props[] = {
	PROPERTY_ENTRY_STRING("label", "guard"),
	PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
	PROPERTY_ENTRY_U32("restore-delay-ms", 0),
	PROPERTY_ENTRY_U32("load-reconnect-delay-ms", 0),
	{ }
};

/* Nothing is left of a probe that failed: no line, no supply. */
static void bind_expect_nothing(struct kunit *test, struct rig *rig)
{
	struct power_supply *psy = power_supply_get_by_name("guard");

	KUNIT_EXPECT_NULL(test, psy);
	if (psy)
		power_supply_put(psy);
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.claimed), 0);
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.unmasked), 0);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES, 0);
}

/* A probe that fails like this, and has touched no output. */
static void bind_expect_error(struct kunit *test, u32 lines,
			      const struct property_entry *props, int error)
{
	struct rig *rig = test->priv;

	board_make(test, &rig->board, "battguard-board", lines, props);
	KUNIT_EXPECT_EQ_MSG(test, board_bind(&rig->board), error,
			    "lines %#x, lost %#x, without interrupt %#x or edges %#x",
			    lines, rig->board.lost, rig->bank.no_irq,
			    rig->bank.no_edges);
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank), 0);
	bind_expect_nothing(test, rig);
	board_break(&rig->board);
}

/* The first write of each output is the decision: no pulse on any of them. */
static void bind_first_writes(struct kunit *test)
{
	static const struct bank_act well[] = {
		{ BANK_PRE_ALARM, BANK_FLOAT },
		{ BANK_LOAD, BANK_HIGH },
		{ BANK_CHARGER, BANK_HIGH },
	};
	static const struct bank_act empty[] = {
		{ BANK_CHARGER, BANK_FLOAT },
		{ BANK_LOAD, BANK_FLOAT },
		{ BANK_PRE_ALARM, BANK_FLOAT },
	};
	struct rig *rig = test->priv;
	unsigned int from;

	board_start(test, &rig->board, BOARD_USUAL, bind_props);
	bank_expect(test, &rig->bank, 0, well, ARRAY_SIZE(well));
	board_break(&rig->board);

	bank_pull(&rig->bank, BIT(BANK_DISCHARGE) | BIT(BANK_CHARGE), false);
	from = bank_acts(&rig->bank);
	board_start(test, &rig->board, BOARD_USUAL, bind_props);
	bank_expect(test, &rig->bank, from, empty, ARRAY_SIZE(empty));
	BOARD_EXPECT_FILE(test, &rig->board, "state", "load-off");
	BOARD_EXPECT_FILE(test, &rig->board, "load_disconnects", "0");
}

/* Any line that is named but cannot be obtained fails the probe. */
static void bind_lost_line(struct kunit *test)
{
	struct rig *rig = test->priv;
	unsigned int n;

	for (n = 0; n < BANK_LINES; n++) {
		rig->board.lost = BIT(n);
		bind_expect_error(test, BOARD_ALL, bind_props, -EINVAL);
	}
}

/* The same if somebody else has it. */
static void bind_taken_line(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *other = &rig->other;
	struct gpio_desc *desc;
	unsigned int n;

	board_make(test, other, "battguard-other", BOARD_ALL, bind_props);
	for (n = 0; n < BANK_LINES; n++) {
		const struct gpiod_lookup *line = &other->lookup->table[n];

		desc = gpiod_get_index(&other->pdev->dev, line->con_id,
				       line->idx, GPIOD_ASIS);
		KUNIT_ASSERT_FALSE(test, IS_ERR(desc));
		board_make(test, &rig->board, "battguard-board", BOARD_ALL,
			   bind_props);
		KUNIT_EXPECT_EQ_MSG(test, board_bind(&rig->board), -EBUSY,
				    "line %u", n);
		KUNIT_EXPECT_EQ(test,
				bank_peek(&rig->bank, &rig->bank.claimed),
				BIT(n));
		board_break(&rig->board);
		gpiod_put(desc);
	}
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank), 0);
	bind_expect_nothing(test, rig);
}

/* One contact that permits both: had once, read once, and no cut cable. */
static void bind_one_contact(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	struct bg_event event;
	u64 seq;

	board->one_contact = true;
	board_start(test, board, BOARD_USUAL, bind_props);
	KUNIT_EXPECT_EQ(test, board_guard(board)->params.cfg.shared, BIT(0));
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.claimed),
			BOARD_USUAL & ~BIT(BANK_CHARGE));
	BOARD_EXPECT_FILE(test, board, "allow_charge", "1");

	seq = board_now(board).event.seq;
	bank_edge(&rig->bank, BIT(BANK_DISCHARGE), false);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			BIT(BANK_LOAD) | BIT(BANK_PRE_ALARM));
	BOARD_EXPECT_FILE(test, board, "allow_charge", "0");
	BOARD_EXPECT_FILE(test, board, "allow_discharge", "0");
	KUNIT_EXPECT_EQ(test, board_property(board, POWER_SUPPLY_PROP_HEALTH),
			POWER_SUPPLY_HEALTH_UNKNOWN);
	/* Both changed in one evaluation, and there is no second interrupt. */
	KUNIT_ASSERT_TRUE(test, board_event(board, seq + 1, &event));
	KUNIT_EXPECT_TRUE(test, event.changed & BIT(BG_CHANGED_ALLOW_CHARGE));
	KUNIT_EXPECT_TRUE(test, event.changed &
				BIT(BG_CHANGED_ALLOW_DISCHARGE));

	bank_edge(&rig->bank, BIT(BANK_DISCHARGE), true);
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
	board_unbind(board);
	bind_expect_nothing(test, rig);
}

/* Lines that have to be there, and counts that have to be equal. */
static void bind_wrong_counts(struct kunit *test)
{
	bind_expect_error(test, BOARD_LEAST & ~BIT(BANK_DISCHARGE), bind_props,
			  -EINVAL);
	bind_expect_error(test, BOARD_LEAST & ~BIT(BANK_CHARGE), bind_props,
			  -EINVAL);
	bind_expect_error(test, BOARD_LEAST & ~BIT(BANK_LOAD), bind_props,
			  -EINVAL);
	bind_expect_error(test, BOARD_LEAST & ~BIT(BANK_CHARGER), bind_props,
			  -EINVAL);
	bind_expect_error(test, BOARD_LEAST | BIT(BANK_DISCHARGE2), bind_props,
			  -EINVAL);
	bind_expect_error(test, BOARD_LEAST | BIT(BANK_CHARGE2), bind_props,
			  -EINVAL);
}

/* More lines than there may be. */
static void bind_too_many(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct gpiod_lookup *line;

	board_make(test, &rig->board, "battguard-board", BOARD_USUAL,
		   bind_props);
	for (line = rig->board.lookup->table; line->key; line++)
		if (line->chip_hwnum == BANK_REMOTE_L)
			break;
	/* A second load, which would be wired and never switched. */
	line->con_id = "load";
	line->idx = 1;
	KUNIT_EXPECT_EQ(test, board_bind(&rig->board), -EINVAL);
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank), 0);
	bind_expect_nothing(test, rig);
}

/* A property that is there but names no line does not count as absent. */
static void bind_broken_property(struct kunit *test)
{
	static const struct property_entry plural[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("low-cell-gpios", 5),
		{ }
	};
	static const struct property_entry singular[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("pre-alarm-gpio", 5),
		{ }
	};

	bind_expect_error(test, BOARD_LEAST, plural, -EINVAL);
	bind_expect_error(test, BOARD_LEAST, singular, -EINVAL);
}

/* A number out of its range is never clamped. */
static void bind_wrong_number(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("pre-alarm-delay-ms", 29999),
		{ }
	};

	bind_expect_error(test, BOARD_USUAL, props, -EINVAL);
}

/* An input without an interrupt, or without both edges, is no input. */
static void bind_no_interrupt(struct kunit *test)
{
	struct rig *rig = test->priv;
	unsigned int n;

	for (n = BANK_DISCHARGE; n <= BANK_REMOTE_H; n++) {
		bank_poke(&rig->bank, &rig->bank.no_irq, BIT(n));
		bind_expect_error(test, BOARD_ALL, bind_props, -ENXIO);
		bank_poke(&rig->bank, &rig->bank.no_irq, 0);
		bank_poke(&rig->bank, &rig->bank.no_edges, BIT(n));
		bind_expect_error(test, BOARD_ALL, bind_props, -EINVAL);
		bank_poke(&rig->bank, &rig->bank.no_edges, 0);
	}
}

/* An output that cannot be set from the start: all float, and nothing is left. */
static void bind_stuck_output(struct kunit *test)
{
	static const enum bank_line outputs[] = {
		BANK_LOAD, BANK_CHARGER, BANK_PRE_ALARM, BANK_HEARTBEAT
	};
	struct rig *rig = test->priv;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(outputs); n++) {
		bank_poke(&rig->bank, &rig->bank.no_write, BIT(outputs[n]));
		board_make(test, &rig->board, "battguard-board",
			   BOARD_USUAL | BIT(outputs[n]), bind_props);
		KUNIT_EXPECT_EQ(test, board_bind(&rig->board), -EIO);
		bind_expect_nothing(test, rig);
		board_break(&rig->board);
	}
}

struct bind_late {
	struct bank *bank;
};

static int bind_late_probe(struct platform_device *pdev)
{
	const struct bind_late *late = dev_get_platdata(&pdev->dev);

	return bank_add(late->bank);
}

static struct platform_driver bind_late_driver = {
	.probe = bind_late_probe,
	.driver = { .name = "battguard-late-bank", .bus = &platform_bus_type },
};

/* Lines of a controller that comes later: deferred, and nothing is touched. */
static void bind_deferred(struct kunit *test)
{
	struct rig *rig = test->priv;
	const struct bind_late late = { .bank = &rig->late };
	struct platform_device *provider;
	int ret;

	rig->board.late_lines = BIT(BANK_LOW_CELL);
	/*
	 * Wired before the kernel looks at the device, so that the kernel binds
	 * it: a device that is bound by hand and deferred leaks the reason.
	 */
	board_make(test, &rig->board, "battguard", BOARD_USUAL, bind_props);
	KUNIT_EXPECT_NULL(test, rig->board.pdev->dev.driver);
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank), 0);
	bind_expect_nothing(test, rig);

	/* Of no module: on 6.1 tests run before their module is fully there. */
	ret = driver_register(&bind_late_driver.driver);
	KUNIT_ASSERT_EQ(test, ret, 0);
	provider = platform_device_register_data(NULL, "battguard-late-bank",
						 PLATFORM_DEVID_NONE, &late,
						 sizeof(late));
	KUNIT_EXPECT_FALSE(test, IS_ERR(provider));
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(30000, (bank_levels(&rig->bank) &
						   BANK_SWITCHES) ==
						  (BIT(BANK_LOAD) |
						   BIT(BANK_CHARGER))));
	wait_for_device_probe();
	KUNIT_EXPECT_NOT_NULL(test, rig->board.pdev->dev.driver);
	board_break(&rig->board);
	platform_device_unregister(provider);
	driver_unregister(&bind_late_driver.driver);
}

/* A name can be used once; devices without one are numbered. */
static void bind_names(struct kunit *test)
{
	static const struct property_entry nameless[] = { { } };
	struct rig *rig = test->priv;

	KUNIT_ASSERT_EQ(test, bank_add(&rig->late), 0);
	rig->other.late_lines = BOARD_ALL;
	board_start(test, &rig->board, BOARD_USUAL, bind_props);
	board_make(test, &rig->other, "battguard-other", BOARD_USUAL,
		   bind_props);
	KUNIT_EXPECT_EQ(test, board_bind(&rig->other), -EEXIST);
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->late), 0);
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->late, &rig->late.claimed), 0);
	board_break(&rig->other);
	board_break(&rig->board);

	board_start(test, &rig->board, BOARD_USUAL, nameless);
	board_make(test, &rig->other, "battguard-other", BOARD_USUAL, nameless);
	KUNIT_ASSERT_EQ(test, board_bind(&rig->other), 0);
	KUNIT_EXPECT_STREQ(test, board_guard(&rig->board)->name, "battguard0");
	KUNIT_EXPECT_STREQ(test, board_guard(&rig->other)->name, "battguard1");
	/* A kernel may have no netlink to number them for. */
	if (IS_ENABLED(CONFIG_NET))
		KUNIT_EXPECT_NE(test, board_guard(&rig->board)->nl_id,
				board_guard(&rig->other)->nl_id);
	board_unbind(&rig->board);
	KUNIT_EXPECT_EQ(test, board_bind(&rig->board), 0);
	KUNIT_EXPECT_STREQ(test, board_guard(&rig->board)->name, "battguard0");
}

static const struct bank_act bind_all_off[] = {
	{ BANK_CHARGER, BANK_FLOAT },
	{ BANK_LOAD, BANK_FLOAT },
	{ BANK_PRE_ALARM, BANK_FLOAT },
};

/* Unbind: every output floats, in order, and nothing is held or done after. */
static void bind_unbind(struct kunit *test)
{
	struct rig *rig = test->priv;
	unsigned int from;

	board_start(test, &rig->board, BOARD_USUAL, bind_props);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			BIT(BANK_LOAD) | BIT(BANK_CHARGER) |
			BIT(BANK_PRE_ALARM));
	from = bank_acts(&rig->bank);
	board_unbind(&rig->board);
	bank_expect(test, &rig->bank, from, bind_all_off,
		    ARRAY_SIZE(bind_all_off));
	bind_expect_nothing(test, rig);
}

/* Letting go is tried four times as well. */
static void bind_unbind_hiccup(struct kunit *test)
{
	struct rig *rig = test->priv;
	u32 off = bg_if_reported(BANK_SWITCHES, BIT(BANK_CHARGER));

	if (!bank_reports(&rig->bank))
		off = BIT(BANK_CHARGER);
	board_start(test, &rig->board, BOARD_USUAL, bind_props);
	bank_poke(&rig->bank, &rig->bank.hiccups[BANK_LOAD], 3);
	board_unbind(&rig->board);
	/* An error has to be reported for another try. */
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & off, 0);
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.claimed), 0);
}

/* Shutdown lets go as well; nothing moves an output after it. */
static void bind_shutdown(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct device *dev;
	struct bg_event event;
	unsigned int from;
	u64 seq;

	board_start(test, &rig->board, BOARD_USUAL, bind_props);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	from = bank_acts(&rig->bank);
	dev = &rig->board.pdev->dev;
	to_platform_driver(dev->driver)->shutdown(rig->board.pdev);
	bank_expect(test, &rig->bank, from, bind_all_off,
		    ARRAY_SIZE(bind_all_off));

	seq = board_now(&rig->board).event.seq;
	KUNIT_ASSERT_TRUE(test, board_event(&rig->board, seq, &event));
	KUNIT_EXPECT_EQ(test, event.cause, BIT(BG_CAUSE_UNBIND));
	KUNIT_EXPECT_EQ(test, event.view.outputs, 0);
	BOARD_EXPECT_FILE(test, &rig->board, "state", "standby");
	BOARD_EXPECT_FILE(test, &rig->board, "load", "0");

	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), false);
	KUNIT_EXPECT_EQ(test, board_write(test, &rig->board, "enabled", "0"),
			-ENODEV);
	board_unbind(&rig->board);
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank),
			from + ARRAY_SIZE(bind_all_off));
}

/*
 * In a panic, and in a restart without shutdown, push-pull outputs that cannot
 * sleep float; no evaluation comes after it.
 */
static void bind_ends(struct kunit *test, bool panic)
{
	const bool sleeps = *(const bool *)test->param_value;
	const u32 on = BIT(BANK_LOAD) | BIT(BANK_CHARGER);
	struct rig *rig = test->priv;
	struct notifier_block *nb;
	struct battguard *bg;
	unsigned int from;

	board_start(test, &rig->board, BOARD_USUAL, bind_props);
	bg = board_guard(&rig->board);
	from = bank_acts(&rig->bank);
	nb = panic ? &bg->panic : &bg->restart;
	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, 0, NULL), NOTIFY_DONE);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			sleeps ? on : 0);
	if (sleeps)
		KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank), from);
	else
		bank_expect(test, &rig->bank, from, bind_all_off,
			    ARRAY_SIZE(bind_all_off));

	from = bank_acts(&rig->bank);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank), from);
	/* Let the unbind leave it as it would have been. */
	WRITE_ONCE(bg->running, sleeps);
}

static void bind_panic(struct kunit *test)
{
	bind_ends(test, true);
}

static void bind_restart(struct kunit *test)
{
	bind_ends(test, false);
}

/* An output that is switched by its direction is left alone: that may sleep. */
static void bind_panic_open_source(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct notifier_block *nb;
	unsigned int from;

	board_start(test, &rig->board, BOARD_USUAL, bind_props);
	KUNIT_EXPECT_EQ(test, board_guard(&rig->board)->gpio.atomic, 0);
	from = bank_acts(&rig->bank);
	nb = &board_guard(&rig->board)->panic;
	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, 0, NULL), NOTIFY_DONE);
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank), from);
	WRITE_ONCE(board_guard(&rig->board)->running, true);
}

/* A controller into which a call is under way may hold a lock: left alone. */
static void bind_panic_in_call(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct notifier_block *nb;
	unsigned int from;

	board_start(test, &rig->board, BOARD_USUAL, bind_props);
	nb = &board_guard(&rig->board)->panic;
	from = bank_acts(&rig->bank);
	/* The controller is asked for a level, and the kernel gives up. */
	rig->bank.meanwhile = nb;
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	KUNIT_EXPECT_NULL(test, rig->bank.meanwhile);
	KUNIT_EXPECT_FALSE(test, board_guard(&rig->board)->running);
	KUNIT_EXPECT_EQ(test, bank_count(&rig->bank, from, BANK_LOAD,
					 BANK_FLOAT), 0);
	WRITE_ONCE(board_guard(&rig->board)->running, true);
}

/* Neither a window nor a delay outlives the device. */
static void bind_unbind_meanwhile(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 100),
		{ }
	};
	struct rig *rig = test->priv;
	unsigned int acts, reads;

	board_start(test, &rig->board, BOARD_ALL, props);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, bank_levels(&rig->bank) &
						  BIT(BANK_PRE_ALARM)));
	/* The delay runs, the heartbeat beats, and a window opens. */
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	board_unbind(&rig->board);
	acts = bank_acts(&rig->bank);
	reads = bank_peek(&rig->bank, &rig->bank.reads[BANK_CHARGE]);
	bind_expect_nothing(test, rig);
	msleep(700);
	KUNIT_EXPECT_EQ(test, bank_acts(&rig->bank), acts);
	KUNIT_EXPECT_EQ(test,
			bank_peek(&rig->bank, &rig->bank.reads[BANK_CHARGE]),
			reads);
	bind_expect_nothing(test, rig);
}

static int bind_rattle(void *data)
{
	const u32 inputs = BOARD_ALL & ~BANK_OUTPUTS;
	struct bank *bank = data;

	while (!kthread_should_stop()) {
		const u32 some = get_random_u32();

		bank_rattle(bank, inputs & some, some & BIT(31));
		usleep_range(100, 300);
	}
	return 0;
}

/* Bound and unbound again and again while the lines rattle. */
static void bind_storm(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 1),
		PROPERTY_ENTRY_U32("restore-delay-ms", 0),
		{ }
	};
	struct rig *rig = test->priv;
	struct task_struct *rattle;
	unsigned int n;

	board_make(test, &rig->board, "battguard-board", BOARD_ALL, props);
	rattle = kthread_run(bind_rattle, &rig->bank, "battguard-rattle");
	KUNIT_ASSERT_FALSE(test, IS_ERR(rattle));
	for (n = 0; n < 20; n++) {
		int ret = board_bind(&rig->board);

		KUNIT_EXPECT_EQ(test, ret, 0);
		if (ret)
			break;
		msleep(20);
		board_unbind(&rig->board);
		KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
				0);
		KUNIT_EXPECT_EQ(test,
				bank_peek(&rig->bank, &rig->bank.claimed),
				0);
		bank_poke(&rig->bank, &rig->bank.acts, 0);
	}
	kthread_stop(rattle);
}

#ifdef CONFIG_FAILSLAB
/*
 * Each allocation that a probe makes fails once. Whatever happens then, no
 * output is left on, no line is left claimed, and the next probe works.
 */
static void bind_no_memory(struct kunit *test)
{
	struct rig *rig = test->priv;
	unsigned int failed = 0, n = 0, left;
	int ret;

	board_make(test, &rig->board, "battguard-board", BOARD_ALL,
		   bind_props);
	do {
		current->fail_nth = ++n;
		ret = board_bind(&rig->board);
		left = current->fail_nth;
		current->fail_nth = 0;
		if (ret)
			failed++;
		else
			board_unbind(&rig->board);
		bind_expect_nothing(test, rig);
	} while (!left && n < 2000);
	kunit_info(test, "%u allocations, %u of them vital\n", n - 1, failed);
	KUNIT_EXPECT_GT(test, failed, 20);
	KUNIT_EXPECT_EQ(test, ret, 0);
}
#endif

KUNIT_ARRAY_PARAM(rig, rig_sleeps, rig_describe);

static struct kunit_case bind_tests[] = {
	KUNIT_CASE_PARAM(bind_first_writes, rig_gen_params),
	KUNIT_CASE(bind_lost_line),
	KUNIT_CASE(bind_taken_line),
	KUNIT_CASE_PARAM(bind_one_contact, rig_gen_params),
	KUNIT_CASE(bind_wrong_counts),
	KUNIT_CASE(bind_too_many),
	KUNIT_CASE(bind_broken_property),
	KUNIT_CASE(bind_wrong_number),
	KUNIT_CASE_PARAM(bind_no_interrupt, rig_gen_params),
	KUNIT_CASE_PARAM(bind_stuck_output, rig_gen_params),
	KUNIT_CASE(bind_deferred),
	KUNIT_CASE(bind_names),
	KUNIT_CASE_PARAM(bind_unbind, rig_gen_params),
	KUNIT_CASE_PARAM(bind_unbind_hiccup, rig_gen_params),
	KUNIT_CASE_PARAM(bind_shutdown, rig_gen_params),
	KUNIT_CASE_PARAM(bind_panic, rig_gen_params),
	KUNIT_CASE_PARAM(bind_restart, rig_gen_params),
	KUNIT_CASE(bind_panic_open_source),
	KUNIT_CASE_PARAM(bind_panic_in_call, rig_gen_params),
	KUNIT_CASE_PARAM(bind_unbind_meanwhile, rig_gen_params),
	KUNIT_CASE_PARAM(bind_storm, rig_gen_params),
#ifdef CONFIG_FAILSLAB
	KUNIT_CASE_PARAM(bind_no_memory, rig_gen_params),
#endif
	{}
};

static struct kunit_suite bind_suite = {
	.name = "battguard_bind",
	.init = rig_init,
	.exit = rig_exit,
	.test_cases = bind_tests,
};

kunit_test_suites(&bind_suite);
