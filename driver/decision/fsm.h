/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the decision: lines and a time in, outputs and events out (pure)
 *
 * bg_fsm_step() composes the line filter, the discharge path, the charge path
 * and the pre-alarm sounder. It calls nobody. The caller samples, calls it,
 * sets the outputs, passes their results with the next call, and calls again at
 * the deadline or when anything happens, whichever is first.
 */
#ifndef BATTGUARD_FSM_H
#define BATTGUARD_FSM_H

#include "charge.h"
#include "discharge.h"
#include "heartbeat.h"
#include "line.h"
#include "names.h"
#include "output.h"

#define BG_CHAINS_MAX		8

/* Where the lines stand in a mask of lines. */
#define BG_LINE_DISCHARGE	0
#define BG_LINE_CHARGE		8
#define BG_LINE_LOW_CELL	16
#define BG_LINE_REMOTE_L	24
#define BG_LINE_REMOTE_H	25
#define BG_LINES_MAX		26

#define BG_LINES_DISCHARGE	0x000000ffU
#define BG_LINES_CHARGE		0x0000ff00U
#define BG_LINES_LOW_CELL	0x00ff0000U
#define BG_LINES_REMOTE		0x03000000U

/* Remote on takes this long to count, whatever is set. */
#define BG_REMOTE_RESTORE_MIN	BG_SEC(1)
/* Half a period of the intermittent pre-alarm. */
#define BG_BLINK_NS		BG_MS(800)
/* The pre-alarm outlasts the load by no more, if it has to wait for its end. */
#define BG_PARTING_NS		BG_SEC(1)

/* Besides the outputs that are read back and reported, see names.h. */
#define BG_OUT_HEARTBEAT	BG_NR_CHECKED_OUTS
#define BG_NR_OUTS		(BG_OUT_HEARTBEAT + 1)

/* Changes whose times the device shows: the first of &enum bg_change. */
#define BG_NR_SINCE		(BG_CHANGED_PRE_ALARM + 1)

/* The delays among the settings. */
#define BG_FIRST_DELAY		BG_SET_PRE_ALARM_DELAY_MS
#define BG_NR_DELAYS		(BG_SET_LOAD_RECONNECT_DELAY_MS - BG_FIRST_DELAY + 1)

/**
 * struct bg_config - what the board is, fixed while the driver is bound
 * @lines: lines that exist
 * @slow_lines: lines that are read by threads
 * @readable: outputs that can be read back
 * @out_slow: outputs that a thread writes, and reports later
 * @debounce: window of the line filter in ns, 0 = none
 * @lockout_window: see &struct bg_discharge_rules
 * @lockout_count: see &struct bg_discharge_rules
 * @shared: chains whose two permissions are one line
 * @silent: there is no pre-alarm output
 * @intermittent: the pre-alarm blinks
 * @inhibit_on_pre_alarm: no charging in a pre-alarm that a line keeps up
 * @heartbeat: there is a heartbeat line
 * @split: load and pre-alarm are on different controllers, of which at least one
 *	is written by a thread
 */
struct bg_config {
	u32 lines;
	u32 slow_lines;
	u32 readable;
	u32 out_slow;
	u64 debounce;
	u64 lockout_window;
	u8 lockout_count;
	u8 shared;
	bool silent;
	bool intermittent;
	bool inhibit_on_pre_alarm;
	bool heartbeat;
	bool split;
};

/**
 * struct bg_settings - what a user may change
 * @pre_alarm_delay: minimum time from pre-alarm to disconnect, in ns
 * @restore_delay: time a permission has to hold, in ns
 * @reconnect_delay: time from a disconnect to the load's return, in ns
 * @enabled: the software switch
 * @inhibit: no charging
 * @mute: the pre-alarm output is silent until the next onset
 */
struct bg_settings {
	u64 pre_alarm_delay;
	u64 restore_delay;
	u64 reconnect_delay;
	bool enabled;
	bool inhibit;
	bool mute;
};

