// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the evaluation: when, in which context, and the reports after it
 *
 * An edge, a deadline, a report or a user's write samples all lines that do not
 * sleep, decides, and sets the outputs that do not sleep, under a raw spinlock and
 * wherever it comes in: in the hard interrupt, if that is where. Nothing in it
 * waits. The lines that may sleep are left to the threads of controller.c, whose
 * reports come in here. Levels decide. An edge only wakes the guard, and the look
 * that comes once a second makes up for one that is lost.
 *
 * Deadlines are absolute times of the boot-time clock, which goes on while the
 * system is suspended: what fell due meanwhile is judged at resume, and no line
 * is touched before. The timer is an hrtimer, because the wheel and
 * CLOCK_MONOTONIC stand still then.
 *
 * A work item reports to userspace after the fact. So nothing that userspace
 * does, and no shortage of memory, delays an output.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/pm_wakeup.h>
#include <linux/power_supply.h>
#include <linux/string.h>
#include <linux/suspend.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>

#include "battguard.h"
#include "compat.h"
#include "netlink.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * bg_lock() - take a lock, with interrupts off
 * @lock: lock of a device, a snapshot or a controller
 *
 * Out of line, as many use it: there are kernels that put a spinlock's code
 * wherever it is taken.
 *
 * Return: what bg_unlock() has to be given.
 */
noinline unsigned long bg_lock(raw_spinlock_t *lock)
	__acquires(lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	return flags;
}

/**
 * bg_unlock() - give a lock back
 * @lock: lock
 * @flags: of bg_lock()
 */
noinline void bg_unlock(raw_spinlock_t *lock, unsigned long flags)
	__releases(lock)
{
	raw_spin_unlock_irqrestore(lock, flags);
}

static u32 bg_period(const struct battguard *bg)
{
	return bg->gpio.polled ? bg->params.poll : NSEC_PER_SEC;
}

/*
 * The deadline, or the next look: whatever the interrupts say, all lines are read
 * once a second, and more often where lines have none. The looks of all guards
 * fall on the same second of the clock, and may come a little late, so that the
 * machine wakes once for them.
 */
static void bg_arm(struct battguard *bg, u64 deadline)
{
	u64 slack = 0;

	if (bg->look < deadline)
		slack = min_t(u64, deadline - bg->look, bg_period(bg) / 10);
	hrtimer_start_range_ns(&bg->timer, ns_to_ktime(min(deadline, bg->look)),
			       slack, HRTIMER_MODE_ABS_HARD);
}

/* Time for a look? Evaluations read all other lines anyway. */
static u32 bg_lines_to_look_at(struct battguard *bg)
{
	const u32 period = bg_period(bg);
	u32 over;

	if (bg->fsm.now < bg->look)
		return 0;
	div_u64_rem(bg->fsm.now, period, &over);
	bg->look = bg->fsm.now - over + period;
	return bg->gpio.slow;
}

/* Publish what was decided. Called like bg_decide(). */
static void bg_publish(struct battguard *bg)
{
	struct bg_result *res = &bg->result;
	unsigned long flags;

	if (res->evented) {
		res->event.realtime = ktime_get_real_ns();
		bg_note_delays(&res->event, &bg->fsm.set);
	}

	flags = bg_lock(&bg->snapshot_lock);
	bg->snapshot.discharge = bg->fsm.discharge;
	bg->snapshot.counters = bg->fsm.counters;
	memcpy(bg->snapshot.since, bg->fsm.since, sizeof(bg->fsm.since));
	bg->snapshot.now = bg->fsm.now;
	bg->snapshot.load_safe_until = bg_fsm_load_safe_until(&bg->fsm);
	bg->snapshot.load_returns = bg_fsm_load_returns(&bg->fsm);
	bg->snapshot.resume_at = res->resume_at;
	bg->snapshot.stay_awake = res->stay_awake;
	/* Nothing in it changes without an event. */
	if (res->evented) {
		bg->snapshot.event = res->event;
		bg_ring_put(&bg->ring, &res->event);
	}
	bg_unlock(&bg->snapshot_lock, flags);
}

/* Add what was heard before, where there is nothing newer. */
static noinline void bg_hear(struct bg_inputs *in,
			     const struct bg_inputs *before)
{
	const u32 lines = before->read & ~in->read;
	const u32 outs = before->tried & ~in->tried;
	unsigned int n;

	/* One time for all: what was heard late counts as heard earlier. */
	if (!in->report || (before->report && before->heard < in->heard))
		in->heard = before->heard;
	in->read |= lines;
	in->report |= before->report & lines;
	in->failed |= before->failed & lines;
	in->slow |= before->slow & lines;
	in->level |= before->level & lines;
	in->tried |= outs;
	in->checked |= before->checked & outs;
	in->out_failed |= before->out_failed & outs;
	in->out_level |= before->out_level & outs;
	in->out_alive |= before->out_alive;
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (outs & BIT(n))
			in->number[n] = before->number[n];
	in->sounded = in->sounded ?: before->sounded;
}

