/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - as much of KUnit as the suites use, in userspace
 *
 * The very same cases run in the kernel and here, where what they reach can be
 * counted and where a mutant of the driver costs a fraction of a second.
 */
#ifndef BATTGUARD_SHIM_KUNIT_H
#define BATTGUARD_SHIM_KUNIT_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pure.h"

#define U32_MAX			UINT32_MAX
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define GFP_KERNEL		0
#define KUNIT_PARAM_DESC_SIZE	128
#define KUNIT_ALLOCS		8

struct kunit {
	const void *param_value;
	void *alloc[KUNIT_ALLOCS];
	char why[300];
	jmp_buf out;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
	struct kunit_suite *next;
};

void kunit_host_register(struct kunit_suite *suite);
void kunit_host_failed(struct kunit *test, bool stop, const char *file,
		       int line, const char *what, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
void *kunit_host_zalloc(struct kunit *test, size_t size);

#define kunit_kzalloc(test, size, gfp)					\
	((void)(gfp), kunit_host_zalloc(test, size))

#define KUNIT_CASE(f)			{ .run_case = f, .name = #f }
#define KUNIT_CASE_PARAM(f, gen)					\
	{ .run_case = f, .name = #f, .generate_params = gen }

#define KUNIT_ARRAY_PARAM(id, array, get_desc)				\
	static const void *id##_gen_params(const void *prev, char *desc)	\
	{								\
		__typeof__(&(array)[0]) next = prev;			\
									\
		next = next ? next + 1 : (array);			\
		if ((size_t)(next - (array)) >= ARRAY_SIZE(array))	\
			return NULL;					\
		get_desc(next, desc);					\
		return next;						\
	}

#define kunit_test_suites(suite)					\
	static void __attribute__((constructor)) kunit_host_suite(void)	\
	{								\
		kunit_host_register(suite);				\
	}

#define KUNIT_HOST(test, stop, cond, what, ...)				\
	do {								\
		if (!(cond))						\
			kunit_host_failed(test, stop, __FILE__,		\
					  __LINE__, what, " " __VA_ARGS__); \
	} while (0)

/* The values as they are, and not as the other one's type. */
#define KUNIT_HOST_CMP(test, stop, a, op, b, ...)			\
	do {								\
		const __typeof__(a) left_ = (a);			\
		const __typeof__(b) right_ = (b);			\
									\
		KUNIT_HOST(test, stop, left_ op right_,			\
			   #a " " #op " " #b, __VA_ARGS__);		\
	} while (0)

#define KUNIT_EXPECT_TRUE(t, c)		KUNIT_HOST(t, false, c, #c)
#define KUNIT_EXPECT_TRUE_MSG(t, c, ...)				\
	KUNIT_HOST(t, false, c, #c, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE(t, c)	KUNIT_HOST(t, false, !(c), "!" #c)
#define KUNIT_EXPECT_FALSE_MSG(t, c, ...)				\
	KUNIT_HOST(t, false, !(c), "!" #c, __VA_ARGS__)
#define KUNIT_EXPECT_EQ(t, a, b)	KUNIT_HOST_CMP(t, false, a, ==, b)
#define KUNIT_EXPECT_EQ_MSG(t, a, b, ...)				\
	KUNIT_HOST_CMP(t, false, a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_GT_MSG(t, a, b, ...)				\
	KUNIT_HOST_CMP(t, false, a, >, b, __VA_ARGS__)
#define KUNIT_EXPECT_LE(t, a, b)	KUNIT_HOST_CMP(t, false, a, <=, b)
#define KUNIT_EXPECT_NULL(t, p)		KUNIT_HOST(t, false, !(p), #p " is NULL")
#define KUNIT_EXPECT_NOT_NULL(t, p)	KUNIT_HOST(t, false, p, #p)
#define KUNIT_EXPECT_STREQ(t, a, b)					\
	do {								\
		const char *a_ = (a), *b_ = (b);			\
									\
		KUNIT_HOST(t, false, a_ && b_ && !strcmp(a_, b_),	\
			   #a " is " #b);				\
	} while (0)

#define KUNIT_ASSERT_TRUE(t, c)		KUNIT_HOST(t, true, c, #c)
#define KUNIT_ASSERT_FALSE(t, c)	KUNIT_HOST(t, true, !(c), "!" #c)
#define KUNIT_ASSERT_EQ(t, a, b)	KUNIT_HOST_CMP(t, true, a, ==, b)
#define KUNIT_ASSERT_EQ_MSG(t, a, b, ...)				\
	KUNIT_HOST_CMP(t, true, a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_NULL(t, p)		KUNIT_HOST(t, true, !(p), #p " is NULL")
#define KUNIT_ASSERT_NOT_NULL(t, p)	KUNIT_HOST(t, true, p, #p)

#endif
