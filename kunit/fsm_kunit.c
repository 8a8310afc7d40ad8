// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the decision as a whole
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/string.h>

#include "timeline.h"

#define ALL	(PL_D | PL_C | PL_L)

static struct player *fsm_player(struct kunit *test)
{
	struct player *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	return p;
}

static struct player *fsm_start(struct kunit *test)
{
	struct player *p = fsm_player(test);
	struct bg_settings set;

	player_default(p);
	set = p->wish;
	player_start(p, &set);
	return p;
}

static void fsm_lines(struct player *p, u64 when, u32 level)
{
	player_run(p, when);
	player_lines(p, level);
	player_step(p);
}

static void timeline_desc(const struct timeline *tl, char *desc)
{
	strscpy(desc, tl->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(timeline, timelines, timeline_desc);

static void fsm_timelines(struct kunit *test)
{
	const struct timeline *tl = test->param_value;
	struct player *p = fsm_player(test);
	const struct bg_view *view = &p->fsm.view;
	unsigned int n;

	timeline_start(p, tl);
	for (n = 0; n < tl->steps; n++) {
		const struct tl_step *step = &tl->step[n];

		timeline_do(p, step);
		KUNIT_ASSERT_EQ_MSG(test, view->state, step->state,
				    "state at %u ms", step->at);
		KUNIT_ASSERT_EQ_MSG(test, p->pins & PL_CHECKED, step->pins,
				    "outputs at %u ms", step->at);
		KUNIT_ASSERT_EQ_MSG(test, view->load_reasons, step->load,
				    "reasons of the load at %u ms", step->at);
		KUNIT_ASSERT_EQ_MSG(test, view->charger_reasons,
				    step->charger,
				    "reasons of the charger at %u ms",
				    step->at);
		KUNIT_ASSERT_TRUE(test, timeline_seen(p, step));
	}
}

/* The bind is event 1; then one for each change, and none for nothing. */
static void fsm_events(struct kunit *test)
{
	struct player *p = fsm_start(test);
	const struct bg_event *event = &p->res.event;

	KUNIT_EXPECT_TRUE(test, p->res.evented);
	KUNIT_EXPECT_EQ(test, event->seq, 1ULL);
	KUNIT_EXPECT_EQ(test, event->cause, BIT(BG_CAUSE_BIND) |
			BIT(BG_CAUSE_LINE));

	p->now = BG_SEC(1);
	player_step(p);
	KUNIT_EXPECT_FALSE(test, p->res.evented);

	fsm_lines(p, BG_SEC(2), PL_D | PL_L);
	KUNIT_EXPECT_TRUE(test, p->res.evented);
	KUNIT_EXPECT_EQ(test, event->seq, 2ULL);
	KUNIT_EXPECT_EQ(test, event->boottime, BG_SEC(2));
	KUNIT_EXPECT_EQ(test, event->cause, BIT(BG_CAUSE_LINE));
	KUNIT_EXPECT_EQ(test, event->changed, BIT(BG_CHANGED_CHARGER) |
			BIT(BG_CHANGED_ALLOW_CHARGE) |
			BIT(BG_CHANGED_REASONS));
	KUNIT_EXPECT_EQ(test, event->view.charger_reasons,
			BIT(BG_WHY_BATTERY));

	fsm_lines(p, BG_SEC(3), ALL);
	KUNIT_EXPECT_EQ(test, event->seq, 3ULL);
	player_run(p, BG_SEC(4));
	KUNIT_EXPECT_EQ(test, event->seq, 4ULL);
	KUNIT_EXPECT_EQ(test, event->cause, BIT(BG_CAUSE_TIME));
	KUNIT_EXPECT_EQ(test, event->view.outputs, PL_LOAD | PL_CHARGER);
	KUNIT_EXPECT_EQ(test, p->events_bad, 0U);
}

/* A value in force already makes no event, another one does. */
static void fsm_writes(struct kunit *test)
{
	struct player *p = fsm_start(test);
	unsigned int n;

	for (n = 0; n < BG_NR_SETTINGS; n++) {
		p->wishes = BIT(n);
		player_step(p);
		KUNIT_EXPECT_FALSE_MSG(test, p->res.evented, "setting %u", n);
	}

	p->wish.enabled = false;
	p->wish.inhibit = true;
	p->wish.mute = true;
	p->wish.pre_alarm_delay = BG_SEC(31);
	p->wish.restore_delay = BG_SEC(2);
	p->wish.reconnect_delay = BG_SEC(31);
	for (n = 0; n < BG_NR_SETTINGS; n++) {
		p->wishes = BIT(n);
		player_step(p);
		KUNIT_EXPECT_TRUE_MSG(test, p->res.evented, "setting %u", n);
		KUNIT_EXPECT_EQ(test, p->res.event.set, BIT(n));
		KUNIT_EXPECT_EQ(test, p->res.event.cause,
				BIT(BG_CAUSE_USER));
	}
	KUNIT_EXPECT_EQ(test, p->events, 1ULL + BG_NR_SETTINGS);
}

static void fsm_counters(struct kunit *test)
{
	struct player *p = fsm_start(test);
	const struct bg_counters *c = &p->fsm.counters;

	fsm_lines(p, BG_SEC(10), PL_C | PL_L);	/* pre-alarm */
	fsm_lines(p, BG_SEC(60), PL_L);		/* off since 40 s */
	fsm_lines(p, BG_SEC(61), PL_C | PL_L);
	fsm_lines(p, BG_SEC(100), PL_C);	/* standby */
	fsm_lines(p, BG_SEC(110), ALL);	/* counts after a second */
	player_run(p, BG_SEC(120));		/* normal since 111 s */
	p->dead = PL_C;
	player_step(p);
	player_run(p, BG_SEC(125));
	p->wish.inhibit = true;
	p->wishes = BIT(BG_SET_CHARGE_BEHAVIOUR);
	player_step(p);

	KUNIT_EXPECT_EQ(test, c->pre_alarms, 1U);
	KUNIT_EXPECT_EQ(test, c->load_disconnects, 1U);
	KUNIT_EXPECT_EQ(test, c->charger_disconnects, 2U);
	KUNIT_EXPECT_EQ(test, c->remote_offs, 1U);
	KUNIT_EXPECT_EQ(test, c->faults, 1U);
	KUNIT_EXPECT_EQ(test, c->state_ns[BG_NORMAL], BG_SEC(24));
	KUNIT_EXPECT_EQ(test, c->state_ns[BG_PRE_ALARM], BG_SEC(30));
	KUNIT_EXPECT_EQ(test, c->state_ns[BG_LOAD_OFF], BG_SEC(60));
	KUNIT_EXPECT_EQ(test, c->state_ns[BG_STANDBY], BG_SEC(11));
}

/* A user who switches the charger off causes no disconnect. */
static void fsm_user_is_no_disconnect(struct kunit *test)
{
	struct player *p = fsm_start(test);

	p->wish.inhibit = true;
	p->wishes = BIT(BG_SET_CHARGE_BEHAVIOUR);
	player_step(p);
	KUNIT_EXPECT_FALSE(test, p->pins & PL_CHARGER);
	KUNIT_EXPECT_EQ(test, p->fsm.counters.charger_disconnects, 0U);
}

/* Remote is off at the bind: that is no change of it. */
static void fsm_bind_without_remote(struct kunit *test)
{
	struct player *p = fsm_player(test);
	struct bg_settings set;

	player_default(p);
	p->level = PL_D | PL_C;
	set = p->wish;
	player_start(p, &set);
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_STANDBY);
	KUNIT_EXPECT_EQ(test, p->fsm.counters.remote_offs, 0U);
	/* All outputs are written at the bind, whatever they were. */
	KUNIT_EXPECT_EQ(test, p->res.write & PL_CHECKED, PL_CHECKED);
	KUNIT_EXPECT_EQ(test, p->res.outputs & PL_CHECKED, 0U);
}

/* Minimum delay and restore times keep awake, the reconnect delay wakes. */
static void fsm_sleep(struct kunit *test)
{
	struct player *p = fsm_start(test);

	player_run(p, BG_SEC(1));
	KUNIT_EXPECT_FALSE(test, p->res.stay_awake);
	KUNIT_EXPECT_EQ(test, p->res.resume_at, BG_NEVER);
	fsm_lines(p, BG_SEC(2), PL_C | PL_L);
	KUNIT_EXPECT_TRUE(test, p->res.stay_awake);
	player_run(p, BG_SEC(33));
	KUNIT_EXPECT_FALSE(test, p->res.stay_awake);
	KUNIT_EXPECT_EQ(test, p->res.resume_at, BG_SEC(62));
	fsm_lines(p, BG_SEC(40), ALL);
	KUNIT_EXPECT_TRUE(test, p->res.stay_awake);
	player_run(p, BG_MS(41500));
	KUNIT_EXPECT_FALSE(test, p->res.stay_awake);
	/* Slept through it: judged when it wakes. */
	p->now = BG_SEC(5000);
	player_step(p);
	KUNIT_EXPECT_TRUE(test, p->pins & PL_LOAD);
	KUNIT_EXPECT_EQ(test, p->res.resume_at, BG_NEVER);
}

/* The time left before the load may go, from the onset on. */
static void fsm_remaining(struct kunit *test)
{
	struct player *p = fsm_start(test);

	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&p->fsm), 0ULL);
	p->latency = BG_MS(7);
	fsm_lines(p, BG_SEC(5), ALL | PL_W);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&p->fsm),
			BG_SEC(35) + BG_MS(7));
	fsm_lines(p, BG_SEC(6), ALL);
	player_run(p, BG_SEC(7));
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&p->fsm), 0ULL);
}