/**
 * bg_take_reports() - what threads reported while nobody could evaluate it
 * @bg: device
 * @in: where it goes
 *
 * Called with the lock held.
 */
void bg_take_reports(struct battguard *bg, struct bg_inputs *in)
{
	bg_hear(in, &bg->heard);
	bg->heard = (struct bg_inputs) { 0 };
}

/**
 * bg_decide() - sample and decide, and leave the outputs alone
 * @bg: device
 * @in: what happened; lines and outputs are filled in
 *
 * Called with the lock held, or while nobody else evaluates.
 */
void bg_decide(struct battguard *bg, struct bg_inputs *in)
{
	u64 now = ktime_get_boottime_ns();

	/*
	 * Open before the read: an edge in between is raised, and an edge before
	 * is seen by its level.
	 */
	bg_gpio_mask(&bg->gpio, bg->gpio.masked &
		     bg_fsm_mask(&bg->fsm, &bg->params.cfg, now));
	bg_gpio_sample(&bg->gpio,
		       bg_fsm_lines_to_read(&bg->fsm, &bg->params.cfg, now),
		       in);
	bg_hear(in, &bg->done);
	/* Nothing was heard later than now. */
	now = ktime_get_boottime_ns();
	bg_fsm_step(&bg->fsm, &bg->params.cfg, in, now, &bg->result);
	bg->done = (struct bg_inputs) { 0 };

	bg_publish(bg);
}

static noinline void bg_trace_output(const struct battguard *bg,
				     unsigned int out, bool level, bool failed)
{
	trace_battguard_output(bg->name, bg_out_name(out), 0, level, failed);
}

static void bg_trace(struct battguard *bg, u32 edge)
{
	const struct bg_result *res = &bg->result;
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++)
		if (edge & BIT(n))
			trace_battguard_edge(bg->name, bg_line_kind(n),
					     bg_line_index(n),
					     bg->fsm.line[n].raw,
					     bg->fsm.line[n].state ==
					     BG_LINE_UNREADABLE);
	if (res->evented)
		trace_battguard_decision(bg, &res->event);
	for (n = 0; n < BG_NR_OUTS; n++)
		if (res->write & bg->gpio.in_place & BIT(n))
			bg_trace_output(bg, n, res->outputs & BIT(n),
					bg->done.out_failed & BIT(n));
}

/* One evaluation, with the lock held. Return: is there news to report? */
static bool bg_once(struct battguard *bg, struct bg_inputs *in)
{
	const bool awake = bg->snapshot.stay_awake;
	const bool anew = !bg->gpio.driven;
	u32 asked;

	bg_decide(bg, in);
	asked = bg->result.write | bg->result.check;
	if (anew)
		bg->result.write |= BIT(BG_NR_OUTS) - 1;
	bg_gpio_apply(&bg->gpio, &bg->result, &bg->done);
	bg_ports_ask(bg, BG_ASK_DECISION, &bg->result,
		     bg->result.read | bg_lines_to_look_at(bg));
	/* Of what the decision did not ask for it only has to know failures. */
	if (anew)
		bg->done.tried &= asked | bg->done.out_failed;
	if (bg->gpio.redirect)
		bg_redirect(bg);
	/* After the outputs, as it may be a transfer of its own. */
	bg_gpio_mask(&bg->gpio, bg->result.mask);
	bg_trace(bg, in->edge);
	return bg->result.evented || bg->result.stay_awake != awake;
}

/**
 * bg_evaluate() - sample, decide, set the outputs, and then report
 * @bg: device
 * @in: what happened; overwritten
 *
 * The one evaluation function, whatever happened and wherever it is called. Runs
 * in any context, hard interrupts included.
 *
 * Return: false if nothing was done, because outputs do not follow the decision
 * yet, no longer, or not while the system sleeps.
 */
