// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of what the driver does with its lines
 */
#include "../driver/compat.h"
#include "board.h"

static const struct property_entry act_props[] = {
	PROPERTY_ENTRY_STRING("label", "guard"),
	PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
	PROPERTY_ENTRY_U32("restore-delay-ms", 0),
	PROPERTY_ENTRY_U32("load-reconnect-delay-ms", 0),
	{ }
};

/* Are lines read and set by a thread? */
static bool act_threaded(struct kunit *test)
{
	return *(const bool *)test->param_value || IS_ENABLED(CONFIG_PREEMPT_RT);
}

/* In place it has happened already, in a thread it is about to. */
#define ACT_EXPECT(test, condition)					\
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(act_threaded(test) ? 500 : 0, \
					   condition))

/* Lines are set in the interrupt of the edge, or in the controller's thread. */
static void act_context(struct kunit *test)
{
	struct rig *rig = test->priv;
	const struct bank_act off = {
		BANK_CHARGER, BANK_FLOAT, false, !act_threaded(test)
	};
	const struct bank_act on = {
		BANK_CHARGER, BANK_HIGH, false, !act_threaded(test)
	};
	unsigned int from;

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	KUNIT_EXPECT_EQ(test, board_guard(&rig->board)->nr_ports,
			act_threaded(test) ? 1 : 0);

	from = bank_acts(&rig->bank);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	bank_expect(test, &rig->bank, from, &off, 1);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			BIT(BANK_LOAD));

	from = bank_acts(&rig->bank);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), true);
	bank_expect(test, &rig->bank, from, &on, 1);
}

/*
 * To make an open-source output float its direction is changed, for which a pin
 * controller may sleep, whatever the GPIO controller says.
 */
static void act_open_source(struct kunit *test)
{
	const struct bank_act off = { BANK_CHARGER, BANK_FLOAT };
	struct rig *rig = test->priv;
	unsigned int from;

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	KUNIT_EXPECT_FALSE(test, rig->bank.chip.can_sleep);
	KUNIT_EXPECT_EQ(test, board_guard(&rig->board)->nr_ports, 1);
	from = bank_acts(&rig->bank);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	bank_expect(test, &rig->bank, from, &off, 1);
}

/* Off first: charger, load, pre-alarm; then on: pre-alarm, load, charger. */
static void act_order(struct kunit *test)
{
	static const struct bank_act off[] = {
		{ BANK_CHARGER, BANK_FLOAT },
		{ BANK_LOAD, BANK_FLOAT },
		{ BANK_PRE_ALARM, BANK_FLOAT },
	};
	static const struct bank_act on[] = {
		{ BANK_PRE_ALARM, BANK_HIGH },
		{ BANK_LOAD, BANK_HIGH },
		{ BANK_CHARGER, BANK_HIGH },
	};
	struct rig *rig = test->priv;
	unsigned int from;

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	BOARD_EXPECT_FILE(test, &rig->board, "state", "pre-alarm");

	from = bank_acts(&rig->bank);
	KUNIT_EXPECT_EQ(test, board_write(test, &rig->board, "enabled", "0"),
			0);
	bank_expect(test, &rig->bank, from, off, ARRAY_SIZE(off));
	BOARD_EXPECT_FILE(test, &rig->board, "state", "standby");

	from = bank_acts(&rig->bank);
	KUNIT_EXPECT_EQ(test, board_write(test, &rig->board, "enabled", "1"),
			0);
	bank_expect(test, &rig->bank, from, on, ARRAY_SIZE(on));
	BOARD_EXPECT_FILE(test, &rig->board, "state", "pre-alarm");
}

/* What goes off goes before what comes on, in one evaluation. */
static void act_off_before_on(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
		PROPERTY_ENTRY_BOOL("charge-inhibit-on-pre-alarm"),
		{ }
	};
	struct rig *rig = test->priv;
	const bool hard = !act_threaded(test);
	const struct bank_act onset[] = {
		{ BANK_CHARGER, BANK_FLOAT, false, hard },
		{ BANK_PRE_ALARM, BANK_HIGH, false, hard },
	};
	unsigned int from;

	board_start(test, &rig->board, BOARD_USUAL, props);
	from = bank_acts(&rig->bank);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	bank_expect(test, &rig->bank, from, onset, ARRAY_SIZE(onset));
	BOARD_EXPECT_FILE(test, &rig->board, "charger_off_reasons",
			  "pre-alarm");
}

