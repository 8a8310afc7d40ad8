// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - battery protection controller for LiFePO4 banks on GPIO lines
 *
 * Description
 *
 * A bank of batteries watches its own cells and raises lines. This driver
 * decides whether loads may draw current and chargers may charge, and warns
 * before it cuts the loads.
 *
 * Lines
 *
 *   allow-discharge-gpios  in   asserted: no cell is under voltage
 *   allow-charge-gpios     in   asserted: no cell is over voltage, too cold or
 *                               too warm; one line of each for each chain
 *   low-cell-gpios         in   asserted: some cell is nearly under voltage
 *   remote-l-gpios         in   asserted: terminal L is pulled to minus
 *   remote-h-gpios         in   asserted: terminal H is high
 *   load-gpios             out  active: loads may draw current
 *   charger-gpios          out  active: chargers may charge
 *   pre-alarm-gpios        out  active: the load will soon be disconnected
 *   heartbeat-gpios        out  toggles while evaluations work
 *
 * An open line means "not permitted", an output that is not active floats.
 *
 * Timing
 *
 *   low-cell         ____/~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
 *   allow-discharge  ~~~~~~~~\_______________________________
 *   pre-alarm        ____/~~~~~~~~~~~~~~~~~~~\_______________
 *   load             ~~~~~~~~~~~~~~~~~~~~~~~~\_______________
 *                        |<- at least 30 s ->|
 *
 *   allow-charge     ~~~~\___/~~~~~~~~~~~~~~
 *   charger          ~~~~\________/~~~~~~~~~
 *                            |<-->| restore delay
 *
 * Contexts
 *
 * Where no line can sleep, an edge or a deadline samples all lines, decides and
 * sets the outputs in the hard interrupt, under a raw spinlock. Where one can,
 * and on PREEMPT_RT, the same happens in the interrupt thread or, for a
 * deadline, in a real-time thread of the device, under a mutex. Levels decide:
 * an edge only wakes, and one that is lost is healed by the next evaluation.
 *
 * Deadlines are absolute times of the boot-time clock, which goes on while the
 * system is suspended: what fell due meanwhile is judged at resume. The timer
 * is an hrtimer, because the wheel and CLOCK_MONOTONIC stand still then.
 *
 * Userspace is told from a work item, after the fact: nothing it does, and no
 * shortage of memory, delays an output.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/idr.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/panic_notifier.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/pm_wakeup.h>
#include <linux/property.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "battguard.h"
#include "compat.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Numbers of the preset names; the one thing that devices share. */
static DEFINE_IDA(bg_ids);

static unsigned long bg_lock(struct battguard *bg)
{
	unsigned long flags = 0;

	if (bg->threaded)
		mutex_lock(&bg->mutex);
	else
		raw_spin_lock_irqsave(&bg->lock, flags);
	return flags;
}

static void bg_unlock(struct battguard *bg, unsigned long flags)
{
	if (bg->threaded)
		mutex_unlock(&bg->mutex);
	else
		raw_spin_unlock_irqrestore(&bg->lock, flags);
}

static void bg_arm(struct battguard *bg, u64 deadline)
{
	if (deadline == BG_NEVER)
		hrtimer_try_to_cancel(&bg->timer);
	else
		hrtimer_start(&bg->timer,
			      ns_to_ktime(min_t(u64, deadline, KTIME_MAX)),
			      HRTIMER_MODE_ABS_HARD);
}

/* Is there anything the decision has not taken for granted? */
static bool bg_outputs_surprise(const struct battguard *bg)
{
	unsigned int n;

	if (bg->result.onset)
		return true;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++) {
		const struct bg_output *out = &bg->fsm.out[n];

		if (!(bg->done.tried & BIT(n)))
			continue;
		if (out->faulty != !!(bg->done.out_failed & BIT(n)) ||
		    out->shown != !!(bg->done.out_level & BIT(n)))
			return true;
	}
	return false;
}

