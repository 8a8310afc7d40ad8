// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of single steps, with inputs that no board would give
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "player.h"

#define BOARD	(PL_D | PL_C | PL_W | PL_L)
#define GOOD	(PL_D | PL_C | PL_L)

struct hand {
	struct bg_fsm fsm;
	struct bg_config cfg;
	struct bg_inputs in;
	struct bg_result res;
};

/* Whatever was in the result before; what happened counts once. */
static void hand_step(struct hand *h, u64 now)
{
	memset(&h->res, 1, sizeof(h->res));
	bg_fsm_step(&h->fsm, &h->cfg, &h->in, now, &h->res);
	h->in.edge = 0;
	h->in.set = 0;
	h->in.tried = 0;
	h->in.sounded = 0;
	h->in.resumed = false;
}

static struct hand *hand_new(struct kunit *test)
{
	struct hand *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, h);
	h->cfg.lines = BOARD;
	h->cfg.lockout_window = BG_SEC(3600);
	h->in.read = BOARD;
	h->in.level = GOOD;
	h->in.settings = (struct bg_settings) {
		.pre_alarm_delay = BG_SEC(30),
		.restore_delay = BG_SEC(1),
		.reconnect_delay = BG_SEC(30),
		.enabled = true,
	};
	return h;
}

static void hand_bind(struct hand *h)
{
	bg_fsm_init(&h->fsm, &h->in.settings, 0);
	hand_step(h, 0);
}

/* Bound, and all outputs settled. */
static struct hand *hand_start(struct kunit *test)
{
	struct hand *h = hand_new(test);

	hand_bind(h);
	hand_step(h, BG_MS(500));
	return h;
}

static void hand_lines(struct hand *h, u64 now, u32 level)
{
	h->in.edge = h->in.level ^ level;
	h->in.level = level;
	hand_step(h, now);
}

/* Nothing happens: the result is complete, and there is nothing to do. */
static void step_of_nothing(struct kunit *test)
{
	struct hand *h = hand_start(test);

	hand_step(h, BG_SEC(1));
	KUNIT_EXPECT_EQ(test, h->res.outputs, PL_LOAD | PL_CHARGER);
	KUNIT_EXPECT_EQ(test, h->res.write, 0);
	KUNIT_EXPECT_EQ(test, h->res.check, 0);
	KUNIT_EXPECT_EQ(test, h->res.mask, 0);
	KUNIT_EXPECT_EQ(test, h->res.read, 0);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_NEVER);
	KUNIT_EXPECT_EQ(test, h->res.resume_at, BG_NEVER);
	KUNIT_EXPECT_FALSE(test, h->res.stay_awake);
	KUNIT_EXPECT_FALSE(test, h->res.onset);
	KUNIT_EXPECT_FALSE(test, h->res.evented);
}

/* Whatever is read of lines that are not there: it is no bounce. */
static void step_absent_line(struct kunit *test)
{
	struct hand *h = hand_new(test);
	const u32 absent = PL_D2 | PL_C2 | PL_W2 | PL_H;
	unsigned int n;

	/* Where the lines stand, and that there is no other. */
	KUNIT_EXPECT_EQ(test, BIT(BG_LINES_MAX) - 1,
			BG_LINES_DISCHARGE | BG_LINES_CHARGE |
			BG_LINES_LOW_CELL | BG_LINES_REMOTE);

	h->cfg.debounce = BG_MS(5);
	h->in.read = ~0U;
	hand_bind(h);
	for (n = 0; n < 8; n++) {
		h->in.settings.inhibit = !h->in.settings.inhibit;
		h->in.set = BIT(BG_SET_CHARGE_BEHAVIOUR);
		hand_lines(h, BG_SEC(1) + n * BG_MS(6), h->in.level ^ absent);
		KUNIT_EXPECT_TRUE(test, h->res.evented);
		KUNIT_EXPECT_EQ(test, h->res.event.cause, BIT(BG_CAUSE_USER));
	}
}

/* Whatever the filter of such a line holds: nobody looks at it. */
static void step_absent_filter(struct kunit *test)
{
	struct hand *h = hand_start(test);

	h->fsm.line[BG_LINE_LOW_CELL + 1] = (struct bg_line) {
		.state = BG_LINE_BOUNCING,
		.level = true,
		.until = BG_SEC(9),
	};
	hand_step(h, BG_SEC(1));
	KUNIT_EXPECT_FALSE(test, h->res.evented);
	KUNIT_EXPECT_EQ(test, h->fsm.view.lines, GOOD);
	KUNIT_EXPECT_EQ(test, h->fsm.view.faulty, 0);
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_NORMAL);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_NEVER);
	KUNIT_EXPECT_FALSE(test, h->res.stay_awake);

	/* Nor does anybody mask it, or read it in a thread. */
	h->fsm.line[BG_LINE_LOW_CELL + 1].unmask = BG_SEC(9);
	h->cfg.slow_lines = PL_W2;
	hand_step(h, BG_SEC(1));
	KUNIT_EXPECT_EQ(test, h->res.mask, 0);
	h->fsm.line[BG_LINE_LOW_CELL + 1].until = 0;
	hand_step(h, BG_SEC(1));
	KUNIT_EXPECT_EQ(test, h->res.read, 0);
}

