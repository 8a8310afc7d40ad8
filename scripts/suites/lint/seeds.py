# SPDX-License-Identifier: GPL-2.0
"""Faults that the checkers of the sources have to find in a copy of the project."""

from lab.seeds import Seed


def added(file, text, *said):
    """A fault at the end of a file, and what the checker says of it."""
    return Seed(said[0], ((file, None, text.lstrip("\n")),), said)


def instead(file, old, new, said):
    """A fault in the place of something."""
    return Seed(said, ((file, old, new),), (said,))


# checker: its faults
SEEDS = {
    "sparse": (
        added("driver/netlink.c", """
void seed_order(__be32 *to, u32 from);
void seed_order(__be32 *to, u32 from)
{
	*to = from;
}
""", "incorrect type in assignment (different base types)"),
        added("driver/gpio.c", """
void seed_lock(spinlock_t *lock);
void seed_lock(spinlock_t *lock)
{
	spin_lock(lock);
}
""", "context imbalance in 'seed_lock' - wrong count at exit"),
        added("kunit/size_kunit.c", """
void *seed_null(void);
void *seed_null(void)
{
	return 0;
}
""", "Using plain integer as NULL pointer"),
        added("driver/values.c", """
int seed_user(int __user *p);
int seed_user(int __user *p)
{
	return *p;
}
""", "dereference of noderef expression"),
    ),
    "clang-tidy": (
        added("driver/decision/hold.h", """
/* This is behind the file's own guard. */
#ifndef SEED_SIZE
#define SEED_SIZE

static inline int seed_size(int n)
{
	return sizeof(sizeof(n));
}

#endif
""", "[bugprone-sizeof-expression]"),
        added("kunit/host/watch.c", """
#include <stdlib.h>
int seed_leak(void);
int seed_leak(void)
{
	char *text = malloc(10);

	return text ? 1 : 0;
}
""", "Potential leak of memory pointed to by 'text'"),
        added("driver/values.c", """
int seed_deref(int *p);
int seed_deref(int *p)
{
	if (p)
		return 0;
	return *p;
}
""", "Dereference of null pointer (loaded from variable 'p')"),
        added("kunit/values_kunit.c", """
void seed_clear(struct kunit *test);
void seed_clear(struct kunit *test)
{
	memset(test, 0, sizeof(sizeof(*test)));
}
""", "[bugprone-sizeof-expression]"),
        added("tools/text.c", """
void seed_twice(char *text);
void seed_twice(char *text)
{
	free(text);
	free(text);
}
""", "Attempt to free released memory"),
        added("driver/gpio.c", """
void seed_unchecked(void);
void seed_unchecked(void)
{
	ERR_PTR(-EINVAL);
}
""", "result from function 'ERR_PTR' is unused [linuxkernel-must-check-errs]"),
    ),
    "coccicheck": (
        added("driver/netlink.c", """
int seed_unlock(struct mutex *lock, int wrong);
int seed_unlock(struct mutex *lock, int wrong)
{
	mutex_lock(lock);
	if (wrong)
		return -EINVAL;
	mutex_unlock(lock);
	return 0;
}
""", "preceding lock on line"),
        added("driver/gpio.c", """
int seed_null(struct gpio_desc **line);
int seed_null(struct gpio_desc **line)
{
	struct seed { int a; } *p = (void *)line;

	if (!p)
		return p->a;
	return 0;
}
""", "is NULL but dereferenced"),
        added("kunit/size_kunit.c", """
int seed_twice(int n, int m);
int seed_twice(int n, int m)
{
	if (n == 1 || m == 2 || n == 1)
		return 1;
	return 0;
}
""", "duplicated argument to && or ||"),
        added("driver/core.c", """
#include <linux/slab.h>
int seed_free(int *p);
int seed_free(int *p)
{
	kfree(p);
	return *p;
}
""", "ERROR: reference preceded by free"),
    ),
    "gcc-analyzer": (
        added("tools/text.c", """
void seed_twice(char *text);
void seed_twice(char *text)
{
	free(text);
	free(text);
}
""", "double-'free' of 'text'"),
        added("kunit/host/watch.c", """
#include <stdlib.h>
int seed_leak(void);
int seed_leak(void)
{
	char *text = malloc(10);

	return text ? 1 : 0;
}
""", "leak of 'text'"),
    ),
    "cppcheck": (
        added("kunit/host/random.c", """
#include <stdlib.h>
void seed_leak(void);
void seed_leak(void)
{
	char *text = malloc(10);

	text[0] = 0;
}
""", "Memory leak: text"),
        added("tools/json.c", """
int seed_overrun(void);
int seed_overrun(void)
{
	int room[4] = { 0 };

	return room[4];
}
""", "Array 'room[4]' accessed at index 4, which is out of bounds."),
    ),
    "shellcheck": (
        added("Documentation/examples/wait-for-load", "rm $1\n",
              "Double quote to prevent globbing and word splitting"),
    ),
    "codespell": (
        added("Documentation/battguard.rst", "What clients recieve.\n",
              "recieve ==> receive"),
    ),
    "yamllint": (
        added("Documentation/netlink/specs/battguard.yaml", "seed: [1,2]\n",
              "too few spaces after comma"),
    ),
    "mandoc": (
        added("tools/man/battguardctl.8", ".Qx seed\n",
              "skipping unknown macro: .Qx"),
    ),
    "source": (
        added("Documentation/ABI/testing/sysfs-class-power-battguard", """
What:		/sys/class/power_supply/<supply_name>/seed
Date:		November 2026
""", "What '/sys/class/power_supply/<supply_name>/seed' doesn't have a description"),
        added("driver/values.c", """
int seed_style(void);
int seed_style(void)
{
	int n=0;

	return n;
}
""", "spaces required around that '='"),
        added("driver/config.c", """
int seed_doc(int n);
/**
 * seed_doc - document too little
 * Return: the same.
 */
int seed_doc(int n)
{
	return n;
}
""", "'n' not described in 'seed_doc'"),
    ),
    "matrix": (
        added("driver/values.c", """
static int seed_unused(int n)
{
	return n;
}
""", "'seed_unused' defined but not used", "unused function 'seed_unused'"),
    ),
    "modpost": (
        added("driver/core.c", """
int seed_section(void);
static int __init noinline seed_early(void)
{
	return 1;
}

int seed_section(void)
{
	return seed_early();
}
""", "section mismatch in reference: seed_section"),
    ),
    "configs": (
        added("driver/config.c", """
#ifdef __BIG_ENDIAN
#warning other way round
#endif
""", "other way round"),
        added("driver/values.c", """
#ifndef CONFIG_NET
#warning without net
#endif
""", "without net"),
    ),
    "netlink": (
        instead("Documentation/ABI/testing/sysfs-class-power-battguard",
                "		cable            ", "		cables           ", "misses cable; has cables"),
        instead("Documentation/battguard.rst", "1000       0 to 60000 ",
                "1000       0 to 90000 ", "has 0 to 90000"),
        instead("tools/man/battguard.4", ", 0 to 60000 and ", ", 0 to 80000 and ",
                "has 0 to 80000"),
        instead("tools/man/battguard.4", ".Qq inhibit-charge .", ".Qq inhibit .",
                "misses inhibit-charge"),
        instead("tools/man/battguardctl.8", ".Va onset_ns\n", ".Va onset\n",
                "misses onset_ns"),
        instead("dt-bindings/power/supply/gpio-battery-guard.yaml",
                "    maximum: 7200000\n", "    maximum: 720000\n", "has (0, 720000)"),
        instead("tools/spec.c", '"cable",', '"cables",', "run scripts/generate"),
    ),
    "binding": (
        instead("scripts/suites/binding-check/nodes.py",
                "BAD = (\n", 'BAD = (\n    ("seed", "", "something is wrong"),\n',
                "not said: something is wrong"),
        instead("scripts/suites/binding-check/nodes.py",
                "GOOD = {\n", 'GOOD = {\n    "seed": "seed-gpios = <&gpio 16 GPIO_ACTIVE_LOW>;",\n',
                "'seed-gpios' was unexpected"),
    ),
    "binding-schema": (
        instead("dt-bindings/power/supply/gpio-battery-guard.yaml",
                "  remote-l-gpios:\n    maxItems: 1", "  remote-l-gpios:\n    maxItem: 1",
                "'maxItem' was unexpected"),
        instead("dt-bindings/power/supply/gpio-battery-guard.yaml",
                "title: Battery", "title:  Battery",
                "too many spaces after colon"),
    ),
}
