// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the heartbeat
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../driver/decision/heartbeat.h"

/* Whatever was there before: the first step beats. */
static void heartbeat_starts(struct kunit *test)
{
	struct bg_heartbeat heart;

	memset(&heart, 0xff, sizeof(heart));
	bg_heartbeat_init(&heart, BG_SEC(3));
	KUNIT_EXPECT_FALSE(test, heart.level);
	KUNIT_EXPECT_FALSE(test, heart.stopped);
	KUNIT_EXPECT_EQ(test, bg_heartbeat_deadline(&heart), BG_SEC(3));
	KUNIT_EXPECT_TRUE(test, bg_heartbeat_step(&heart, 0, BG_SEC(3)));
	KUNIT_EXPECT_TRUE(test, heart.level);
}

/* Each half second, not before, and not twice when it is late. */
static void heartbeat_beats(struct kunit *test)
{
	struct bg_heartbeat heart;

	bg_heartbeat_init(&heart, 0);
	bg_heartbeat_step(&heart, 0, 0);
	KUNIT_EXPECT_EQ(test, bg_heartbeat_deadline(&heart), BG_MS(500));
	KUNIT_EXPECT_FALSE(test, bg_heartbeat_step(&heart, 0, BG_MS(500) - 1));
	KUNIT_EXPECT_TRUE(test, heart.level);
	KUNIT_EXPECT_TRUE(test, bg_heartbeat_step(&heart, 0, BG_MS(500)));
	KUNIT_EXPECT_FALSE(test, heart.level);
	KUNIT_EXPECT_TRUE(test, bg_heartbeat_step(&heart, 0, BG_MS(2200)));
	KUNIT_EXPECT_FALSE(test, bg_heartbeat_step(&heart, 0, BG_MS(2201)));
	KUNIT_EXPECT_EQ(test, bg_heartbeat_deadline(&heart), BG_MS(2700));
}

/* Stops after five seconds of fear, and goes on as soon as that is over. */
static void heartbeat_fears(struct kunit *test)
{
	struct bg_heartbeat heart;

	bg_heartbeat_init(&heart, 0);
	KUNIT_EXPECT_TRUE(test, bg_heartbeat_step(&heart, BG_SEC(5) - 1, 0));
	KUNIT_EXPECT_EQ(test, bg_heartbeat_deadline(&heart), BG_MS(500));
	KUNIT_EXPECT_FALSE(test, bg_heartbeat_step(&heart, BG_SEC(5),
						   BG_MS(500)));
	KUNIT_EXPECT_TRUE(test, heart.stopped);
	KUNIT_EXPECT_EQ(test, bg_heartbeat_deadline(&heart), BG_NEVER);
	KUNIT_EXPECT_FALSE(test, bg_heartbeat_step(&heart, BG_SEC(100),
						   BG_SEC(100)));
	KUNIT_EXPECT_TRUE(test, heart.level);

	KUNIT_EXPECT_TRUE(test, bg_heartbeat_step(&heart, 0, BG_SEC(101)));
	KUNIT_EXPECT_FALSE(test, heart.level);
	KUNIT_EXPECT_EQ(test, bg_heartbeat_deadline(&heart), BG_MS(101500));
}

static struct kunit_case heartbeat_tests[] = {
	KUNIT_CASE(heartbeat_starts),
	KUNIT_CASE(heartbeat_beats),
	KUNIT_CASE(heartbeat_fears),
	{}
};

static struct kunit_suite heartbeat_suite = {
	.name = "battguard_heartbeat",
	.test_cases = heartbeat_tests,
};

kunit_test_suites(&heartbeat_suite);