/* Since when state and outputs are as they are, and the time of an onset. */
static void fsm_since(struct kunit *test)
{
	struct player *p = fsm_start(test);
	const u64 *since = p->fsm.since;
	unsigned int n;

	for (n = 0; n < BG_NR_SINCE; n++)
		KUNIT_EXPECT_EQ(test, since[n], 0ULL);
	/* The delays are the last of the settings, and an event has just these. */
	KUNIT_EXPECT_EQ(test, BG_FIRST_DELAY + BG_NR_DELAYS, BG_NR_SETTINGS);
	/* The heartbeat is the last of the outputs. */
	KUNIT_EXPECT_EQ(test, BG_NR_OUTS, BG_NR_CHECKED_OUTS + 1);
	fsm_lines(p, BG_SEC(5), ALL | PL_W);
	KUNIT_EXPECT_EQ(test, p->res.event.onset, BG_SEC(5));
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_STATE], BG_SEC(5));
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_PRE_ALARM], BG_SEC(5));
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_LOAD], 0ULL);
	fsm_lines(p, BG_SEC(6), (ALL | PL_W) & ~PL_C);
	KUNIT_EXPECT_EQ(test, p->res.event.onset, BG_SEC(5));
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_CHARGER], BG_SEC(6));
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_STATE], BG_SEC(5));
	fsm_lines(p, BG_SEC(50), ALL & ~PL_D);
	KUNIT_EXPECT_EQ(test, p->res.event.onset, 0ULL);
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_LOAD], BG_SEC(50));
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_PRE_ALARM], BG_SEC(50));
	player_run(p, BG_SEC(55));
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_CHARGER], BG_SEC(51));
	/* Letting go is a change of what was on. */
	bg_fsm_unbind(&p->fsm, BG_SEC(60), &p->res);
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_LOAD], BG_SEC(50));
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_STATE], BG_SEC(60));
	KUNIT_EXPECT_EQ(test, since[BG_CHANGED_CHARGER], BG_SEC(60));
}

