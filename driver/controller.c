// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - controllers that may sleep, and their threads
 *
 * A transfer to such a controller takes its time, and on a bus that hangs it may
 * take for ever. So each controller has a thread of its own, for all guards that
 * have lines there, and nobody else waits for it: an evaluation leaves word of what
 * it wants (bg_ports_ask()), and what the thread read or wrote comes back as
 * a report, which makes an evaluation. A thread that is stuck is a fault of its
 * lines by the clock of the decision.
 *
 *   evaluation -- bg_ports_ask() --> port --> thread -- gpio.c --> controller
 *       ^                                       |
 *       +------------- bg_report() -------------+
 *
 * After each transfer the thread looks anew for what is most urgent:
 *
 *   1. switch an output off    which is safe at any time
 *   2. switch an output on
 *   3. the heartbeat           shows that all of that was done
 *   4. mask or open interrupts so that an edge during the read is not lost
 *   5. read all inputs that are due, at once
 *   6. try an output anew      as that may be in vain
 *   7. read an output back
 *
 * When a transfer took long to fail, the inputs come next, and before them only
 * outputs that go off; and not even these if one of them was what took long.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "battguard.h"
#include "compat.h"

/* The most urgent first. */
enum bg_job_kind {
	BG_JOB_OFF,
	BG_JOB_ON,
	BG_JOB_BEAT,
	BG_JOB_MASK,
	BG_JOB_READ,
	BG_JOB_ANEW,
	BG_JOB_CHECK,
	BG_JOB_NONE
};

/**
 * struct bg_job - one transfer, or what the driver of the controller makes of it
 * @port: for whom
 * @kind: what is to be done
 * @out: output, unless it is about inputs
 * @lines: lines to read, or those whose interrupts change
 * @mask: lines of @lines to be masked
 * @number: number of the write
 * @value: shall @out be active?
 * @first: @out has no direction yet
 * @through_input: make @out an input first
 * @last: the guard lets go
 */
struct bg_job {
	struct bg_port *port;
	enum bg_job_kind kind;
	unsigned int out;
	u32 lines;
	u32 mask;
	u32 number;
	bool value;
	bool first;
	bool through_input;
	bool last;
};

static DEFINE_MUTEX(bg_controllers_lock);	/* the list, and who is in it */
static LIST_HEAD(bg_controllers);

/* Called with the lock of the controller. */
static enum bg_job_kind bg_port_next(const struct bg_port *port)
{
	const struct bg_controller *controller = port->controller;
	const u8 fresh = port->fresh & ~BIT(BG_OUT_HEARTBEAT);

	if ((fresh & ~port->level) && !controller->slow_off)
		return BG_JOB_OFF;
	if (!controller->slow) {
		if (fresh)
			return BG_JOB_ON;
		if (port->fresh)
			return BG_JOB_BEAT;
	}
	if (port->mask != port->masked)
		return BG_JOB_MASK;
	if (port->read)
		return BG_JOB_READ;
	if (controller->slow)
		return BG_JOB_NONE;
	if (port->anew)
		return BG_JOB_ANEW;
	return port->check ? BG_JOB_CHECK : BG_JOB_NONE;
}

static u8 *bg_port_outs(struct bg_port *port, enum bg_job_kind kind)
{
	switch (kind) {
	case BG_JOB_ANEW:
		return &port->anew;
	case BG_JOB_CHECK:
		return &port->check;
	default:
		return &port->fresh;
	}
}

/* Take it off the port. Called with the lock of the controller. */
static void bg_job_take(struct bg_job *job)
{
	struct bg_port *port = job->port;
	u32 outs;

	port->busy = true;
	job->last = port->leaving;
	switch (job->kind) {
	case BG_JOB_MASK:
		job->lines = port->mask ^ port->masked;
		job->mask = port->mask;
		port->masked = port->mask;
		return;
	case BG_JOB_READ:
		job->lines = port->inputs;
		port->read = false;
		return;
	case BG_JOB_BEAT:
		job->out = BG_OUT_HEARTBEAT;
		break;
	default:
		outs = *bg_port_outs(port, job->kind);
		if (job->kind == BG_JOB_OFF)
			outs &= ~port->level;
		job->out = bg_gpio_first(outs, job->kind != BG_JOB_OFF);
		job->number = port->number[job->out];
		break;
	}
	job->value = port->level & BIT(job->out);
	job->through_input = port->through_input & BIT(job->out);
	job->first = !(port->driven & BIT(job->out));
	port->driven |= BIT(job->out);
	*bg_port_outs(port, job->kind) &= ~BIT(job->out);
}

