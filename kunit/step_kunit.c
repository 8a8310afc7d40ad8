// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of single steps, with inputs that no board would give
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../driver/decision/view.h"
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
	/* Else each onset would have to be told when it sounded. */
	h->cfg.silent = true;
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

/* When the write of the warning returned, heard when, and the end of the delay. */
struct sounded_case {
	const char *name;
	u64 when;	/* in ns */
	u64 heard;	/* in ns */
	u64 onset;	/* in ns */
	bool silent;
};

/* It was decided after 1 s. */
static const struct sounded_case sounded_cases[] = {
	{ "nothing heard", 0, BG_MS(1500), BG_SEC(2), false },
	{ "nothing to hear of", 0, BG_MS(1500), BG_SEC(1), true },
	{ "heard at once", BG_MS(1001), BG_MS(1002), BG_MS(1001), false },
	{ "heard later", BG_MS(1001), BG_SEC(20), BG_MS(1001), false },
	{ "not later than now", BG_MS(1800), BG_MS(1700), BG_MS(1700), false },
	{ "too late to count", BG_MS(2500), BG_SEC(3), BG_SEC(2), false },
	{ "of another write", BG_MS(999), BG_MS(1500), BG_SEC(2), false },
};

static void sounded_case_desc(const struct sounded_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(sounded_case, sounded_cases, sounded_case_desc);

static void step_sounded(struct kunit *test)
{
	const struct sounded_case *c = test->param_value;
	const u64 end = c->onset + BG_SEC(30);
	struct hand *h = hand_start(test);

	h->cfg.silent = c->silent;
	hand_lines(h, BG_SEC(1), GOOD | PL_W);
	KUNIT_EXPECT_EQ(test, h->res.event.onset, BG_SEC(1));
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&h->fsm),
			c->silent ? BG_SEC(31) : BG_SEC(32));
	h->in.sounded = c->when;
	hand_step(h, c->heard);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&h->fsm), end);
	hand_lines(h, end - 1, PL_C | PL_L);
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_PRE_ALARM);
	KUNIT_EXPECT_EQ(test, h->res.deadline, end);
	hand_step(h, end);
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_LOAD_OFF);
}

/* What the remote has to hold for, with this restore time. */
struct remote_case {
	const char *name;
	u32 restore;	/* in ms */
	u64 hold;	/* in ns */
};

static const struct remote_case remote_cases[] = {
	{ "no restore time", 0, BG_SEC(1) },
	{ "below a second", 999, BG_SEC(1) },
	{ "a second", 1000, BG_SEC(1) },
	{ "above a second", 1001, BG_MS(1001) },
	{ "a minute", 60000, BG_SEC(60) },
};

static void remote_case_desc(const struct remote_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(remote_case, remote_cases, remote_case_desc);

/* On counts when it has held, off at once; the file shows what the lines say. */
static void step_remote(struct kunit *test)
{
	const struct remote_case *c = test->param_value;
	struct hand *h = hand_new(test);
	const struct bg_view *view = &h->fsm.view;
	const u64 on = BG_SEC(20), end = on + c->hold;
	const u16 waits = BIT(BG_WHY_RESTORE_DELAY);

	h->in.settings.restore_delay = BG_MS(c->restore);
	hand_bind(h);
	KUNIT_EXPECT_EQ(test, view->state, BG_NORMAL);

	hand_lines(h, BG_SEC(10), PL_D | PL_C);
	KUNIT_EXPECT_EQ(test, view->state, BG_STANDBY);
	KUNIT_EXPECT_EQ(test, h->res.outputs, 0);
	KUNIT_EXPECT_EQ(test, view->load_reasons, BIT(BG_WHY_REMOTE));
	KUNIT_EXPECT_EQ(test, view->charger_reasons, BIT(BG_WHY_REMOTE));
	KUNIT_EXPECT_EQ(test, h->fsm.counters.remote_offs, 1U);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_returns(&h->fsm), 0ULL);
	hand_step(h, BG_SEC(11));
	KUNIT_EXPECT_FALSE(test, h->res.stay_awake);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_NEVER);

	hand_lines(h, on, GOOD);
	KUNIT_EXPECT_TRUE(test, view->remote);
	KUNIT_EXPECT_EQ(test, view->state, BG_STANDBY);
	KUNIT_EXPECT_EQ(test, view->load_reasons, waits);
	KUNIT_EXPECT_EQ(test, view->charger_reasons, waits);
	KUNIT_EXPECT_FALSE(test, view->charge_blocked);
	KUNIT_EXPECT_EQ(test, h->res.deadline, end);
	KUNIT_EXPECT_TRUE(test, h->res.stay_awake);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_returns(&h->fsm), end);
	hand_step(h, end - 1);
	KUNIT_EXPECT_EQ(test, view->state, BG_STANDBY);
	KUNIT_EXPECT_EQ(test, view->load_reasons, waits);
	hand_step(h, end);
	KUNIT_EXPECT_EQ(test, view->state, BG_NORMAL);
	KUNIT_EXPECT_EQ(test, h->res.outputs, PL_LOAD | PL_CHARGER);
	KUNIT_EXPECT_EQ(test, h->fsm.counters.remote_offs, 1U);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_returns(&h->fsm), 0ULL);
}