/* Remote off wins over all that happens in the same evaluation. */
static void act_remote(struct kunit *test)
{
	struct rig *rig = test->priv;

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	bank_pull(&rig->bank, BIT(BANK_LOW_CELL), true);
	bank_edge(&rig->bank, BIT(BANK_REMOTE_L), false);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES, 0);
	KUNIT_EXPECT_EQ(test, bank_count(&rig->bank, 0, BANK_PRE_ALARM,
					 BANK_HIGH), 0);
	BOARD_EXPECT_FILE(test, &rig->board, "load_off_reasons", "remote");
}

/* Levels decide: any other evaluation makes up for a lost edge. */
static void act_lost_edge(struct kunit *test)
{
	struct rig *rig = test->priv;

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
	bank_pull(&rig->bank, BIT(BANK_CHARGE), false);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	KUNIT_EXPECT_FALSE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
}

/*
 * Once a second all lines are looked at: a change without any interrupt is
 * found in time, and so is a controller that has stopped answering.
 */
static void act_look(struct kunit *test)
{
	struct rig *rig = test->priv;
	ktime_t start;

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	/* Nothing else has a deadline. */
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   !board_now(&rig->board).stay_awake));
	start = ktime_get_boottime();
	bank_pull(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BIT(BANK_CHARGER))));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get_boottime(), start),
			1500);

	bank_poke(&rig->bank, &rig->bank.no_read, BIT(BANK_REMOTE_L));
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BIT(BANK_LOAD))));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get_boottime(), start),
			3000);
}

static u32 act_reads(struct rig *rig)
{
	return bank_peek(&rig->bank, &rig->bank.reads[BANK_CHARGE]);
}

/* A line without an interrupt is looked at as often as the board says. */
static void act_polled(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 0),
		PROPERTY_ENTRY_U32("poll-interval-ms", 20),
		PROPERTY_ENTRY_BOOL("wakeup-source"),
		{ }
	};
	struct rig *rig = test->priv;
	ktime_t start;

	bank_poke(&rig->bank, &rig->bank.no_irq, BIT(BANK_CHARGE));
	board_start(test, &rig->board, BOARD_USUAL, props);
	KUNIT_EXPECT_EQ(test, board_guard(&rig->board)->gpio.polled,
			BIT(BG_LINE_CHARGE));
	/* Nothing else has a deadline. */
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   !board_now(&rig->board).stay_awake));
	start = ktime_get_boottime();
	bank_poke(&rig->bank, &rig->bank.reads[BANK_CHARGE], 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, act_reads(rig) >= 10));
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get_boottime(), start), 179);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get_boottime(), start), 1900);

	bank_pull(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(500, !(bank_levels(&rig->bank) &
						  BIT(BANK_CHARGER))));
	/* The lines that have an interrupt still use it. */
	KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, &rig->bank.unmasked),
			BOARD_USUAL & ~BANK_OUTPUTS & ~BIT(BANK_CHARGE));
}

/* A line that moves inside a window is judged at its end. */
static void act_window(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 200),
		PROPERTY_ENTRY_U32("restore-delay-ms", 0),
		{ }
	};
	struct rig *rig = test->priv;
	ktime_t start;

	board_start(test, &rig->board, BOARD_USUAL, props);
	start = ktime_get_boottime();
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BIT(BANK_CHARGER))));
	KUNIT_EXPECT_GE(test, ktime_to_ms(ktime_sub(ktime_get_boottime(),
						    start)), 200);
}

/* A controller's own debouncing is not asked for: the window is the guard's. */
static void act_debounced(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 1000),
		{ }
	};
	struct rig *rig = test->priv;

	rig->bank.debounces = true;
	board_start(test, &rig->board, BOARD_USUAL, props);
	KUNIT_EXPECT_EQ(test,
			bank_peek(&rig->bank, &rig->bank.debounce_us), 0);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
}