/* Called with the lock of the controller. */
static void bg_controller_choose(const struct bg_controller *controller,
				 struct bg_job *job)
{
	struct bg_port *port;

	list_for_each_entry(port, &controller->ports, list) {
		const enum bg_job_kind kind = bg_port_next(port);

		if (kind < job->kind) {
			job->kind = kind;
			job->port = port;
		}
	}
}

/* Return: false if there is nothing left to do. */
static bool bg_controller_next(struct bg_controller *controller,
			       struct bg_job *job)
{
	unsigned long flags;

	*job = (struct bg_job) { .kind = BG_JOB_NONE };
	flags = bg_lock(&controller->lock);
	bg_controller_choose(controller, job);
	if (!job->port && controller->slow) {
		/* Of inputs that nobody has, nothing is to be heard first. */
		controller->slow = false;
		controller->slow_off = false;
		bg_controller_choose(controller, job);
	}
	if (job->port)
		bg_job_take(job);
	bg_unlock(&controller->lock, flags);
	return job->port;
}

static void bg_job_write(const struct bg_job *job, struct bg_inputs *in)
{
	struct battguard *bg = job->port->bg;
	const u32 out = BIT(job->out);
	const u64 began = ktime_get_boottime_ns();
	int err;

	if (job->first || job->last)
		err = bg_gpio_try(&bg->gpio, job->out, job->value, job->first);
	else if (job->kind == BG_JOB_ANEW)
		err = bg_gpio_set_anew(&bg->gpio, job->out, job->value,
				       job->through_input);
	else
		err = bg_gpio_put(&bg->gpio, job->out, job->value);

	in->tried = out;
	if (err)
		in->out_failed = out;
	if (job->out == BG_OUT_HEARTBEAT)
		return;
	in->number[job->out] = job->number;
	if (job->out == BG_OUT_PRE_ALARM)
		in->sounded = ktime_get_boottime_ns();
	/* The write says nothing; the line may. */
	if (err && !job->last && (bg->gpio.readable & out) &&
	    ktime_get_boottime_ns() - began <= BG_SLOW_NS)
		bg_gpio_look(&bg->gpio, job->out, in);
}

/* One transfer. Return: it failed. */
static bool bg_job_do(const struct bg_job *job, struct bg_inputs *in)
{
	struct battguard *bg = job->port->bg;

	switch (job->kind) {
	case BG_JOB_MASK:
		bg_gpio_switch_irqs(&bg->gpio, job->lines, job->mask);
		return false;
	case BG_JOB_READ:
		bg_gpio_read_all(&bg->gpio, job->lines, in);
		return in->failed;
	case BG_JOB_CHECK:
		in->tried = BIT(job->out);
		in->number[job->out] = job->number;
		bg_gpio_look(&bg->gpio, job->out, in);
		return in->out_failed;
	default:
		bg_job_write(job, in);
		return in->out_failed;
	}
}

/* Called with the lock of the controller. */
static void bg_controller_note(struct bg_controller *controller,
			       const struct bg_job *job, bool failed, bool slow)
{
	struct bg_port *port = job->port;

	port->busy = false;
	if (job->kind == BG_JOB_READ) {
		controller->slow = false;
		controller->slow_off = false;
		return;
	}
	if (job->kind == BG_JOB_MASK)
		return;

	if (job->kind != BG_JOB_CHECK) {
		port->failed &= ~BIT(job->out);
		if (failed)
			port->failed |= BIT(job->out);
	}
	if (!failed || !slow)
		return;
	controller->slow = true;
	controller->slow_off = job->kind == BG_JOB_OFF;
	list_for_each_entry(port, &controller->ports, list)
		if (!port->leaving)
			port->read = port->inputs;
}

