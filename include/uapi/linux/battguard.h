/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/battguard.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_BATTGUARD_H
#define _UAPI_LINUX_BATTGUARD_H

#define BATTGUARD_FAMILY_NAME		"battguard"
#define BATTGUARD_FAMILY_VERSION	1

/**
 * enum battguard_state - State of the discharge path.
 * @BATTGUARD_STATE_NORMAL: Load on.
 * @BATTGUARD_STATE_PRE_ALARM: Load on, pre-alarm on. The load will soon be
 *   disconnected.
 * @BATTGUARD_STATE_LOAD_OFF: Load off. The battery or a delay forbids it.
 * @BATTGUARD_STATE_STANDBY: All off. The remote or the software switch is off.
 */
enum battguard_state {
	BATTGUARD_STATE_NORMAL,
	BATTGUARD_STATE_PRE_ALARM,
	BATTGUARD_STATE_LOAD_OFF,
	BATTGUARD_STATE_STANDBY,

	/* private: */
	__BATTGUARD_STATE_MAX,
	BATTGUARD_STATE_MAX = (__BATTGUARD_STATE_MAX - 1)
};

/**
 * enum battguard_output - Outputs of a guard.
 * @BATTGUARD_OUTPUT_LOAD: Loads may draw current.
 * @BATTGUARD_OUTPUT_CHARGER: Chargers may charge.
 * @BATTGUARD_OUTPUT_PRE_ALARM: The load will soon be disconnected. Set through
 *   the dark half of an intermittent pre-alarm, not set while muted.
 */
enum battguard_output {
	BATTGUARD_OUTPUT_LOAD = 1,
	BATTGUARD_OUTPUT_CHARGER = 2,
	BATTGUARD_OUTPUT_PRE_ALARM = 4,

	/* private: */
	BATTGUARD_OUTPUT_MASK = 7,
};

/**
 * enum battguard_reason - Why an output is off. Each word alone would keep it
 *   off.
 * @BATTGUARD_REASON_UNDERVOLTAGE: A battery is empty and forbids discharge.
 *   Charge the bank. If its voltage is well, look at the discharge permission
 *   of each chain.
 * @BATTGUARD_REASON_BATTERY: A battery forbids charging. It is over voltage,
 *   or too cold or hot. Wait until the batteries have settled, warmed up or
 *   cooled. If it stays, measure each battery and look at the chargers.
 * @BATTGUARD_REASON_CABLE: A chain withdraws both permissions. Look at the
 *   bank before the cable, as a cold and empty one looks the same. Then look
 *   at the plugs and the cable of the chain.
 * @BATTGUARD_REASON_REMOTE: The remote switch is off. Turn it on. If it is on,
 *   look at its wiring.
 * @BATTGUARD_REASON_USER: Switched off by software, or charging is inhibited.
 *   Look at enabled and charge_behaviour; the log has when they were set.
 * @BATTGUARD_REASON_RECONNECT_DELAY: The delay after a disconnect runs. Wait.
 *   If it is too long, look at load_reconnect_delay_ms.
 * @BATTGUARD_REASON_RESTORE_DELAY: Permitted, or the remote switch on, but not
 *   yet for long enough. Wait. If it stays, look for a line that changes again
 *   and again.
 * @BATTGUARD_REASON_LOCKOUT: Locked out after repeated disconnects. Look for
 *   what empties the bank, and charge it. Then switch off and on, by software
 *   or by the remote switch.
 * @BATTGUARD_REASON_PRE_ALARM: No charging during a pre-alarm, as the board
 *   asks. Look for the low cell. Charging returns when the pre-alarm is over.
 * @BATTGUARD_REASON_FAULT: A line that it depends on is faulty, or the output
 *   does not obey. Look at the lines and outputs that are shown as faulty, and
 *   at the kernel's log.
 */
enum battguard_reason {
	BATTGUARD_REASON_UNDERVOLTAGE = 1,
	BATTGUARD_REASON_BATTERY = 2,
	BATTGUARD_REASON_CABLE = 4,
	BATTGUARD_REASON_REMOTE = 8,
	BATTGUARD_REASON_USER = 16,
	BATTGUARD_REASON_RECONNECT_DELAY = 32,
	BATTGUARD_REASON_RESTORE_DELAY = 64,
	BATTGUARD_REASON_LOCKOUT = 128,
	BATTGUARD_REASON_PRE_ALARM = 256,
	BATTGUARD_REASON_FAULT = 512,

	/* private: */
	BATTGUARD_REASON_MASK = 1023,
};

/**
 * enum battguard_change - What an event has changed.
 * @BATTGUARD_CHANGE_STATE: State of the discharge path.
 * @BATTGUARD_CHANGE_LOAD: Output load.
 * @BATTGUARD_CHANGE_CHARGER: Output charger.
 * @BATTGUARD_CHANGE_PRE_ALARM: Output pre-alarm.
 * @BATTGUARD_CHANGE_ALLOW_DISCHARGE: A line that permits discharge.
 * @BATTGUARD_CHANGE_ALLOW_CHARGE: A line that permits charging.
 * @BATTGUARD_CHANGE_LOW_CELL: A line that reports a low cell.
 * @BATTGUARD_CHANGE_REMOTE: A line of the remote switch.
 * @BATTGUARD_CHANGE_REASONS: Why an output is off.
 * @BATTGUARD_CHANGE_FAULTS: Which lines or outputs are faulty.
 * @BATTGUARD_CHANGE_SETTINGS: A setting.
 */