/* If the clock goes back, time stands still; years on is just late. */
static void fsm_clocks(struct kunit *test)
{
	struct player *p = fsm_start(test);

	fsm_lines(p, BG_SEC(100), PL_C | PL_L);
	p->now = 0;
	player_step(p);
	KUNIT_EXPECT_EQ(test, p->fsm.now, BG_SEC(100));
	KUNIT_EXPECT_TRUE(test, p->pins & PL_LOAD);
	p->now = BG_SEC(130) - 1;
	player_step(p);
	KUNIT_EXPECT_TRUE(test, p->pins & PL_LOAD);
	p->now = BG_SEC(3155760000ULL);
	player_step(p);
	KUNIT_EXPECT_FALSE(test, p->pins & PL_LOAD);
	p->now = U64_MAX;
	player_lines(p, ALL);
	player_step(p);
	KUNIT_EXPECT_FALSE(test, p->pins & PL_LOAD);
	KUNIT_EXPECT_EQ(test, p->res.deadline, BG_NEVER);
}

/* A line that cannot be read is left alone until it is due. */
static void fsm_lines_to_read(struct kunit *test)
{
	struct player *p = fsm_start(test);

	p->dead = PL_W;
	p->now = BG_SEC(1);
	player_step(p);
	KUNIT_EXPECT_EQ(test, bg_fsm_lines_to_read(&p->fsm, &p->cfg,
						   BG_MS(1001) - 1),
			p->cfg.lines & ~PL_W);
	KUNIT_EXPECT_EQ(test, bg_fsm_lines_to_read(&p->fsm, &p->cfg,
						   BG_MS(1001)),
			p->cfg.lines);
	KUNIT_EXPECT_EQ(test, p->fsm.view.faulty, 0U);
	player_run(p, BG_MS(1026));
	KUNIT_EXPECT_EQ(test, bg_fsm_lines_to_read(&p->fsm, &p->cfg,
						   BG_MS(2026) - 1),
			p->cfg.lines & ~PL_W);
	KUNIT_EXPECT_EQ(test, bg_fsm_lines_to_read(&p->fsm, &p->cfg,
						   BG_MS(2026)),
			p->cfg.lines);
	KUNIT_EXPECT_EQ(test, p->fsm.view.faulty, PL_W);
	KUNIT_EXPECT_LE(test, p->res.deadline, BG_MS(2026));

	/* Those of a thread are not for an evaluation to read. */
	p->cfg.slow_lines = PL_C | PL_W;
	KUNIT_EXPECT_EQ(test, bg_fsm_lines_to_read(&p->fsm, &p->cfg,
						   BG_MS(2026)),
			p->cfg.lines & ~(PL_C | PL_W));
}

