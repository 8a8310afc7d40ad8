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
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/hash.h>
#include <linux/idr.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/panic_notifier.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/pm_wakeup.h>
#include <linux/property.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <linux/timekeeping.h>

#include "battguard.h"
#include "compat.h"
#include "netlink.h"

/* Handlers that restart the system have up to 224, and are the last to run. */
#define BG_BEFORE_RESTART	254

/* Numbers of the preset names; the one thing that devices share. */
static DEFINE_IDA(bg_ids);

/* What is undone when the driver lets go, the latest first. */
static noinline int bg_undo(struct battguard *bg, void (*undo)(void *bg))
{
	return devm_add_action_or_reset(bg->dev, undo, bg);
}

/* Before the interrupts go, since a thread may be about to mask one. */
static void bg_let_go(void *data)
{
	bg_stop(data);
	bg_ports_wait(data, MAX_SCHEDULE_TIMEOUT);
}

static void bg_cancel_timer(void *data)
{
	struct battguard *bg = data;

	hrtimer_cancel(&bg->timer);
}

/* Unbound between the two ends of a suspend, it may still be set. */
static void bg_cancel_alarm(void *data)
{
	struct battguard *bg = data;

	alarm_cancel(&bg->alarm);
}

static void bg_cancel_tell(void *data)
{
	struct battguard *bg = data;

	/* The unbind is reported as well. */
	flush_work(&bg->tell);
	cancel_work_sync(&bg->tell);
	pm_relax(bg->dev);
}

static void bg_unregister_notifiers(void *data)
{
	struct battguard *bg = data;

	unregister_restart_handler(&bg->restart);
	atomic_notifier_chain_unregister(&panic_notifier_list, &bg->panic);
}

static void bg_no_wakeup(void *dev)
{
	device_init_wakeup(dev, false);
}

static void bg_unlist(void *data)
{
	bg_netlink_remove(data);
}

static void bg_free_id(void *data)
{
	struct battguard *bg = data;

	ida_free(&bg_ids, bg->id);
}

/* Whole pages, as the slab would round it up to the next power of two. */
static void bg_free(void *data)
{
	free_pages_exact(data, sizeof(struct battguard));
}

/*
 * The clocks distinguish two boots while the kernel's generator is not seeded
 * yet. The generator distinguishes two boards that start at the same time.
 */
static u64 bg_new_instance(void)
{
	u64 instance = get_random_u64();

	instance ^= hash_64(ktime_get_real_ns(), 64);
	instance ^= hash_64(ktime_get_boottime_ns(), 64) >> 1;
	return instance ?: 1;
}

static BG_ALARM_TYPE bg_alarm(struct alarm *alarm, ktime_t now)
{
	/* It may have come before the sleep. Resume does the rest. */
	pm_system_wakeup();
	return BG_ALARM_DONE;
}

static int bg_choose_name(struct battguard *bg)
{
	int ret;

	bg->name = bg->params.label;
	if (!bg->name) {
		bg->id = ida_alloc(&bg_ids, GFP_KERNEL);
		if (bg->id < 0)
			return dev_err_probe(bg->dev, bg->id,
					     "no number left for a name\n");
		ret = bg_undo(bg, bg_free_id);
		if (ret)
			return ret;
		bg->name = devm_kasprintf(bg->dev, GFP_KERNEL, "battguard%d",
					  bg->id);
		if (!bg->name)
			return -ENOMEM;
	}

	if (bg_psy_named(bg->name))
		return dev_err_probe(bg->dev, -EEXIST,
				     "label: there is a power supply \"%s\" already\n",
				     bg->name);
	return 0;
}

/* What evaluations and reports need, in the reverse order of unwinding. */
static int bg_prepare(struct battguard *bg)
{
	struct device *dev = bg->dev;
	int ret;

	INIT_WORK(&bg->tell, bg_tell);
	ret = bg_undo(bg, bg_cancel_tell);
	if (ret)
		return ret;

	bg_redirect_init(bg);
	ret = bg_undo(bg, bg_redirect_cancel);
	if (ret)
		return ret;

	hrtimer_setup(&bg->timer, bg_deadline, CLOCK_BOOTTIME,
		      HRTIMER_MODE_ABS_HARD);
	ret = bg_undo(bg, bg_cancel_timer);
	if (ret)
		return ret;

	alarm_init(&bg->alarm, ALARM_BOOTTIME, bg_alarm);
	ret = bg_undo(bg, bg_cancel_alarm);
	if (ret)
		return ret;
	if (bg->params.wakeup) {
		device_init_wakeup(dev, true);
		ret = devm_add_action_or_reset(dev, bg_no_wakeup, dev);
		if (ret)
			return ret;
	}

	/* Neither of the two can fail for a notifier that is new. */
	bg->panic.notifier_call = bg_panic;
	atomic_notifier_chain_register(&panic_notifier_list, &bg->panic);
	bg->restart.notifier_call = bg_restart;
	bg->restart.priority = BG_BEFORE_RESTART;
	register_restart_handler(&bg->restart);
	return bg_undo(bg, bg_unregister_notifiers);
}