/* Inside a window no edge of the line runs the guard; after it, they do. */
static void act_masked(struct kunit *test)
{
	static const struct property_entry props[] = {
		PROPERTY_ENTRY_STRING("label", "guard"),
		PROPERTY_ENTRY_U32("debounce-delay-ms", 1000),
		PROPERTY_ENTRY_U32("restore-delay-ms", 0),
		{ }
	};
	struct rig *rig = test->priv;
	const u32 *reads = &rig->bank.reads[BANK_CHARGE];
	unsigned int n;
	ktime_t start;
	u32 before;

	board_start(test, &rig->board, BOARD_USUAL, props);
	start = ktime_get_boottime();
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	before = bank_peek(&rig->bank, reads);
	for (n = 0; n < 100; n++)
		bank_edge(&rig->bank, BIT(BANK_CHARGE), !(n & 1));
	/* One look may come, and outputs that settle. */
	if (ktime_ms_delta(ktime_get_boottime(), start) < 1000)
		KUNIT_EXPECT_LE(test, bank_peek(&rig->bank, reads) - before, 5);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BIT(BANK_CHARGER))));
	/* Outputs come before masks. */
	KUNIT_EXPECT_TRUE(test,
			  BOARD_WAIT(1000, bank_peek(&rig->bank,
						     &rig->bank.unmasked) &
					   BIT(BANK_CHARGE)));
	BOARD_EXPECT_FILE(test, &rig->board, "faults", "0");

	start = ktime_get_boottime();
	bank_edge(&rig->bank, BIT(BANK_CHARGE), true);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, bank_levels(&rig->bank) &
						  BIT(BANK_CHARGER)));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get_boottime(), start),
			1900);
}

/* A line that bounces counts as open, and runs the guard now and then only. */
static void act_bounces(struct kunit *test)
{
	struct rig *rig = test->priv;
	const u32 *reads = &rig->bank.reads[BANK_CHARGE];
	unsigned int n;
	ktime_t start;
	u32 before;
	s64 ms;

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	for (n = 0; n < 10; n++)
		bank_edge(&rig->bank, BIT(BANK_CHARGE), n & 1);
	KUNIT_EXPECT_FALSE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
	BOARD_EXPECT_FILE(test, &rig->board, "charger_off_reasons",
			  "battery fault");
	BOARD_EXPECT_FILE(test, &rig->board, "faults", "1");

	start = ktime_get_boottime();
	before = bank_peek(&rig->bank, reads);
	for (n = 0; n < 500; n++) {
		bank_edge(&rig->bank, BIT(BANK_CHARGE), n & 1);
		usleep_range(500, 1000);
	}
	ms = ktime_ms_delta(ktime_get_boottime(), start);
	/* Each 100 ms an edge, and the end of its mask. */
	KUNIT_EXPECT_LE(test, bank_peek(&rig->bank, reads) - before,
			ms / 30 + 10);

	start = ktime_get_boottime();
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, bank_levels(&rig->bank) &
						  BIT(BANK_CHARGER)));
	/* The last edge may have been masked, and come 100 ms later. */
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get_boottime(), start), 900);
	BOARD_EXPECT_FILE(test, &rig->board, "faults", "1");
}

/* Three reads that fail are no fault yet. */
static void act_read_hiccup(struct kunit *test)
{
	struct rig *rig = test->priv;
	const u32 *reads = &rig->bank.reads[BANK_CHARGE];

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	bank_poke(&rig->bank, &rig->bank.hiccups[BANK_CHARGE], 3);
	bank_poke(&rig->bank, &rig->bank.reads[BANK_CHARGE], 0);
	bank_edge(&rig->bank, BIT(BANK_DISCHARGE2), true);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), false);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   bank_peek(&rig->bank, reads) > 3));
	KUNIT_EXPECT_EQ(test,
			bank_peek(&rig->bank, &rig->bank.hiccups[BANK_CHARGE]),
			0);
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->bank) & BIT(BANK_CHARGER));
	KUNIT_EXPECT_EQ(test, bank_count(&rig->bank, 0, BANK_CHARGER,
					 BANK_FLOAT), 0);
	BOARD_EXPECT_FILE(test, &rig->board, "faults", "0");
}

/* How many events say that faults changed? */
static unsigned int act_fault_events(struct board *board)
{
	struct bg_event event;
	unsigned int count = 0;
	u64 seq;

	for (seq = 1; board_event(board, seq, &event); seq++)
		if (event.changed & BIT(BG_CHANGED_FAULTS))
			count++;
	return count;
}