/* A line that is not read keeps its level, and time goes on for it. */
static void fsm_lines_not_read(struct kunit *test)
{
	struct player *p = fsm_player(test);
	struct bg_settings set;

	player_default(p);
	p->cfg.debounce = BG_MS(5);
	set = p->wish;
	player_start(p, &set);

	player_run(p, BG_SEC(1));
	p->unread = PL_C;
	player_lines(p, PL_D | PL_L);
	player_step(p);
	KUNIT_EXPECT_TRUE(test, p->fsm.view.lines & PL_C);
	/* The edge was seen; its window ends with the next read. */
	p->unread = PL_C;
	p->now = BG_SEC(1) + BG_MS(5);
	player_step(p);
	KUNIT_EXPECT_TRUE(test, p->fsm.view.lines & PL_C);
	KUNIT_EXPECT_TRUE(test, p->pins & PL_CHARGER);
	KUNIT_EXPECT_EQ(test, p->fsm.view.faulty, 0U);
	KUNIT_EXPECT_EQ(test, p->res.deadline, BG_SEC(1) + BG_MS(5) + 1);
	player_run(p, p->res.deadline);
	KUNIT_EXPECT_FALSE(test, p->fsm.view.lines & PL_C);
	KUNIT_EXPECT_FALSE(test, p->pins & PL_CHARGER);
}

/*
 * However long it takes to read the lines for the first time: the outputs are
 * written after that, and judged when they have settled.
 */
static void fsm_slow_bind(struct kunit *test)
{
	struct player *p = fsm_player(test);
	const u32 all = BIT(BG_OUT_LOAD) | BIT(BG_OUT_CHARGER) |
			BIT(BG_OUT_PRE_ALARM);
	struct bg_settings set;

	player_default(p);
	p->cfg.readable = all;
	p->slow = BG_MS(50);
	set = p->wish;
	player_start(p, &set);
	KUNIT_EXPECT_EQ(test, p->res.write, all);
	KUNIT_EXPECT_EQ(test, p->res.check, 0U);
	KUNIT_EXPECT_EQ(test, p->res.deadline, BG_MS(60));
	p->now = BG_MS(51);
	player_step(p);
	KUNIT_EXPECT_EQ(test, p->res.check, 0U);
	KUNIT_EXPECT_EQ(test, p->res.deadline, BG_MS(61));
	p->now = BG_MS(61);
	player_step(p);
	KUNIT_EXPECT_EQ(test, p->res.check, all);
}

/* Whatever was there before: standby, all off, the settings as given. */
static void fsm_starts(struct kunit *test)
{
	struct player *p = fsm_player(test);
	struct bg_settings set = {
		.pre_alarm_delay = BG_SEC(40), .enabled = true, .mute = true,
	};

	memset(&p->fsm, 0xff, sizeof(p->fsm));
	bg_fsm_init(&p->fsm, &set, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, p->fsm.now, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, p->fsm.heart.beat, BG_SEC(3));
	KUNIT_EXPECT_EQ(test, p->fsm.set.pre_alarm_delay, BG_SEC(40));
	KUNIT_EXPECT_TRUE(test, p->fsm.set.enabled);
	KUNIT_EXPECT_TRUE(test, p->fsm.set.mute);
	KUNIT_EXPECT_EQ(test, p->fsm.sounder.flip, BG_NEVER);
	KUNIT_EXPECT_EQ(test, p->fsm.discharge.state, BG_STANDBY);
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_STANDBY);
	KUNIT_EXPECT_EQ(test, p->fsm.seq, 0ULL);
	KUNIT_EXPECT_FALSE(test, p->fsm.bound);
	KUNIT_EXPECT_EQ(test, bg_fsm_lines_to_read(&p->fsm, &p->cfg, 0),
			p->cfg.lines);
}