enum battguard_change {
	BATTGUARD_CHANGE_STATE = 1,
	BATTGUARD_CHANGE_LOAD = 2,
	BATTGUARD_CHANGE_CHARGER = 4,
	BATTGUARD_CHANGE_PRE_ALARM = 8,
	BATTGUARD_CHANGE_ALLOW_DISCHARGE = 16,
	BATTGUARD_CHANGE_ALLOW_CHARGE = 32,
	BATTGUARD_CHANGE_LOW_CELL = 64,
	BATTGUARD_CHANGE_REMOTE = 128,
	BATTGUARD_CHANGE_REASONS = 256,
	BATTGUARD_CHANGE_FAULTS = 512,
	BATTGUARD_CHANGE_SETTINGS = 1024,

	/* private: */
	BATTGUARD_CHANGE_MASK = 2047,
};

/**
 * enum battguard_cause - What made an event.
 * @BATTGUARD_CAUSE_BIND: The driver was bound. Always event 1.
 * @BATTGUARD_CAUSE_LINE: An input line changed.
 * @BATTGUARD_CAUSE_BOUNCE: An input line began to bounce.
 * @BATTGUARD_CAUSE_FAULT: A line or an output became faulty, or is well again.
 * @BATTGUARD_CAUSE_USER: A user wrote a setting.
 * @BATTGUARD_CAUSE_TIME: A delay was over.
 * @BATTGUARD_CAUSE_UNBIND: The driver lets go, all outputs are off. The last
 *   event.
 * @BATTGUARD_CAUSE_RESTORE: The system was restored from hibernation, in which
 *   nobody guarded and all outputs were off.
 */
enum battguard_cause {
	BATTGUARD_CAUSE_BIND = 1,
	BATTGUARD_CAUSE_LINE = 2,
	BATTGUARD_CAUSE_BOUNCE = 4,
	BATTGUARD_CAUSE_FAULT = 8,
	BATTGUARD_CAUSE_USER = 16,
	BATTGUARD_CAUSE_TIME = 32,
	BATTGUARD_CAUSE_UNBIND = 64,
	BATTGUARD_CAUSE_RESTORE = 128,

	/* private: */
	BATTGUARD_CAUSE_MASK = 255,
};

/**
 * enum battguard_charge_behaviour - What a user wants of the chargers.
 * @BATTGUARD_CHARGE_BEHAVIOUR_AUTO: Charge as the battery permits.
 * @BATTGUARD_CHARGE_BEHAVIOUR_INHIBIT_CHARGE: Do not charge.
 */
enum battguard_charge_behaviour {
	BATTGUARD_CHARGE_BEHAVIOUR_AUTO,
	BATTGUARD_CHARGE_BEHAVIOUR_INHIBIT_CHARGE,

	/* private: */
	__BATTGUARD_CHARGE_BEHAVIOUR_MAX,
	BATTGUARD_CHARGE_BEHAVIOUR_MAX = (__BATTGUARD_CHARGE_BEHAVIOUR_MAX - 1)
};

/**
 * enum battguard_setting - Settings that a user may change, named as their
 *   attributes and files.
 * @BATTGUARD_SETTING_ENABLED: The software switch.
 * @BATTGUARD_SETTING_CHARGE_BEHAVIOUR: The charge inhibit.
 * @BATTGUARD_SETTING_MUTE: The mute of the pre-alarm.
 * @BATTGUARD_SETTING_PRE_ALARM_DELAY_MS: Minimum time from pre-alarm to
 *   disconnect.
 * @BATTGUARD_SETTING_RESTORE_DELAY_MS: Time a permission has to hold.
 * @BATTGUARD_SETTING_LOAD_RECONNECT_DELAY_MS: Time from a disconnect to the
 *   return of the load.
 */
enum battguard_setting {
	BATTGUARD_SETTING_ENABLED = 1,
	BATTGUARD_SETTING_CHARGE_BEHAVIOUR = 2,
	BATTGUARD_SETTING_MUTE = 4,
	BATTGUARD_SETTING_PRE_ALARM_DELAY_MS = 8,
	BATTGUARD_SETTING_RESTORE_DELAY_MS = 16,
	BATTGUARD_SETTING_LOAD_RECONNECT_DELAY_MS = 32,

	/* private: */
	BATTGUARD_SETTING_MASK = 63,
};

