/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the valid states
 *
 * The proof starts from any valid state, whether a guard ever gets there or
 * not, and shows that a step leads to a valid one again. The tests that run a
 * guard check after each step that it is in such a state, and that its observer
 * remembers the same as the guard. Otherwise the proof would be about a guard
 * that does not exist.
 */
#ifndef BATTGUARD_VALID_H
#define BATTGUARD_VALID_H

#include "observer.h"

/* As driver/config.c and driver/gpio.c let them be, or more. */
bool valid_config(const struct bg_config *cfg);
bool valid_settings(const struct bg_settings *set);

/* After a step. */
bool valid_line_seen(const struct bg_line *line, const struct bg_config *cfg,
		     unsigned int n, u64 now);
bool valid_line(const struct bg_line *line, const struct bg_config *cfg,
		unsigned int n, u64 now);
bool valid_discharge(const struct bg_discharge *path,
		     const struct bg_settings *set, u64 now);
bool valid_remote(const struct bg_fsm *fsm);
bool valid_charge(const struct bg_fsm *fsm);
bool valid_output(const struct bg_fsm *fsm, const struct bg_config *cfg,
		  unsigned int n);
bool valid_outputs(const struct bg_fsm *fsm, const struct bg_config *cfg);
bool valid_heartbeat(const struct bg_fsm *fsm, const struct bg_config *cfg);
bool valid_times(const struct bg_fsm *fsm);
bool valid_view(const struct bg_fsm *fsm, const struct bg_config *cfg);
bool valid_rest(const struct bg_fsm *fsm, const struct bg_config *cfg);
bool valid_fsm(const struct bg_fsm *fsm, const struct bg_config *cfg);

/* What an observer remembers, and what the guard does. */
bool agree_line(const struct obs_line *l, const struct bg_line *line);
bool agree_discharge(const struct observer *o, const struct bg_discharge *path);
bool agree_output(const struct observer *o, const struct bg_fsm *fsm,
		  unsigned int n);
bool agree_heartbeat(const struct observer *o, const struct bg_fsm *fsm);
bool agree_sounder(const struct observer *o, const struct bg_fsm *fsm);
bool agree_rest(const struct observer *o, const struct bg_fsm *fsm);
bool agree_fsm(const struct observer *o, const struct bg_fsm *fsm);

#endif