/*
 * Set the outputs for the first time. This also gives the lines their
 * direction, so it needs a context that may sleep, whatever the lines are.
 * A controller that hangs does not keep the others from being guarded, nor the
 * bind from its end.
 */
static int bg_start(struct battguard *bg, unsigned long end)
{
	long left;
	u32 failed;

	bg_gpio_apply(&bg->gpio, &bg->result, &bg->done);
	failed = bg->done.out_failed;
	if (failed) {
		bg_gpio_float(&bg->gpio);
	} else {
		bg_ports_ask(bg, BG_ASK_DECISION, &bg->result, 0);
		bg_run(bg);
		left = end - jiffies;
		bg_ports_wait(bg, max(left, 0L));
		failed = bg_ports_failed(bg);
	}
	if (!failed)
		return 0;
	return dev_err_probe(bg->dev, -EIO, "%s-gpios: cannot be set\n",
			     bg_out_name(__ffs(failed)));
}

/* The first levels count as long held. Who does not answer in time, has none. */
static int bg_listen(struct battguard *bg)
{
	int ret;

	ret = bg_undo(bg, bg_ports_leave);
	if (ret)
		return ret;
	ret = bg_ports_join(bg);
	if (ret)
		return dev_err_probe(bg->dev, ret,
				     "no thread for lines that may sleep\n");
	bg_ports_ask(bg, BG_ASK_WAKE, NULL, 0);
	bg_ports_wait(bg, BG_PATIENCE);
	return 0;
}

static int bg_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct bg_inputs in = { 0 };
	unsigned long end;
	struct battguard *bg;
	unsigned long flags;
	const char *bad;
	int ret;

	bg = alloc_pages_exact(sizeof(*bg), GFP_KERNEL | __GFP_ZERO);
	if (!bg)
		return -ENOMEM;
	bg->dev = dev;
	ret = bg_undo(bg, bg_free);
	if (ret)
		return ret;

	bg->id = -1;
	bg->instance = bg_new_instance();
	platform_set_drvdata(pdev, bg);
	raw_spin_lock_init(&bg->lock);
	raw_spin_lock_init(&bg->snapshot_lock);

	ret = bg_params_read(dev_fwnode(dev), &bg->params, &bad);
	if (ret)
		return dev_err_probe(dev, ret, "%s: not valid\n", bad);

	ret = bg_gpio_get(dev, &bg->gpio);
	if (ret)
		return ret;
	bg->params.cfg.lines = bg->gpio.lines;
	bg->params.cfg.slow_lines = bg->gpio.slow;
	bg->params.cfg.readable = bg->gpio.readable;
	bg->params.cfg.out_slow = bg->gpio.out_slow;
	bg->params.cfg.split = bg->gpio.split;
	bg->params.cfg.silent = !bg->gpio.out[BG_OUT_PRE_ALARM];
	bg->params.cfg.shared = bg->gpio.shared;
	if (bg->gpio.shared && bg->params.cfg.inhibit_on_pre_alarm)
		dev_warn(dev, "charge-inhibit-on-pre-alarm: a line that permits both withdraws both\n");
	bg->params.cfg.heartbeat = bg->gpio.out[BG_OUT_HEARTBEAT];

	ret = bg_choose_name(bg);
	if (ret)
		return ret;
	end = jiffies + BG_PATIENCE;
	ret = bg_listen(bg);
	if (ret)
		return ret;

	/* The power supply has answers as soon as it is there. */
	bg_fsm_init(&bg->fsm, &bg->params.set, ktime_get_boottime_ns());
	flags = bg_lock(&bg->lock);
	bg_take_reports(bg, &in);
	bg_decide(bg, &in);
	bg_unlock(&bg->lock, flags);
	ret = bg_psy_register(bg);
	if (ret)
		return dev_err_probe(dev, ret, "no power supply\n");

	ret = bg_leds_register(bg);
	if (ret)
		return dev_err_probe(dev, ret, "no LED triggers\n");
	ret = bg_netlink_add(bg);
	if (ret)
		return dev_err_probe(dev, ret, "not listed for netlink\n");
	ret = bg_undo(bg, bg_unlist);
	if (ret)
		return ret;
	ret = bg_prepare(bg);
	if (ret)
		return ret;
	ret = bg_gpio_request_irqs(bg);
	if (ret)
		return ret;

	/* Last, so that it is the first to run when the driver lets go. */
	ret = bg_undo(bg, bg_let_go);
	if (ret)
		return ret;
	return bg_start(bg, end);
}

static void bg_shutdown(struct platform_device *pdev)
{
	bg_stop(platform_get_drvdata(pdev));
}