bool bg_evaluate(struct battguard *bg, struct bg_inputs *in)
{
	unsigned long flags;
	bool news = false;
	bool running;

	/* In a panic, a CPU that is stopped may have the lock for ever. */
	if (!READ_ONCE(bg->running))
		return false;

	flags = bg_lock(&bg->lock);
	running = bg->running && !bg->asleep;
	if (running) {
		bg_take_reports(bg, in);
		news = bg_once(bg, in);
		/*
		 * At an onset the delay runs from the end of the write, and an
		 * output that failed must be reported, and tried again soon. A
		 * second step takes both into account.
		 */
		if (bg->result.onset ||
		    bg_fsm_surprised(&bg->fsm, &bg->done)) {
			*in = (struct bg_inputs) { 0 };
			news |= bg_once(bg, in);
		}
		bg_arm(bg, bg->result.deadline);
	}
	bg_unlock(&bg->lock, flags);

	if (news || bg_log_due(bg))
		schedule_work(&bg->tell);
	return running;
}

/**
 * bg_evaluate_now() - evaluate, with nothing new but the time
 * @bg: device
 *
 * Any context.
 */
void bg_evaluate_now(struct battguard *bg)
{
	struct bg_inputs in = { 0 };

	bg_evaluate(bg, &in);
}

/**
 * bg_edge() - an interrupt of an input line
 * @bg: device
 * @lines: the line, and the other that is the same one
 */
void bg_edge(struct battguard *bg, u32 lines)
{
	struct bg_inputs in = { .edge = lines };

	if (bg_evaluate(bg, &in))
		return;
	/* The system may just be on its way to sleep. Resume says who woke it. */
	WRITE_ONCE(bg->woke, true);
	pm_system_wakeup();
}

/**
 * bg_report() - a thread has read or set lines
 * @bg: device
 * @in: what it was; overwritten
 * @written: output that was written, by BIT() of &enum bg_out
 * @level: whether it was to be active
 *
 * What comes while nobody evaluates is kept, not lost.
 */
void bg_report(struct battguard *bg, struct bg_inputs *in, u32 written,
	       bool level)
{
	const bool failed = in->out_failed;
	unsigned long flags;

	if (!bg_evaluate(bg, in)) {
		flags = bg_lock(&bg->lock);
		bg_hear(in, &bg->heard);
		bg->heard = *in;
		bg_unlock(&bg->lock, flags);
	}
	if (written)
		bg_trace_output(bg, __ffs(written), level, failed);
}

/* Called with the lock held. */
static noinline u32 bg_bouncing(const struct battguard *bg)
{
	u32 lines = 0;
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++)
		if ((bg->gpio.lines & BIT(n)) &&
		    bg->fsm.line[n].state == BG_LINE_BOUNCING)
			lines |= BIT(n);
	return lines;
}

/**
 * bg_sleep() - leave the lines alone until the system is awake again
 * @bg: device
 *
 * Controllers are suspended after the device, and resumed before it. In between,
 * lines may not be readable, and a controller that has its registers restored
 * forgets what was written. So an edge wakes the system, and resume judges.
 *
 * Nobody would open what is masked, or keep a line in check that bounces: that
 * one is masked, all others are open.
 *
 * Process context.
 *
 * Return: true if asleep from now on; false while a delay runs that the system
 * must not sleep through, while other lines may wake it than have to, or if
 * a controller hangs.
 */
bool bg_sleep(struct battguard *bg)
{
	unsigned long flags;
	u32 bouncing;
	bool asleep;

	flags = bg_lock(&bg->lock);
	bouncing = bg_bouncing(bg);
	asleep = !bg->result.stay_awake &&
		 bg->gpio.waking == (bg->gpio.lines & ~bouncing);
	bg->asleep = asleep;
	if (asleep) {
		bg_gpio_mask(&bg->gpio, bouncing);
		bg_ports_ask(bg, BG_ASK_SLEEP, NULL, bouncing);
	}
	bg_unlock(&bg->lock, flags);
	if (!asleep)
		return false;

	bg_redirect_flush(bg);
	if (bg_ports_wait(bg, BG_PATIENCE))
		return true;
	flags = bg_lock(&bg->lock);
	bg->asleep = false;
	bg_unlock(&bg->lock, flags);
	bg_evaluate_now(bg);
	return false;
}

/**
 * bg_freeze() - leave the lines alone, whatever runs
 * @dev: platform device
 *
 * While the image of a system that hibernates is made, and before one is put in
 * the place of a system that has just booted. Both are short. Hibernation is a
 * power-off that somebody asked for, so no delay holds it up.
 *
 * Return: 0.
 */
int bg_freeze(struct device *dev)
{
	struct battguard *bg = dev_get_drvdata(dev);
	unsigned long flags;

	flags = bg_lock(&bg->lock);
	bg->asleep = true;
	bg_ports_ask(bg, BG_ASK_SLEEP, NULL, bg->result.mask);
	bg_unlock(&bg->lock, flags);
	bg_ports_wait(bg, BG_PATIENCE);
	return 0;
}