/* A contact that chatters never counts as on, and its offs are not counted. */
static void step_remote_chatters(struct kunit *test)
{
	struct hand *h = hand_start(test);
	unsigned int n;

	for (n = 0; n < 10; n++) {
		hand_lines(h, BG_SEC(10 + n), PL_D | PL_C);
		KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_STANDBY);
		hand_lines(h, BG_SEC(10 + n) + 1, GOOD);
		hand_step(h, BG_SEC(11 + n));
		KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_STANDBY);
	}
	KUNIT_EXPECT_EQ(test, h->fsm.counters.remote_offs, 1U);
	hand_step(h, BG_SEC(20) + 1);
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_NORMAL);
	/* A restore time that is raised takes nothing away. */
	h->in.settings.restore_delay = BG_SEC(60);
	h->in.set = BIT(BG_SET_RESTORE_DELAY_MS);
	hand_step(h, BG_SEC(21));
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_NORMAL);
}

/* The software switch has no restore time, and the remote's goes on under it. */
static void step_switch(struct kunit *test)
{
	struct hand *h = hand_start(test);
	const struct bg_view *view = &h->fsm.view;

	h->in.settings.enabled = false;
	h->in.set = BIT(BG_SET_ENABLED);
	hand_lines(h, BG_SEC(10), PL_D | PL_C);
	hand_lines(h, BG_SEC(11), GOOD);
	KUNIT_EXPECT_EQ(test, view->load_reasons, BIT(BG_WHY_USER) |
			BIT(BG_WHY_RESTORE_DELAY));
	KUNIT_EXPECT_EQ(test, view->charger_reasons, BIT(BG_WHY_USER) |
			BIT(BG_WHY_RESTORE_DELAY));
	KUNIT_EXPECT_EQ(test, bg_fsm_load_returns(&h->fsm), 0ULL);
	hand_step(h, BG_SEC(12));
	KUNIT_EXPECT_EQ(test, view->load_reasons, BIT(BG_WHY_USER));
	h->in.settings.enabled = true;
	h->in.set = BIT(BG_SET_ENABLED);
	hand_step(h, BG_SEC(13));
	KUNIT_EXPECT_EQ(test, view->state, BG_NORMAL);
	KUNIT_EXPECT_EQ(test, h->res.outputs, PL_LOAD | PL_CHARGER);
}

/* The longest of all that runs is told. */
static void step_returns(struct kunit *test)
{
	struct hand *h = hand_start(test);

	hand_lines(h, BG_SEC(1), PL_C | PL_L);
	hand_step(h, BG_SEC(31));
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_LOAD_OFF);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_returns(&h->fsm), 0ULL);
	hand_lines(h, BG_SEC(40), GOOD);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_returns(&h->fsm),
			BG_SEC(61));
	hand_lines(h, BG_SEC(50), PL_D | PL_C);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_returns(&h->fsm), 0ULL);
	KUNIT_EXPECT_EQ(test, h->fsm.view.load_reasons, BIT(BG_WHY_REMOTE) |
			BIT(BG_WHY_RECONNECT_DELAY));
	hand_lines(h, BG_MS(60500), GOOD);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_returns(&h->fsm),
			BG_MS(61500));
	KUNIT_EXPECT_EQ(test, h->fsm.view.load_reasons,
			BIT(BG_WHY_RESTORE_DELAY) |
			BIT(BG_WHY_RECONNECT_DELAY));
	/* After the end of all, nothing returns. */
	bg_fsm_unbind(&h->fsm, BG_SEC(61), &h->res);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_returns(&h->fsm), 0ULL);
}

/* What waits only for its lines to be heard is told to wait for time. */
static void step_unheard(struct kunit *test)
{
	struct hand *h = hand_start(test);
	struct bg_verdict v = { .lines = GOOD, .remote = true };
	const struct bg_view *view = &h->fsm.view;
	const struct bg_news news = { 0 };

	h->fsm.discharge.state = BG_LOAD_OFF;
	h->fsm.charge.on = false;
	bg_view_step(&h->fsm, &v, &news, &h->res);
	KUNIT_EXPECT_EQ(test, view->load_reasons, BIT(BG_WHY_RESTORE_DELAY));
	KUNIT_EXPECT_EQ(test, view->charger_reasons,
			BIT(BG_WHY_RESTORE_DELAY));

	/* Each for itself, and not besides another word. */
	v.heard_discharge = true;
	v.charge_open = true;
	h->fsm.discharge.locked = true;
	bg_view_step(&h->fsm, &v, &news, &h->res);
	KUNIT_EXPECT_EQ(test, view->load_reasons, BIT(BG_WHY_LOCKOUT));
	KUNIT_EXPECT_EQ(test, view->charger_reasons, BIT(BG_WHY_BATTERY));

	/* Heard of, it hides no reason that is forgotten. */
	h->fsm.discharge.locked = false;
	bg_view_step(&h->fsm, &v, &news, &h->res);
	KUNIT_EXPECT_EQ(test, view->load_reasons, 0);
}