enum {
	BATTGUARD_A_DEV_ID = 1,
	BATTGUARD_A_DEV_NAME,
	BATTGUARD_A_DEV_INSTANCE,
	BATTGUARD_A_DEV_STATUS,
	BATTGUARD_A_DEV_SETTINGS,
	BATTGUARD_A_DEV_SEQ,
	BATTGUARD_A_DEV_BOOTTIME_NS,
	BATTGUARD_A_DEV_STATE_SINCE_NS,
	BATTGUARD_A_DEV_LOAD_SINCE_NS,
	BATTGUARD_A_DEV_CHARGER_SINCE_NS,
	BATTGUARD_A_DEV_PRE_ALARM_SINCE_NS,
	BATTGUARD_A_DEV_PRE_ALARM_REMAINING_MS,
	BATTGUARD_A_DEV_LOAD_RETURNS_MS,
	BATTGUARD_A_DEV_LOCKOUT_REMAINING,
	BATTGUARD_A_DEV_PRE_ALARMS,
	BATTGUARD_A_DEV_LOAD_DISCONNECTS,
	BATTGUARD_A_DEV_CHARGER_DISCONNECTS,
	BATTGUARD_A_DEV_REMOTE_OFFS,
	BATTGUARD_A_DEV_FAULTS,
	BATTGUARD_A_DEV_SECONDS_NORMAL,
	BATTGUARD_A_DEV_SECONDS_PRE_ALARM,
	BATTGUARD_A_DEV_SECONDS_LOAD_OFF,
	BATTGUARD_A_DEV_SECONDS_STANDBY,
	BATTGUARD_A_DEV_PAD,

	__BATTGUARD_A_DEV_MAX,
	BATTGUARD_A_DEV_MAX = (__BATTGUARD_A_DEV_MAX - 1)
};

enum {
	BATTGUARD_A_STATUS_STATE = 1,
	BATTGUARD_A_STATUS_OUTPUTS,
	BATTGUARD_A_STATUS_CHAINS,
	BATTGUARD_A_STATUS_ALLOW_CHARGE_CHAINS,
	BATTGUARD_A_STATUS_ALLOW_DISCHARGE_CHAINS,
	BATTGUARD_A_STATUS_LOW_CELL_CHAINS,
	BATTGUARD_A_STATUS_REMOTE,
	BATTGUARD_A_STATUS_LOAD_OFF_REASONS,
	BATTGUARD_A_STATUS_CHARGER_OFF_REASONS,
	BATTGUARD_A_STATUS_FAULTY_ALLOW_CHARGE,
	BATTGUARD_A_STATUS_FAULTY_ALLOW_DISCHARGE,
	BATTGUARD_A_STATUS_FAULTY_LOW_CELL,
	BATTGUARD_A_STATUS_FAULTY_REMOTE,
	BATTGUARD_A_STATUS_FAULTY_OUTPUTS,

	__BATTGUARD_A_STATUS_MAX,
	BATTGUARD_A_STATUS_MAX = (__BATTGUARD_A_STATUS_MAX - 1)
};

enum {
	BATTGUARD_A_SETTINGS_ENABLED = 1,
	BATTGUARD_A_SETTINGS_CHARGE_BEHAVIOUR,
	BATTGUARD_A_SETTINGS_MUTE,
	BATTGUARD_A_SETTINGS_PRE_ALARM_DELAY_MS,
	BATTGUARD_A_SETTINGS_RESTORE_DELAY_MS,
	BATTGUARD_A_SETTINGS_LOAD_RECONNECT_DELAY_MS,

	__BATTGUARD_A_SETTINGS_MAX,
	BATTGUARD_A_SETTINGS_MAX = (__BATTGUARD_A_SETTINGS_MAX - 1)
};

enum {
	BATTGUARD_A_EVENT_DEV_ID = 1,
	BATTGUARD_A_EVENT_DEV_NAME,
	BATTGUARD_A_EVENT_INSTANCE,
	BATTGUARD_A_EVENT_SEQ,
	BATTGUARD_A_EVENT_BOOTTIME_NS,
	BATTGUARD_A_EVENT_REALTIME_NS,
	BATTGUARD_A_EVENT_CHANGED,
	BATTGUARD_A_EVENT_CAUSE,
	BATTGUARD_A_EVENT_SETTINGS_CHANGED,
	BATTGUARD_A_EVENT_STATUS,
	BATTGUARD_A_EVENT_SETTINGS,
	BATTGUARD_A_EVENT_ONSET_NS,
	BATTGUARD_A_EVENT_LOST,
	BATTGUARD_A_EVENT_PAD,

	__BATTGUARD_A_EVENT_MAX,
	BATTGUARD_A_EVENT_MAX = (__BATTGUARD_A_EVENT_MAX - 1)
};

enum {
	BATTGUARD_CMD_DEV_GET = 1,
	BATTGUARD_CMD_DEV_SET,
	BATTGUARD_CMD_EVENT_GET,
	BATTGUARD_CMD_EVENT_NTF,

	__BATTGUARD_CMD_MAX,
	BATTGUARD_CMD_MAX = (__BATTGUARD_CMD_MAX - 1)
};

#define BATTGUARD_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_BATTGUARD_H */