/* A report was heard when its transfer began, and no later than now. */
static void step_reports(struct kunit *test)
{
	struct hand *h = hand_new(test);
	const struct bg_line *line = &h->fsm.line[BG_LINE_CHARGE];

	h->cfg.slow_lines = PL_C;
	hand_bind(h);
	h->in.report = PL_C | PL_D;
	h->in.heard = BG_MS(900);
	hand_step(h, BG_SEC(1));
	KUNIT_EXPECT_EQ(test, line->heard, BG_MS(900));
	KUNIT_EXPECT_EQ(test, h->fsm.line[BG_LINE_DISCHARGE].heard, BG_MS(900));
	KUNIT_EXPECT_EQ(test, h->fsm.line[BG_LINE_LOW_CELL].heard, BG_SEC(1));
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_MS(2900));
	h->in.heard = BG_SEC(9);
	hand_step(h, BG_MS(1100));
	KUNIT_EXPECT_EQ(test, line->heard, BG_MS(1100));
	h->in.report = 0;
	hand_step(h, BG_MS(1200));
	KUNIT_EXPECT_EQ(test, line->heard, BG_MS(1200));
	KUNIT_EXPECT_EQ(test, h->res.read, 0);

	/* Its thread has to read it, and nobody that of another one. */
	h->in.read = BOARD & ~PL_C;
	h->in.edge = PL_C;
	hand_step(h, BG_MS(1300));
	KUNIT_EXPECT_EQ(test, h->res.read, PL_C);
	KUNIT_EXPECT_EQ(test, h->fsm.resumed, 0ULL);
	h->in.resumed = true;
	hand_step(h, BG_MS(1400));
	KUNIT_EXPECT_EQ(test, h->fsm.resumed, BG_MS(1400));
	KUNIT_EXPECT_EQ(test, line->silent, BG_MS(3400));
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_MS(3400));
}

/* An output that is not read back cannot fail. */
static void step_absent_output(struct kunit *test)
{
	struct hand *h = hand_start(test);

	h->in.tried = BIT(BG_OUT_HEARTBEAT);
	h->in.out_failed = BIT(BG_OUT_HEARTBEAT);
	h->in.out_level = BIT(BG_OUT_HEARTBEAT);
	hand_step(h, BG_SEC(1));
	KUNIT_EXPECT_FALSE(test, h->res.evented);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_NEVER);
}

/* A line that is not read at the bind is open, like one that cannot be read. */
static void step_unread_at_bind(struct kunit *test)
{
	struct hand *h = hand_new(test);

	h->in.read = BOARD & ~(PL_C | PL_W);
	hand_bind(h);
	KUNIT_EXPECT_EQ(test, h->fsm.view.faulty, PL_C | PL_W);
	KUNIT_EXPECT_EQ(test, h->fsm.view.lines, PL_D | PL_W | PL_L);
}

/* An edge on a line that is not read opens a window. */
static void step_unread_edge(struct kunit *test)
{
	struct hand *h = hand_start(test);

	h->cfg.debounce = BG_MS(5);
	h->in.read = BOARD & ~PL_C;
	h->in.edge = PL_C;
	hand_step(h, BG_SEC(1));
	KUNIT_EXPECT_EQ(test, h->fsm.line[BG_LINE_CHARGE].state,
			BG_LINE_WINDOW);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_SEC(1) + BG_MS(5));
}

/* Quiet time that ends a bounce, with this restore time, window 5 ms. */
struct quiet_case {
	const char *name;
	u32 line;
	u32 restore;	/* in ms */
	u32 quiet;	/* in ms */
};

static const struct quiet_case quiet_cases[] = {
	{ "allow-discharge, at least 1 s", BG_LINE_DISCHARGE, 0, 1000 },
	{ "allow-discharge", BG_LINE_DISCHARGE, 2000, 2000 },
	{ "allow-charge, at least 1 s", BG_LINE_CHARGE, 999, 1000 },
	{ "allow-charge", BG_LINE_CHARGE, 1001, 1001 },
	{ "low-cell, at least 1 s", BG_LINE_LOW_CELL, 0, 1000 },
	{ "low-cell", BG_LINE_LOW_CELL, 2000, 2000 },
	{ "remote, at least 1 s", BG_LINE_REMOTE_L, 0, 1000 },
	{ "remote", BG_LINE_REMOTE_L, 2000, 2000 },
};

