/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - short names for properties of a power supply, for tables of tests
 */
#ifndef BATTGUARD_KUNIT_SUPPLY_H
#define BATTGUARD_KUNIT_SUPPLY_H

#include <linux/power_supply.h>

#define GOOD		POWER_SUPPLY_HEALTH_GOOD
#define UNKNOWN		POWER_SUPPLY_HEALTH_UNKNOWN
#define FAILURE		POWER_SUPPLY_HEALTH_UNSPEC_FAILURE
#define CRITICAL	POWER_SUPPLY_CAPACITY_LEVEL_CRITICAL
#define LOW		POWER_SUPPLY_CAPACITY_LEVEL_LOW
#define NORMAL		POWER_SUPPLY_CAPACITY_LEVEL_NORMAL

#endif