/* Sample and decide. Called with the lock held, or before anyone else can. */
static void bg_decide(struct battguard *bg, struct bg_inputs *in)
{
	struct bg_result *res = &bg->result;
	unsigned long flags;
	u64 now = ktime_get_boottime_ns();

	bg_gpio_sample(&bg->gpio,
		       bg_fsm_lines_to_read(&bg->fsm, &bg->params.cfg, now),
		       in);
	/* Reading may have taken a while. */
	now = ktime_get_boottime_ns();
	in->tried = bg->done.tried;
	in->checked = bg->done.checked;
	in->out_failed = bg->done.out_failed;
	in->out_level = bg->done.out_level;
	in->sounded = bg->done.sounded;
	bg_fsm_step(&bg->fsm, &bg->params.cfg, in, now, res);
	bg->done = (struct bg_inputs) { 0 };

	if (res->evented)
		res->event.realtime = ktime_get_real_ns();

	raw_spin_lock_irqsave(&bg->snapshot_lock, flags);
	bg->snapshot.view = bg->fsm.view;
	bg->snapshot.set = bg->fsm.set;
	bg->snapshot.counters = bg->fsm.counters;
	bg->snapshot.now = bg->fsm.now;
	bg->snapshot.load_safe_until = bg_fsm_load_safe_until(&bg->fsm);
	bg->snapshot.resume_at = res->resume_at;
	bg->snapshot.stay_awake = res->stay_awake;
	if (res->evented)
		bg_ring_put(bg->ring, &res->event);
	raw_spin_unlock_irqrestore(&bg->snapshot_lock, flags);
}

static void bg_trace(struct battguard *bg, u32 edge)
{
	const struct bg_result *res = &bg->result;
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++)
		if (edge & BIT(n))
			trace_battguard_edge(bg->name, n);
	if (res->evented)
		trace_battguard_decision(bg->name, &res->event);
	for (n = 0; n < BG_NR_OUTS; n++)
		if (res->write & BIT(n))
			trace_battguard_output(bg->name, n,
					       res->outputs & BIT(n),
					       bg->done.out_failed & BIT(n));
}

/* One evaluation. Called with the lock held. Return: is there news to tell? */
static bool bg_once(struct battguard *bg, struct bg_inputs *in)
{
	const bool awake = bg->snapshot.stay_awake;

	bg_decide(bg, in);
	bg_gpio_apply(&bg->gpio, &bg->result, &bg->done);
	bg_trace(bg, in->edge);
	return bg->result.evented || bg->result.stay_awake != awake;
}

/*
 * The one evaluation function: whatever happened, wherever it is called, all
 * is sampled, decided and done, and then told.
 */
static void bg_evaluate(struct battguard *bg, struct bg_inputs *in)
{
	unsigned long flags;
	bool news = false;

	flags = bg_lock(bg);
	if (bg->running) {
		news = bg_once(bg, in);
		/*
		 * At an onset the delay runs from the end of the write, and an
		 * output that failed is told: a second look takes that.
		 */
		if (bg_outputs_surprise(bg)) {
			*in = (struct bg_inputs) { 0 };
			news |= bg_once(bg, in);
		}
		bg_arm(bg, bg->result.deadline);
	}
	bg_unlock(bg, flags);

	if (news)
		schedule_work(&bg->tell);
}

/**
 * bg_edge() - an interrupt of an input line
 * @bg: device
 * @line: number of the line
 */
void bg_edge(struct battguard *bg, unsigned int line)
{
	struct bg_inputs in = { .edge = BIT(line) };

	bg_evaluate(bg, &in);
}

/**
 * bg_set() - a user changes a setting
 * @bg: device
 * @id: setting
 * @value: a flag, or a valid delay in ns
 *
 * Returns when the change has taken effect.
 */