/* A line that the board lacks makes no event, whatever its input says. */
static void fsm_no_such_line(struct kunit *test)
{
	struct player *p = fsm_player(test);
	struct bg_settings set;
	unsigned int n;

	player_default(p);
	p->cfg.lines = PL_D | PL_C;
	p->cfg.debounce = BG_MS(5);
	p->dead = PL_W2;
	set = p->wish;
	player_start(p, &set);
	player_run(p, BG_SEC(1));

	for (n = 0; n < 8; n++) {
		/* As fast as a line of the board would be a bounce. */
		p->now += BG_MS(6);
		player_lines(p, p->level ^ (PL_D2 | PL_W | PL_L));
		/* And something that is reported. */
		p->wish.inhibit = !(n & 1);
		p->wishes = BIT(BG_SET_CHARGE_BEHAVIOUR);
		player_step(p);
		KUNIT_EXPECT_EQ(test, p->res.event.cause, BIT(BG_CAUSE_USER));
		KUNIT_EXPECT_EQ(test, p->fsm.view.faulty, 0U);
		KUNIT_EXPECT_EQ(test, p->fsm.view.lines, PL_D | PL_C);
	}
	player_run(p, BG_SEC(2));
	KUNIT_EXPECT_EQ(test, p->res.deadline, BG_NEVER);
	KUNIT_EXPECT_FALSE(test, p->res.stay_awake);
}

/* The level at the bind counts as long held, edges before it are none. */
static void fsm_edge_at_bind(struct kunit *test)
{
	struct player *p = fsm_player(test);
	struct bg_settings set;

	player_default(p);
	p->cfg.debounce = BG_MS(5);
	p->edge = PL_C | PL_D;
	set = p->wish;
	player_start(p, &set);
	player_run(p, BG_MS(1));
	KUNIT_EXPECT_EQ(test, p->pins, PL_LOAD | PL_CHARGER);
	KUNIT_EXPECT_EQ(test, p->fsm.line[BG_LINE_CHARGE].state, BG_LINE_IDLE);
	KUNIT_EXPECT_EQ(test, p->res.deadline, BG_MS(10));
}

/* Any of eight chains, and the cable word only for both of one chain. */
static void fsm_chains(struct kunit *test)
{
	unsigned int n;

	KUNIT_EXPECT_EQ(test, BG_CHAINS_MAX, 8);
	for (n = 0; n < BG_CHAINS_MAX; n++) {
		struct player *p = fsm_player(test);
		const u32 d = BIT(BG_LINE_DISCHARGE + n);
		const u32 c = BIT(BG_LINE_CHARGE + n);
		const u32 other = BIT(BG_LINE_CHARGE + (n + 1) % 8);
		const u16 cable = BIT(BG_WHY_CABLE);
		struct bg_settings set;

		player_default(p);
		p->cfg.lines = BG_LINES_DISCHARGE | BG_LINES_CHARGE |
			       BG_LINES_LOW_CELL;
		p->level = BG_LINES_DISCHARGE | BG_LINES_CHARGE;
		set = p->wish;
		player_start(p, &set);
		KUNIT_EXPECT_EQ(test, p->pins, PL_LOAD | PL_CHARGER);

		fsm_lines(p, BG_SEC(1),
			  p->level | BIT(BG_LINE_LOW_CELL + n));
		KUNIT_EXPECT_EQ_MSG(test, p->fsm.view.state, BG_PRE_ALARM,
				    "low-cell of chain %u", n);
		fsm_lines(p, BG_SEC(2), p->cfg.lines & ~(d | other) &
			  ~BG_LINES_LOW_CELL);
		KUNIT_EXPECT_EQ_MSG(test, p->fsm.view.charger_reasons,
				    BIT(BG_WHY_BATTERY), "chain %u", n);
		player_run(p, BG_SEC(31));
		KUNIT_EXPECT_EQ_MSG(test, p->fsm.view.state, BG_LOAD_OFF,
				    "allow-discharge of chain %u", n);
		KUNIT_EXPECT_FALSE(test, p->fsm.view.load_reasons & cable);
		fsm_lines(p, BG_SEC(32), p->cfg.lines & ~(d | c) &
			  ~BG_LINES_LOW_CELL);
		KUNIT_EXPECT_TRUE(test, p->fsm.view.load_reasons & cable);
		KUNIT_EXPECT_TRUE(test, p->fsm.view.charger_reasons & cable);
	}
}

