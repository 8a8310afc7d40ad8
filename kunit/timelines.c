// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the stories
 *
 * The expected values come from the description of the product, not from what
 * the code does. Delays are the usual ones: 30 s from the pre-alarm to the
 * disconnect, 1 s restore time, 30 s reconnect delay.
 */
#include "timeline.h"

#define ALL	(PL_D | PL_C | PL_L)
#define LOW	(ALL | PL_W)
#define NO_D	(PL_C | PL_L)
#define NO_DW	(PL_C | PL_L | PL_W)

#define LC	(PL_LOAD | PL_CHARGER)
#define LCA	(PL_LOAD | PL_CHARGER | PL_ALARM)
#define LA	(PL_LOAD | PL_ALARM)
#define CH	PL_CHARGER

#define UV	BIT(BG_WHY_UNDERVOLTAGE)
#define BAT	BIT(BG_WHY_BATTERY)
#define CAB	BIT(BG_WHY_CABLE)
#define REM	BIT(BG_WHY_REMOTE)
#define USR	BIT(BG_WHY_USER)
#define REC	BIT(BG_WHY_RECONNECT_DELAY)
#define RES	BIT(BG_WHY_RESTORE_DELAY)
#define LCK	BIT(BG_WHY_LOCKOUT)
#define PRE	BIT(BG_WHY_PRE_ALARM)
#define FLT	BIT(BG_WHY_FAULT)

#define NORMAL	BG_NORMAL
#define ALARM	BG_PRE_ALARM
#define OFF	BG_LOAD_OFF
#define STANDBY	BG_STANDBY

#define STORY(s)	.step = (s), .steps = sizeof(s) / sizeof((s)[0])