void bg_set(struct battguard *bg, enum bg_setting id, u64 value)
{
	struct bg_inputs in = {
		.set = BIT(id),
		.settings = {
			.enabled = value,
			.inhibit = value,
			.mute = value,
			.pre_alarm_delay = value,
			.restore_delay = value,
			.reconnect_delay = value,
		},
	};

	bg_evaluate(bg, &in);
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

	raw_spin_lock_irqsave(&bg->snapshot_lock, flags);
	snapshot = bg->snapshot;
	raw_spin_unlock_irqrestore(&bg->snapshot_lock, flags);
	return snapshot;
}

static void bg_kthread(struct kthread_work *work)
{
	struct battguard *bg = container_of(work, struct battguard, work);
	struct bg_inputs in = { 0 };

	bg_evaluate(bg, &in);
}

static enum hrtimer_restart bg_timer(struct hrtimer *timer)
{
	struct battguard *bg = container_of(timer, struct battguard, timer);
	struct bg_inputs in = { 0 };

	if (bg->threaded)
		kthread_queue_work(bg->worker, &bg->work);
	else
		bg_evaluate(bg, &in);
	/* Armed again by the evaluation. */
	return HRTIMER_NORESTART;
}

static void bg_tell_faults(struct battguard *bg, const struct bg_view *was,
			   const struct bg_view *view)
{
	static const char * const outs[BG_NR_CHECKED_OUTS] = {
		[BG_OUT_LOAD] = "load",
		[BG_OUT_CHARGER] = "charger",
		[BG_OUT_PRE_ALARM] = "pre-alarm",
	};
	u32 began = view->faulty & ~was->faulty;
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++)
		if (began & BIT(n))
			dev_warn_ratelimited(bg->dev,
					     "%s line %u bounces or cannot be read, taken as open\n",
					     bg_line_kind(n), n % BG_CHAINS_MAX);
	began = view->out_faulty & ~was->out_faulty;
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (began & BIT(n))
			dev_warn_ratelimited(bg->dev,
					     "output %s does not obey\n",
					     outs[n]);
}

/* The next event that was not told yet, oldest first. */
static bool bg_next_event(struct battguard *bg, struct bg_event *event)
{
	const struct bg_event *found;
	unsigned long flags;

	raw_spin_lock_irqsave(&bg->snapshot_lock, flags);
	bg->told = max(bg->told + 1, bg_ring_first(bg->ring));
	found = bg_ring_get(bg->ring, bg->told);
	if (found)
		*event = *found;
	else
		bg->told = bg->ring->last;
	raw_spin_unlock_irqrestore(&bg->snapshot_lock, flags);
	return found;
}

static void bg_tell(struct work_struct *work)
{
	struct battguard *bg = container_of(work, struct battguard, tell);
	struct bg_event event;
	bool changed = false;

	if (bg_snapshot(bg).stay_awake)
		pm_stay_awake(bg->dev);
	else
		pm_relax(bg->dev);

	while (bg_next_event(bg, &event)) {
		bg_tell_faults(bg, &bg->told_view, &event.view);
		bg->told_view = event.view;
		changed = true;
	}
	if (changed)
		power_supply_changed(bg->psy);
}

static int bg_panic(struct notifier_block *nb, unsigned long event, void *msg)
{
	struct battguard *bg = container_of(nb, struct battguard, panic);

	/* The other CPUs are stopped, one of them perhaps with the lock. */
	if (bg->running && !bg->gpio.sleeps)
		bg_gpio_float(&bg->gpio);
	return NOTIFY_DONE;
}

/* Float the outputs, for good. */
static void bg_stop(void *data)
{
	struct battguard *bg = data;
	unsigned long flags;

	flags = bg_lock(bg);
	if (bg->running) {
		bg->running = false;
		bg_gpio_float(&bg->gpio);
	}
	bg_unlock(bg, flags);
}

static void bg_cancel_timer(void *data)
{
	struct battguard *bg = data;

	hrtimer_cancel(&bg->timer);
}

static void bg_cancel_tell(void *data)
{
	struct battguard *bg = data;

	cancel_work_sync(&bg->tell);
	pm_relax(bg->dev);
}

static void bg_destroy_worker(void *data)
{
	struct battguard *bg = data;

	kthread_destroy_worker(bg->worker);
}

