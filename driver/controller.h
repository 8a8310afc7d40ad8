/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - controllers that may sleep, and their threads
 */
#ifndef BATTGUARD_CONTROLLER_H
#define BATTGUARD_CONTROLLER_H

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "decision/names.h"

/* Binds, shutdowns and systems that go to sleep wait no longer, in jiffies. */
#define BG_PATIENCE		(2 * HZ)

struct battguard;
struct bg_result;

/**
 * struct bg_controller - a controller that may sleep
 * @list: in the list of them, under its mutex
 * @chip: what the GPIO core calls it; a name to compare
 * @worker: real-time thread
 * @work: do all that there is to do, in @worker
 * @lock: protects all below, and what the ports say; nests inside the locks of
 *	the guards
 * @ports: of the guards that have lines here
 * @slow: a transfer took long to fail, and no input was read since
 * @slow_off: that one was to switch an output off
 */
struct bg_controller {
	struct list_head list;
	const void *chip;
	struct kthread_worker *worker;
	struct kthread_work work;
	raw_spinlock_t lock;
	struct list_head ports;
	bool slow;
	bool slow_off;
};

/**
 * struct bg_port - the lines that a guard has on a controller that may sleep
 * @bg: guard
 * @controller: controller
 * @list: among the ports of the controller
 * @inputs: input lines
 * @mask: lines whose interrupts shall be masked
 * @masked: lines whose interrupts are masked; used by the thread alone
 * @number: for each output, the number of its latest write
 * @outputs: outputs, by BIT() of &enum bg_out
 * @level: outputs that shall be active
 * @fresh: outputs to be written for the first time since the decision
 * @anew: outputs to be written once more, with their direction
 * @through_input: outputs of @anew to be made an input first
 * @check: outputs to be read back
 * @failed: outputs whose latest write failed
 * @driven: outputs that were given a direction
 * @leaving: nothing more is asked of it but to let go of the outputs
 * @read: the inputs are to be read
 * @busy: the thread is at it, or reports
 *
 * One level is wanted of each output, however often it changes: there is no
 * queue. All from @mask on, but for @outputs, is protected by the lock of the
 * controller.
 */
struct bg_port {
	struct battguard *bg;
	struct bg_controller *controller;
	struct list_head list;
	u32 inputs;
	u32 mask;
	u32 masked;
	u32 number[BG_NR_CHECKED_OUTS];
	u8 outputs;
	u8 level;
	u8 fresh;
	u8 anew;
	u8 through_input;
	u8 check;
	u8 failed;
	u8 driven;
	bool leaving;
	bool read;
	bool busy;
};

/**
 * enum bg_ask - what is asked of the ports of a guard
 * @BG_ASK_DECISION: to carry out a decision, and to read lines
 * @BG_ASK_SLEEP: to do no more than to end what has begun, to switch what was
 *	decided, and to mask the interrupts of lines and open those of others
 * @BG_ASK_FLOAT: to let go of the outputs, and do nothing else any more
 * @BG_ASK_WAKE: to read, and to take all outputs for lines without a direction:
 *	the controllers know nothing yet, or may have forgotten it
 */
enum bg_ask {
	BG_ASK_DECISION,
	BG_ASK_SLEEP,
	BG_ASK_FLOAT,
	BG_ASK_WAKE,
};

/* Nothing to do? Called with the lock of the controller. */
static inline bool bg_port_idle(const struct bg_port *port)
{
	return !port->busy && !port->fresh && !port->anew && !port->check &&
	       !port->read && port->mask == port->masked;
}

int bg_ports_join(struct battguard *bg);
void bg_ports_leave(void *data);
void bg_ports_ask(struct battguard *bg, enum bg_ask what,
		  const struct bg_result *res, u32 lines);
bool bg_ports_wait(struct battguard *bg, unsigned long timeout);
u32 bg_ports_failed(struct battguard *bg);

#endif