/* Four reads that fail: open; polled each second, reported once. */
static void act_unreadable(struct kunit *test)
{
	struct rig *rig = test->priv;
	const u32 *reads = &rig->bank.reads[BANK_CHARGE];
	struct board *board = &rig->board;
	ktime_t start;
	s64 seconds;

	RIG_NEEDS_PLACE(test);
	board_start(test, board, BOARD_USUAL, act_props);
	start = ktime_get_boottime();
	bank_poke(&rig->bank, &rig->bank.reads[BANK_CHARGE], 0);
	bank_poke(&rig->bank, &rig->bank.no_read, BIT(BANK_CHARGE));
	bank_edge(&rig->bank, BIT(BANK_CHARGE), true);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BIT(BANK_CHARGER))));
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get_boottime(), start), 26);
	KUNIT_EXPECT_GE(test, bank_peek(&rig->bank, reads), 4);
	BOARD_EXPECT_FILE(test, board, "charger_off_reasons", "battery fault");
	BOARD_EXPECT_FILE(test, board, "allow_charge", "0");
	KUNIT_EXPECT_EQ(test, board_property(board, POWER_SUPPLY_PROP_HEALTH),
			POWER_SUPPLY_HEALTH_UNSPEC_FAILURE);

	/* It is left alone by evaluations that come before it is due. */
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), false);
	if (ktime_ms_delta(ktime_get_boottime(), start) < 1000)
		KUNIT_EXPECT_EQ(test, bank_peek(&rig->bank, reads), 4);

	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(30000,
					   bank_peek(&rig->bank, reads) > 5));
	seconds = ktime_ms_delta(ktime_get_boottime(), start) / 1000;
	KUNIT_EXPECT_GE(test, seconds, 2);
	KUNIT_EXPECT_LE(test, bank_peek(&rig->bank, reads), seconds + 4);
	BOARD_EXPECT_FILE(test, board, "faults", "1");
	KUNIT_EXPECT_EQ(test, act_fault_events(board), 1);

	bank_poke(&rig->bank, &rig->bank.no_read, 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(30000, bank_levels(&rig->bank) &
						  BIT(BANK_CHARGER)));
	BOARD_EXPECT_FILE(test, board, "charger_off_reasons", "none");
	KUNIT_EXPECT_EQ(test, act_fault_events(board), 2);
	BOARD_EXPECT_FILE(test, board, "faults", "1");
}

/* A transfer that fails, fails all lines of the controller. */
static void act_unreadable_bank(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	const u32 lines = BIT(BG_LINE_DISCHARGE) | BIT(BG_LINE_CHARGE) |
			  BIT(BG_LINE_LOW_CELL) | BIT(BG_LINE_REMOTE_L);
	ktime_t start;

	board_start(test, board, BOARD_USUAL, act_props);
	start = ktime_get_boottime();
	bank_poke(&rig->bank, &rig->bank.no_read, BIT(BANK_CHARGE));
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), false);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BANK_SWITCHES)));
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get_boottime(), start), 26);
	/* And not when nothing was heard of them for two seconds. */
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get_boottime(), start), 1900);
	KUNIT_EXPECT_EQ(test, board_now(board).event.view.faulty, lines);
	BOARD_EXPECT_FILE(test, board, "faults", "4");
	KUNIT_EXPECT_EQ(test, act_fault_events(board), 1);

	bank_poke(&rig->bank, &rig->bank.no_read, 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   !board_now(board).event.view.faulty));
	/* The remote was off as long as nobody knew better. */
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, (bank_levels(&rig->bank) &
						   BANK_SWITCHES) ==
						  (BIT(BANK_LOAD) |
						   BIT(BANK_CHARGER))));
	KUNIT_EXPECT_EQ(test, act_fault_events(board), 2);
}

