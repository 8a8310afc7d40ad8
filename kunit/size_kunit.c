// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of how much memory a device takes
 */
#include <kunit/test.h>
#include <linux/sizes.h>

#include "../driver/battguard.h"

/* A device with its events, which has whole pages. */
static void size_device(struct kunit *test)
{
	kunit_info(test, "device %zu bytes, of which %u events %zu bytes\n",
		   sizeof(struct battguard), BG_RING_SIZE,
		   sizeof(struct bg_ring));
	KUNIT_EXPECT_LE(test, sizeof(struct battguard), 28 * SZ_1K);
}

static struct kunit_case size_tests[] = {
	KUNIT_CASE(size_device),
	{}
};

static struct kunit_suite size_suite = {
	.name = "battguard_size",
	.test_cases = size_tests,
};

kunit_test_suites(&size_suite);