/**
 * bg_poweroff() - float the outputs of a system that hibernates
 * @dev: platform device
 *
 * Not every way to hibernate ends with a shutdown of the devices. Nothing is reported:
 * the image of the system was made before, and what is restored from it knows nothing
 * of this.
 *
 * Return: 0.
 */
int bg_poweroff(struct device *dev)
{
	struct battguard *bg = dev_get_drvdata(dev);
	unsigned long flags;

	flags = bg_lock(&bg->lock);
	bg->asleep = true;
	if (bg->running) {
		bg_gpio_float(&bg->gpio);
		bg_ports_ask(bg, BG_ASK_FLOAT, NULL, 0);
	}
	bg_unlock(&bg->lock, flags);
	bg_ports_wait(bg, BG_PATIENCE);
	return 0;
}

/**
 * bg_wake() - guard again
 * @bg: device, asleep
 * @restored: from a hibernation, in which the outputs were off
 *
 * Controllers may have forgotten all that they were told. So the outputs are
 * written anew, with their direction, once the lines have been read. That takes
 * a context that may sleep, whatever the lines are, and no lock: nobody else
 * evaluates for a guard that is asleep.
 */
void bg_wake(struct battguard *bg, bool restored)
{
	struct bg_inputs in = { .resumed = true };
	unsigned long flags;

	if (bg->running) {
		bg_ports_ask(bg, BG_ASK_WAKE, NULL, 0);
		bg_ports_wait(bg, BG_PATIENCE);
		flags = bg_lock(&bg->lock);
		bg_take_reports(bg, &in);
		bg_unlock(&bg->lock, flags);

		if (restored)
			bg_fsm_restored(&bg->fsm, ktime_get_boottime_ns());
		bg->done = (struct bg_inputs) { 0 };
		bg->gpio.driven = false;
		if (bg_once(bg, &in))
			schedule_work(&bg->tell);
	}
	flags = bg_lock(&bg->lock);
	bg->asleep = false;
	/* What was read before the system was awake turns nothing on. */
	bg->look = 0;
	bg_unlock(&bg->lock, flags);

	/* What has happened since, and whether the outputs obey. */
	bg_evaluate_now(bg);
}

/**
 * bg_wakers() - lines that have to wake the system
 * @bg: device
 *
 * A line that bounces counts as open, and would wake it again and again.
 *
 * Return: mask of lines.
 */
u32 bg_wakers(struct battguard *bg)
{
	unsigned long flags;
	u32 lines;

	flags = bg_lock(&bg->lock);
	lines = bg->gpio.lines & ~bg_bouncing(bg);
	bg_unlock(&bg->lock, flags);
	return lines;
}

/**
 * bg_set() - a user changes a setting
 * @bg: device
 * @id: setting
 * @value: its value, valid, in the unit in which it is shown
 *
 * Returns when it was decided what the change means. An output that may sleep
 * follows in its thread.
 *
 * Return: 0, or -ENODEV while the device comes or goes, or the system sleeps.
 */
int bg_set(struct battguard *bg, enum bg_setting id, u32 value)
{
	struct bg_settings set = { 0 };

	bg_put_setting(&set, id, value);
	return bg_set_all(bg, BIT(id), &set);
}

/**
 * bg_set_all() - a user changes several settings at once
 * @bg: device
 * @which: settings, by BIT() of &enum bg_setting
 * @set: their values, valid
 *
 * Returns when it was decided, in one evaluation, what the changes mean. An output
 * that may sleep follows in its thread.
 *
 * Return: 0, or -ENODEV while the device comes or goes, or the system sleeps.
 */
int bg_set_all(struct battguard *bg, u32 which, const struct bg_settings *set)
{
	struct bg_inputs in = { .set = which, .settings = *set };

	return bg_evaluate(bg, &in) ? 0 : -ENODEV;
}

/**
 * bg_snapshot() - what was decided last
 * @bg: device
 *
 * Any context; never waits for a line.
 *
 * Return: a consistent copy.
 */
struct bg_snapshot bg_snapshot(struct battguard *bg)
{
	struct bg_snapshot snapshot;
	unsigned long flags;

	flags = bg_lock(&bg->snapshot_lock);
	snapshot = bg->snapshot;
	bg_unlock(&bg->snapshot_lock, flags);
	return snapshot;
}

/**
 * bg_deadline() - a deadline came
 * @timer: of the device
 *
 * Return: HRTIMER_NORESTART, as the evaluation arms it again.
 */
enum hrtimer_restart bg_deadline(struct hrtimer *timer)
{
	bg_evaluate_now(container_of(timer, struct battguard, timer));
	return HRTIMER_NORESTART;
}