static void quiet_case_desc(const struct quiet_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(quiet_case, quiet_cases, quiet_case_desc);

static void step_quiet(struct kunit *test)
{
	const struct quiet_case *c = test->param_value;
	struct hand *h = hand_new(test);
	const struct bg_line *line = &h->fsm.line[c->line];
	u64 now = BG_SEC(1);
	unsigned int n;

	h->cfg.debounce = BG_MS(5);
	h->in.settings.restore_delay = BG_MS(c->restore);
	hand_bind(h);
	for (n = 0; n < 5; n++) {
		hand_step(h, now);
		now += BG_MS(5);
		hand_lines(h, now, h->in.level ^ BIT(c->line));
		now += BG_MS(5);
	}
	now -= BG_MS(5);
	KUNIT_EXPECT_EQ(test, line->state, BG_LINE_BOUNCING);
	KUNIT_EXPECT_EQ(test, line->until, now + BG_MS(c->quiet));
}

/* A setting is taken when it is written, with those written with it only. */
static void step_settings(struct kunit *test)
{
	const u32 all = BIT(BG_NR_SETTINGS) - 1;
	struct hand *h = hand_start(test);
	const struct bg_settings other = {
		.pre_alarm_delay = BG_SEC(31),
		.restore_delay = BG_SEC(2),
		.reconnect_delay = BG_SEC(31),
		.inhibit = true,
		.mute = true,
	};
	const struct bg_settings usual = h->in.settings;
	unsigned int n;

	h->in.settings = other;
	hand_step(h, BG_SEC(1));
	KUNIT_EXPECT_FALSE(test, h->res.evented);

	for (n = 0; n < BG_NR_SETTINGS; n++) {
		h->fsm.set = usual;
		h->in.set = BIT(n);
		hand_step(h, BG_SEC(1));
		KUNIT_EXPECT_EQ_MSG(test, h->res.event.set, BIT(n),
				    "setting %u", n);
	}

	h->fsm.set = usual;
	h->in.set = all;
	hand_step(h, BG_SEC(2));
	KUNIT_EXPECT_EQ(test, h->res.event.set, all);
	KUNIT_EXPECT_EQ(test, h->fsm.set.pre_alarm_delay, BG_SEC(31));
	KUNIT_EXPECT_EQ(test, h->fsm.set.restore_delay, BG_SEC(2));
	KUNIT_EXPECT_EQ(test, h->fsm.set.reconnect_delay, BG_SEC(31));
	KUNIT_EXPECT_FALSE(test, h->fsm.set.enabled);
	KUNIT_EXPECT_TRUE(test, h->fsm.set.inhibit);
	KUNIT_EXPECT_TRUE(test, h->fsm.set.mute);
}

/* The write of the warning is known at once or never, and is not to come. */
static void step_sounded(struct kunit *test)
{
	struct hand *h = hand_start(test);

	hand_lines(h, BG_SEC(1), GOOD | PL_W);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&h->fsm), BG_SEC(31));
	hand_step(h, BG_SEC(2));
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&h->fsm), BG_SEC(31));

	h = hand_start(test);
	hand_lines(h, BG_SEC(1), GOOD | PL_W);
	h->in.sounded = BG_SEC(10);
	hand_step(h, BG_SEC(2));
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&h->fsm), BG_SEC(32));
}

/* Evaluations for the blink only while something blinks. */
static void step_blink_deadline(struct kunit *test)
{
	struct hand *h = hand_start(test);

	hand_lines(h, BG_SEC(1), GOOD | PL_W);
	hand_step(h, BG_MS(1500));
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_SEC(31));

	h = hand_start(test);
	h->cfg.intermittent = true;
	hand_lines(h, BG_SEC(1), GOOD | PL_W);
	hand_step(h, BG_MS(1500));
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_MS(1800));
	h->in.settings.mute = true;
	h->in.set = BIT(BG_SET_MUTE);
	hand_step(h, BG_MS(1600));
	hand_step(h, BG_MS(1700));
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_SEC(31));
	h->in.settings.mute = false;
	h->in.set = BIT(BG_SET_MUTE);
	hand_lines(h, BG_SEC(2), GOOD);
	hand_step(h, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_NORMAL);
	hand_step(h, BG_SEC(4));
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_NEVER);
}

/* Late by less than half a period it stays in step, else it goes on from here. */
static void step_late_blink(struct kunit *test)
{
	struct hand *h = hand_start(test);

	h->cfg.intermittent = true;
	hand_lines(h, BG_SEC(1), GOOD | PL_W);
	hand_step(h, BG_MS(2600) - 1);
	KUNIT_EXPECT_FALSE(test, h->res.outputs & PL_ALARM);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_MS(2600));
	hand_step(h, BG_MS(3400));
	KUNIT_EXPECT_TRUE(test, h->res.outputs & PL_ALARM);
	hand_step(h, BG_MS(3500));
	KUNIT_EXPECT_TRUE(test, h->res.outputs & PL_ALARM);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_MS(4200));
}

