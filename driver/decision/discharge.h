/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the discharge path: may the loads draw current? (pure)
 */
#ifndef BATTGUARD_DISCHARGE_H
#define BATTGUARD_DISCHARGE_H

#include "hold.h"
#include "names.h"

/* On this path no restore time is shorter, whatever is set. */
#define BG_DISCHARGE_RESTORE_MIN	BG_SEC(1)
/* Most disconnects a lock-out can count. */
#define BG_LOCKOUT_MAX			16
/* A pre-alarm counts as sounding this long after its onset, heard of or not. */
#define BG_SOUND_NS			BG_SEC(1)
/* An episode in which discharge was forbidden lasts this much longer. */
#define BG_SAG_NS			BG_SEC(30)

/**
 * struct bg_discharge_rules - delays of the discharge path
 * @pre_alarm: minimum time from the pre-alarm to the disconnect, in ns
 * @restore: time a permission has to hold, in ns
 * @reconnect: time from a disconnect until the load may return, in ns
 * @lockout_window: time within which disconnects add up to a lock-out, in ns
 * @lockout_count: number of disconnects that lock out, 0 = never
 * @silent: there is no pre-alarm output, so no write to wait for
 */
struct bg_discharge_rules {
	u64 pre_alarm;
	u64 restore;
	u64 reconnect;
	u64 lockout_window;
	u8 lockout_count;
	bool silent;
};

/**
 * struct bg_discharge_in - what the discharge path decides upon
 * @permit: remote on and software switch on
 * @forbidden: some battery forbids discharge
 * @low: some cell is below the pre-alarm level
 * @heard: all lines that the load depends on were heard in time
 */
struct bg_discharge_in {
	bool permit;
	bool forbidden;
	bool low;
	bool heard;
};

/**
 * struct bg_discharge - state of the discharge path
 * @onset: when the pre-alarm of the present episode came on, in ns; while
 *	@sounding, when that was decided
 * @delay: smallest minimum delay set since then, in ns
 * @disconnected: time of the latest disconnect, in ns
 * @history: times of the latest disconnects, newest first
 * @allowed: discharge allowed
 * @quiet: neither low-cell nor discharge forbidden
 * @state: see &enum bg_state
 * @disconnects: number of valid entries in @history
 * @reconnecting: the reconnect delay runs
 * @locked: locked out until standby
 * @sounding: nothing was heard yet of the write of the pre-alarm at @onset
 * @sagged: discharge was forbidden in the present episode
 */
struct bg_discharge {
	u64 onset;
	u64 delay;
	u64 disconnected;
	u64 history[BG_LOCKOUT_MAX];
	struct bg_hold allowed;
	struct bg_hold quiet;
	u8 state;
	u8 disconnects;
	bool reconnecting;
	bool locked;
	bool sounding;
	bool sagged;
};

static inline bool bg_discharge_load(const struct bg_discharge *path)
{
	return path->state == BG_NORMAL || path->state == BG_PRE_ALARM;
}

void bg_discharge_init(struct bg_discharge *path,
		       const struct bg_discharge_in *in, u64 now);
void bg_discharge_again(struct bg_discharge *path,
			const struct bg_discharge_in *in, u64 now);
void bg_discharge_step(struct bg_discharge *path,
		       const struct bg_discharge_rules *rules,
		       const struct bg_discharge_in *in, u64 now);
void bg_discharge_sounded(struct bg_discharge *path, u64 when);
u64 bg_discharge_deadline(const struct bg_discharge *path,
			  const struct bg_discharge_rules *rules, u64 now);
u64 bg_discharge_safe_until(const struct bg_discharge *path);
bool bg_discharge_delay_runs(const struct bg_discharge *path, u64 now);
bool bg_discharge_waits(const struct bg_discharge *path, u64 now);
u64 bg_discharge_returns(const struct bg_discharge *path, u64 restore,
			 u64 reconnect, u64 permit);
int bg_discharge_left(const struct bg_discharge *path, u8 count, u64 window,
		      u64 now);

#endif