static void bg_unregister_panic(void *data)
{
	struct battguard *bg = data;

	atomic_notifier_chain_unregister(&panic_notifier_list, &bg->panic);
}

static void bg_no_wakeup(void *dev)
{
	device_init_wakeup(dev, false);
}

static void bg_free_id(void *data)
{
	struct battguard *bg = data;

	ida_free(&bg_ids, bg->id);
}

static BG_ALARM_TYPE bg_alarm(struct alarm *alarm, ktime_t now)
{
	/* It has woken the system, resume does the rest. */
	return BG_ALARM_DONE;
}

static int bg_choose_name(struct battguard *bg)
{
	struct power_supply *other;
	int ret;

	bg->name = bg->params.label;
	if (!bg->name) {
		bg->id = ida_alloc(&bg_ids, GFP_KERNEL);
		if (bg->id < 0)
			return bg->id;
		ret = devm_add_action_or_reset(bg->dev, bg_free_id, bg);
		if (ret)
			return ret;
		bg->name = devm_kasprintf(bg->dev, GFP_KERNEL, "battguard%d",
					  bg->id);
		if (!bg->name)
			return -ENOMEM;
	}

	/* The class would answer with a stack trace. */
	other = power_supply_get_by_name(bg->name);
	if (!other)
		return 0;
	power_supply_put(other);
	return dev_err_probe(bg->dev, -EEXIST,
			     "label: there is a power supply \"%s\" already\n",
			     bg->name);
}

/* Everything that evaluations and telling need, in the reverse of unwinding. */
static int bg_prepare(struct battguard *bg)
{
	struct device *dev = bg->dev;
	int ret;

	INIT_WORK(&bg->tell, bg_tell);
	ret = devm_add_action_or_reset(dev, bg_cancel_tell, bg);
	if (ret)
		return ret;

	if (bg->threaded) {
		bg->worker = kthread_run_worker(0, "battguard/%s", bg->name);
		if (IS_ERR(bg->worker))
			return PTR_ERR(bg->worker);
		sched_set_fifo(bg->worker->task);
		kthread_init_work(&bg->work, bg_kthread);
		ret = devm_add_action_or_reset(dev, bg_destroy_worker, bg);
		if (ret)
			return ret;
	}

	hrtimer_setup(&bg->timer, bg_timer, CLOCK_BOOTTIME,
		      HRTIMER_MODE_ABS_HARD);
	ret = devm_add_action_or_reset(dev, bg_cancel_timer, bg);
	if (ret)
		return ret;

	alarm_init(&bg->alarm, ALARM_BOOTTIME, bg_alarm);
	if (bg->params.wakeup) {
		device_init_wakeup(dev, true);
		ret = devm_add_action_or_reset(dev, bg_no_wakeup, dev);
		if (ret)
			return ret;
	}

	bg->panic.notifier_call = bg_panic;
	atomic_notifier_chain_register(&panic_notifier_list, &bg->panic);
	return devm_add_action_or_reset(dev, bg_unregister_panic, bg);
}

/*
 * Set the outputs for the first time, in a context that may sleep whatever the
 * lines are, since they get their direction with it.
 */
static int bg_start(struct battguard *bg)
{
	struct bg_inputs in = { 0 };
	unsigned long flags;

	bg_gpio_apply(&bg->gpio, &bg->result, &bg->done);
	if (bg->done.out_failed) {
		bg_gpio_float(&bg->gpio);
		return dev_err_probe(bg->dev, -EIO,
				     "an output cannot be set\n");
	}
	bg_trace(bg, 0);

	flags = bg_lock(bg);
	bg->running = true;
	bg_unlock(bg, flags);

	/* Whatever happened since the first sample, and the bind itself. */
	bg_evaluate(bg, &in);
	schedule_work(&bg->tell);
	return 0;
}

