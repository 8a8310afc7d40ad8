// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the discharge path: may the loads draw current? (pure)
 *
 *               low or forbidden            forbidden, minimum delay over
 *   +--------+ ------------------> +-----------+ -----------> +----------+
 *   | normal |                     | pre-alarm |              | load-off |
 *   +--------+ <------------------ +-----------+ <----------- +----------+
 *       ^     quiet for the restore time, and      low  |          ^
 *       |     not forbidden for 30 s                    |          |
 *       |                                               |          |
 *       +------------ allowed for the restore time, <---+----------+
 *                     reconnect delay over, not locked out
 *
 * Without permit every state goes to standby at once. With permit it goes back
 * to the state that the lines ask for, without a pre-alarm if discharge is
 * forbidden.
 *
 * The minimum delay runs from the onset of the pre-alarm and never moves: what
 * the lines do in between neither shortens nor prolongs it. Only the end of the
 * episode ends it early. An episode in which discharge was forbidden lasts on
 * until it has not been for 30 s: a bank that sags under a load that pulses is
 * cut, and not warned of for ever.
 */
#include "discharge.h"

static u64 bg_discharge_restore(u64 restore)
{
	return bg_later(restore, BG_DISCHARGE_RESTORE_MIN);
}

static void bg_discharge_onset(struct bg_discharge *path,
			       const struct bg_discharge_rules *rules,
			       const struct bg_discharge_in *in, u64 now)
{
	path->state = BG_PRE_ALARM;
	path->onset = now;
	path->delay = rules->pre_alarm;
	path->sounding = !rules->silent;
	path->sagged = in->forbidden;
	path->reconnecting = false;
}

/* As long as nothing was heard of the write, it may be as late as this. */
static u64 bg_discharge_sounds(const struct bg_discharge *path)
{
	return path->sounding ? bg_after(path->onset, BG_SOUND_NS) :
				path->onset;
}

/* Nothing but the time without discharge forbidden keeps up the episode. */
static bool bg_discharge_sags(const struct bg_discharge *path)
{
	return path->state == BG_PRE_ALARM && path->quiet.granted;
}

static bool bg_discharge_recovered(const struct bg_discharge *path, u64 now)
{
	return path->quiet.granted &&
	       (!path->sagged ||
		bg_passed(path->allowed.since, BG_SAG_NS, now));
}

static void bg_discharge_on(struct bg_discharge *path,
			    const struct bg_discharge_rules *rules,
			    const struct bg_discharge_in *in, u64 now)
{
	if (in->low) {
		bg_discharge_onset(path, rules, in, now);
		return;
	}
	path->state = BG_NORMAL;
	path->reconnecting = false;
}

static void bg_discharge_standby(struct bg_discharge *path)
{
	path->state = BG_STANDBY;
	path->locked = false;
	path->disconnects = 0;
}

static void bg_discharge_disconnect(struct bg_discharge *path,
				    const struct bg_discharge_rules *rules,
				    u64 now)
{
	const unsigned int last = BG_LOCKOUT_MAX - 1;
	unsigned int count = rules->lockout_count;
	unsigned int i;

	path->state = BG_LOAD_OFF;
	path->disconnected = now;
	path->reconnecting = rules->reconnect > 0;

	for (i = last; i > 0; i--)
		path->history[i] = path->history[i - 1];
	path->history[0] = now;
	if (path->disconnects <= last)
		path->disconnects++;

	if (count && count <= path->disconnects &&
	    now - path->history[count - 1] <= rules->lockout_window)
		path->locked = true;
}

static bool bg_discharge_may_return(const struct bg_discharge *path,
				    const struct bg_discharge_in *in)
{
	return path->allowed.granted && !path->reconnecting &&
	       !path->locked && in->heard;
}

/**
 * bg_discharge_again() - start the path anew after a time without a guard
 * @path: path, as it was before
 * @in: the first inputs; a permission that is there counts as long held
 * @now: present time in ns
 *
 * With the load off: that is no disconnect. What began with one goes on, the
 * reconnect delay, the lock-out, and what leads to one.
 */
noinline void bg_discharge_again(struct bg_discharge *path,
				 const struct bg_discharge_in *in, u64 now)
{
	path->state = BG_LOAD_OFF;
	path->sounding = false;
	bg_hold_init(&path->allowed, !in->forbidden, now);
	bg_hold_init(&path->quiet, !in->forbidden && !in->low, now);
}

/**
 * bg_discharge_init() - start the path in standby
 * @path: path to start
 * @in: the first inputs; a permission that is there counts as long held
 * @now: present time in ns
 */
void bg_discharge_init(struct bg_discharge *path,
		       const struct bg_discharge_in *in, u64 now)
{
	unsigned int i;

	bg_discharge_again(path, in, now);
	bg_discharge_standby(path);
	path->onset = now;
	path->delay = 0;
	path->disconnected = now;
	for (i = 0; i < BG_LOCKOUT_MAX; i++)
		path->history[i] = now;
	path->reconnecting = false;
	path->sagged = false;
}

/**
 * bg_discharge_step() - decide
 * @path: path
 * @rules: delays in force
 * @in: inputs after the line filter
 * @now: present time in ns
 */