/* Why the system must not sleep. */
enum {
	BG_REFUSED_NO_WAKEUP,
	BG_REFUSED_POLLED,
	BG_REFUSED_NO_WAKE_IRQ,
};

/* A system that sleeps by itself tries again and again: log each reason once. */
static int bg_refuse(struct battguard *bg, unsigned int why, int err)
{
	static const char * const text[] = {
		[BG_REFUSED_NO_WAKEUP] =
			"a sleeping system cannot guard, and the lines may not wake it",
		[BG_REFUSED_POLLED] =
			"a sleeping system cannot guard, and lines without interrupts cannot wake it",
		[BG_REFUSED_NO_WAKE_IRQ] =
			"a sleeping system cannot guard, and the interrupts of the lines cannot wake it",
	};

	if (!(bg->refused & BIT(why)))
		dev_err(bg->dev, "%s\n", text[why]);
	bg->refused |= BIT(why);
	return err;
}

/*
 * This runs before any device is suspended. The alarm must be set before the
 * RTC's device is suspended, which may come before this device.
 */
static int bg_pm_prepare(struct device *dev)
{
	struct battguard *bg = dev_get_drvdata(dev);
	u64 resume_at = bg_snapshot(bg).resume_at;

	if (bg->gpio.polled)
		return bg_refuse(bg, BG_REFUSED_POLLED, -EBUSY);
	if (!device_may_wakeup(dev))
		return bg_refuse(bg, BG_REFUSED_NO_WAKEUP, -EBUSY);
	bg->refused &= ~BIT(BG_REFUSED_NO_WAKEUP);
	bg->alarm_at = resume_at;
	if (resume_at != BG_NEVER && alarmtimer_get_rtcdev())
		bg_alarm_start(&bg->alarm, ns_to_ktime(resume_at));
	return 0;
}

static void bg_pm_complete(struct device *dev)
{
	struct battguard *bg = dev_get_drvdata(dev);

	alarm_cancel(&bg->alarm);
}

/* The lit half of a pre-alarm may have to be written, and to settle. */
static void bg_park(struct battguard *bg)
{
	unsigned int tries = 2;

	for (;;) {
		struct bg_inputs in = { .park = true };

		bg_evaluate(bg, &in);
		if (!--tries || !bg_snapshot(bg).stay_awake)
			return;
		/* Until the write is heard of, until it has settled, and more. */
		fsleep(3 * BG_SETTLE_NS / NSEC_PER_USEC);
	}
}

static int bg_suspend(struct device *dev)
{
	struct battguard *bg = dev_get_drvdata(dev);
	int ret;

	ret = bg_gpio_wake(&bg->gpio, bg_wakers(bg));
	if (ret)
		return bg_refuse(bg, BG_REFUSED_NO_WAKE_IRQ, ret);
	bg->refused &= ~BIT(BG_REFUSED_NO_WAKE_IRQ);

	bg_park(bg);
	/* A delay that has begun since then has no alarm that ends the sleep. */
	if (bg_snapshot(bg).resume_at != bg->alarm_at || !bg_sleep(bg)) {
		bg_gpio_wake(&bg->gpio, 0);
		return -EBUSY;
	}
	return 0;
}

static int bg_resume(struct device *dev)
{
	struct battguard *bg = dev_get_drvdata(dev);

	bg_gpio_wake(&bg->gpio, 0);
	bg_wake(bg, false);
	/* Not where the edge came, which may be a hard interrupt. */
	if (xchg(&bg->woke, false))
		pm_wakeup_event(dev, 0);
	return 0;
}

/* The guard goes on while the image is saved. */
static int bg_thaw(struct device *dev)
{
	bg_wake(dev_get_drvdata(dev), false);
	return 0;
}

/* Also where the power-off was given up. */
static int bg_restore(struct device *dev)
{
	bg_wake(dev_get_drvdata(dev), true);
	return 0;
}

static const struct dev_pm_ops bg_pm_ops = {
	.prepare = bg_pm_prepare,
	.complete = bg_pm_complete,
	.suspend = pm_sleep_ptr(bg_suspend),
	.resume = pm_sleep_ptr(bg_resume),
	.freeze = pm_sleep_ptr(bg_freeze),
	.thaw = pm_sleep_ptr(bg_thaw),
	.poweroff = pm_sleep_ptr(bg_poweroff),
	.restore = pm_sleep_ptr(bg_restore),
};

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

static int __init bg_init(void)
{
	int ret;

	ret = bg_netlink_init();
	if (ret)
		return ret;
	ret = platform_driver_register(&bg_driver);
	if (ret)
		bg_netlink_exit();
	return ret;
}
module_init(bg_init);

static void __exit bg_exit(void)
{
	platform_driver_unregister(&bg_driver);
	bg_redirect_exit();
	bg_netlink_exit();
}
module_exit(bg_exit);

MODULE_DESCRIPTION("Battery protection controller on GPIO lines");
MODULE_AUTHOR("battguard developers");
MODULE_LICENSE("GPL");