/**
 * struct bg_inputs - what one evaluation knows
 * @read: lines that were read, or tried
 * @report: lines of @read that a thread read; the others were read just now
 * @failed: lines of @read that could not be read
 * @slow: lines of @failed whose transfer took over 50 ms to fail
 * @level: lines of @read that are asserted
 * @edge: lines on which an edge was seen since the evaluation before
 * @set: settings that a user wrote, by BIT() of &enum bg_setting
 * @tried: outputs that were written or read back since the step before
 * @checked: outputs of @tried that were read back
 * @out_failed: outputs of @tried whose write failed or, without one, reading
 * @out_level: outputs of @checked that are active
 * @out_alive: outputs whose controller has just answered, to whatever transfer
 * @number: for each output in @tried, the number of its latest write
 * @heard: when the transfer began that brought @report, in ns
 * @sounded: time at which a write of the pre-alarm returned, good or bad, in ns;
 *	0 = none has
 * @park: the system is about to sleep
 * @resumed: the system has just woken
 * @settings: values for the bits in @set
 */
struct bg_inputs {
	u32 read;
	u32 report;
	u32 failed;
	u32 slow;
	u32 level;
	u32 edge;
	u32 set;
	u32 tried;
	u32 checked;
	u32 out_failed;
	u32 out_level;
	u32 out_alive;
	u32 number[BG_NR_CHECKED_OUTS];
	u64 heard;
	u64 sounded;
	bool park;
	bool resumed;
	struct bg_settings settings;
};

/**
 * struct bg_view - everything that is reported, as one value
 * @lines: lines asserted after the filter, a faulty one as if open
 * @faulty: lines that are faulty
 * @load_reasons: why the load is off, 0 while it is on
 * @charger_reasons: why the charger is off, 0 while it is on
 * @outputs: outputs active; the pre-alarm is the logical one, without blinking
 * @out_faulty: outputs that are faulty
 * @state: see &enum bg_state
 * @remote: what the lines say of remote, whether it counts yet or not
 * @enabled: the software switch
 * @inhibit: a user inhibits charging
 * @mute: the pre-alarm is muted
 * @charge_blocked: the battery keeps the charger off (the red indicator)
 */
struct bg_view {
	u32 lines;
	u32 faulty;
	u16 load_reasons;
	u16 charger_reasons;
	u8 outputs;
	u8 out_faulty;
	u8 state;
	bool remote;
	bool enabled;
	bool inhibit;
	bool mute;
	bool charge_blocked;
};

/**
 * struct bg_event - one evaluation that changed something
 * @seq: number of the event, 1 = bind, without gaps
 * @boottime: boot-time clock at the decision, in ns
 * @realtime: wall clock at the decision, in ns; filled in by the caller
 * @onset: onset of the pre-alarm in ns, 0 without one
 * @delay_ms: delays in force, from %BG_FIRST_DELAY on, in ms; filled in by the
 *	caller, as the decision counts in ns
 * @changed: what changed, by BIT() of &enum bg_change
 * @cause: why, by BIT() of &enum bg_cause
 * @set: settings that changed, by BIT() of &enum bg_setting
 * @view: all there is to know after it
 */
struct bg_event {
	u64 seq;
	u64 boottime;
	u64 realtime;
	u64 onset;
	u32 delay_ms[BG_NR_DELAYS];
	u32 set;
	u16 changed;
	u16 cause;
	struct bg_view view;
};

/**
 * struct bg_counters - counted since bind
 * @state_ns: time spent in each state, in ns
 * @pre_alarms: onsets of a pre-alarm
 * @load_disconnects: disconnects of the load for under-voltage
 * @charger_disconnects: charger switched off by the battery
 * @remote_offs: remote switched off after it counted as on
 * @faults: lines and outputs that became faulty
 */
