// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of how much memory a device takes
 */
#include <kunit/test.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "../driver/battguard.h"

/* What managed resources add, generously. */
#define DEVRES_HEADER	128

/* A device and its events together, as the allocators round them. */
static void size_device(struct kunit *test)
{
	const size_t device = roundup_pow_of_two(sizeof(struct battguard) +
						 DEVRES_HEADER);
	const size_t ring = PAGE_ALIGN(sizeof(struct bg_ring));

	kunit_info(test, "device %zu bytes, %u events %zu bytes\n",
		   sizeof(struct battguard), BG_RING_SIZE,
		   sizeof(struct bg_ring));
	KUNIT_EXPECT_LE(test, device + ring, 28 * SZ_1K);
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