/* The red indicator is the battery's, not the user's or the board's. */
static void fsm_charge_blocked(struct kunit *test)
{
	struct player *p = fsm_start(test);
	const struct bg_view *view = &p->fsm.view;

	KUNIT_EXPECT_FALSE(test, view->charge_blocked);
	fsm_lines(p, BG_SEC(1), PL_D | PL_L);
	KUNIT_EXPECT_TRUE(test, view->charge_blocked);
	fsm_lines(p, BG_SEC(2), ALL);
	KUNIT_EXPECT_TRUE(test, view->charge_blocked);
	player_run(p, BG_SEC(3));
	KUNIT_EXPECT_FALSE(test, view->charge_blocked);
	p->wish.inhibit = true;
	p->wishes = BIT(BG_SET_CHARGE_BEHAVIOUR);
	player_step(p);
	KUNIT_EXPECT_FALSE(test, view->charge_blocked);
	fsm_lines(p, BG_SEC(4), PL_D);
	KUNIT_EXPECT_FALSE(test, view->charge_blocked);
}

/* The unbind is the last event: all off, and it counts as a user's. */
static void fsm_unbind(struct kunit *test)
{
	struct player *p = fsm_start(test);
	const struct bg_event *event = &p->res.event;
	const u64 last = p->fsm.seq;

	bg_fsm_unbind(&p->fsm, BG_SEC(5), &p->res);
	KUNIT_EXPECT_TRUE(test, p->res.evented);
	KUNIT_EXPECT_EQ(test, event->seq, last + 1);
	KUNIT_EXPECT_EQ(test, event->cause, BIT(BG_CAUSE_UNBIND));
	KUNIT_EXPECT_EQ(test, event->changed,
			BIT(BG_CHANGED_STATE) | BIT(BG_CHANGED_LOAD) |
			BIT(BG_CHANGED_CHARGER) | BIT(BG_CHANGED_REASONS));
	KUNIT_EXPECT_EQ(test, event->view.state, BG_STANDBY);
	KUNIT_EXPECT_EQ(test, event->view.outputs, 0);
	KUNIT_EXPECT_EQ(test, event->view.load_reasons, BIT(BG_WHY_USER));
	KUNIT_EXPECT_EQ(test, event->view.charger_reasons, BIT(BG_WHY_USER));
	KUNIT_EXPECT_EQ(test, event->boottime, BG_SEC(5));
	KUNIT_EXPECT_EQ(test, event->realtime, 0ULL);
	KUNIT_EXPECT_EQ(test, event->set, 0);
	KUNIT_EXPECT_EQ(test, p->fsm.counters.state_ns[BG_NORMAL], BG_SEC(5));
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_STANDBY);
	KUNIT_EXPECT_EQ(test, p->res.outputs, 0);
	KUNIT_EXPECT_EQ(test, p->res.write, 0);
	KUNIT_EXPECT_EQ(test, p->res.check, 0);
	KUNIT_EXPECT_EQ(test, p->res.deadline, BG_NEVER);
	KUNIT_EXPECT_EQ(test, p->res.resume_at, BG_NEVER);
	KUNIT_EXPECT_FALSE(test, p->res.stay_awake);
	KUNIT_EXPECT_FALSE(test, p->res.onset);
}

/* In a pre-alarm, too, and with the battery keeping the charger off. */
static void fsm_unbind_in_alarm(struct kunit *test)
{
	struct player *p = fsm_start(test);
	const struct bg_event *event = &p->res.event;

	fsm_lines(p, BG_SEC(1), PL_L);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&p->fsm), BG_SEC(31));
	KUNIT_EXPECT_TRUE(test, p->fsm.view.charge_blocked);
	bg_fsm_unbind(&p->fsm, BG_SEC(5), &p->res);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&p->fsm), 0ULL);
	KUNIT_EXPECT_FALSE(test, event->view.charge_blocked);
	KUNIT_EXPECT_EQ(test, event->view.charger_reasons,
			BIT(BG_WHY_BATTERY) | BIT(BG_WHY_CABLE) |
			BIT(BG_WHY_USER));
	KUNIT_EXPECT_EQ(test, event->changed,
			BIT(BG_CHANGED_STATE) | BIT(BG_CHANGED_LOAD) |
			BIT(BG_CHANGED_PRE_ALARM) | BIT(BG_CHANGED_REASONS));
}