/* The same at the very first look: the warning sounds, nothing may charge. */
static void act_unreadable_at_bind(struct kunit *test)
{
	struct rig *rig = test->priv;

	bank_poke(&rig->bank, &rig->bank.no_read,
		  BIT(BANK_CHARGE) | BIT(BANK_LOW_CELL));
	board_start(test, &rig->board, BOARD_USUAL, act_props);
	/* A transfer that fails says nothing of the remote, either. */
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			act_threaded(test) ? 0 : BIT(BANK_LOAD) |
						 BIT(BANK_PRE_ALARM));
	KUNIT_EXPECT_EQ(test, bank_count(&rig->bank, 0, BANK_CHARGER,
					 BANK_HIGH), 0);
	BOARD_EXPECT_FILE(test, &rig->board, "low_cell", "1");
	BOARD_EXPECT_FILE(test, &rig->board, "faults",
			  act_threaded(test) ? "4" : "2");
}

/* The lines of one controller do not wait for another, which hangs. */
static void act_hangs(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	const struct bank_act off = {
		BANK_CHARGER, BANK_FLOAT, false, !act_threaded(test)
	};
	const struct bank_act on = {
		BANK_CHARGER, BANK_HIGH, false, !act_threaded(test)
	};
	unsigned int from;
	ktime_t start;

	rig->late.chip.can_sleep = true;
	KUNIT_ASSERT_EQ(test, bank_add(&rig->late), 0);
	board->late_lines = BIT(BANK_PRE_ALARM) | BIT(BANK_CHARGE2) |
			    BIT(BANK_DISCHARGE2);
	board_start(test, board,
		    BOARD_USUAL | BIT(BANK_CHARGE2) | BIT(BANK_DISCHARGE2),
		    act_props);
	KUNIT_EXPECT_EQ(test, board_guard(board)->nr_ports,
			1 + act_threaded(test));
	board_settle(board);

	/* A transfer that has begun takes longer than the test. */
	bank_poke(&rig->late, &rig->late.hang_ms, 2500);
	bank_rattle(&rig->bank, BIT(BANK_LOW_CELL), true);
	start = ktime_get_boottime();
	ACT_EXPECT(test, board_now(board).event.view.state == BG_PRE_ALARM);
	from = bank_acts(&rig->bank);
	bank_rattle(&rig->bank, BIT(BANK_CHARGE), false);
	ACT_EXPECT(test, bank_acts(&rig->bank) > from);
	bank_expect(test, &rig->bank, from, &off, 1);
	from = bank_acts(&rig->bank);
	bank_rattle(&rig->bank, BIT(BANK_CHARGE), true);
	ACT_EXPECT(test, bank_acts(&rig->bank) > from);
	bank_expect(test, &rig->bank, from, &on, 1);

	/* What is not heard of counts as open. */
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BIT(BANK_CHARGER))));
	KUNIT_EXPECT_EQ(test, board_now(board).event.view.faulty,
			BIT(BG_LINE_CHARGE + 1) | BIT(BG_LINE_DISCHARGE + 1));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get_boottime(), start),
			3500);

	/* It answers again. */
	bank_poke(&rig->late, &rig->late.hang_ms, 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(20000, bank_levels(&rig->bank) &
						  BIT(BANK_CHARGER)));
	KUNIT_EXPECT_EQ(test, board_now(board).event.view.faulty, 0);
	board_settle(board);

	/* The unbind waits for a transfer, and other outputs do not. */
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->late) & BIT(BANK_PRE_ALARM));
	bank_poke(&rig->late, &rig->late.hang_ms, 1000);
	bank_rattle(&rig->bank, BIT(BANK_REMOTE_L), false);
	ACT_EXPECT(test, !(bank_levels(&rig->bank) & BANK_SWITCHES));
	KUNIT_EXPECT_TRUE(test, bank_levels(&rig->late) & BIT(BANK_PRE_ALARM));
	board_unbind(board);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->late) & BANK_SWITCHES, 0);
	bank_poke(&rig->late, &rig->late.hang_ms, 0);
}

