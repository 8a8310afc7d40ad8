/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - any state, board, settings and inputs, for the proof
 */
#ifndef BATTGUARD_ANY_H
#define BATTGUARD_ANY_H

#include "observer.h"

/* CBMC's own. */
int nondet_int(void);
u64 nondet_u64(void);
u32 nondet_u32(void);

u64 any_u64(void);
u32 any_u32(void);
bool any_bool(void);
void any_config(struct bg_config *cfg);
void any_settings(struct bg_settings *set);
void any_inputs(struct bg_inputs *in);
void any_fsm(struct bg_fsm *fsm);
void same_obs_line(struct obs_line *l, const struct bg_line *line);
void any_observer(struct observer *o, const struct bg_fsm *fsm,
		  const struct bg_config *cfg);

#endif