/* One line for both permissions says nothing of a cable. */
static void step_shared(struct kunit *test)
{
	struct hand *h = hand_new(test);
	const u16 cable = BIT(BG_WHY_CABLE);

	h->cfg.lines |= PL_D2 | PL_C2;
	h->in.read = h->cfg.lines;
	h->cfg.shared = BIT(1);
	hand_bind(h);
	hand_step(h, BG_MS(500));
	hand_lines(h, BG_SEC(1), GOOD | PL_D2 | PL_C2);
	hand_lines(h, BG_SEC(2), GOOD);
	KUNIT_EXPECT_EQ(test, h->fsm.view.charger_reasons,
			BIT(BG_WHY_BATTERY));
	hand_step(h, BG_SEC(32));
	KUNIT_EXPECT_FALSE(test, h->fsm.view.load_reasons & cable);
	hand_lines(h, BG_SEC(33), PL_L | PL_D2 | PL_C2);
	KUNIT_EXPECT_TRUE(test, h->fsm.view.load_reasons & cable);
	KUNIT_EXPECT_TRUE(test, h->fsm.view.charger_reasons & cable);
}

/* With the option, the charger stops while a line says so, and a second on. */
static void step_blocked(struct kunit *test)
{
	struct hand *h = hand_start(test);
	const u32 on = PL_LOAD | PL_CHARGER | PL_ALARM;

	h->cfg.inhibit_on_pre_alarm = true;
	h->in.settings.restore_delay = 0;
	h->in.set = BIT(BG_SET_RESTORE_DELAY_MS);
	hand_lines(h, BG_SEC(1), PL_C | PL_L);
	KUNIT_EXPECT_EQ(test, h->res.outputs, PL_LOAD | PL_ALARM);
	KUNIT_EXPECT_EQ(test, h->fsm.view.charger_reasons,
			BIT(BG_WHY_PRE_ALARM));
	hand_lines(h, BG_SEC(2), GOOD);
	hand_step(h, BG_SEC(3) - 1);
	KUNIT_EXPECT_EQ(test, h->res.outputs, PL_LOAD | PL_ALARM);
	/* The 30 s without forbidden are no reason to stop it. */
	hand_step(h, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_PRE_ALARM);
	KUNIT_EXPECT_EQ(test, h->res.outputs, on);
	KUNIT_EXPECT_EQ(test, h->fsm.view.charger_reasons, 0);
	KUNIT_EXPECT_TRUE(test, h->res.stay_awake);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_SEC(3) + BG_SETTLE_NS);
	hand_step(h, BG_SEC(4));
	KUNIT_EXPECT_TRUE(test, h->res.stay_awake);
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_SEC(31));
	hand_step(h, BG_SEC(31));
	KUNIT_EXPECT_EQ(test, h->res.deadline, BG_SEC(32));
	/* Inhibited besides: the pre-alarm is no word for it. */
	h->in.settings.inhibit = true;
	h->in.set = BIT(BG_SET_CHARGE_BEHAVIOUR);
	hand_step(h, BG_SEC(32) - 1);
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_PRE_ALARM);
	KUNIT_EXPECT_EQ(test, h->fsm.view.charger_reasons, BIT(BG_WHY_USER));
	hand_step(h, BG_SEC(32));
	KUNIT_EXPECT_EQ(test, h->fsm.view.state, BG_NORMAL);
}

/* Off while there is no permit is no disconnect of the charger. */
static void step_charger_counted(struct kunit *test)
{
	struct hand *h = hand_start(test);
	const u32 *count = &h->fsm.counters.charger_disconnects;

	hand_lines(h, BG_SEC(1), PL_D | PL_L);
	KUNIT_EXPECT_EQ(test, *count, 1U);
	hand_lines(h, BG_SEC(2), GOOD);
	hand_step(h, BG_SEC(3));
	KUNIT_EXPECT_TRUE(test, h->res.outputs & PL_CHARGER);
	hand_lines(h, BG_SEC(4), PL_D);
	KUNIT_EXPECT_FALSE(test, h->res.outputs & PL_CHARGER);
	hand_lines(h, BG_SEC(5), GOOD);
	hand_step(h, BG_SEC(6));
	h->in.settings.enabled = false;
	h->in.set = BIT(BG_SET_ENABLED);
	hand_lines(h, BG_SEC(7), PL_D | PL_L);
	KUNIT_EXPECT_EQ(test, *count, 1U);
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
	KUNIT_CASE_PARAM(step_sounded, sounded_case_gen_params),
	KUNIT_CASE_PARAM(step_remote, remote_case_gen_params),
	KUNIT_CASE(step_remote_chatters),
	KUNIT_CASE(step_switch),
	KUNIT_CASE(step_returns),
	KUNIT_CASE(step_unheard),
	KUNIT_CASE(step_shared),
	KUNIT_CASE(step_blocked),
	KUNIT_CASE(step_charger_counted),
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