/* An output that cannot float: set anew and reported; the others follow. */
static void act_off_fails(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	unsigned int from;
	ktime_t start;

	board_start(test, board, BOARD_USUAL, act_props);
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	bank_poke(&rig->bank, &rig->bank.no_write, BIT(BANK_LOAD));
	from = bank_acts(&rig->bank);
	start = ktime_get_boottime();
	bank_edge(&rig->bank, BIT(BANK_REMOTE_L), false);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			BIT(BANK_LOAD));
	BOARD_EXPECT_FILE(test, board, "state", "standby");
	BOARD_EXPECT_FILE(test, board, "charger", "0");
	BOARD_EXPECT_FILE(test, board, "pre_alarm", "0");

	/* It is a fault when it was set anew three times in vain. */
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   board_now(board).event.view.out_faulty));
	KUNIT_EXPECT_GE(test, bank_count(&rig->bank, from, BANK_LOAD,
					 BANK_FLOAT), 4);
	/* Each time as soon as it could settle. */
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get_boottime(), start),
			1500);
	BOARD_EXPECT_FILE(test, board, "load", "1");
	BOARD_EXPECT_FILE(test, board, "faults", "1");
	KUNIT_EXPECT_EQ(test, board_property(board, POWER_SUPPLY_PROP_HEALTH),
			POWER_SUPPLY_HEALTH_GOOD);

	bank_poke(&rig->bank, &rig->bank.no_write, 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(30000, !(bank_levels(&rig->bank) &
						    BIT(BANK_LOAD))));
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   !board_now(board).event.view.out_faulty));
	BOARD_EXPECT_FILE(test, board, "load", "0");
	BOARD_EXPECT_FILE(test, board, "faults", "1");
	KUNIT_EXPECT_EQ(test, act_fault_events(board), 2);
}

/* An output that does not come on says so in its reasons. */
static void act_on_fails(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;

	board_start(test, board, BOARD_USUAL, act_props);
	bank_edge(&rig->bank, BIT(BANK_REMOTE_L), false);
	bank_poke(&rig->bank, &rig->bank.no_write,
		  BIT(BANK_LOAD) | BIT(BANK_CHARGER));
	bank_edge(&rig->bank, BIT(BANK_REMOTE_L), true);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   board_now(board).event.view.out_faulty ==
					   (BIT(BG_OUT_LOAD) |
					    BIT(BG_OUT_CHARGER))));
	BOARD_EXPECT_FILE(test, board, "state", "normal");
	BOARD_EXPECT_FILE(test, board, "load", "0");
	BOARD_EXPECT_FILE(test, board, "charger", "0");
	BOARD_EXPECT_FILE(test, board, "load_off_reasons", "fault");
	BOARD_EXPECT_FILE(test, board, "charger_off_reasons", "fault");
	BOARD_EXPECT_FILE(test, board, "faults", "2");

	bank_poke(&rig->bank, &rig->bank.no_write, 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(30000,
					   !board_now(board).event.view.out_faulty));
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES,
			BIT(BANK_LOAD) | BIT(BANK_CHARGER));
	BOARD_EXPECT_FILE(test, board, "load_off_reasons", "none");
}

/* A write that fails, and works when it is set anew, is no fault. */
static void act_write_hiccup(struct kunit *test)
{
	struct rig *rig = test->priv;

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	bank_poke(&rig->bank, &rig->bank.hiccups[BANK_CHARGER], 3);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), false);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, !(bank_levels(&rig->bank) &
						    BIT(BANK_CHARGER))));
	/* Beyond the time after which it is read back. */
	msleep(100);
	BOARD_EXPECT_FILE(test, &rig->board, "charger", "0");
	BOARD_EXPECT_FILE(test, &rig->board, "faults", "0");

	/* The same when it goes on: no floating line does that by itself. */
	bank_poke(&rig->bank, &rig->bank.hiccups[BANK_CHARGER], 3);
	bank_edge(&rig->bank, BIT(BANK_CHARGE), true);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, bank_levels(&rig->bank) &
						  BIT(BANK_CHARGER)));
	msleep(100);
	BOARD_EXPECT_FILE(test, &rig->board, "charger", "1");
	BOARD_EXPECT_FILE(test, &rig->board, "faults", "0");
}