struct bg_counters {
	u64 state_ns[BG_NR_STATES];
	u32 pre_alarms;
	u32 load_disconnects;
	u32 charger_disconnects;
	u32 remote_offs;
	u32 faults;
};

/**
 * struct bg_sounder - the pre-alarm output while the pre-alarm is on
 * @flip: when the intermittent output changes next, in ns
 * @dark: in the dark half of a period
 */
struct bg_sounder {
	u64 flip;
	bool dark;
};

/**
 * struct bg_fsm - the whole state
 * @now: time of the latest step, in ns
 * @resumed: when the system woke last, in ns, 0 = never
 * @seq: number of the latest event
 * @since: time of the latest change, by the first of &enum bg_change, in ns
 * @set: settings in force
 * @line: the line filters, by number of the line
 * @discharge: discharge path
 * @charge: charge path
 * @remote: remote on
 * @sounder: pre-alarm output
 * @heart: heartbeat
 * @out: the outputs that are read back
 * @view: the latest view
 * @counters: counters
 * @bound: the first step was made, of all or since @restored
 * @restored: the next step comes after a time without a guard
 */
struct bg_fsm {
	u64 now;
	u64 resumed;
	u64 seq;
	u64 since[BG_NR_SINCE];
	struct bg_settings set;
	struct bg_line line[BG_LINES_MAX];
	struct bg_discharge discharge;
	struct bg_charge charge;
	struct bg_hold remote;
	struct bg_sounder sounder;
	struct bg_heartbeat heart;
	struct bg_output out[BG_NR_CHECKED_OUTS];
	struct bg_view view;
	struct bg_counters counters;
	bool bound;
	bool restored;
};

/**
 * struct bg_result - what a step decided
 * @outputs: outputs that shall be active
 * @write: outputs that have to be written now
 * @anew: outputs of @write that failed before: set the direction as well
 * @through_input: outputs of @anew to be made an input first
 * @check: outputs that have to be read back now
 * @number: for each output the number of its latest write
 * @mask: lines whose interrupts are to be masked until the deadline; the others
 *	are to be open
 * @read: lines that their threads have to read now
 * @deadline: when to step again if nothing happens before, or %BG_NEVER
 * @resume_at: when the system has to be awake again, or %BG_NEVER
 * @stay_awake: a delay runs that the system must not sleep through
 * @onset: the pre-alarm has just come on
 * @evented: @event is valid
 * @event: what changed
 */
struct bg_result {
	u32 outputs;
	u32 write;
	u32 anew;
	u32 through_input;
	u32 check;
	u32 number[BG_NR_CHECKED_OUTS];
	u32 mask;
	u32 read;
	u64 deadline;
	u64 resume_at;
	bool stay_awake;
	bool onset;
	bool evented;
	struct bg_event event;
};

void bg_fsm_init(struct bg_fsm *fsm, const struct bg_settings *set, u64 now);
u32 bg_fsm_lines_to_read(const struct bg_fsm *fsm, const struct bg_config *cfg,
			 u64 now);
u32 bg_fsm_mask(const struct bg_fsm *fsm, const struct bg_config *cfg, u64 now);
void bg_fsm_step(struct bg_fsm *fsm, const struct bg_config *cfg,
		 const struct bg_inputs *in, u64 now, struct bg_result *res);
void bg_fsm_restored(struct bg_fsm *fsm, u64 now);
void bg_fsm_unbind(struct bg_fsm *fsm, u64 now, struct bg_result *res);
bool bg_fsm_surprised(const struct bg_fsm *fsm, const struct bg_inputs *done);
u64 bg_fsm_load_returns(const struct bg_fsm *fsm);

/**
 * bg_fsm_load_safe_until() - end of the minimum delay of a pre-alarm
 * @fsm: state
 *
 * Return: see bg_discharge_safe_until().
 */
static inline u64 bg_fsm_load_safe_until(const struct bg_fsm *fsm)
{
	return bg_discharge_safe_until(&fsm->discharge);
}

#endif
