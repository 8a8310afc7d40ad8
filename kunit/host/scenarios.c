// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - scenarios that take more than lines and levels
 *
 * Each of these runs under the observer as well, so a rule that is broken on
 * the way fails the test.
 */
#include <stdio.h>
#include <string.h>

#include "watch.h"

#define ALL	(PL_D | PL_C | PL_L)

static struct watched w;
static char why[200];

#define EXPECT(cond)							\
	do {								\
		if (!(cond) && !*why)					\
			snprintf(why, sizeof(why), "line %d: %s",	\
				 __LINE__, #cond);			\
	} while (0)

static void start(u64 debounce)
{
	struct bg_settings set;

	watched_init(&w);
	player_default(&w.p);
	w.p.cfg.debounce = debounce;
	set = w.p.wish;
	player_start(&w.p, &set);
}

static void lines_at(u64 when, u32 level)
{
	player_run(&w.p, when);
	player_lines(&w.p, level);
	player_step(&w.p);
}

static bool load_on(void)
{
	return w.p.pins & PL_LOAD;
}

/* The delay starts when the warning was given, not when it was decided. */
static void onset_is_the_write(void)
{
	watched_init(&w);
	player_default(&w.p);
	w.p.latency = BG_MS(40);
	{
		struct bg_settings set = w.p.wish;

		player_start(&w.p, &set);
	}
	lines_at(BG_SEC(1), PL_C | PL_L);
	EXPECT(bg_fsm_load_safe_until(&w.p.fsm) == BG_MS(31040));
	player_run(&w.p, BG_MS(31040) - 1);
	EXPECT(load_on());
	player_run(&w.p, BG_MS(31040));
	EXPECT(!load_on());
}

/* If that write fails the delay runs all the same; the fault is reported. */
static void onset_without_write(void)
{
	start(0);
	w.p.broken = PL_ALARM;
	lines_at(BG_SEC(1), PL_C | PL_L);
	EXPECT(w.p.fsm.view.out_faulty == 0);
	player_run(&w.p, BG_MS(1026));
	EXPECT(w.p.fsm.view.out_faulty == PL_ALARM);
	EXPECT(w.p.fsm.counters.faults == 1);
	player_run(&w.p, BG_SEC(31) - 1);
	EXPECT(load_on());
	player_run(&w.p, BG_SEC(31));
	EXPECT(!load_on());
}

/* Nobody hears of a write that hangs: the delay starts a second later. */
static void onset_unheard(void)
{
	start(0);
	w.p.late = BG_SEC(100);
	lines_at(BG_SEC(1), PL_C | PL_L);
	EXPECT(bg_fsm_load_safe_until(&w.p.fsm) == BG_SEC(32));
	player_run(&w.p, BG_SEC(32) - 1);
	EXPECT(load_on());
	player_run(&w.p, BG_SEC(32));
	EXPECT(!load_on());
}

/* Heard of late, it counts from when it returned, and wakes nobody again. */
static void onset_heard_late(void)
{
	start(0);
	w.p.late = BG_SEC(20);
	w.p.latency = BG_MS(300);
	lines_at(BG_SEC(1), PL_C | PL_L);
	EXPECT(bg_fsm_load_safe_until(&w.p.fsm) == BG_SEC(32));
	player_run(&w.p, BG_MS(21300));
	player_step(&w.p);
	EXPECT(bg_fsm_load_safe_until(&w.p.fsm) == BG_MS(31300));
	EXPECT(w.p.res.deadline == BG_MS(31300));
	player_run(&w.p, BG_MS(31300) - 1);
	EXPECT(load_on());
	player_run(&w.p, BG_MS(31300));
	EXPECT(!load_on());
}

/*
 * A bank that sags for a second of every half minute: it is warned of once, and
 * cut. With pauses of 30 s each of them is an episode, and has its delay.
 */
static void pulsing_load(void)
{
	unsigned int n;
	u64 t;

	start(BG_MS(5));
	watched_setting(&w, BG_SET_PRE_ALARM_DELAY_MS, BG_SEC(600));
	watched_setting(&w, BG_SET_RESTORE_DELAY_MS, 0);
	for (t = BG_SEC(1); t <= BG_SEC(601); t += BG_SEC(30)) {
		EXPECT(load_on());
		lines_at(t, PL_C | PL_L);
		lines_at(t + BG_SEC(1), ALL);
	}
	EXPECT(!load_on());
	EXPECT(w.p.fsm.counters.pre_alarms == 1);
	EXPECT(w.p.fsm.counters.load_disconnects == 1);

	start(BG_MS(5));
	for (n = 0; n < 20; n++) {
		lines_at(BG_SEC(1) + n * BG_SEC(32), PL_C | PL_L);
		lines_at(BG_SEC(2) + n * BG_SEC(32), ALL);
		player_run(&w.p, BG_SEC(32) + n * BG_SEC(32) + BG_MS(5) - 1);
		EXPECT(w.p.fsm.view.state == BG_PRE_ALARM);
		player_run(&w.p, BG_SEC(32) + n * BG_SEC(32) + BG_MS(5));
		EXPECT(w.p.fsm.view.state == BG_NORMAL);
	}
	EXPECT(w.p.fsm.counters.pre_alarms == 20);
	EXPECT(!w.p.fsm.counters.load_disconnects);
}

/* A remote switch with a loose contact drives no contactor. */
static void loose_remote(void)
{
	u64 t;

	start(BG_MS(5));
	for (t = BG_SEC(1); t < BG_SEC(61); t += BG_MS(980)) {
		lines_at(t, PL_D | PL_C);
		player_run(&w.p, t + BG_MS(5));
		EXPECT(!load_on());
		lines_at(t + BG_MS(20), ALL);
		player_run(&w.p, t + BG_MS(979));
		EXPECT(!load_on());
		EXPECT(w.p.fsm.view.remote);
	}
	EXPECT(w.p.fsm.counters.remote_offs == 1);
	EXPECT(!w.p.fsm.counters.load_disconnects);
	EXPECT(!w.p.fsm.counters.charger_disconnects);
	EXPECT(!w.p.fsm.counters.faults);
	player_run(&w.p, t + BG_SEC(2));
	EXPECT(load_on());
}

/* A minute of bouncing behind the line filter. */
static void bounce_for_a_minute(void)
{
	u64 t, gone = 0;
	u32 level = PL_C | PL_L;

	start(BG_MS(5));
	for (t = BG_SEC(1); t < BG_SEC(61); t += BG_MS(3)) {
		lines_at(t, level);
		level ^= PL_D;
		if (!gone && !load_on())
			gone = t;
		EXPECT(load_on() || t >= BG_SEC(31));
	}
	EXPECT(gone && gone <= BG_MS(31100));
	EXPECT(w.p.fsm.view.faulty == PL_D);
	EXPECT(w.p.fsm.counters.load_disconnects == 1);
}

/* Slow enough to be no bounce, too fast to be good for a second. */
static void toggle_for_a_minute(void)
{
	u64 t, gone = 0;
	u32 level = PL_C | PL_L;

	start(BG_MS(5));
	for (t = BG_SEC(1); t < BG_SEC(61); t += BG_MS(450)) {
		lines_at(t, level);
		level ^= PL_D;
		player_run(&w.p, t + BG_MS(6));
		if (!gone && !load_on())
			gone = t;
	}
	EXPECT(gone >= BG_MS(30900) && gone <= BG_MS(32000));
	EXPECT(w.p.fsm.counters.pre_alarms == 1);
	EXPECT(!w.p.fsm.counters.faults);
}

/* Four windows are settling, the edge that would open a fifth is a bounce. */
static void fifth_window(void)
{
	unsigned int n;

	start(BG_MS(5));
	lines_at(BG_SEC(1), ALL & ~PL_C);
	for (n = 1; n < 4; n++)
		lines_at(BG_SEC(1) + n * BG_MS(10),
			 n & 1 ? ALL : ALL & ~PL_C);
	EXPECT(!w.p.fsm.view.faulty);
	lines_at(BG_SEC(1) + BG_MS(40), ALL & ~PL_C);
	EXPECT(w.p.fsm.view.faulty == PL_C);
	EXPECT(w.p.res.evented &&
	       (w.p.res.event.cause & BIT(BG_CAUSE_BOUNCE)));
	EXPECT(!(w.p.pins & PL_CHARGER));
	lines_at(BG_SEC(1) + BG_MS(42), ALL);
	player_run(&w.p, BG_MS(2041));
	EXPECT(w.p.fsm.view.faulty == PL_C);
	player_run(&w.p, BG_MS(2042));
	EXPECT(!w.p.fsm.view.faulty);
	/* It takes the level, and its restore time starts. */
	player_run(&w.p, BG_MS(3041));
	EXPECT(!(w.p.pins & PL_CHARGER));
	player_run(&w.p, BG_MS(3042));
	EXPECT(w.p.pins & PL_CHARGER);
}

/*
 * One ns later than a window length it is a row of its own; but there are no
 * ten of them within a second.
 */
static void rows_apart(void)
{
	unsigned int n;

	start(BG_MS(5));
	for (n = 0; n < 9; n++)
		lines_at(BG_SEC(1) + n * (BG_MS(10) + 1),
			 n & 1 ? ALL : ALL & ~PL_C);
	EXPECT(!w.p.fsm.counters.faults);
	lines_at(BG_SEC(2), ALL);
	EXPECT(w.p.fsm.view.faulty == PL_C);

	/* Nine of them within one. */
	start(BG_MS(5));
	for (n = 0; n < 100; n++)
		lines_at(BG_SEC(1) + n * (BG_SEC(1) / 9 + 1),
			 n & 1 ? ALL : ALL & ~PL_C);
	EXPECT(!w.p.fsm.counters.faults);
}

/* The level at the end of a window decides, with or without its edges. */
static void window_end(void)
{
	start(BG_MS(5));
	lines_at(BG_SEC(1), ALL & ~PL_C);
	player_run(&w.p, BG_SEC(1) + BG_MS(2));
	w.p.level = ALL;
	player_run(&w.p, BG_SEC(1) + BG_MS(5) - 1);
	EXPECT(w.p.pins & PL_CHARGER);
	player_run(&w.p, BG_SEC(1) + BG_MS(5));
	EXPECT(w.p.pins & PL_CHARGER);
	EXPECT(w.p.res.deadline == BG_NEVER);
	/* Edges inside do not extend it. */
	lines_at(BG_SEC(2), ALL & ~PL_C);
	lines_at(BG_SEC(2) + BG_MS(3), ALL);
	lines_at(BG_SEC(2) + BG_MS(4), ALL & ~PL_C);
	player_run(&w.p, BG_SEC(2) + BG_MS(5) - 1);
	EXPECT(w.p.pins & PL_CHARGER);
	player_run(&w.p, BG_SEC(2) + BG_MS(5));
	EXPECT(!(w.p.pins & PL_CHARGER));
}

/* Without a window: at once, and the tenth edge within a second is a bounce. */
static void tenth_edge(void)
{
	unsigned int n;

	start(0);
	for (n = 0; n < 9; n++) {
		lines_at(BG_SEC(1) + n * BG_MS(50), n & 1 ? ALL : ALL & ~PL_C);
		EXPECT((n & 1) || !(w.p.pins & PL_CHARGER));
		EXPECT(!w.p.res.mask);
	}
	lines_at(BG_SEC(2) + 1, ALL);
	EXPECT(!w.p.fsm.view.faulty);
	/* The ninth before this one came a second ago. */
	lines_at(BG_SEC(2) + BG_MS(50), ALL & ~PL_C);
	EXPECT(w.p.fsm.view.faulty == PL_C);
	EXPECT(w.p.res.mask == PL_C);
	player_run(&w.p, BG_SEC(2) + BG_MS(150));
	EXPECT(!w.p.res.mask && w.p.fsm.view.faulty == PL_C);
	/* A spike that nothing is left of starts the quiet time anew. */
	w.p.edge = PL_C;
	w.p.now = BG_SEC(3);
	player_step(&w.p);
	player_run(&w.p, BG_SEC(4) - 1);
	EXPECT(w.p.fsm.view.faulty == PL_C);
	player_run(&w.p, BG_SEC(4));
	EXPECT(!w.p.fsm.view.faulty);
}

/* Spikes that no look sees: the first after a window is free, no other. */
static void spikes(void)
{
	u64 t = BG_SEC(1);
	u32 steps;

	start(BG_MS(5));
	w.p.masks = true;
	steps = w.p.steps;
	for (; t < BG_SEC(61); t += BG_MS(1)) {
		player_run(&w.p, t);
		w.p.edge = PL_C;
		/* No interrupt, no evaluation. */
		if (w.p.res.mask & PL_C) {
			w.p.held = PL_C;
			w.p.edge = 0;
		} else {
			player_step(&w.p);
		}
		if (t == BG_MS(1100)) {
			EXPECT(w.p.fsm.view.faulty == PL_C);
			EXPECT(w.p.steps - steps < 60);
			steps = w.p.steps;
		}
	}
	EXPECT(w.p.fsm.view.faulty == PL_C);
	/* At most 200 runs a second. */
	EXPECT(w.p.steps - steps < 60 * 200);
	player_run(&w.p, BG_SEC(70));
	EXPECT(!w.p.fsm.view.faulty);
}

/* After 1, 5 and 20 ms. A level in between is as if nothing had been. */
static void tries(void)
{
	start(BG_MS(5));
	player_run(&w.p, BG_SEC(1));
	w.p.dead = PL_C;
	player_step(&w.p);
	EXPECT(w.p.res.deadline == BG_MS(1001));
	EXPECT(w.p.res.stay_awake && !w.p.fsm.view.faulty);
	player_run(&w.p, BG_MS(1006));
	EXPECT(w.p.res.deadline == BG_MS(1026) && (w.p.pins & PL_CHARGER));
	player_run(&w.p, BG_MS(1026) - 1);
	EXPECT(w.p.pins & PL_CHARGER);
	player_run(&w.p, BG_MS(1026));
	EXPECT(w.p.fsm.view.faulty == PL_C && !(w.p.pins & PL_CHARGER));
	EXPECT(w.p.fsm.counters.faults == 1);
	w.p.dead = 0;
	player_run(&w.p, BG_MS(2026) - 1);
	EXPECT(w.p.fsm.view.faulty == PL_C);
	player_run(&w.p, BG_MS(2026));
	EXPECT(!w.p.fsm.view.faulty);

	player_run(&w.p, BG_SEC(10));
	w.p.dead = PL_C;
	player_step(&w.p);
	w.p.dead = 0;
	w.p.level = ALL & ~PL_C;
	player_run(&w.p, BG_MS(10001));
	EXPECT(!w.p.fsm.view.faulty && (w.p.pins & PL_CHARGER));
	player_run(&w.p, BG_MS(10006));
	EXPECT(!w.p.fsm.view.faulty && !(w.p.pins & PL_CHARGER));
	EXPECT(w.p.fsm.counters.faults == 1);
}

/* A line of a thread: its window ends with a read that began after it. */
static void threads(void)
{
	struct bg_settings set;

	watched_init(&w);
	player_default(&w.p);
	w.p.cfg.debounce = BG_MS(5);
	w.p.cfg.slow_lines = PL_C;
	w.p.transfer = BG_MS(3);
	set = w.p.wish;
	player_start(&w.p, &set);
	EXPECT(w.p.pins & PL_CHARGER);
	player_run(&w.p, BG_MS(1500));
	lines_at(BG_MS(1501), ALL & ~PL_C);
	EXPECT(w.p.res.mask == PL_C && !w.p.res.read);
	player_run(&w.p, BG_MS(1506) - 1);
	EXPECT(w.p.pins & PL_CHARGER);
	w.p.hung = PL_C;
	player_run(&w.p, BG_MS(1506));
	EXPECT(w.p.res.read == PL_C && !w.p.res.mask);
	player_run(&w.p, BG_MS(1600));
	EXPECT(w.p.pins & PL_CHARGER);
	/* The thread is back; one more edge comes while it reads. */
	w.p.hung = 0;
	w.p.edge = PL_C;
	player_step(&w.p);
	EXPECT(!(w.p.pins & PL_CHARGER) && w.p.now == BG_MS(1603));
	EXPECT(!w.p.res.read);

	/* Two seconds without a word, and it counts as open. */
	lines_at(BG_MS(4500), ALL);
	player_run(&w.p, BG_SEC(10));
	EXPECT(w.p.pins & PL_CHARGER);
	w.p.hung = PL_C;
	player_run(&w.p, w.p.fsm.line[BG_LINE_CHARGE].silent - 1);
	EXPECT(!w.p.fsm.view.faulty);
	/* They begin anew when the system wakes. */
	w.p.resumed = true;
	player_step(&w.p);
	player_run(&w.p, w.p.now + BG_SEC(2) - 1);
	EXPECT(!w.p.fsm.view.faulty);
	player_run(&w.p, w.p.now + 1);
	EXPECT(w.p.fsm.view.faulty == PL_C && !(w.p.pins & PL_CHARGER));
	w.p.hung = 0;
	player_run(&w.p, w.p.now + BG_SEC(2));
	EXPECT(!w.p.fsm.view.faulty);
}

/* A clock that goes back, or on by a hundred years. */
static void clocks(void)
{
	start(0);
	lines_at(BG_SEC(100), PL_C | PL_L);
	w.p.now = BG_SEC(50);
	player_step(&w.p);
	EXPECT(load_on() && w.p.fsm.now == BG_SEC(100));
	w.p.now = BG_SEC(130) - 1;
	player_step(&w.p);
	EXPECT(load_on());
	w.p.now = BG_SEC(130) + BG_SEC(3155760000ULL);
	player_step(&w.p);
	EXPECT(!load_on());
	w.p.now = U64_MAX;
	player_lines(&w.p, ALL);
	player_step(&w.p);
	EXPECT(!load_on());
	w.p.now = 0;
	player_step(&w.p);
	EXPECT(!load_on());
}

/* A value in force already makes no event, another one does. */
static void writes(void)
{
	static const u64 other[BG_NR_SETTINGS] = {
		[BG_SET_ENABLED] = 0,
		[BG_SET_CHARGE_BEHAVIOUR] = 1,
		[BG_SET_MUTE] = 1,
		[BG_SET_PRE_ALARM_DELAY_MS] = BG_SEC(60),
		[BG_SET_RESTORE_DELAY_MS] = BG_SEC(2),
		[BG_SET_LOAD_RECONNECT_DELAY_MS] = BG_SEC(60),
	};
	unsigned int n;
	u64 seq;

	start(0);
	seq = w.p.events;
	for (n = 0; n < BG_NR_SETTINGS; n++) {
		w.p.wishes = BIT(n);
		player_step(&w.p);
		EXPECT(w.p.events == seq);
	}
	for (n = 0; n < BG_NR_SETTINGS; n++) {
		watched_setting(&w, n, other[n]);
		player_step(&w.p);
		EXPECT(w.p.events == ++seq);
		EXPECT(w.p.res.event.set == BIT(n));
		EXPECT(w.p.res.event.changed & BIT(BG_CHANGED_SETTINGS));
		EXPECT(w.p.res.event.cause == BIT(BG_CAUSE_USER));
	}
}

/* The blink is no event, and a muted alarm is reported as off. */
static void blink_is_no_event(void)
{
	u64 seq;

	start(0);
	w.p.cfg.intermittent = true;
	w.o.cfg.intermittent = true;
	lines_at(BG_SEC(1), ALL | PL_W);
	seq = w.p.events;
	player_run(&w.p, BG_SEC(1) + BG_MS(900));
	EXPECT(!(w.p.pins & PL_ALARM));
	EXPECT(w.p.fsm.view.outputs & PL_ALARM);
	player_run(&w.p, BG_SEC(1000));
	EXPECT(w.p.events == seq);
	watched_setting(&w, BG_SET_MUTE, 1);
	player_step(&w.p);
	EXPECT(!(w.p.fsm.view.outputs & PL_ALARM));
	EXPECT(w.p.events == seq + 1);
}

static void counters(void)
{
	const struct bg_counters *c = &w.p.fsm.counters;

	start(0);
	lines_at(BG_SEC(10), PL_C | PL_L);
	lines_at(BG_SEC(60), PL_L);
	lines_at(BG_SEC(61), PL_C | PL_L);
	player_run(&w.p, BG_SEC(70));
	lines_at(BG_SEC(100), PL_C);
	lines_at(BG_SEC(105), 0);
	lines_at(BG_SEC(110), ALL);
	player_run(&w.p, BG_SEC(120));
	watched_setting(&w, BG_SET_CHARGE_BEHAVIOUR, 1);
	player_step(&w.p);
	EXPECT(c->pre_alarms == 1);
	EXPECT(c->load_disconnects == 1);
	EXPECT(c->charger_disconnects == 1);
	EXPECT(c->remote_offs == 1);
	EXPECT(!c->faults);
	EXPECT(c->state_ns[BG_NORMAL] == BG_SEC(19));
	EXPECT(c->state_ns[BG_PRE_ALARM] == BG_SEC(30));
	EXPECT(c->state_ns[BG_LOAD_OFF] == BG_SEC(60));
	EXPECT(c->state_ns[BG_STANDBY] == BG_SEC(11));
}

/* Minimum delay and restore times keep the system awake, reconnect wakes it. */
static void sleep_of_the_system(void)
{
	start(0);
	player_run(&w.p, BG_SEC(1));
	EXPECT(!w.p.res.stay_awake && w.p.res.resume_at == BG_NEVER);
	lines_at(BG_SEC(2), PL_C | PL_L);
	EXPECT(w.p.res.stay_awake);
	player_run(&w.p, BG_SEC(33));
	EXPECT(!w.p.res.stay_awake && w.p.res.resume_at == BG_SEC(62));
	lines_at(BG_SEC(40), ALL);
	EXPECT(w.p.res.stay_awake);
	player_run(&w.p, BG_MS(41500));
	EXPECT(!w.p.res.stay_awake && w.p.res.resume_at == BG_SEC(62));
	/* Late for all of it. */
	w.p.now = BG_SEC(5000);
	player_step(&w.p);
	EXPECT(load_on() && w.p.res.resume_at == BG_NEVER);
}

/* So do debouncing, a bounce, and an output that settles; a fault does not. */
static void awake(void)
{
	unsigned int n;

	start(BG_MS(5));
	EXPECT(w.p.res.stay_awake);
	player_run(&w.p, BG_SEC(1));
	EXPECT(!w.p.res.stay_awake);
	lines_at(BG_SEC(2), ALL & ~PL_L);
	EXPECT(w.p.res.stay_awake && w.p.fsm.view.state == BG_NORMAL);
	player_run(&w.p, BG_SEC(2) + BG_MS(5));
	EXPECT(w.p.res.stay_awake && !load_on());
	player_run(&w.p, BG_SEC(2) + BG_MS(15) - 1);
	EXPECT(w.p.res.stay_awake);
	player_run(&w.p, BG_SEC(2) + BG_MS(15));
	EXPECT(!w.p.res.stay_awake);

	for (n = 0; n < 5; n++)
		lines_at(BG_SEC(3) + n * BG_MS(10), n & 1 ? 0 : PL_L);
	EXPECT(w.p.fsm.view.faulty & PL_L);
	player_run(&w.p, BG_SEC(3) + BG_MS(900));
	EXPECT(w.p.res.stay_awake);
	player_run(&w.p, BG_SEC(10));
	EXPECT(!w.p.res.stay_awake && !w.p.fsm.view.faulty);

	/* Tries to read do so as well. */
	w.p.dead = PL_L;
	player_step(&w.p);
	EXPECT(w.p.res.stay_awake);
	player_run(&w.p, w.p.now + BG_MS(100));
	EXPECT(w.p.fsm.view.faulty == PL_L && !w.p.res.stay_awake);
}

/* Late by more than a period the blink goes on from there. */
static void late_blink(void)
{
	start(0);
	w.p.cfg.intermittent = true;
	w.o.cfg.intermittent = true;
	lines_at(BG_SEC(1), ALL | PL_W);
	EXPECT(w.p.pins & PL_ALARM);
	w.p.now = BG_SEC(4);
	player_step(&w.p);
	EXPECT(!(w.p.pins & PL_ALARM));
	player_run(&w.p, BG_MS(4800) - 1);
	EXPECT(!(w.p.pins & PL_ALARM));
	player_run(&w.p, BG_MS(4800));
	EXPECT(w.p.pins & PL_ALARM);
	/* By less it stays in step. */
	w.p.now = BG_MS(5700);
	player_step(&w.p);
	EXPECT(!(w.p.pins & PL_ALARM));
	player_run(&w.p, BG_MS(6400) - 1);
	EXPECT(!(w.p.pins & PL_ALARM));
	player_run(&w.p, BG_MS(6400));
	EXPECT(w.p.pins & PL_ALARM);
}

static void heartbeat(void)
{
	u32 beats = 0, level, n;

	watched_init(&w);
	player_default(&w.p);
	w.p.cfg.heartbeat = true;
	{
		struct bg_settings set = w.p.wish;

		player_start(&w.p, &set);
	}
	level = w.p.res.outputs & BIT(BG_OUT_HEARTBEAT);
	EXPECT(w.p.res.write & BIT(BG_OUT_HEARTBEAT));
	for (n = 0; n < 100; n++) {
		player_run(&w.p, w.p.res.deadline);
		if ((w.p.res.outputs & BIT(BG_OUT_HEARTBEAT)) == level)
			continue;
		level ^= BIT(BG_OUT_HEARTBEAT);
		beats++;
		EXPECT(w.p.res.write & BIT(BG_OUT_HEARTBEAT));
		EXPECT(w.p.now == beats * BG_MS(500));
	}
	EXPECT(beats > 90);

	/* It happens at its time, however often anybody looks. */
	player_step(&w.p);
	EXPECT(!(w.p.res.write & BIT(BG_OUT_HEARTBEAT)));
	w.p.now += BG_SEC(7);
	player_step(&w.p);
	EXPECT(w.p.res.write & BIT(BG_OUT_HEARTBEAT));
	EXPECT(w.p.res.deadline == w.p.now + BG_MS(500));
}

/* A full board whose outputs can be read back, and a heartbeat. */
static void start_outputs(u32 slow, bool split)
{
	struct bg_settings set;

	watched_init(&w);
	player_default(&w.p);
	w.p.cfg.readable = PL_CHECKED;
	w.p.cfg.heartbeat = true;
	w.p.cfg.out_slow = slow;
	w.p.cfg.split = split;
	w.p.out_takes = BG_MS(200);
	set = w.p.wish;
	player_start(&w.p, &set);
}

/* Time of the latest beat, if evaluations are made until then. */
static u64 last_beat(u64 until)
{
	u64 beat = 0;

	while (w.p.res.deadline <= until) {
		player_run(&w.p, w.p.res.deadline);
		if (w.p.res.write & BIT(BG_OUT_HEARTBEAT))
			beat = w.p.fsm.now;
	}
	player_run(&w.p, until);
	return beat;
}

/* A load that stays on stops the heart, until it is off. */
static void heartbeat_fears(void)
{
	start_outputs(0, false);
	player_run(&w.p, BG_MS(100));
	w.p.broken = PL_LOAD;
	lines_at(BG_MS(1200), PL_D | PL_C);
	EXPECT(load_on() && (w.p.fsm.view.outputs & PL_LOAD));
	EXPECT(last_beat(BG_SEC(30)) == BG_SEC(6));
	w.p.broken = 0;
	EXPECT(last_beat(BG_SEC(32)) > BG_SEC(31));
	EXPECT(!load_on() && !(w.p.fsm.view.outputs & PL_LOAD));

	/* What can no longer be read was off, and the warning is no matter. */
	start_outputs(0, false);
	lines_at(BG_SEC(1), PL_D | PL_C);
	player_run(&w.p, BG_SEC(2));
	w.p.away = PL_LOAD | PL_CHARGER;
	player_step(&w.p);
	player_run(&w.p, BG_SEC(20));
	EXPECT(w.p.fsm.view.out_faulty == (PL_LOAD | PL_CHARGER));
	EXPECT(last_beat(BG_SEC(30)) == BG_SEC(30));
	start_outputs(0, false);
	w.p.broken = PL_ALARM;
	lines_at(BG_SEC(1), ALL | PL_W);
	lines_at(BG_SEC(2), PL_D | PL_C);
	EXPECT(last_beat(BG_SEC(30)) == BG_SEC(30));
}

/* A thread that does not come back. */
static void heartbeat_unheard(void)
{
	start_outputs(PL_CHARGER, false);
	player_run(&w.p, BG_SEC(1));
	w.p.stuck = PL_CHARGER;
	lines_at(BG_MS(2200), PL_D | PL_L);
	player_run(&w.p, BG_SEC(3));
	EXPECT(!w.p.fsm.out[BG_OUT_CHARGER].fails);
	/* Each retry is unheard for a second as well. */
	player_run(&w.p, BG_MS(6100));
	EXPECT(!w.p.fsm.view.out_faulty);
	EXPECT(last_beat(BG_SEC(20)) == BG_SEC(7));
	EXPECT(w.p.fsm.view.out_faulty == PL_CHARGER);
	EXPECT(w.p.fsm.view.outputs & PL_CHARGER);
	EXPECT(!w.p.fsm.counters.load_disconnects);
	w.p.stuck = 0;
	EXPECT(last_beat(BG_SEC(24)) > BG_SEC(23));
	EXPECT(w.p.fsm.view.outputs == PL_LOAD && !w.p.fsm.view.out_faulty);
}

/* What is written later is told later, and a reason is there all the time. */
static void slow_outputs(void)
{
	start_outputs(PL_LOAD | PL_CHARGER, false);
	EXPECT(w.p.fsm.view.outputs == 0);
	EXPECT(w.p.fsm.view.load_reasons == BIT(BG_WHY_RESTORE_DELAY));
	EXPECT(w.p.fsm.view.charger_reasons == BIT(BG_WHY_RESTORE_DELAY));
	player_run(&w.p, BG_MS(200));
	EXPECT(w.p.fsm.view.outputs == (PL_LOAD | PL_CHARGER));
	EXPECT(!w.p.fsm.view.load_reasons && !w.p.fsm.view.charger_reasons);

	/* Off and on again before the thread is done with the off. */
	lines_at(BG_SEC(2), PL_D | PL_L);
	EXPECT(w.p.fsm.view.charger_reasons == BIT(BG_WHY_BATTERY));
	EXPECT(w.p.fsm.view.outputs & PL_CHARGER);
	lines_at(BG_MS(2100), ALL);
	player_run(&w.p, BG_MS(3099));
	EXPECT(w.p.fsm.view.outputs == PL_LOAD);
	player_run(&w.p, BG_MS(3400));
	EXPECT(w.p.fsm.view.outputs == (PL_LOAD | PL_CHARGER));
	EXPECT(w.p.pins == (PL_LOAD | PL_CHARGER));
}

/* The warning outlasts the load until that is heard to be off. */
static void split_outputs(void)
{
	start_outputs(PL_LOAD, true);
	lines_at(BG_SEC(1), PL_C | PL_L);
	player_run(&w.p, BG_SEC(31));
	EXPECT(w.p.fsm.view.state == BG_LOAD_OFF);
	EXPECT(w.p.pins == (PL_LOAD | PL_CHARGER | PL_ALARM));
	EXPECT(!(w.p.fsm.view.outputs & PL_ALARM));
	player_run(&w.p, BG_MS(31199));
	EXPECT(w.p.pins & PL_ALARM);
	player_run(&w.p, BG_MS(31200));
	EXPECT(w.p.pins == PL_CHARGER);

	/* A load that cannot be cut: for a second. */
	start_outputs(PL_LOAD, true);
	w.p.stuck = PL_LOAD;
	w.p.out_takes = 0;
	player_step(&w.p);
	w.p.stuck = 0;
	lines_at(BG_SEC(1), PL_C | PL_L);
	w.p.away = PL_LOAD;
	player_run(&w.p, BG_SEC(32) - 1);
	EXPECT(w.p.pins == (PL_LOAD | PL_CHARGER | PL_ALARM));
	player_run(&w.p, BG_SEC(32));
	EXPECT(w.p.pins == (PL_LOAD | PL_CHARGER));

	/* Permit lost is all at once, and so is a mute. */
	start_outputs(PL_LOAD, true);
	lines_at(BG_SEC(1), PL_C | PL_L);
	player_run(&w.p, BG_MS(31100));
	EXPECT(w.p.pins & PL_ALARM);
	lines_at(BG_MS(31100), PL_C);
	EXPECT(!(w.p.pins & PL_ALARM));
	start_outputs(PL_LOAD, true);
	lines_at(BG_SEC(1), PL_C | PL_L);
	player_run(&w.p, BG_MS(31100));
	watched_setting(&w, BG_SET_MUTE, 1);
	player_step(&w.p);
	EXPECT(!(w.p.pins & PL_ALARM));

	/* Where both are written in place, they go together. */
	start_outputs(PL_LOAD, false);
	lines_at(BG_SEC(1), PL_C | PL_L);
	player_run(&w.p, BG_SEC(31));
	EXPECT(w.p.pins == (PL_LOAD | PL_CHARGER));
}

/* What reads on is set anew soon, and served again when it comes back. */
static void lost_registers(void)
{
	start_outputs(0, false);
	player_run(&w.p, BG_MS(1500));
	/* All of its lines are inputs again, for a moment. */
	w.p.pins = 0;
	player_step(&w.p);
	EXPECT(w.p.fsm.view.load_reasons == BIT(BG_WHY_FAULT));
	player_run(&w.p, BG_MS(1502));
	EXPECT(w.p.pins == (PL_LOAD | PL_CHARGER));
	player_run(&w.p, BG_MS(1520));
	EXPECT(w.p.fsm.view.outputs == (PL_LOAD | PL_CHARGER));
	EXPECT(!w.p.fsm.counters.faults && !w.p.fsm.view.load_reasons);
}

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {
	{ "the delay starts when the warning was written",
	  onset_is_the_write },
	{ "the delay runs without a warning", onset_without_write },
	{ "the delay runs when nobody hears of the warning", onset_unheard },
	{ "the delay is that of a warning heard of late", onset_heard_late },
	{ "a load that pulses", pulsing_load },
	{ "a remote switch with a loose contact", loose_remote },
	{ "a minute of bouncing", bounce_for_a_minute },
	{ "a minute of toggling", toggle_for_a_minute },
	{ "the fifth window of a row", fifth_window },
	{ "rows apart", rows_apart },
	{ "the end of a window", window_end },
	{ "the tenth edge without a window", tenth_edge },
	{ "spikes", spikes },
	{ "tries to read", tries },
	{ "lines that threads read", threads },
	{ "clocks that go back or far on", clocks },
	{ "writes of settings", writes },
	{ "the blink is no event", blink_is_no_event },
	{ "counters", counters },
	{ "sleep of the system", sleep_of_the_system },
	{ "what keeps the system awake", awake },
	{ "a blink that comes late", late_blink },
	{ "heartbeat", heartbeat },
	{ "a heart that stops", heartbeat_fears },
	{ "a thread that is not heard", heartbeat_unheard },
	{ "outputs that threads write", slow_outputs },
	{ "load and pre-alarm on different controllers", split_outputs },
	{ "a controller that forgot its registers", lost_registers },
};

/**
 * scenarios_run() - run them all
 */
void scenarios_run(void)
{
	unsigned int n;

	for (n = 0; n < sizeof(scenarios) / sizeof(scenarios[0]); n++) {
		*why = '\0';
		scenarios[n].run();
		if (w.o.broken)
			snprintf(why, sizeof(why), "%s", w.o.broken);
		else if (w.p.events_bad)
			snprintf(why, sizeof(why), "events out of order");
		test_done(!*why, scenarios[n].name, why);
	}
}