static void bg_controller_work(struct kthread_work *work)
{
	struct bg_controller *controller =
		container_of(work, struct bg_controller, work);
	struct bg_job job;

	while (bg_controller_next(controller, &job)) {
		const struct bg_port *port = job.port;
		const u64 began = ktime_get_boottime_ns();
		struct bg_inputs in = { .heard = began };
		unsigned long flags;
		bool failed, slow;

		failed = bg_job_do(&job, &in);
		slow = ktime_get_boottime_ns() - began > BG_SLOW_NS;
		if (slow)
			in.slow = in.failed;
		if (!failed)
			in.out_alive = port->outputs;
		/* The first read may be of a guard that has no decision yet. */
		if (job.kind != BG_JOB_MASK && !job.last)
			bg_report(port->bg, &in,
				  job.kind == BG_JOB_CHECK ? 0 : in.tried,
				  job.value);

		flags = bg_lock(&controller->lock);
		bg_controller_note(controller, &job, failed, slow);
		bg_unlock(&controller->lock, flags);
	}
}

static struct bg_controller *bg_controller_new(struct battguard *bg,
					       const void *chip)
{
	const unsigned int n = bg->nr_ports;
	struct bg_controller *controller;
	struct kthread_worker *worker;

	controller = kzalloc(sizeof(*controller), GFP_KERNEL);
	if (!controller)
		return ERR_PTR(-ENOMEM);
	worker = kthread_run_worker(0, "battguard/%s-%u", bg->name, n);
	if (IS_ERR(worker)) {
		kfree(controller);
		return ERR_CAST(worker);
	}
	sched_set_fifo(worker->task);
	controller->worker = worker;
	kthread_init_work(&controller->work, bg_controller_work);
	controller->chip = chip;
	raw_spin_lock_init(&controller->lock);
	INIT_LIST_HEAD(&controller->ports);
	list_add(&controller->list, &bg_controllers);
	return controller;
}

static struct bg_controller *bg_controller_find(struct battguard *bg,
						const void *chip)
{
	struct bg_controller *controller;

	list_for_each_entry(controller, &bg_controllers, list)
		if (controller->chip == chip)
			return controller;
	return bg_controller_new(bg, chip);
}

/* The port of the controller of a line; a new one if there is none yet. */
static struct bg_port *bg_port_of(struct battguard *bg, struct gpio_desc *desc)
{
	const void *chip = bg_gpiod_controller(desc);
	struct bg_controller *controller;
	struct bg_port *port;
	unsigned long flags;

	for (port = bg->ports; port < bg->ports + bg->nr_ports; port++)
		if (port->controller->chip == chip)
			return port;

	controller = bg_controller_find(bg, chip);
	if (IS_ERR(controller))
		return ERR_CAST(controller);
	port->bg = bg;
	port->controller = controller;
	flags = bg_lock(&controller->lock);
	list_add_tail(&port->list, &controller->ports);
	bg_unlock(&controller->lock, flags);
	bg->nr_ports++;
	return port;
}

/**
 * bg_ports_join() - get threads for the lines that may sleep
 * @bg: device; its lines were obtained
 *
 * Return: 0, or an error; bg_ports_leave() undoes what was done.
 */
int bg_ports_join(struct battguard *bg)
{
	const struct bg_gpio *gpio = &bg->gpio;
	struct bg_port *port = NULL;
	unsigned int n;

	mutex_lock(&bg_controllers_lock);
	for (n = 0; n < BG_PORTS_MAX; n++) {
		const bool in = n < BG_LINES_MAX;
		const unsigned int out = n - BG_LINES_MAX;

		if (!(in ? gpio->slow & BIT(n) : gpio->out_slow & BIT(out)))
			continue;
		port = bg_port_of(bg, in ? gpio->in[n] : gpio->out[out]);
		if (IS_ERR(port))
			break;
		if (in)
			port->inputs |= BIT(n);
		else
			port->outputs |= BIT(out);
	}
	mutex_unlock(&bg_controllers_lock);
	return PTR_ERR_OR_ZERO(port);
}

static bool bg_ports_idle(struct battguard *bg)
{
	struct bg_port *port;
	unsigned long flags;
	bool idle = true;

	for (port = bg->ports; port < bg->ports + bg->nr_ports; port++) {
		flags = bg_lock(&port->controller->lock);
		idle &= bg_port_idle(port);
		bg_unlock(&port->controller->lock, flags);
	}
	return idle;
}

