// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the discharge path
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../driver/decision/discharge.h"

#define MAX_POINTS	12

/* Lines, and permit, as letters. */
#define P	BIT(0)	/* permit */
#define F	BIT(1)	/* discharge forbidden */
#define W	BIT(2)	/* low-cell */
#define X	BIT(3)	/* not heard in time */

#define NORMAL	BG_NORMAL
#define ALARM	BG_PRE_ALARM
#define OFF	BG_LOAD_OFF
#define STANDBY	BG_STANDBY

struct path_point {
	u32 at;		/* in ms */
	u32 in;
	u8 state;
};

struct path_case {
	const char *name;
	u32 restore;	/* in ms */
	u32 reconnect;	/* in ms */
	u8 lockout;
	struct path_point point[MAX_POINTS];
	unsigned int points;
};

/* The minimum delay is 30 s, the lock-out window 100 s. */
static const struct path_case path_cases[] = {
	{
		.name = "power-up, all well", .restore = 1000, .points = 1,
		.point = { { 0, P, NORMAL } },
	}, {
		.name = "power-up, low", .restore = 1000, .points = 1,
		.point = { { 0, P | W, ALARM } },
	}, {
		.name = "power-up, forbidden", .restore = 1000, .points = 3,
		.point = {
			{ 0, P | F, OFF },
			{ 500, P, OFF },
			{ 1500, P, NORMAL },
		},
	}, {
		.name = "power-up, low and forbidden", .restore = 1000,
		.points = 1,
		.point = { { 0, P | F | W, OFF } },
	}, {
		.name = "power-up without permit", .restore = 1000,
		.points = 2,
		.point = {
			{ 0, W, STANDBY },
			{ 10, P | W, ALARM },
		},
	}, {
		.name = "the minimum delay", .restore = 1000,
		.reconnect = 30000, .points = 5,
		.point = {
			{ 0, P, NORMAL },
			{ 1000, P | W, ALARM },
			{ 6000, P | W | F, ALARM },
			{ 30999, P | W | F, ALARM },
			{ 31000, P | W | F, OFF },
		},
	}, {
		.name = "only the level at the deadline counts",
		.restore = 1000, .points = 6,
		.point = {
			{ 0, P, NORMAL },
			{ 1000, P | F, ALARM },
			{ 30500, P, ALARM },
			{ 31000, P, ALARM },
			{ 31400, P, ALARM },
			{ 31499, P | F, OFF },
		},
	}, {
		.name = "quiet for the restore time", .restore = 5000,
		.points = 6,
		.point = {
			{ 0, P | W, ALARM },
			{ 1000, P, ALARM },
			{ 3000, P | W, ALARM },
			{ 4000, P, ALARM },
			{ 8999, P, ALARM },
			{ 9000, P, NORMAL },
		},
	}, {
		.name = "forbidden once, and not for 30 s", .restore = 5000,
		.points = 6,
		.point = {
			{ 0, P | W, ALARM },
			{ 1000, P, ALARM },
			{ 3000, P | F, ALARM },
			{ 4000, P, ALARM },
			{ 33999, P, ALARM },
			{ 34000, P, NORMAL },
		},
	}, {
		.name = "forbidden at the onset, and not for 30 s",
		.restore = 1000, .points = 5,
		.point = {
			{ 0, P, NORMAL },
			{ 1000, P | F, ALARM },
			{ 2000, P, ALARM },
			{ 31999, P, ALARM },
			{ 32000, P, NORMAL },
		},
	}, {
		.name = "30 s without forbidden, and low as well",
		.restore = 1000, .points = 6,
		.point = {
			{ 0, P | F, OFF },
			{ 1000, P | W, OFF },
			{ 2000, P | W | F, OFF },
			{ 3000, P | W, OFF },
			{ 4000, P | W, ALARM },
			/* Forbidden before the onset does not count. */
			{ 5000, P, ALARM },
		},
	}, {
		.name = "the restore time is the longer one", .restore = 60000,
		.points = 5,
		.point = {
			{ 0, P, NORMAL },
			{ 1000, P | F, ALARM },
			{ 2000, P, ALARM },
			{ 61999, P, ALARM },
			{ 62000, P, NORMAL },
		},
	}, {
		.name = "an episode after one with forbidden", .restore = 1000,
		.points = 7,
		.point = {
			{ 0, P, NORMAL },
			{ 1000, P | F, ALARM },
			{ 2000, P, ALARM },
			{ 32000, P, NORMAL },
			{ 33000, P | W, ALARM },
			{ 34000, P, ALARM },
			{ 35000, P, NORMAL },
		},
	}, {
		.name = "a load that pulses with shorter pauses",
		.restore = 1000, .points = 4,
		.point = {
			{ 0, P, NORMAL },
			{ 1000, P | F, ALARM },
			{ 2000, P, ALARM },
			{ 31999, P | F, OFF },
		},
	}, {
		.name = "no load on lines not heard in time", .restore = 1000,
		.points = 8,
		.point = {
			{ 0, P | X, OFF },
			{ 5000, P | X, OFF },
			{ 5001, P, NORMAL },
			/* What is on stays on. */
			{ 6000, P | X, NORMAL },
			{ 7000, P | W | X, ALARM },
			{ 8000, P | X, ALARM },
			{ 9000, P | X, NORMAL },
			{ 10000, X, STANDBY },
		},
	}, {
		.name = "no load out of standby on such lines",
		.restore = 1000, .reconnect = 30000, .points = 4,
		.point = {
			{ 0, X, STANDBY },
			{ 1000, P | X, OFF },
			{ 1001, P | W | X, OFF },
			/* No disconnect, no delay. */
			{ 1002, P | W, ALARM },
		},
	}, {
		.name = "a restore time of zero is a second", .restore = 0,
		.points = 4,
		.point = {
			{ 0, P | W, ALARM },
			{ 1000, P, ALARM },
			{ 1999, P, ALARM },
			{ 2000, P, NORMAL },
		},
	}, {
		.name = "restore and reconnect", .restore = 1000,
		.reconnect = 5000, .points = 5,
		.point = {
			{ 0, P | W, ALARM },
			{ 30000, P | F, OFF },
			{ 31000, P, OFF },
			{ 34999, P, OFF },
			{ 35000, P, NORMAL },
		},
	}, {
		.name = "without a reconnect delay", .restore = 1000,
		.points = 4,
		.point = {
			{ 0, P | W, ALARM },
			{ 30000, P | F, OFF },
			{ 31000, P | W, OFF },
			{ 32000, P | W, ALARM },
		},
	}, {
		.name = "standby from everywhere", .restore = 1000,
		.reconnect = 1000, .points = 8,
		.point = {
			{ 0, P, NORMAL },
			{ 1, 0, STANDBY },
			{ 2, P | W, ALARM },
			{ 3, W, STANDBY },
			{ 4, P | W, ALARM },
			{ 30004, P | F, OFF },
			{ 30005, F, STANDBY },
			{ 30006, P | F, OFF },
		},
	}, {
		.name = "standby and disconnect at once", .restore = 1000,
		.reconnect = 1000, .points = 3,
		.point = {
			{ 0, P | W, ALARM },
			{ 30000, F, STANDBY },
			/* No disconnect: nothing but the restore time. */
			{ 30001, P | F, OFF },
		},
	}, {
		.name = "lock-out within its window", .restore = 1000,
		.lockout = 2, .points = 8,
		.point = {
			{ 0, P | W, ALARM },
			{ 30000, P | F, OFF },
			{ 31000, P | W, OFF },
			{ 32000, P | W, ALARM },
			{ 130000, P | F, OFF },
			{ 131000, P, OFF },
			{ 900000, P, OFF },
			{ 900001, 0, STANDBY },
		},
	}, {
		.name = "no lock-out beyond its window", .restore = 1000,
		.lockout = 2, .points = 7,
		.point = {
			{ 0, P | W, ALARM },
			{ 30000, P | F, OFF },
			{ 31000, P | W, OFF },
			{ 32000, P | W, ALARM },
			{ 130001, P | F, OFF },
			{ 131000, P, OFF },
			{ 132000, P, NORMAL },
		},
	}, {
		.name = "lock-out at the first disconnect", .restore = 1000,
		.lockout = 1, .points = 5,
		.point = {
			{ 0, P | W, ALARM },
			{ 30000, P | F, OFF },
			{ 40000, P, OFF },
			{ 50000, P, OFF },
			{ 900000, P, OFF },
		},
	},
};

