// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - setting the direction of outputs whose level is set in interrupts
 *
 * A controller that forgot its registers has to be told the direction of a line
 * as well. That may sleep, whatever the controller says of itself: a pin
 * controller behind it takes a mutex. So where outputs are set in hard
 * interrupts, one thread of the module does this for all devices. It is started
 * when it is first needed, that is when an output failed twice. Outputs that may
 * sleep have a thread already, see controller.c.
 *
 * The thread must not hold the device's lock meanwhile, so an interrupt may
 * decide anew in between. If the thread set the level that it knew, it could
 * switch on what was just decided off. So it lets go of the line, which is safe
 * at any time, and the output was not on anyway, or must not be. The level
 * decided follows under the lock, and then an evaluation, which reads it back.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "battguard.h"
#include "compat.h"

static DEFINE_MUTEX(bg_redirect_lock);	/* for starting the thread */
static struct kthread_worker *bg_redirect_worker;

static void bg_redirect_thread(struct kthread_work *work)
{
	struct battguard *bg = container_of(work, struct battguard, redirect);
	unsigned long flags;
	unsigned int n;
	u32 outs;

	flags = bg_lock(&bg->lock);
	outs = bg->running && !bg->asleep ? bg->gpio.redirect : 0;
	bg->gpio.redirect = 0;
	/* One that obeys again by now is not let go of. */
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (!bg->fsm.out[n].fails)
			outs &= ~BIT(n);
	bg_unlock(&bg->lock, flags);
	if (!outs)
		return;

	bg_gpio_redirect(&bg->gpio, outs);
	flags = bg_lock(&bg->lock);
	if (bg->running && !bg->asleep)
		bg_gpio_restore(&bg->gpio, outs, bg->result.outputs);
	bg_unlock(&bg->lock, flags);
	bg_evaluate_now(bg);
}

static void bg_redirect_start(struct work_struct *work)
{
	struct battguard *bg = container_of(work, struct battguard,
					    redirect_start);
	struct kthread_worker *worker;

	mutex_lock(&bg_redirect_lock);
	if (!bg_redirect_worker) {
		worker = kthread_run_worker(0, "battguard");
		if (!IS_ERR(worker)) {
			sched_set_fifo(worker->task);
			WRITE_ONCE(bg_redirect_worker, worker);
		}
	}
	worker = bg_redirect_worker;
	mutex_unlock(&bg_redirect_lock);

	/* Without a thread, the next retry asks for it again. */
	if (worker)
		kthread_queue_work(worker, &bg->redirect);
}

/**
 * bg_redirect() - let the direction of some outputs be set
 * @bg: device; the outputs are in @gpio.redirect
 *
 * Called with the device's lock, in any context.
 */
void bg_redirect(struct battguard *bg)
{
	struct kthread_worker *worker = READ_ONCE(bg_redirect_worker);

	if (worker)
		kthread_queue_work(worker, &bg->redirect);
	else
		schedule_work(&bg->redirect_start);
}

/**
 * bg_redirect_flush() - wait until no line is touched any more
 * @bg: device, asleep or not running
 */
void bg_redirect_flush(struct battguard *bg)
{
	flush_work(&bg->redirect_start);
	kthread_flush_work(&bg->redirect);
}

/**
 * bg_redirect_cancel() - never again
 * @data: device
 */
void bg_redirect_cancel(void *data)
{
	struct battguard *bg = data;

	cancel_work_sync(&bg->redirect_start);
	kthread_cancel_work_sync(&bg->redirect);
}

/**
 * bg_redirect_init() - before the first evaluation that sets outputs
 * @bg: device
 */
void bg_redirect_init(struct battguard *bg)
{
	INIT_WORK(&bg->redirect_start, bg_redirect_start);
	kthread_init_work(&bg->redirect, bg_redirect_thread);
}

/**
 * bg_redirect_exit() - after the last device has gone
 */
void bg_redirect_exit(void)
{
	if (bg_redirect_worker)
		kthread_destroy_worker(bg_redirect_worker);
}