void bg_discharge_step(struct bg_discharge *path,
		       const struct bg_discharge_rules *rules,
		       const struct bg_discharge_in *in, u64 now)
{
	const u64 restore = bg_discharge_restore(rules->restore);

	bg_hold_step(&path->allowed, !in->forbidden, restore, now);
	bg_hold_step(&path->quiet, !in->forbidden && !in->low, restore, now);
	/* A shorter delay counts from the onset on, a longer one from the next. */
	path->delay = bg_earlier(path->delay, rules->pre_alarm);
	if (now - path->disconnected >= rules->reconnect)
		path->reconnecting = false;

	if (!in->permit) {
		bg_discharge_standby(path);
		return;
	}

	/* Seen in the episode; its onset may come only now. */
	path->sagged |= in->forbidden;
	switch (path->state) {
	case BG_NORMAL:
		if (in->forbidden || in->low)
			bg_discharge_onset(path, rules, in, now);
		break;
	case BG_PRE_ALARM:
		if (in->forbidden && !bg_discharge_delay_runs(path, now))
			bg_discharge_disconnect(path, rules, now);
		else if (bg_discharge_recovered(path, now))
			path->state = BG_NORMAL;
		break;
	case BG_LOAD_OFF:
	default:
		if (bg_discharge_may_return(path, in))
			bg_discharge_on(path, rules, in, now);
		else
			path->state = BG_LOAD_OFF;
		break;
	}
}

/**
 * bg_discharge_sounded() - a write of the pre-alarm output has returned
 * @path: path
 * @when: time at which it returned, good or bad, in ns; 0 = none has
 *
 * The warning began no earlier than this, so the minimum delay does not either,
 * but for a write that takes longer than the upper bound allows. Only the first
 * one of an onset counts, so that nothing can move a delay that runs. One that
 * returned before the onset was for something else.
 */
void bg_discharge_sounded(struct bg_discharge *path, u64 when)
{
	if (!when || when < path->onset)
		return;
	/* Without anything to hear of, this leaves the onset where it is. */
	path->onset = bg_earlier(when, bg_discharge_sounds(path));
	path->sounding = false;
}

/**
 * bg_discharge_safe_until() - end of the minimum delay of a pre-alarm
 * @path: path
 *
 * Return: a time in ns, in the past when the delay is over; 0 without pre-alarm.
 */
u64 bg_discharge_safe_until(const struct bg_discharge *path)
{
	if (path->state != BG_PRE_ALARM)
		return 0;
	return bg_after(bg_discharge_sounds(path), path->delay);
}

/**
 * bg_discharge_delay_runs() - is the load still safe from a disconnect?
 * @path: path
 * @now: present time in ns
 *
 * Return: true from the onset of a pre-alarm until its minimum delay is over.
 */
noinline bool bg_discharge_delay_runs(const struct bg_discharge *path, u64 now)
{
	return path->state == BG_PRE_ALARM &&
	       !bg_passed(bg_discharge_sounds(path), path->delay, now);
}

/**
 * bg_discharge_waits() - does a time run that must not be slept through?
 * @path: path
 * @now: present time in ns
 *
 * Return: true while the minimum delay, a restore time, or the time without
 * discharge forbidden runs; the reconnect delay is none of them.
 */
bool bg_discharge_waits(const struct bg_discharge *path, u64 now)
{
	return bg_discharge_delay_runs(path, now) ||
	       bg_hold_pending(&path->allowed) ||
	       bg_hold_pending(&path->quiet) || bg_discharge_sags(path);
}

/**
 * bg_discharge_deadline() - when the path needs the next evaluation
 * @path: path
 * @rules: delays in force
 * @now: present time in ns
 *
 * Return: a time after @now, or %BG_NEVER.
 */
u64 bg_discharge_deadline(const struct bg_discharge *path,
			  const struct bg_discharge_rules *rules, u64 now)
{
	const u64 restore = bg_discharge_restore(rules->restore);
	u64 next = BG_NEVER;

	if (bg_discharge_delay_runs(path, now))
		next = bg_discharge_safe_until(path);
	if (bg_discharge_sags(path))
		next = bg_earlier(next, bg_after(path->allowed.since,
						 BG_SAG_NS));
	if (path->reconnecting)
		next = bg_earlier(next, bg_after(path->disconnected,
						 rules->reconnect));
	next = bg_earlier(next, bg_hold_deadline(&path->allowed, restore));
	return bg_earlier(next, bg_hold_deadline(&path->quiet, restore));
}

/**
 * bg_discharge_returns() - when may the load return?
 * @path: path
 * @restore: time a permission has to hold, in ns
 * @reconnect: time from a disconnect until the load may return, in ns
 * @permit: when permit comes, in ns; 0 = it is there
 *
 * Return: the time in ns at which it returns if the lines stay as they are; 0
 * when the load is on, or waits for more than time.
 */
u64 bg_discharge_returns(const struct bg_discharge *path, u64 restore,
			 u64 reconnect, u64 permit)
{
	u64 when = permit;

	if (bg_discharge_load(path) || path->locked || !path->allowed.holds)
		return 0;

	if (!path->allowed.granted)
		when = bg_later(when, bg_after(path->allowed.since,
					       bg_discharge_restore(restore)));
	if (path->reconnecting)
		when = bg_later(when, bg_after(path->disconnected, reconnect));
	return when;
}

/**
 * bg_discharge_left() - how many disconnects are left before a lock-out?
 * @path: path
 * @count: number of disconnects that lock out, 0 = never
 * @window: time within which they add up, in ns
 * @now: present time in ns, not before the latest step
 *
 * Return: their number, 0 when locked out, -1 when nothing locks out.
 */
int bg_discharge_left(const struct bg_discharge *path, u8 count, u64 window,
		      u64 now)
{
	int left = count;
	u8 n;

	if (!count)
		return -1;
	if (path->locked)
		return 0;

	/* The newest come first. With one more at the most, it would be locked. */
	for (n = 0; n < path->disconnects && left > 1; n++)
		if (now - path->history[n] <= window)
			left--;
	return left;
}