static const struct tl_step permitted[] = {
	{ 0, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 3600000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step five_seconds_after[] = {
	{ 10000, TL_LINES, LOW, ALARM, LCA, 0, 0 },
	{ 15000, TL_LINES, NO_DW, ALARM, LCA, 0, 0 },
	{ 39999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 40000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
	{ 70000, TL_LOOK, 0, OFF, CH, UV, 0 },
};

static const struct tl_step ten_minutes_after[] = {
	{ 10000, TL_LINES, LOW, ALARM, LCA, 0, 0 },
	{ 609999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 610000, TL_LINES, NO_DW, OFF, CH, UV | REC, 0 },
};

static const struct tl_step forbidden_first[] = {
	{ 5000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 34999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 35000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

/* Being good for less than the restore time, again and again, gains nothing. */
static const struct tl_step bouncing[] = {
	{ 1000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 2000, TL_LINES, ALL, ALARM, LCA, 0, 0 },
	{ 2999, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 5000, TL_LINES, ALL, ALARM, LCA, 0, 0 },
	{ 5900, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 30500, TL_LINES, ALL, ALARM, LCA, 0, 0 },
	{ 31000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 31100, TL_LINES, NO_D, OFF, CH, UV | REC, 0 },
};

/* Only the level at or after the deadline counts. */
static const struct tl_step gone_at_the_deadline[] = {
	{ 1000, TL_LINES, NO_DW, ALARM, LCA, 0, 0 },
	{ 20000, TL_LINES, LOW, ALARM, LCA, 0, 0 },
	{ 31000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 60000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 60001, TL_LINES, NO_DW, OFF, CH, UV | REC, 0 },
};

static const struct tl_step fresh_onset[] = {
	{ 1000, TL_LINES, LOW, ALARM, LCA, 0, 0 },
	{ 11000, TL_LINES, ALL, ALARM, LCA, 0, 0 },
	{ 11999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 12000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 13000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 42999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 43000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

/* With forbidden in it, an episode lasts until 30 s without it. */
static const struct tl_step sagging[] = {
	{ 1000, TL_LINES, LOW, ALARM, LCA, 0, 0 },
	{ 5000, TL_LINES, NO_DW, ALARM, LCA, 0, 0 },
	{ 6000, TL_LINES, LOW, ALARM, LCA, 0, 0 },
	{ 10000, TL_LINES, ALL, ALARM, LCA, 0, 0 },
	{ 11000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 35999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 36000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	/* And the next one is for itself. */
	{ 37000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 66999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 67000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

/* A load that pulses, with pauses just under 30 s. */
static const struct tl_step pulsing[] = {
	{ 1000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 1100, TL_LINES, ALL, ALARM, LCA, 0, 0 },
	{ 30999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 31099, TL_LINES, NO_D, OFF, CH, UV | REC, 0 },
};

/* The restore time counts where it is longer. */
static const struct tl_step sag_and_restore[] = {
	{ 0, TL_RESTORE_MS, 40000, NORMAL, LC, 0, 0 },
	{ 1000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 2000, TL_LINES, ALL, ALARM, LCA, 0, 0 },
	{ 41999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 42000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

/* Nothing heard of the write of the warning for long, or ever: a second. */
static const struct tl_step sounds_late[] = {
	{ 1000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 31000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 31999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 32000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

/* Heard of long after, but in time: it counts from when it returned. */
static const struct tl_step heard_later[] = {
	{ 1000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 20000, TL_MUTE, 0, ALARM, LCA, 0, 0 },
	{ 30999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 31000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

/* The other of the two signals keeps the episode open. */
static const struct tl_step quiet_means_neither[] = {
	{ 1000, TL_LINES, LOW, ALARM, LCA, 0, 0 },
	{ 2000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 3000, TL_LINES, LOW, ALARM, LCA, 0, 0 },
	{ 39000, TL_LINES, ALL, ALARM, LCA, 0, 0 },
	{ 39999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 40000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

/* On this path the restore time is never below a second. */
static const struct tl_step restore_floor[] = {
	{ 1000, TL_RESTORE_MS, 0, NORMAL, LC, 0, 0 },
	{ 2000, TL_LINES, LOW, ALARM, LCA, 0, 0 },
	{ 3000, TL_LINES, ALL, ALARM, LCA, 0, 0 },
	{ 3999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 4000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 5000, TL_LINES, PL_D | PL_L, NORMAL, PL_LOAD, 0, BAT },
	{ 5001, TL_LINES, ALL, NORMAL, LC, 0, 0 },
};

static const struct tl_step return_after_both_delays[] = {
	{ 0, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 30000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
	{ 40000, TL_LINES, ALL, OFF, CH, REC | RES, 0 },
	{ 40999, TL_LOOK, 0, OFF, CH, REC | RES, 0 },
	{ 41000, TL_LOOK, 0, OFF, CH, REC, 0 },
	{ 59999, TL_LOOK, 0, OFF, CH, REC, 0 },
	{ 60000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step restore_last[] = {
	{ 0, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 30000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
	{ 59500, TL_LINES, LOW, OFF, CH, REC | RES, 0 },
	{ 60000, TL_LOOK, 0, OFF, CH, RES, 0 },
	{ 60499, TL_LOOK, 0, OFF, CH, RES, 0 },
	{ 60500, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	/* A new onset, so a whole delay. */
	{ 60600, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 90499, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 90500, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

/* No disconnect, so no reconnect delay, and no 30 s of load. */
static const struct tl_step forbidden_at_power_up[] = {
	{ 0, TL_LOOK, 0, OFF, CH, UV, 0 },
	{ 100000, TL_LOOK, 0, OFF, CH, UV, 0 },
	{ 100000, TL_LINES, ALL, OFF, CH, RES, 0 },
	{ 100999, TL_LOOK, 0, OFF, CH, RES, 0 },
	{ 101000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step low_at_power_up[] = {
	{ 0, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 10000, TL_LINES, NO_DW, ALARM, LCA, 0, 0 },
	{ 29999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 30000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

static const struct tl_step charge_at_once[] = {
	{ 1000, TL_LINES, PL_D | PL_L, NORMAL, PL_LOAD, 0, BAT },
	{ 5000, TL_LINES, ALL, NORMAL, PL_LOAD, 0, RES },
	{ 5999, TL_LOOK, 0, NORMAL, PL_LOAD, 0, RES },
	{ 6000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	/* A second that is broken off starts again. */
	{ 7000, TL_LINES, PL_D | PL_L, NORMAL, PL_LOAD, 0, BAT },
	{ 8000, TL_LINES, ALL, NORMAL, PL_LOAD, 0, RES },
	{ 8500, TL_LINES, PL_D | PL_L, NORMAL, PL_LOAD, 0, BAT },
	{ 8501, TL_LINES, ALL, NORMAL, PL_LOAD, 0, RES },
	{ 9500, TL_LOOK, 0, NORMAL, PL_LOAD, 0, RES },
	{ 9501, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step remote_wirings[] = {
	{ 1000, TL_LINES, PL_D | PL_C, STANDBY, 0, REM, REM },
	{ 2000, TL_LINES, PL_D | PL_C | PL_H, STANDBY, 0, RES, RES },
	{ 2999, TL_LOOK, 0, STANDBY, 0, RES, RES },
	{ 3000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 3500, TL_LINES, PL_D | PL_C | PL_H | PL_L, NORMAL, LC, 0, 0 },
	{ 4000, TL_LINES, PL_D | PL_C | PL_L, NORMAL, LC, 0, 0 },
	{ 5000, TL_LINES, PL_D | PL_C, STANDBY, 0, REM, REM },
	/* From one to the other is on, without a moment of off is on for long. */
	{ 6000, TL_LINES, PL_D | PL_C | PL_L, STANDBY, 0, RES, RES },
	{ 6500, TL_LINES, PL_D | PL_C | PL_H, STANDBY, 0, RES, RES },
	{ 7000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

/* A contact that is loose drives no contactor. */
static const struct tl_step remote_chatters[] = {
	{ 1000, TL_LINES, PL_D | PL_C, STANDBY, 0, REM, REM },
	{ 2000, TL_LINES, ALL, STANDBY, 0, RES, RES },
	{ 2999, TL_LINES, PL_D | PL_C, STANDBY, 0, REM, REM },
	{ 3000, TL_LINES, ALL, STANDBY, 0, RES, RES },
	{ 3999, TL_LINES, PL_D | PL_C, STANDBY, 0, REM, REM },
	{ 4000, TL_RESTORE_MS, 0, STANDBY, 0, REM, REM },
	/* At least a second, whatever is set. */
	{ 5000, TL_LINES, ALL, STANDBY, 0, RES, RES },
	{ 5999, TL_LOOK, 0, STANDBY, 0, RES, RES },
	{ 6000, TL_RESTORE_MS, 3000, NORMAL, LC, 0, 0 },
	{ 7000, TL_LINES, PL_D | PL_C, STANDBY, 0, REM, REM },
	{ 8000, TL_LINES, ALL, STANDBY, 0, RES, RES },
	{ 9000, TL_ENABLE, 0, STANDBY, 0, USR | RES, USR | RES },
	{ 10999, TL_ENABLE, 1, STANDBY, 0, RES, RES },
	{ 11000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step remote_off_at_power_up[] = {
	{ 0, TL_LOOK, 0, STANDBY, 0, REM, REM },
	{ 1000, TL_LINES, ALL, STANDBY, 0, RES, RES },
	{ 1999, TL_LOOK, 0, STANDBY, 0, RES, RES },
	{ 2000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step remote_in_the_alarm[] = {
	{ 1000, TL_LINES, NO_DW, ALARM, LCA, 0, 0 },
	{ 2000, TL_LINES, PL_C | PL_W, STANDBY, 0, UV | REM, REM },
	/* Discharge is still forbidden: no 30 s of load. */
	{ 3000, TL_LINES, NO_DW, STANDBY, 0, UV | RES, RES },
	{ 4000, TL_LOOK, 0, OFF, CH, UV, 0 },
	{ 4500, TL_LINES, PL_C | PL_W, STANDBY, 0, UV | REM, REM },
	{ 5000, TL_LINES, NO_DW, STANDBY, 0, UV | RES, RES },
	{ 5500, TL_LINES, ALL, STANDBY, 0, RES, RES },
	{ 6000, TL_LOOK, 0, OFF, CH, RES, 0 },
	{ 6500, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 7000, TL_LINES, PL_D | PL_C | PL_W, STANDBY, 0, REM, REM },
	{ 8000, TL_LINES, LOW, STANDBY, 0, RES, RES },
	{ 9000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
};

/* Remote off at the very time of a disconnect: no disconnect. */
static const struct tl_step remote_wins[] = {
	{ 0, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 29999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 30001, TL_ENABLE, 0, STANDBY, 0, UV | USR | REC, USR },
};

static const struct tl_step reconnect_through_standby[] = {
	{ 0, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 30000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
	{ 31000, TL_LINES, PL_D | PL_C, STANDBY, 0, REM | REC | RES, REM },
	{ 34000, TL_LINES, ALL, STANDBY, 0, REC | RES, RES },
	{ 35000, TL_LOOK, 0, OFF, CH, REC, 0 },
	{ 36000, TL_LINES, PL_D | PL_C, STANDBY, 0, REM | REC, REM },
	{ 60000, TL_LOOK, 0, STANDBY, 0, REM, REM },
	{ 61000, TL_LINES, ALL, STANDBY, 0, RES, RES },
	{ 62000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step switch_and_inhibit[] = {
	{ 1000, TL_INHIBIT, 1, NORMAL, PL_LOAD, 0, USR },
	{ 2000, TL_ENABLE, 0, STANDBY, 0, USR, USR },
	{ 3000, TL_INHIBIT, 0, STANDBY, 0, USR, USR },
	{ 4000, TL_ENABLE, 1, NORMAL, LC, 0, 0 },
	{ 5000, TL_INHIBIT, 1, NORMAL, PL_LOAD, 0, USR },
	{ 6000, TL_LINES, PL_D | PL_L, NORMAL, PL_LOAD, 0, BAT | USR },
	{ 7000, TL_INHIBIT, 0, NORMAL, PL_LOAD, 0, BAT },
	/* A switch against the battery does nothing. */
	{ 8000, TL_ENABLE, 1, NORMAL, PL_LOAD, 0, BAT },
};

static const struct tl_step inhibit_option[] = {
	{ 1000, TL_LINES, LOW, ALARM, LA, 0, PRE },
	{ 2000, TL_LINES, NO_DW, ALARM, LA, 0, PRE },
	{ 31000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

/* What only the 30 s keep up does not stop charging. */
static const struct tl_step inhibit_and_sag[] = {
	{ 1000, TL_LINES, NO_D, ALARM, LA, 0, PRE },
	{ 2000, TL_LINES, ALL, ALARM, LA, 0, PRE },
	{ 2999, TL_LOOK, 0, ALARM, LA, 0, PRE },
	{ 3000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 4000, TL_INHIBIT, 1, ALARM, LA, 0, USR },
	{ 5000, TL_LINES, LOW, ALARM, LA, 0, USR | PRE },
	{ 6000, TL_INHIBIT, 0, ALARM, LA, 0, PRE },
	{ 7000, TL_LINES, ALL, ALARM, LA, 0, PRE },
	{ 8000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 31999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 32000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

/* Both permissions on one line: nothing can spare the charger. */
static const struct tl_step one_contact[] = {
	{ 1000, TL_LINES, PL_L, ALARM, LA, 0, BAT },
	{ 31000, TL_LOOK, 0, OFF, 0, UV | REC, BAT },
};

static const struct tl_step cable[] = {
	{ 1000, TL_LINES, PL_L, ALARM, LA, 0, BAT | CAB },
	{ 31000, TL_LOOK, 0, OFF, 0, UV | CAB | REC, BAT | CAB },
	{ 70000, TL_LINES, PL_L | PL_C, OFF, 0, UV, RES },
};

static const struct tl_step two_chains[] = {
	{ 1000, TL_LINES, ALL | PL_D2 | PL_C2 | PL_W2, ALARM, LCA, 0, 0 },
	{ 2500, TL_LINES, PL_L | PL_D | PL_D2 | PL_C2, ALARM, LA, 0, BAT },
	/* One permission of each chain: that is no cable. */
	{ 3000, TL_LINES, PL_L | PL_D | PL_C2, ALARM, LA, 0, BAT },
	{ 31000, TL_LOOK, 0, OFF, 0, UV | REC, BAT },
	{ 32000, TL_LINES, PL_L | PL_D | PL_C, OFF, 0, UV | CAB | REC,
	  BAT | CAB },
};

static const struct tl_step lockout[] = {
	{ 0, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 30000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
	{ 31000, TL_LINES, ALL, OFF, CH, REC | RES, 0 },
	{ 60000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 61000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 91000, TL_LOOK, 0, OFF, CH, UV | REC | LCK, 0 },
	{ 92000, TL_LINES, ALL, OFF, CH, REC | RES | LCK, 0 },
	{ 121000, TL_LOOK, 0, OFF, CH, LCK, 0 },
	{ 499000, TL_LOOK, 0, OFF, CH, LCK, 0 },
	/* Standby clears it, and the history with it. */
	{ 499001, TL_ENABLE, 0, STANDBY, 0, USR, USR },
	{ 499002, TL_ENABLE, 1, NORMAL, LC, 0, 0 },
	{ 499003, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 529003, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

static const struct tl_step lockout_window[] = {
	{ 0, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 30000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
	{ 31000, TL_LINES, ALL, OFF, CH, REC | RES, 0 },
	{ 60000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	/* An hour and a second after the first. */
	{ 3601000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 3631000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

static const struct tl_step shorter_at_once[] = {
	{ 500, TL_PRE_ALARM_MS, 60000, NORMAL, LC, 0, 0 },
	{ 1000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 31000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 36000, TL_PRE_ALARM_MS, 40000, ALARM, LCA, 0, 0 },
	{ 37000, TL_PRE_ALARM_MS, 600000, ALARM, LCA, 0, 0 },
	{ 40999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 41000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
	{ 42000, TL_LINES, ALL, OFF, CH, REC | RES, 0 },
	{ 71000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	/* The longer one is in force from the next onset on. */
	{ 72000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 671999, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 672000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

/* Over already when the shorter one is written. */
static const struct tl_step shorter_than_past[] = {
	{ 500, TL_PRE_ALARM_MS, 60000, NORMAL, LC, 0, 0 },
	{ 1000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 50000, TL_PRE_ALARM_MS, 30000, OFF, CH, UV | REC, 0 },
};

static const struct tl_step granted_stays[] = {
	{ 1000, TL_RESTORE_MS, 60000, NORMAL, LC, 0, 0 },
	{ 2000, TL_LINES, PL_D | PL_L, NORMAL, PL_LOAD, 0, BAT },
	{ 3000, TL_LINES, ALL, NORMAL, PL_LOAD, 0, RES },
	{ 62999, TL_LOOK, 0, NORMAL, PL_LOAD, 0, RES },
	{ 63000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step mute[] = {
	{ 1000, TL_MUTE, 1, NORMAL, LC, 0, 0 },
	/* It cannot be set before an alarm sounds. */
	{ 2000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 3000, TL_MUTE, 1, ALARM, LC, 0, 0 },
	{ 4000, TL_MUTE, 0, ALARM, LCA, 0, 0 },
	{ 5000, TL_MUTE, 1, ALARM, LC, 0, 0 },
	{ 31999, TL_LOOK, 0, ALARM, LC, 0, 0 },
	{ 32000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
	{ 33000, TL_LINES, LOW, OFF, CH, REC | RES, 0 },
	{ 62000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
};

static const struct tl_step blinking[] = {
	{ 1000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 1799, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 1800, TL_LOOK, 0, ALARM, LC, 0, 0 },
	{ 2599, TL_LOOK, 0, ALARM, LC, 0, 0 },
	{ 2600, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 3400, TL_LOOK, 0, ALARM, LC, 0, 0 },
	{ 30999, TL_LOOK, 0, ALARM, LC, 0, 0 },
	{ 31000, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
	{ 31001, TL_LINES, LOW, OFF, CH, REC | RES, 0 },
	{ 61000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 61799, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 61800, TL_LOOK, 0, ALARM, LC, 0, 0 },
};

static const struct tl_step dead_line[] = {
	/* Tried again after 1, 5 and 20 ms. */
	{ 1000, TL_DEAD, PL_D, NORMAL, LC, 0, 0 },
	{ 1025, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 1026, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 31025, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 31026, TL_LOOK, 0, OFF, CH, UV | REC | FLT, 0 },
	{ 31500, TL_DEAD, 0, OFF, CH, UV | REC | FLT, 0 },
	/* Polled once a second: 1026 ms, 2026 ms, ... */
	{ 32025, TL_LOOK, 0, OFF, CH, UV | REC | FLT, 0 },
	{ 32026, TL_LOOK, 0, OFF, CH, REC | RES, 0 },
	{ 61026, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 62000, TL_DEAD, PL_C, NORMAL, LC, 0, 0 },
	{ 62026, TL_LOOK, 0, NORMAL, PL_LOAD, 0, BAT | FLT },
	{ 63000, TL_DEAD, PL_L, NORMAL, PL_LOAD, 0, BAT | FLT },
	{ 63026, TL_LOOK, 0, STANDBY, 0, REM | FLT, REM | FLT | RES },
	{ 63500, TL_LINES, ALL | PL_H, STANDBY, 0, RES, RES },
	{ 64026, TL_LOOK, 0, STANDBY, 0, RES, RES },
	{ 64500, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step dead_low_cell[] = {
	{ 1000, TL_DEAD, PL_W, NORMAL, LC, 0, 0 },
	{ 1026, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 60000, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 60500, TL_DEAD, 0, ALARM, LCA, 0, 0 },
	{ 62025, TL_LOOK, 0, ALARM, LCA, 0, 0 },
	{ 62026, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

/* The load does not obey: all else follows the decision. */
static const struct tl_step broken_load[] = {
	{ 1000, TL_BROKEN, PL_LOAD, NORMAL, LC, 0, 0 },
	{ 2000, TL_LINES, NO_D, ALARM, LCA, 0, 0 },
	{ 32000, TL_LOOK, 0, OFF, LC, UV | REC, 0 },
	{ 40500, TL_BROKEN, 0, OFF, LC, UV | REC, 0 },
	{ 41500, TL_LOOK, 0, OFF, CH, UV | REC, 0 },
};

static const struct tl_step load_stuck_off[] = {
	{ 0, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 1000, TL_ENABLE, 0, STANDBY, 0, USR, USR },
	{ 2000, TL_BROKEN, PL_LOAD, STANDBY, 0, USR, USR },
	{ 3000, TL_ENABLE, 1, NORMAL, CH, FLT, 0 },
	{ 4500, TL_BROKEN, 0, NORMAL, CH, FLT, 0 },
	{ 6000, TL_LOOK, 0, NORMAL, LC, 0, 0 },
};

static const struct tl_step no_remote[] = {
	{ 0, TL_LOOK, 0, NORMAL, LC, 0, 0 },
	{ 1000, TL_LINES, 0, ALARM, LA, 0, BAT | CAB },
};

const struct timeline timelines[] = {
	{ "all permitted", STORY(permitted), .level = ALL },
	{ "forbidden 5 s after the pre-alarm", STORY(five_seconds_after),
	  .level = ALL },
	{ "forbidden ten minutes after the pre-alarm",
	  STORY(ten_minutes_after), .level = ALL },
	{ "forbidden first", STORY(forbidden_first), .level = ALL },
	{ "no low-cell line", STORY(forbidden_first), .level = ALL,
	  .lines = PL_D | PL_C | PL_L },
	{ "a bouncing line gains no time", STORY(bouncing), .level = ALL },
	{ "allowed at the deadline", STORY(gone_at_the_deadline),
	  .level = ALL },
	{ "each onset has a delay of its own", STORY(fresh_onset),
	  .level = ALL },
	{ "30 s without forbidden", STORY(sagging), .level = ALL },
	{ "a load that pulses is cut", STORY(pulsing), .level = ALL },
	{ "a restore time above 30 s", STORY(sag_and_restore),
	  .level = ALL },
	{ "a warning nobody heard of yet", STORY(sounds_late), .level = ALL,
	  .late_ms = 60000 },
	{ "a warning heard of after a second", STORY(sounds_late),
	  .level = ALL, .late_ms = 32000 },
	{ "a warning heard of later", STORY(heard_later), .level = ALL,
	  .late_ms = 19000 },
	{ "no pre-alarm output", STORY(forbidden_first), .level = ALL,
	  .silent = true },
	{ "an episode ends without either signal", STORY(quiet_means_neither),
	  .level = ALL },
	{ "no restore time below a second", STORY(restore_floor),
	  .level = ALL },
	{ "the load returns after both delays",
	  STORY(return_after_both_delays), .level = ALL },
	{ "the restore time ends last", STORY(restore_last), .level = ALL },
	{ "forbidden at power-up", STORY(forbidden_at_power_up),
	  .level = NO_D },
	{ "low cell at power-up", STORY(low_at_power_up), .level = LOW },
	{ "charging forbidden", STORY(charge_at_once), .level = ALL },
	{ "four wirings of the remote", STORY(remote_wirings), .level = ALL },
	{ "a loose contact", STORY(remote_chatters), .level = ALL },
	{ "remote off at power-up", STORY(remote_off_at_power_up),
	  .level = PL_D | PL_C },
	{ "remote off in the pre-alarm", STORY(remote_in_the_alarm),
	  .level = ALL },
	{ "switched off at the deadline", STORY(remote_wins), .level = ALL },
	{ "reconnect delay on through standby",
	  STORY(reconnect_through_standby), .level = ALL },
	{ "software switch and inhibit", STORY(switch_and_inhibit),
	  .level = ALL },
	{ "no charging in the pre-alarm", STORY(inhibit_option), .level = ALL,
	  .inhibit = true },
	{ "no charging while a line keeps up the pre-alarm",
	  STORY(inhibit_and_sag), .level = ALL, .inhibit = true },
	{ "one contact for everything", STORY(one_contact), .level = ALL,
	  .shared = 1 },
	{ "an unplugged cable", STORY(cable), .level = ALL },
	{ "two chains", STORY(two_chains), .level = ALL | PL_D2 | PL_C2,
	  .lines = ALL | PL_W | PL_D2 | PL_C2 | PL_W2 },
	{ "lock-out", STORY(lockout), .level = ALL, .lockout = 2 },
	{ "disconnects further apart than the lock-out window",
	  STORY(lockout_window), .level = ALL, .lockout = 2 },
	{ "a shorter delay acts at once, a longer one later",
	  STORY(shorter_at_once), .level = ALL },
	{ "a shorter delay that is over", STORY(shorter_than_past),
	  .level = ALL },
	{ "what is granted stays granted", STORY(granted_stays),
	  .level = ALL },
	{ "mute", STORY(mute), .level = ALL },
	{ "intermittent pre-alarm", STORY(blinking), .level = ALL,
	  .intermittent = true },
	{ "lines that cannot be read", STORY(dead_line), .level = ALL },
	{ "low-cell that cannot be read", STORY(dead_low_cell),
	  .level = ALL },
	{ "a load that cannot be switched off", STORY(broken_load),
	  .level = ALL, .readable = PL_CHECKED },
	{ "a load that cannot be switched on", STORY(load_stuck_off),
	  .level = ALL, .readable = PL_LOAD },
	{ "no remote lines", STORY(no_remote), .level = PL_D | PL_C,
	  .lines = PL_D | PL_C },
};