static void path_case_desc(const struct path_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(path_case, path_cases, path_case_desc);

static void discharge_stories(struct kunit *test)
{
	const struct path_case *c = test->param_value;
	const struct bg_discharge_rules rules = {
		.pre_alarm = BG_SEC(30),
		.restore = BG_MS(c->restore),
		.reconnect = BG_MS(c->reconnect),
		.lockout_window = BG_SEC(100),
		.lockout_count = c->lockout,
		.silent = true,
	};
	struct bg_discharge *path;
	unsigned int n;

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	for (n = 0; n < c->points; n++) {
		const struct path_point *p = &c->point[n];
		const u64 now = BG_MS(p->at);
		const struct bg_discharge_in in = {
			.permit = p->in & P,
			.forbidden = p->in & F,
			.low = p->in & W,
			.heard = !(p->in & X),
		};

		if (!n)
			bg_discharge_init(path, &in, now);
		bg_discharge_step(path, &rules, &in, now);

		KUNIT_EXPECT_EQ_MSG(test, path->state, p->state,
				    "state at %u ms", p->at);
		KUNIT_EXPECT_EQ_MSG(test, bg_discharge_load(path),
				    p->state == NORMAL || p->state == ALARM,
				    "load at %u ms", p->at);
		KUNIT_EXPECT_GT_MSG(test,
				    bg_discharge_deadline(path, &rules, now),
				    now, "deadline at %u ms", p->at);
	}
}

/* The minimum delay counts from the first write of the warning, and only once. */
static void discharge_sounded(struct kunit *test)
{
	const struct bg_discharge_rules rules = { .pre_alarm = BG_SEC(30) };
	const struct bg_discharge_in in = {
		.permit = true, .low = true, .heard = true,
	};
	struct bg_discharge *path;

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	bg_discharge_init(path, &in, BG_SEC(1));
	/* No alarm yet: it is of no onset. */
	bg_discharge_sounded(path, BG_SEC(1));
	bg_discharge_step(path, &rules, &in, BG_SEC(1));
	bg_discharge_sounded(path, BG_MS(1500));
	bg_discharge_sounded(path, BG_MS(1200));
	bg_discharge_sounded(path, BG_MS(1900));
	KUNIT_EXPECT_EQ(test, path->onset, BG_MS(1500));
	KUNIT_EXPECT_EQ(test, bg_discharge_safe_until(path), BG_MS(31500));
}

/* At the start of the clock, 0 still means that nothing was heard. */
static void discharge_onset_at_zero(struct kunit *test)
{
	const struct bg_discharge_rules rules = { .pre_alarm = BG_SEC(30) };
	const struct bg_discharge_in in = {
		.permit = true, .low = true, .heard = true,
	};
	struct bg_discharge *path;

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	bg_discharge_init(path, &in, 0);
	bg_discharge_step(path, &rules, &in, 0);
	bg_discharge_sounded(path, 0);
	KUNIT_EXPECT_EQ(test, bg_discharge_safe_until(path), BG_SEC(31));
}

/* When the write of the pre-alarm returned, and what the onset is then. */
struct sound_case {
	const char *name;
	u64 when;	/* in ns, 0 = not heard of */
	u64 onset;	/* in ns */
	bool silent;
};

/* It was decided 10 s after the start. */
static const struct sound_case sound_cases[] = {
	{ "never heard of", 0, BG_SEC(11), false },
	{ "no output to write", 0, BG_SEC(10), true },
	{ "a write of before", BG_SEC(10) - 1, BG_SEC(11), false },
	{ "at once", BG_SEC(10), BG_SEC(10), false },
	{ "one ns later", BG_SEC(10) + 1, BG_SEC(10) + 1, false },
	{ "one ns before a second", BG_SEC(11) - 1, BG_SEC(11) - 1, false },
	{ "a second later", BG_SEC(11), BG_SEC(11), false },
	{ "later than that", BG_SEC(11) + 1, BG_SEC(11), false },
};

static void sound_case_desc(const struct sound_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(sound_case, sound_cases, sound_case_desc);

/* The delay counts from the warning, and until then from a second later. */
static void discharge_onset(struct kunit *test)
{
	const struct sound_case *c = test->param_value;
	const struct bg_discharge_rules rules = {
		.pre_alarm = BG_SEC(30),
		.silent = c->silent,
	};
	struct bg_discharge_in in = {
		.permit = true, .low = true, .heard = true,
	};
	const u64 end = c->onset + BG_SEC(30);
	struct bg_discharge *path;

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	bg_discharge_init(path, &in, BG_SEC(10));
	bg_discharge_step(path, &rules, &in, BG_SEC(10));
	KUNIT_EXPECT_EQ(test, path->onset, BG_SEC(10));
	KUNIT_EXPECT_EQ(test, bg_discharge_safe_until(path),
			c->silent ? BG_SEC(40) : BG_SEC(41));
	bg_discharge_sounded(path, c->when);
	KUNIT_EXPECT_EQ(test, bg_discharge_safe_until(path), end);
	KUNIT_EXPECT_EQ(test, bg_discharge_deadline(path, &rules, end - 1),
			end);
	KUNIT_EXPECT_TRUE(test, bg_discharge_delay_runs(path, end - 1));
	KUNIT_EXPECT_FALSE(test, bg_discharge_delay_runs(path, end));
	in.forbidden = true;
	bg_discharge_step(path, &rules, &in, end - 1);
	KUNIT_EXPECT_EQ(test, path->state, ALARM);
	bg_discharge_step(path, &rules, &in, end);
	KUNIT_EXPECT_EQ(test, path->state, OFF);
	KUNIT_EXPECT_EQ(test, bg_discharge_safe_until(path), 0ULL);
}

/* 30 s without forbidden: not a ns less, and a deadline wakes for it. */
static void discharge_sags(struct kunit *test)
{
	const struct bg_discharge_rules rules = { .pre_alarm = BG_SEC(30) };
	struct bg_discharge_in in = { .permit = true, .heard = true };
	const u64 gone = BG_SEC(45), end = BG_SEC(75);
	struct bg_discharge *path;

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	bg_discharge_init(path, &in, BG_SEC(1));
	bg_discharge_step(path, &rules, &in, BG_SEC(1));
	in.forbidden = true;
	bg_discharge_step(path, &rules, &in, BG_SEC(20));
	bg_discharge_sounded(path, BG_SEC(20));
	in.forbidden = false;
	in.low = true;
	bg_discharge_step(path, &rules, &in, gone);
	in.low = false;
	bg_discharge_step(path, &rules, &in, BG_SEC(50));
	KUNIT_EXPECT_EQ(test, bg_discharge_deadline(path, &rules, BG_SEC(50)),
			BG_SEC(51));
	bg_discharge_step(path, &rules, &in, BG_SEC(51) - 1);
	KUNIT_EXPECT_TRUE(test, bg_discharge_waits(path, BG_SEC(51) - 1));
	bg_discharge_step(path, &rules, &in, BG_SEC(51));
	KUNIT_EXPECT_EQ(test, path->state, ALARM);
	KUNIT_EXPECT_TRUE(test, bg_discharge_waits(path, BG_SEC(51)));
	KUNIT_EXPECT_EQ(test, bg_discharge_deadline(path, &rules, BG_SEC(51)),
			end);
	bg_discharge_step(path, &rules, &in, end - 1);
	KUNIT_EXPECT_EQ(test, path->state, ALARM);
	bg_discharge_step(path, &rules, &in, end);
	KUNIT_EXPECT_EQ(test, path->state, NORMAL);
	KUNIT_EXPECT_FALSE(test, bg_discharge_waits(path, end));
	KUNIT_EXPECT_EQ(test, bg_discharge_deadline(path, &rules, end),
			BG_NEVER);
}

/* Forbidden again one ns before: the delay is long over, so the load goes. */
static void discharge_pulses(struct kunit *test)
{
	const struct bg_discharge_rules rules = {
		.pre_alarm = BG_SEC(600), .silent = true,
	};
	struct bg_discharge_in in = { .permit = true, .heard = true };
	struct bg_discharge *path;
	u64 now = BG_SEC(1);

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	bg_discharge_init(path, &in, 0);
	bg_discharge_step(path, &rules, &in, 0);
	while (now < BG_SEC(601)) {
		in.forbidden = true;
		bg_discharge_step(path, &rules, &in, now);
		KUNIT_EXPECT_EQ(test, path->state, ALARM);
		in.forbidden = false;
		bg_discharge_step(path, &rules, &in, now + 1);
		now += BG_SEC(30);
	}
	bg_discharge_step(path, &rules, &in, now - 1);
	KUNIT_EXPECT_EQ(test, path->state, ALARM);
	in.forbidden = true;
	bg_discharge_step(path, &rules, &in, now);
	KUNIT_EXPECT_EQ(test, path->state, OFF);
}

/* The smallest delay written since the onset is in force. */
static void discharge_shorter_delay(struct kunit *test)
{
	struct bg_discharge_rules rules = {
		.pre_alarm = BG_SEC(60), .silent = true,
	};
	struct bg_discharge_in in = { .permit = true, .heard = true };
	struct bg_discharge *path;

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	bg_discharge_init(path, &in, 0);
	bg_discharge_step(path, &rules, &in, 0);
	in.forbidden = true;
	bg_discharge_step(path, &rules, &in, 0);
	KUNIT_EXPECT_EQ(test, path->state, ALARM);
	rules.pre_alarm = BG_SEC(40);
	bg_discharge_step(path, &rules, &in, BG_SEC(10));
	rules.pre_alarm = BG_SEC(600);
	bg_discharge_step(path, &rules, &in, BG_SEC(40) - 1);
	KUNIT_EXPECT_EQ(test, path->state, ALARM);
	bg_discharge_step(path, &rules, &in, BG_SEC(40));
	KUNIT_EXPECT_EQ(test, path->state, OFF);
}

/* Whatever was there before: standby, and nothing of the past. */
static void discharge_starts(struct kunit *test)
{
	const struct bg_discharge_in in = { .low = true };
	const struct bg_discharge_in forbidden = { .forbidden = true };
	const u64 now = BG_SEC(3);
	struct bg_discharge *path;
	unsigned int n;

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	memset(path, 0xff, sizeof(*path));
	bg_discharge_init(path, &in, now);
	KUNIT_EXPECT_EQ(test, path->state, STANDBY);
	KUNIT_EXPECT_EQ(test, path->onset, now);
	KUNIT_EXPECT_EQ(test, path->delay, 0ULL);
	KUNIT_EXPECT_EQ(test, path->disconnected, now);
	KUNIT_EXPECT_EQ(test, path->disconnects, 0);
	for (n = 0; n < BG_LOCKOUT_MAX; n++)
		KUNIT_EXPECT_EQ(test, path->history[n], now);
	KUNIT_EXPECT_FALSE(test, path->reconnecting);
	KUNIT_EXPECT_FALSE(test, path->locked);
	KUNIT_EXPECT_FALSE(test, path->sounding);
	KUNIT_EXPECT_FALSE(test, path->sagged);
	KUNIT_EXPECT_EQ(test, path->allowed.since, now);
	KUNIT_EXPECT_TRUE(test, path->allowed.holds);
	KUNIT_EXPECT_TRUE(test, path->allowed.granted);
	KUNIT_EXPECT_FALSE(test, path->quiet.holds);
	KUNIT_EXPECT_FALSE(test, path->quiet.granted);

	bg_discharge_init(path, &forbidden, now);
	KUNIT_EXPECT_FALSE(test, path->allowed.granted);
	KUNIT_EXPECT_FALSE(test, path->quiet.granted);
}

/* Delays of nothing, or next to nothing. */
static void discharge_short_delays(struct kunit *test)
{
	const struct bg_discharge_rules rules = {
		.reconnect = 1, .silent = true,
	};
	struct bg_discharge_in in = { .permit = true, .heard = true };
	struct bg_discharge *path;

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	bg_discharge_init(path, &in, 0);
	bg_discharge_step(path, &rules, &in, 0);
	in.forbidden = true;
	/* Even so the pre-alarm is seen before the load goes. */
	bg_discharge_step(path, &rules, &in, 0);
	KUNIT_EXPECT_EQ(test, path->state, ALARM);
	bg_discharge_step(path, &rules, &in, 0);
	KUNIT_EXPECT_EQ(test, path->state, OFF);
	KUNIT_EXPECT_TRUE(test, path->reconnecting);
	bg_discharge_step(path, &rules, &in, 1);
	KUNIT_EXPECT_FALSE(test, path->reconnecting);
}

/* As many disconnects as can be counted, and more than are remembered. */
static void discharge_many(struct kunit *test)
{
	const struct bg_discharge_rules rules = {
		.pre_alarm = BG_SEC(30),
		.lockout_window = BG_SEC(1000),
		.lockout_count = BG_LOCKOUT_MAX,
		.silent = true,
	};
	struct bg_discharge_in in = { .permit = true, .heard = true };
	struct bg_discharge *path;
	unsigned int n;
	u64 now = 0;

	path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path);

	bg_discharge_init(path, &in, now);
	bg_discharge_step(path, &rules, &in, now);
	/* The first two too far from the last, then 15 of them 60 s apart. */
	for (n = 0; n < BG_LOCKOUT_MAX + 2; n++) {
		KUNIT_ASSERT_EQ_MSG(test, path->state, NORMAL, "round %u", n);
		KUNIT_ASSERT_FALSE(test, path->locked);
		now += n == 2 ? BG_SEC(2000) : 0;
		in.forbidden = true;
		bg_discharge_step(path, &rules, &in, now);
		KUNIT_ASSERT_EQ(test, path->state, ALARM);
		bg_discharge_step(path, &rules, &in, now + BG_SEC(30));
		KUNIT_ASSERT_EQ(test, path->state, OFF);
		KUNIT_ASSERT_EQ(test, path->locked, n == BG_LOCKOUT_MAX + 1);
		in.forbidden = false;
		bg_discharge_step(path, &rules, &in, now + BG_SEC(31));
		bg_discharge_step(path, &rules, &in, now + BG_SEC(32));
		now += BG_SEC(60);
	}
	KUNIT_EXPECT_EQ(test, path->state, OFF);
}

/* When the load returns, if the lines stay as they are. */
static void discharge_returns(struct kunit *test)
{
	const struct bg_discharge_rules rules = {
		.restore = BG_SEC(5),
		.reconnect = BG_SEC(20),
	};
	struct bg_discharge path = { .state = OFF };

	/* Forbidden: time alone does not help, whatever delay runs. */
	path.disconnected = BG_SEC(10);
	path.reconnecting = true;
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, 0), 0ULL);

	path.allowed.holds = true;
	path.allowed.since = BG_SEC(12);
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, 0), BG_SEC(30));
	path.allowed.since = BG_SEC(29);
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, 0), BG_SEC(34));
	path.reconnecting = false;
	path.allowed.since = BG_SEC(2);
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, 0), BG_SEC(7));
	path.reconnecting = true;
	path.allowed.granted = true;
	path.allowed.since = BG_SEC(29);
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, 0), BG_SEC(30));

	/* In standby until permit comes, if nothing else is later. */
	path.state = STANDBY;
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, BG_SEC(29)),
			BG_SEC(30));
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, BG_SEC(31)),
			BG_SEC(31));
	path.allowed.granted = false;
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, BG_SEC(31)),
			BG_SEC(34));
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, BG_SEC(35)),
			BG_SEC(35));
	path.allowed.granted = true;
	path.reconnecting = false;
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, BG_SEC(31)),
			BG_SEC(31));

	path.locked = true;
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, BG_SEC(31)),
			0ULL);
	path.locked = false;
	path.state = NORMAL;
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, BG_SEC(31)),
			0ULL);
	path.state = ALARM;
	KUNIT_EXPECT_EQ(test, bg_discharge_returns(&path, rules.restore,
						   rules.reconnect, BG_SEC(31)),
			0ULL);
}

