// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the event ring
 */
#include <kunit/test.h>

#include "../driver/decision/ring.h"

static struct bg_ring *ring_new(struct kunit *test)
{
	struct bg_ring *ring = kunit_kzalloc(test, sizeof(*ring), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ring);
	return ring;
}

static void ring_put(struct bg_ring *ring, u64 seq)
{
	const struct bg_event event = {
		.seq = seq,
		.boottime = seq * 1000,
	};

	bg_ring_put(ring, &event);
}

static void ring_empty(struct kunit *test)
{
	struct bg_ring *ring = ring_new(test);

	KUNIT_EXPECT_EQ(test, bg_ring_first(ring), ring->last + 1);
	KUNIT_EXPECT_NULL(test, bg_ring_get(ring, 0));
	KUNIT_EXPECT_NULL(test, bg_ring_get(ring, 1));
	KUNIT_EXPECT_NULL(test, bg_ring_get(ring, U64_MAX));
}

/* The last 256 are kept, and one more is one too many. */
static void ring_keeps(struct kunit *test)
{
	struct bg_ring *ring = ring_new(test);
	u64 seq, n;

	for (seq = 1; seq <= 1000; seq++) {
		u64 first = seq > 256 ? seq - 255 : 1;

		ring_put(ring, seq);
		KUNIT_ASSERT_EQ(test, ring->last, seq);
		KUNIT_ASSERT_EQ(test, bg_ring_first(ring), first);
		KUNIT_ASSERT_NULL(test, bg_ring_get(ring, seq + 1));
		KUNIT_ASSERT_NULL(test, bg_ring_get(ring, first - 1));
		for (n = first; n <= seq; n++) {
			const struct bg_event *event = bg_ring_get(ring, n);

			KUNIT_ASSERT_NOT_NULL(test, event);
			KUNIT_ASSERT_EQ(test, event->seq, n);
			KUNIT_ASSERT_EQ(test, event->boottime, n * 1000);
		}
	}
}

static struct kunit_case ring_tests[] = {
	KUNIT_CASE(ring_empty),
	KUNIT_CASE(ring_keeps),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "battguard_ring",
	.test_cases = ring_tests,
};

kunit_test_suites(&ring_suite);