/* The system goes to sleep in the lit half, which begins anew then. */
static void step_park(struct kunit *test)
{
	struct hand *h = hand_start(test);

	h->cfg.intermittent = true;
	hand_lines(h, BG_SEC(1), GOOD | PL_W);
	hand_step(h, BG_MS(1800));
	KUNIT_EXPECT_FALSE(test, h->res.outputs & PL_ALARM);
	h->in.park = true;
	hand_step(h, BG_MS(1900));
	KUNIT_EXPECT_TRUE(test, h->res.outputs & h->res.write & PL_ALARM);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_MS(1910));
	h->in.park = false;
	hand_step(h, BG_MS(2690));
	KUNIT_EXPECT_TRUE(test, h->res.outputs & PL_ALARM);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_MS(2700));
	/* In the lit half nothing is written, and it is prolonged. */
	h->in.park = true;
	hand_step(h, BG_MS(2695));
	KUNIT_EXPECT_FALSE(test, h->res.write & PL_ALARM);
	h->in.park = false;
	hand_step(h, BG_MS(3494));
	KUNIT_EXPECT_TRUE(test, h->res.outputs & PL_ALARM);
	hand_step(h, BG_MS(3495));
	KUNIT_EXPECT_FALSE(test, h->res.outputs & PL_ALARM);
}

/* One line that settles, or one output, keeps the system awake. */
static void step_awake(struct kunit *test)
{
	struct hand *h = hand_start(test);

	/* The charger alone. */
	h->in.settings.inhibit = true;
	h->in.set = BIT(BG_SET_CHARGE_BEHAVIOUR);
	hand_step(h, BG_SEC(1));
	KUNIT_EXPECT_EQ(test, h->res.write, PL_CHARGER);
	KUNIT_EXPECT_TRUE(test, h->res.stay_awake);
	hand_step(h, BG_MS(1010));
	KUNIT_EXPECT_FALSE(test, h->res.stay_awake);

	/* The load alone. */
	hand_lines(h, BG_SEC(2), PL_C | PL_L);
	h->in.settings.mute = true;
	h->in.set = BIT(BG_SET_MUTE);
	hand_step(h, BG_SEC(3));
	hand_step(h, BG_SEC(4));
	hand_step(h, BG_SEC(32));
	KUNIT_EXPECT_EQ(test, h->res.write, PL_LOAD);
	KUNIT_EXPECT_TRUE(test, h->res.stay_awake);
	hand_step(h, BG_MS(32010));
	KUNIT_EXPECT_FALSE(test, h->res.stay_awake);

	/* The first of the lines alone. */
	h = hand_start(test);
	h->cfg.debounce = BG_MS(5);
	hand_lines(h, BG_SEC(1), PL_C | PL_L);
	KUNIT_EXPECT_EQ(test, h->res.write, 0);
	KUNIT_EXPECT_TRUE(test, h->res.stay_awake);
}

/* It ends in standby, where an unbind adds one reason. */
static void step_unbind(struct kunit *test)
{
	struct hand *h = hand_start(test);

	bg_fsm_unbind(&h->fsm, BG_SEC(1), &h->res);
	KUNIT_EXPECT_EQ(test, h->fsm.discharge.state, BG_STANDBY);

	h = hand_start(test);
	hand_lines(h, BG_SEC(1), PL_D | PL_C);
	bg_fsm_unbind(&h->fsm, BG_SEC(2), &h->res);
	KUNIT_EXPECT_EQ(test, h->res.event.view.load_reasons,
			BIT(BG_WHY_REMOTE) | BIT(BG_WHY_USER));
	KUNIT_EXPECT_EQ(test, h->res.event.changed, BIT(BG_CHANGED_REASONS));
}

static struct kunit_case step_tests[] = {
	KUNIT_CASE(step_of_nothing),
	KUNIT_CASE(step_absent_line),
	KUNIT_CASE(step_absent_filter),
	KUNIT_CASE(step_reports),
	KUNIT_CASE(step_absent_output),
	KUNIT_CASE(step_unread_at_bind),
	KUNIT_CASE(step_unread_edge),
	KUNIT_CASE_PARAM(step_quiet, quiet_case_gen_params),
	KUNIT_CASE(step_settings),
	KUNIT_CASE(step_sounded),
	KUNIT_CASE(step_blink_deadline),
	KUNIT_CASE(step_late_blink),
	KUNIT_CASE(step_park),
	KUNIT_CASE(step_awake),
	KUNIT_CASE(step_unbind),
	{}
};

static struct kunit_suite step_suite = {
	.name = "battguard_step",
	.test_cases = step_tests,
};

kunit_test_suites(&step_suite);