static int bg_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct bg_inputs in = { 0 };
	struct battguard *bg;
	const char *bad;
	int ret;

	bg = devm_kzalloc(dev, sizeof(*bg), GFP_KERNEL);
	if (!bg)
		return -ENOMEM;
	bg->ring = devm_kzalloc(dev, sizeof(*bg->ring), GFP_KERNEL);
	if (!bg->ring)
		return -ENOMEM;

	bg->dev = dev;
	bg->id = -1;
	platform_set_drvdata(pdev, bg);
	mutex_init(&bg->mutex);
	raw_spin_lock_init(&bg->lock);
	raw_spin_lock_init(&bg->snapshot_lock);

	ret = bg_params_read(dev_fwnode(dev), &bg->params, &bad);
	if (ret)
		return dev_err_probe(dev, ret, "%s: not valid\n", bad);

	ret = bg_gpio_get(dev, &bg->gpio, bg->params.cfg.debounce);
	if (ret)
		return ret;
	bg->params.cfg.lines = bg->gpio.lines;
	bg->params.cfg.hw_debounce = bg->gpio.hw_debounce;
	bg->params.cfg.readable = bg->gpio.readable;
	bg->params.cfg.heartbeat = bg->gpio.out[BG_OUT_HEARTBEAT];
	bg->threaded = bg->gpio.sleeps || IS_ENABLED(CONFIG_PREEMPT_RT);

	ret = bg_choose_name(bg);
	if (ret)
		return ret;

	/* The power supply has answers as soon as it is there. */
	bg_fsm_init(&bg->fsm, &bg->params.set, ktime_get_boottime_ns());
	bg_decide(bg, &in);
	ret = bg_psy_register(bg);
	if (ret)
		return dev_err_probe(dev, ret, "no power supply\n");

	ret = bg_prepare(bg);
	if (ret)
		return ret;
	ret = bg_gpio_request_irqs(bg);
	if (ret)
		return ret;

	/* Last, so that it is the first to run when the driver lets go. */
	ret = devm_add_action_or_reset(dev, bg_stop, bg);
	if (ret)
		return ret;
	return bg_start(bg);
}

static void bg_shutdown(struct platform_device *pdev)
{
	bg_stop(platform_get_drvdata(pdev));
}

static int bg_suspend(struct device *dev)
{
	struct battguard *bg = dev_get_drvdata(dev);
	struct bg_snapshot snapshot;
	struct bg_inputs in = { 0 };
	int ret;

	if (!device_may_wakeup(dev)) {
		dev_err(dev, "a sleeping system cannot guard, and the lines may not wake it\n");
		return -EBUSY;
	}

	bg_evaluate(bg, &in);
	snapshot = bg_snapshot(bg);
	if (snapshot.stay_awake)
		return -EBUSY;

	ret = bg_gpio_wake(&bg->gpio, true);
	if (ret) {
		dev_err(dev, "the lines cannot wake the system: %d\n", ret);
		return ret;
	}
	if (snapshot.resume_at != BG_NEVER && alarmtimer_get_rtcdev())
		alarm_start(&bg->alarm, ns_to_ktime(snapshot.resume_at));
	return 0;
}

static int bg_resume(struct device *dev)
{
	struct battguard *bg = dev_get_drvdata(dev);
	struct bg_inputs in = { 0 };

	alarm_cancel(&bg->alarm);
	bg_gpio_wake(&bg->gpio, false);
	bg_evaluate(bg, &in);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(bg_pm_ops, bg_suspend, bg_resume);

static const struct of_device_id bg_of_match[] = {
	{ .compatible = "gpio-battery-guard" },
	{ }
};
MODULE_DEVICE_TABLE(of, bg_of_match);

static struct platform_driver bg_driver = {
	.probe = bg_probe,
	.shutdown = bg_shutdown,
	.driver = {
		.name = "battguard",
		.of_match_table = bg_of_match,
		.pm = pm_sleep_ptr(&bg_pm_ops),
	},
};
module_platform_driver(bg_driver);

MODULE_DESCRIPTION("Battery protection controller on GPIO lines");
MODULE_AUTHOR("battguard developers");
MODULE_LICENSE("GPL");