/* Disconnects left before a lock-out: those in the window count. */
static void discharge_left(struct kunit *test)
{
	struct bg_discharge path = {
		.disconnects = 3,
		.history = { BG_SEC(90), BG_SEC(50), BG_SEC(10), BG_SEC(99) },
	};
	const u64 window = BG_SEC(60);

	KUNIT_EXPECT_EQ(test, bg_discharge_left(&path, 0, window, BG_SEC(100)),
			-1);
	KUNIT_EXPECT_EQ(test, bg_discharge_left(&path, 5, window, BG_SEC(100)),
			3);
	KUNIT_EXPECT_EQ(test, bg_discharge_left(&path, 5, window, BG_SEC(110)),
			3);
	KUNIT_EXPECT_EQ(test, bg_discharge_left(&path, 5, window,
						BG_SEC(110) + 1), 4);
	KUNIT_EXPECT_EQ(test, bg_discharge_left(&path, 5, window, BG_SEC(500)),
			5);
	/* All of them, but the one that locks out has not come. */
	KUNIT_EXPECT_EQ(test, bg_discharge_left(&path, 2, window, BG_SEC(100)),
			1);
	path.disconnects = 0;
	KUNIT_EXPECT_EQ(test, bg_discharge_left(&path, 5, window, BG_SEC(100)),
			5);
	path.locked = true;
	KUNIT_EXPECT_EQ(test, bg_discharge_left(&path, 5, window, BG_SEC(100)),
			0);
	KUNIT_EXPECT_EQ(test, bg_discharge_left(&path, 0, window, BG_SEC(100)),
			-1);
}

static struct kunit_case discharge_tests[] = {
	KUNIT_CASE_PARAM(discharge_stories, path_case_gen_params),
	KUNIT_CASE(discharge_sounded),
	KUNIT_CASE(discharge_onset_at_zero),
	KUNIT_CASE_PARAM(discharge_onset, sound_case_gen_params),
	KUNIT_CASE(discharge_sags),
	KUNIT_CASE(discharge_pulses),
	KUNIT_CASE(discharge_shorter_delay),
	KUNIT_CASE(discharge_starts),
	KUNIT_CASE(discharge_short_delays),
	KUNIT_CASE(discharge_many),
	KUNIT_CASE(discharge_returns),
	KUNIT_CASE(discharge_left),
	{}
};

static struct kunit_suite discharge_suite = {
	.name = "battguard_discharge",
	.test_cases = discharge_tests,
};

kunit_test_suites(&discharge_suite);