/* After hibernation an empty bank gets no load, and that is no disconnect. */
static void fsm_restored(struct kunit *test)
{
	struct player *p = fsm_start(test);
	const struct bg_event *event = &p->res.event;
	u64 last;

	p->wishes = BIT(BG_SET_MUTE) |
		    BIT(BG_SET_LOAD_RECONNECT_DELAY_MS);
	p->wish.mute = true;
	p->wish.reconnect_delay = BG_SEC(600);
	player_step(p);
	fsm_lines(p, BG_SEC(2), PL_C | PL_L);
	player_run(p, BG_SEC(10));
	player_step(p);
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_PRE_ALARM);
	last = p->fsm.seq;

	/* The delay would be over by now. */
	p->now = BG_SEC(1000);
	player_restore(p);
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_LOAD_OFF);
	KUNIT_EXPECT_EQ(test, p->pins & PL_CHECKED, PL_CHARGER);
	KUNIT_EXPECT_EQ(test, p->res.write & PL_CHECKED, PL_CHECKED);
	KUNIT_EXPECT_TRUE(test, p->res.evented);
	KUNIT_EXPECT_EQ(test, event->seq, last + 1);
	KUNIT_EXPECT_EQ(test, event->cause, BIT(BG_CAUSE_RESTORE));
	KUNIT_EXPECT_EQ(test, p->fsm.counters.load_disconnects, 0U);
	KUNIT_EXPECT_EQ(test, p->fsm.counters.pre_alarms, 1U);
	/* Nobody guarded meanwhile. */
	KUNIT_EXPECT_EQ(test, p->fsm.counters.state_ns[BG_PRE_ALARM],
			BG_SEC(8));
	KUNIT_EXPECT_EQ(test, p->fsm.counters.state_ns[BG_LOAD_OFF], 0ULL);
	KUNIT_EXPECT_EQ(test, p->fsm.since[BG_CHANGED_CHARGER],
			BG_SEC(1000));
	KUNIT_EXPECT_EQ(test, p->fsm.set.reconnect_delay, BG_SEC(600));

	/* Only the restore time is waited for, there was no disconnect. */
	fsm_lines(p, BG_SEC(1001), ALL);
	player_run(p, BG_SEC(1002));
	KUNIT_EXPECT_EQ(test, p->pins & PL_CHECKED, PL_LOAD | PL_CHARGER);
	KUNIT_EXPECT_EQ(test, p->events_bad, 0U);
}

/* A good bank is back at once: the first level counts as long held. */
static void fsm_restored_well(struct kunit *test)
{
	struct player *p = fsm_start(test);
	const struct bg_event *event = &p->res.event;

	fsm_lines(p, BG_SEC(5), PL_L);
	p->now = BG_SEC(1000);
	player_lines(p, ALL | PL_W);
	player_restore(p);
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_PRE_ALARM);
	KUNIT_EXPECT_EQ(test, p->pins & PL_CHECKED,
			PL_LOAD | PL_CHARGER | PL_ALARM);
	KUNIT_EXPECT_EQ(test, bg_fsm_load_safe_until(&p->fsm), BG_SEC(1030));
	KUNIT_EXPECT_EQ(test, p->fsm.counters.pre_alarms, 2U);

	/* What is on is written and told as well, though nothing changed. */
	p->now = BG_SEC(2000);
	player_restore(p);
	KUNIT_EXPECT_EQ(test, p->pins & PL_CHECKED,
			PL_LOAD | PL_CHARGER | PL_ALARM);
	KUNIT_EXPECT_EQ(test, p->fsm.counters.pre_alarms, 3U);
	KUNIT_EXPECT_EQ(test, p->fsm.counters.charger_disconnects, 1U);

	fsm_lines(p, BG_SEC(2001), PL_C);
	p->now = BG_SEC(3000);
	player_restore(p);
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_STANDBY);
	KUNIT_EXPECT_EQ(test, p->pins & PL_CHECKED, 0U);
	KUNIT_EXPECT_EQ(test, p->fsm.counters.remote_offs, 1U);
	/* A clock that the hardware lost stands still. */
	p->now = BG_SEC(10);
	player_restore(p);
	KUNIT_EXPECT_EQ(test, event->boottime, BG_SEC(3000));
	KUNIT_EXPECT_EQ(test, event->cause, BIT(BG_CAUSE_RESTORE));
}

/* An event says so even where nothing else is to be told. */
static void fsm_restored_same(struct kunit *test)
{
	struct player *p = fsm_player(test);
	struct bg_settings set;
	u64 last;

	player_default(p);
	p->level = PL_L;
	set = p->wish;
	player_start(p, &set);
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_LOAD_OFF);
	player_run(p, BG_SEC(1));
	last = p->fsm.seq;
	p->now = BG_SEC(100);
	player_restore(p);
	KUNIT_EXPECT_TRUE(test, p->fsm.seq == last + 1);
	KUNIT_EXPECT_EQ(test, p->res.event.changed, 0);
	KUNIT_EXPECT_EQ(test, p->res.event.cause, BIT(BG_CAUSE_RESTORE));
	/* Once. */
	player_step(p);
	KUNIT_EXPECT_FALSE(test, p->res.evented);
}

