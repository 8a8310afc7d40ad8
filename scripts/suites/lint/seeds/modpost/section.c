// SPDX-License-Identifier: GPL-2.0
// into: driver/core.c
// expect: section mismatch in reference: seed_section

int seed_section(void);
static int __init noinline seed_early(void)
{
	return 1;
}

int seed_section(void)
{
	return seed_early();
}