/**
 * bg_event_from() - the oldest event that is kept, from a number on
 * @bg: device
 * @seq: the number
 * @event: the event
 *
 * Any context.
 *
 * Return: false if there is none yet.
 */
bool bg_event_from(struct battguard *bg, u64 seq, struct bg_event *event)
{
	const struct bg_event *found;
	unsigned long flags;

	flags = bg_lock(&bg->snapshot_lock);
	found = bg_ring_get(&bg->ring, max(seq, bg_ring_first(&bg->ring)));
	if (found)
		*event = *found;
	bg_unlock(&bg->snapshot_lock, flags);
	return found;
}

/**
 * bg_tell() - report to userspace what has happened
 * @work: of the device
 *
 * Process context, after the fact. All events since the last call share one
 * uevent, and whoever polls the file state is woken.
 */
void bg_tell(struct work_struct *work)
{
	struct battguard *bg = container_of(work, struct battguard, tell);
	struct bg_event event;
	bool changed = false;
	u8 state = bg->told_view.state;

	if (bg_snapshot(bg).stay_awake)
		pm_stay_awake(bg->dev);
	else
		pm_relax(bg->dev);

	while (bg_event_from(bg, bg->told + 1, &event)) {
		bg->told = event.seq;
		bg_netlink_event(bg, &event);
		bg->told_view = event.view;
		bg_log_faults(bg, &bg->told_view);
		changed = true;
	}
	if (!changed) {
		/* A fault whose minute is over has not changed since. */
		bg_log_faults(bg, &bg->told_view);
		return;
	}

	bg_leds_show(bg, &bg->told_view);
	if (bg->told_view.state != state)
		sysfs_notify(&bg->psy->dev.kobj, NULL, "state");
	power_supply_changed(bg->psy);
}

/*
 * The kernel ends, in whatever context and with the other CPUs stopped. One of
 * them may hold the lock of the device for ever, so nobody waits for it.
 */
static noinline void bg_last_resort(struct battguard *bg)
{
	if (bg->running)
		bg_gpio_float_now(&bg->gpio);
	/* Interrupts and timers may still come, to this CPU. */
	WRITE_ONCE(bg->running, false);
}

/**
 * bg_panic() - float the outputs when the kernel gives up
 * @nb: of the device
 * @event: not used
 * @msg: not used
 *
 * Best effort, see bg_gpio_float_now().
 *
 * Return: NOTIFY_DONE.
 */
int bg_panic(struct notifier_block *nb, unsigned long event, void *msg)
{
	bg_last_resort(container_of(nb, struct battguard, panic));
	return NOTIFY_DONE;
}

/**
 * bg_restart() - float the outputs when the system restarts
 * @nb: of the device
 * @mode: not used
 * @cmd: not used
 *
 * After a shutdown there is nothing left to do. Sysrq and software watchdogs
 * restart without one. Best effort, see bg_gpio_float_now().
 *
 * Return: NOTIFY_DONE.
 */
int bg_restart(struct notifier_block *nb, unsigned long mode, void *cmd)
{
	bg_last_resort(container_of(nb, struct battguard, restart));
	return NOTIFY_DONE;
}

/**
 * bg_run() - outputs follow the decision from now on
 * @bg: device; its outputs were set as decided, and have their direction
 */
void bg_run(struct battguard *bg)
{
	unsigned long flags;

	bg_trace(bg, 0);
	flags = bg_lock(&bg->lock);
	WRITE_ONCE(bg->running, true);
	bg_unlock(&bg->lock, flags);

	/* What has happened since the first sample. */
	bg_evaluate_now(bg);
	/* And the bind itself. */
	schedule_work(&bg->tell);
}

/**
 * bg_stop() - float the outputs, for good
 * @bg: device
 *
 * Does nothing when done before, or when the outputs were never set. Process
 * context; waits at most 2 s for outputs that may sleep.
 */
void bg_stop(struct battguard *bg)
{
	unsigned long flags;

	flags = bg_lock(&bg->lock);
	if (bg->running) {
		WRITE_ONCE(bg->running, false);
		bg_gpio_float(&bg->gpio);
		bg_ports_ask(bg, BG_ASK_FLOAT, NULL, 0);
		bg_fsm_unbind(&bg->fsm, ktime_get_boottime_ns(), &bg->result);
		bg_publish(bg);
		bg_trace(bg, 0);
		schedule_work(&bg->tell);
	}
	bg_unlock(&bg->lock, flags);
	bg_ports_wait(bg, BG_PATIENCE);
}