/* Set, and reads back otherwise: reported, and set again each second. */
static void act_reads_otherwise(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;
	unsigned int from;

	board_start(test, board, BOARD_USUAL, act_props);
	from = bank_acts(&rig->bank);
	bank_poke(&rig->bank, &rig->bank.inverted, BIT(BANK_PRE_ALARM));
	bank_edge(&rig->bank, BIT(BANK_LOW_CELL), true);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   board_now(board).event.view.out_faulty));
	KUNIT_EXPECT_EQ(test, board_now(board).event.view.out_faulty,
			BIT(BG_OUT_PRE_ALARM));
	/* Once, and set anew three times before it was called a fault. */
	KUNIT_EXPECT_GE(test, bank_count(&rig->bank, from, BANK_PRE_ALARM,
					 BANK_HIGH), 4);
	/* The decision stands, and so do its reports. */
	BOARD_EXPECT_FILE(test, board, "state", "pre-alarm");
	BOARD_EXPECT_FILE(test, board, "pre_alarm", "1");
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(30000,
					   bank_count(&rig->bank, from,
						      BANK_PRE_ALARM,
						      BANK_HIGH) > 8));
	BOARD_EXPECT_FILE(test, board, "faults", "1");

	bank_poke(&rig->bank, &rig->bank.inverted, 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(30000,
					   !board_now(board).event.view.out_faulty));
	KUNIT_EXPECT_EQ(test, act_fault_events(board), 2);
}

/* Outputs that cannot be read back show the level that was set. */
static void act_blind(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct board *board = &rig->board;

	bank_poke(&rig->bank, &rig->bank.no_read, BANK_OUTPUTS);
	board_start(test, board, BOARD_USUAL, act_props);
	KUNIT_EXPECT_EQ(test, board_guard(board)->gpio.readable, 0);
	bank_poke(&rig->bank, &rig->bank.reads[BANK_LOAD], 0);
	BOARD_EXPECT_FILE(test, board, "load", "1");
	bank_edge(&rig->bank, BIT(BANK_REMOTE_L), false);
	msleep(50);
	BOARD_EXPECT_FILE(test, board, "load", "0");
	KUNIT_EXPECT_EQ(test,
			bank_peek(&rig->bank, &rig->bank.reads[BANK_LOAD]),
			0);
	BOARD_EXPECT_FILE(test, board, "faults", "0");

	/* Setting alone can show a failure, and a fault once retries failed. */
	bank_poke(&rig->bank, &rig->bank.no_write, BIT(BANK_LOAD));
	bank_edge(&rig->bank, BIT(BANK_REMOTE_L), true);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000,
					   board_now(board).event.view.state ==
					   BG_NORMAL));
	msleep(200);
	BOARD_EXPECT_FILE(test, board, "load",
			  bank_reports(&rig->bank) ? bg_if_reported("0", "1") :
						     "1");
	BOARD_EXPECT_FILE(test, board, "load_off_reasons",
			  bank_reports(&rig->bank) ?
			  bg_if_reported("fault", "none") : "none");
	BOARD_EXPECT_FILE(test, board, "faults",
			  bank_reports(&rig->bank) ? bg_if_reported("1", "0") :
						     "0");
}

/* A controller that forgot its registers serves again after the next look. */
static void act_forgets(struct kunit *test)
{
	const u32 on = BIT(BANK_LOAD) | BIT(BANK_CHARGER);
	struct rig *rig = test->priv;
	ktime_t start;

	board_start(test, &rig->board, BOARD_USUAL, act_props);
	KUNIT_ASSERT_TRUE(test, BOARD_WAIT(10000,
					   !board_now(&rig->board).stay_awake));
	start = ktime_get_boottime();
	bank_poke(&rig->bank, &rig->bank.driven, 0);
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) & BANK_SWITCHES, 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(10000, (bank_levels(&rig->bank) &
						   on) == on));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get_boottime(), start),
			2000);
	msleep(100);
	BOARD_EXPECT_FILE(test, &rig->board, "load", "1");
	BOARD_EXPECT_FILE(test, &rig->board, "faults", "0");
}

/* The heart stops for a load that cannot be cut, and goes on once it can. */
static void act_heart_stops(struct kunit *test)
{
	struct rig *rig = test->priv;
	unsigned int from;

	board_start(test, &rig->board, BOARD_ALL, act_props);
	bank_poke(&rig->bank, &rig->bank.no_write, BIT(BANK_LOAD));
	from = bank_acts(&rig->bank);
	bank_edge(&rig->bank, BIT(BANK_REMOTE_L), false);
	msleep(4000);
	KUNIT_EXPECT_GE(test, bank_count(&rig->bank, from, BANK_HEARTBEAT,
					 BANK_HIGH), 2);
	msleep(2000);
	from = bank_acts(&rig->bank);
	msleep(1500);
	KUNIT_EXPECT_EQ(test, bank_count(&rig->bank, from, BANK_HEARTBEAT,
					 BANK_HIGH), 0);
	KUNIT_EXPECT_EQ(test, bank_count(&rig->bank, from, BANK_HEARTBEAT,
					 BANK_FLOAT), 0);

	bank_poke(&rig->bank, &rig->bank.no_write, 0);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(30000,
					   bank_count(&rig->bank, from,
						      BANK_HEARTBEAT,
						      BANK_HIGH) > 1));
	KUNIT_EXPECT_FALSE(test, bank_levels(&rig->bank) & BIT(BANK_LOAD));
}

