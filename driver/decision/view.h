/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the reports of a decision (pure); between fsm.c and view.c only
 */
#ifndef BATTGUARD_VIEW_H
#define BATTGUARD_VIEW_H

#include "fsm.h"

/**
 * struct bg_verdict - the lines after the filter, and what they mean together
 * @lines: lines asserted
 * @faulty: lines that are faulty
 * @stale: lines not heard for 1.1 s, or not since the system woke
 * @forbidden: some battery forbids discharge
 * @charge_open: some battery forbids charging
 * @low: some cell is below the pre-alarm level
 * @cable: both permissions of some chain are open
 * @remote: remote is on
 * @heard_discharge: all lines on which discharging depends were heard in time
 * @heard_charge: all lines on which charging depends were heard in time
 * @blocked: the board wants no charging in the present state
 */
struct bg_verdict {
	u32 lines;
	u32 faulty;
	u32 stale;
	bool forbidden;
	bool charge_open;
	bool low;
	bool cable;
	bool remote;
	bool heard_discharge;
	bool heard_charge;
	bool blocked;
};

/**
 * struct bg_news - what a step knows besides the verdict
 * @set: settings that changed, by BIT() of &enum bg_setting
 * @bounced: lines that began to bounce
 * @user: a user changed them
 * @charger_was_on: the charger was on before the step
 * @remote_was_on: remote was on before the step, and counted
 */
struct bg_news {
	u32 set;
	u32 bounced;
	bool user;
	bool charger_was_on;
	bool remote_was_on;
};

void bg_view_step(struct bg_fsm *fsm, const struct bg_verdict *v,
		  const struct bg_news *news, struct bg_result *res);
void bg_view_unbind(struct bg_fsm *fsm, struct bg_result *res);

/**
 * bg_view_restored() - what others would have seen in a time without a guard
 * @fsm: state
 *
 * The next event says what has changed since. Faults are as they were, so that
 * one that lasts is not counted twice.
 */
static inline void bg_view_restored(struct bg_fsm *fsm)
{
	fsm->view.state = fsm->discharge.state;
	fsm->view.outputs = 0;
}

#endif