/**
 * bg_ports_wait() - wait until there is nothing left to do
 * @bg: device
 * @timeout: for how long, in jiffies, for all controllers together
 *
 * Process context, without locks. It looks now and then: this is about a bind, an
 * end, or a system that goes to sleep.
 *
 * Return: false if some controller hangs.
 */
noinline bool bg_ports_wait(struct battguard *bg, unsigned long timeout)
{
	const unsigned long end = jiffies + timeout;

	while (!bg_ports_idle(bg)) {
		if (time_after(jiffies, end))
			return false;
		usleep_range(500, 1000);
	}
	return true;
}

/**
 * bg_ports_leave() - need the threads no longer
 * @data: device, not running
 *
 * Waits until the transfers that run have returned, however long it takes.
 */
void bg_ports_leave(void *data)
{
	struct battguard *bg = data;
	unsigned long flags;

	bg_ports_wait(bg, MAX_SCHEDULE_TIMEOUT);
	mutex_lock(&bg_controllers_lock);
	while (bg->nr_ports) {
		struct bg_port *port = &bg->ports[--bg->nr_ports];
		struct bg_controller *controller = port->controller;

		flags = bg_lock(&controller->lock);
		list_del(&port->list);
		bg_unlock(&controller->lock, flags);
		if (list_empty(&controller->ports)) {
			list_del(&controller->list);
			kthread_destroy_worker(controller->worker);
			kfree(controller);
		}
	}
	mutex_unlock(&bg_controllers_lock);
}

/* One case of what bg_ports_ask() does. Called with the lock of the controller. */
static void bg_port_ask(struct bg_port *port, enum bg_ask what,
			const struct bg_result *res, u32 lines)
{
	const struct bg_gpio *gpio = &port->bg->gpio;
	u8 write;

	switch (what) {
	case BG_ASK_DECISION:
		if (port->leaving)
			return;
		write = res->write & port->outputs;
		port->level = res->outputs;
		port->fresh |= write & ~res->anew;
		port->anew = (port->anew & ~write) | (write & res->anew);
		port->through_input = res->through_input & gpio->readable;
		port->check |= res->check & port->outputs;
		memcpy(port->number, res->number, sizeof(port->number));
		port->read |= lines & port->inputs;
		lines = res->mask;
		break;
	case BG_ASK_SLEEP:
		/* Nobody would hear of it, and on a bus that hangs it takes long. */
		port->anew = 0;
		port->check = 0;
		port->read = false;
		break;
	case BG_ASK_FLOAT:
		port->leaving = true;
		port->level = 0;
		/* What was never written is left alone; the heartbeat stops. */
		port->fresh = port->driven & ~BIT(BG_OUT_HEARTBEAT);
		port->anew = 0;
		port->check = 0;
		port->read = false;
		port->mask = port->masked;
		return;
	case BG_ASK_WAKE:
		port->leaving = false;
		port->driven = 0;
		port->read = port->inputs;
		return;
	}
	port->mask = lines & port->inputs & gpio->irqs_sleep & ~gpio->polled;
}

/**
 * bg_ports_ask() - leave word for the threads of the lines that may sleep
 * @bg: device
 * @what: what they shall do
 * @res: decision, or NULL
 * @lines: lines to be read, or to be masked
 *
 * Any context, with the device's lock or while nobody else evaluates.
 */
void bg_ports_ask(struct battguard *bg, enum bg_ask what,
		  const struct bg_result *res, u32 lines)
{
	struct bg_port *port;
	unsigned long flags;
	bool idle;

	for (port = bg->ports; port < bg->ports + bg->nr_ports; port++) {
		struct bg_controller *controller = port->controller;

		flags = bg_lock(&controller->lock);
		bg_port_ask(port, what, res, lines);
		idle = bg_port_idle(port);
		bg_unlock(&controller->lock, flags);
		if (!idle)
			kthread_queue_work(controller->worker,
					   &controller->work);
	}
}

/**
 * bg_ports_failed() - outputs that could not be set
 * @bg: device
 *
 * Return: mask of outputs.
 */
u32 bg_ports_failed(struct battguard *bg)
{
	const struct bg_port *port;
	u32 failed = 0;

	for (port = bg->ports; port < bg->ports + bg->nr_ports; port++)
		failed |= READ_ONCE(port->failed);
	return failed;
}