/* Toggles by itself, after the others were written. */
static void act_heartbeat(struct kunit *test)
{
	struct rig *rig = test->priv;
	const struct bank_act *act = rig->bank.act;

	board_start(test, &rig->board, BOARD_ALL, act_props);
	KUNIT_ASSERT_GE(test, bank_acts(&rig->bank), 4);
	KUNIT_EXPECT_EQ(test, act[3].line, BANK_HEARTBEAT);
	KUNIT_EXPECT_TRUE(test, BOARD_WAIT(30000,
					   bank_count(&rig->bank, 0,
						      BANK_HEARTBEAT,
						      BANK_HIGH) > 1 &&
					   bank_count(&rig->bank, 0,
						      BANK_HEARTBEAT,
						      BANK_FLOAT) > 1));
	KUNIT_EXPECT_EQ(test, bank_levels(&rig->bank) &
			(BIT(BANK_LOAD) | BIT(BANK_CHARGER)),
			BIT(BANK_LOAD) | BIT(BANK_CHARGER));
}

KUNIT_ARRAY_PARAM(rig, rig_sleeps, rig_describe);
KUNIT_ARRAY_PARAM(in_place, rig_in_place, rig_describe);
KUNIT_ARRAY_PARAM(in_thread, rig_in_thread, rig_describe);

static struct kunit_case act_tests[] = {
	KUNIT_CASE_PARAM(act_context, rig_gen_params),
	KUNIT_CASE(act_open_source),
	KUNIT_CASE_PARAM(act_order, rig_gen_params),
	KUNIT_CASE_PARAM(act_off_before_on, rig_gen_params),
	KUNIT_CASE_PARAM(act_remote, rig_gen_params),
	KUNIT_CASE_PARAM(act_lost_edge, rig_gen_params),
	KUNIT_CASE_PARAM(act_look, rig_gen_params),
	KUNIT_CASE_PARAM(act_polled, rig_gen_params),
	KUNIT_CASE_PARAM(act_window, rig_gen_params),
	KUNIT_CASE_PARAM(act_debounced, rig_gen_params),
	KUNIT_CASE_PARAM(act_masked, rig_gen_params),
	KUNIT_CASE_PARAM(act_bounces, rig_gen_params),
	KUNIT_CASE_PARAM(act_read_hiccup, rig_gen_params),
	KUNIT_CASE_PARAM(act_unreadable, in_place_gen_params),
	KUNIT_CASE_PARAM(act_unreadable_bank, in_thread_gen_params),
	KUNIT_CASE_PARAM(act_unreadable_at_bind, rig_gen_params),
	KUNIT_CASE_PARAM(act_hangs, rig_gen_params),
	KUNIT_CASE_PARAM(act_off_fails, rig_gen_params),
	KUNIT_CASE_PARAM(act_on_fails, rig_gen_params),
	KUNIT_CASE_PARAM(act_write_hiccup, rig_gen_params),
	KUNIT_CASE_PARAM(act_reads_otherwise, rig_gen_params),
	KUNIT_CASE_PARAM(act_blind, rig_gen_params),
	KUNIT_CASE_PARAM(act_forgets, rig_gen_params),
	KUNIT_CASE_PARAM(act_heartbeat, rig_gen_params),
	KUNIT_CASE_PARAM(act_heart_stops, rig_gen_params),
	{}
};

static struct kunit_suite act_suite = {
	.name = "battguard_act",
	.init = rig_init,
	.exit = rig_exit,
	.test_cases = act_tests,
};

kunit_test_suites(&act_suite);

MODULE_DESCRIPTION("KUnit tests of the battery protection controller's driver");
MODULE_AUTHOR("battguard developers");
MODULE_LICENSE("GPL");
