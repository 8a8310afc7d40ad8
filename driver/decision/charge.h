/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the charge path: may the chargers charge? (pure)
 */
#ifndef BATTGUARD_CHARGE_H
#define BATTGUARD_CHARGE_H

#include "hold.h"

/**
 * struct bg_charge_in - what the charge path decides upon
 * @permit: remote on and software switch on
 * @allowed: no battery forbids charging
 * @inhibited: the user asked for no charging
 * @blocked: the board wants no charging in the present state
 * @heard: all lines that the charger depends on were heard in time
 */
struct bg_charge_in {
	bool permit;
	bool allowed;
	bool inhibited;
	bool blocked;
	bool heard;
};

/**
 * struct bg_charge - state of the charge path
 * @allowed: charging allowed
 * @on: chargers may charge
 */
struct bg_charge {
	struct bg_hold allowed;
	bool on;
};

void bg_charge_init(struct bg_charge *path, const struct bg_charge_in *in,
		    u64 now);
void bg_charge_step(struct bg_charge *path, u64 restore,
		    const struct bg_charge_in *in, u64 now);

#endif
