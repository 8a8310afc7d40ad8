/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - properties of the board, and their ranges
 */
#ifndef BATTGUARD_CONFIG_H
#define BATTGUARD_CONFIG_H

#include <linux/types.h>

#include "decision/fsm.h"

struct fwnode_handle;

/* Properties with a number. */
enum bg_number {
	BG_PRE_ALARM_DELAY_MS,
	BG_RESTORE_DELAY_MS,
	BG_RECONNECT_DELAY_MS,
	BG_DEBOUNCE_DELAY_MS,
	BG_LOCKOUT_COUNT,
	BG_LOCKOUT_WINDOW_MS,
	BG_POLL_INTERVAL_MS,
	BG_NR_NUMBERS
};

/**
 * struct bg_params - what the firmware node says, lines excepted
 * @label: name of the power supply, NULL = make one
 * @cfg: for the decision; lines and outputs are filled in by others
 * @set: settings to start with
 * @poll: how often inputs without interrupts are read, in ns, 0 = not at all
 * @wakeup: the lines wake the system
 * @system_scope: the bank powers this board
 */
struct bg_params {
	const char *label;
	struct bg_config cfg;
	struct bg_settings set;
	u32 poll;
	bool wakeup;
	bool system_scope;
};

int bg_params_read(const struct fwnode_handle *fwnode, struct bg_params *params,
		   const char **bad);
bool bg_number_valid(enum bg_number id, u32 value);
bool bg_setting_valid(enum bg_setting id, u32 value);

#endif
