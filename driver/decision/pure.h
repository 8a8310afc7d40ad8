/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - what the pure part may use
 *
 * The line filter and the state machines call nothing of the kernel but its
 * arithmetic, read no clock and allocate nothing, so that the very same files
 * also compile in userspace, where they are tested, fuzzed and proved. This
 * header is all they need from either world.
 */
#ifndef BATTGUARD_PURE_H
#define BATTGUARD_PURE_H

#ifdef __KERNEL__
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/overflow.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define BIT(n)		(1U << (n))
/* Of size, which does not matter here. */
#define noinline
#define hweight32(mask)	((unsigned int)__builtin_popcount(mask))
#define check_add_overflow(a, b, sum)	__builtin_add_overflow(a, b, sum)
#define U64_MAX		UINT64_MAX
#endif

/* All times are nanoseconds of the boot-time clock, all delays nanoseconds. */
#define BG_MS(n)	((u64)(n) * 1000000ULL)
#define BG_SEC(n)	((u64)(n) * 1000000000ULL)

/* A deadline that never comes. */
#define BG_NEVER	U64_MAX

/**
 * bg_after() - a time some delay later
 * @t: start, in ns
 * @delay: delay, in ns
 *
 * Return: the sum, or %BG_NEVER where it does not fit.
 */
static inline u64 bg_after(u64 t, u64 delay)
{
	u64 sum;

	return check_add_overflow(t, delay, &sum) ? BG_NEVER : sum;
}

/**
 * bg_passed() - has a delay passed?
 * @t: its start, in ns; it may lie ahead
 * @delay: delay, in ns
 * @now: present time in ns
 *
 * Return: true from the end of the delay on.
 */
static inline bool bg_passed(u64 t, u64 delay, u64 now)
{
	return now >= t && now - t >= delay;
}

static inline u64 bg_earlier(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 bg_later(u64 a, u64 b)
{
	return a > b ? a : b;
}

#endif