/* All lines are read, and the watchdog hears at once that somebody guards. */
static void fsm_restored_looks(struct kunit *test)
{
	struct player *p = fsm_player(test);
	struct bg_settings set;

	player_default(p);
	p->cfg.heartbeat = true;
	set = p->wish;
	player_start(p, &set);
	p->dead = PL_C;
	p->now = BG_SEC(1);
	player_step(p);
	player_run(p, BG_MS(1030));
	KUNIT_EXPECT_EQ(test, p->fsm.view.faulty, PL_C);
	KUNIT_EXPECT_EQ(test, p->fsm.counters.faults, 1U);

	/* Long before it would be tried again, or the next beat. */
	p->dead = 0;
	p->now = BG_MS(1100);
	player_lines(p, PL_D | PL_C);
	player_restore(p);
	KUNIT_EXPECT_EQ(test, p->in.read, p->cfg.lines);
	KUNIT_EXPECT_EQ(test, p->fsm.view.faulty, 0U);
	KUNIT_EXPECT_EQ(test, p->fsm.view.lines, PL_D | PL_C);
	KUNIT_EXPECT_TRUE(test, p->res.write & BIT(BG_OUT_HEARTBEAT));
	/* A switch that was turned meanwhile was not seen to be turned. */
	KUNIT_EXPECT_EQ(test, p->fsm.counters.remote_offs, 0U);
	KUNIT_EXPECT_EQ(test, p->fsm.counters.charger_disconnects, 1U);
}

/* Reconnect delay and lock-out go on, and so does what leads to one. */
static void fsm_restored_locked(struct kunit *test)
{
	struct player *p = fsm_player(test);
	struct bg_settings set;

	player_default(p);
	p->cfg.lockout_count = 2;
	set = p->wish;
	player_start(p, &set);
	fsm_lines(p, BG_SEC(1), PL_C | PL_L);
	player_run(p, BG_SEC(31));
	KUNIT_EXPECT_EQ(test, p->fsm.counters.load_disconnects, 1U);

	player_lines(p, ALL);
	p->now = BG_SEC(41);
	player_restore(p);
	KUNIT_EXPECT_EQ(test, p->fsm.view.load_reasons,
			BIT(BG_WHY_RECONNECT_DELAY));
	player_run(p, BG_SEC(61));
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_NORMAL);

	fsm_lines(p, BG_SEC(100), PL_C | PL_L);
	player_run(p, BG_SEC(130));
	KUNIT_EXPECT_TRUE(test, p->fsm.view.load_reasons &
				BIT(BG_WHY_LOCKOUT));
	player_lines(p, ALL);
	p->now = BG_SEC(500);
	player_restore(p);
	KUNIT_EXPECT_EQ(test, p->fsm.view.load_reasons, BIT(BG_WHY_LOCKOUT));
	/* Until somebody switches off. */
	fsm_lines(p, BG_SEC(501), PL_D | PL_C);
	p->now = BG_SEC(600);
	player_lines(p, ALL);
	player_restore(p);
	KUNIT_EXPECT_EQ(test, p->fsm.view.state, BG_NORMAL);
}

static struct kunit_case fsm_tests[] = {
	KUNIT_CASE_PARAM(fsm_timelines, timeline_gen_params),
	KUNIT_CASE(fsm_events),
	KUNIT_CASE(fsm_writes),
	KUNIT_CASE(fsm_counters),
	KUNIT_CASE(fsm_user_is_no_disconnect),
	KUNIT_CASE(fsm_bind_without_remote),
	KUNIT_CASE(fsm_sleep),
	KUNIT_CASE(fsm_remaining),
	KUNIT_CASE(fsm_since),
	KUNIT_CASE(fsm_clocks),
	KUNIT_CASE(fsm_lines_to_read),
	KUNIT_CASE(fsm_lines_not_read),
	KUNIT_CASE(fsm_slow_bind),
	KUNIT_CASE(fsm_starts),
	KUNIT_CASE(fsm_no_such_line),
	KUNIT_CASE(fsm_edge_at_bind),
	KUNIT_CASE(fsm_chains),
	KUNIT_CASE(fsm_charge_blocked),
	KUNIT_CASE(fsm_unbind),
	KUNIT_CASE(fsm_unbind_in_alarm),
	KUNIT_CASE(fsm_restored),
	KUNIT_CASE(fsm_restored_well),
	KUNIT_CASE(fsm_restored_same),
	KUNIT_CASE(fsm_restored_looks),
	KUNIT_CASE(fsm_restored_locked),
	{}
};

static struct kunit_suite fsm_suite = {
	.name = "battguard_fsm",
	.test_cases = fsm_tests,
};

kunit_test_suites(&fsm_suite);

MODULE_DESCRIPTION("Tests of the battery protection controller's decisions");
MODULE_LICENSE("GPL");
