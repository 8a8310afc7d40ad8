/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the device, and who may call whom
 *
 * core.c binds and unbinds. evaluate.c samples the lines, asks the decision
 * (decision/fsm.h), sets the outputs, and only then reports. These two call
 * gpio.c, psy.c, leds.c and sysfs.c, which never call each other and come back
 * only through the functions at the end. The threads of controller.c call gpio.c
 * for lines that may sleep.
 */
#ifndef BATTGUARD_H
#define BATTGUARD_H

#include <linux/alarmtimer.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/leds.h>
#include <linux/notifier.h>
#include <linux/power_supply.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "config.h"
#include "controller.h"
#include "decision/fsm.h"
#include "decision/ring.h"
#include "values.h"

struct battguard;
struct device;
struct gpio_desc;

/* A transfer that takes longer than this to fail is a slow one. */
#define BG_SLOW_NS		BG_MS(50)
/* Each line on a controller of its own. */
#define BG_PORTS_MAX		(BG_LINES_MAX + BG_NR_OUTS)

/**
 * struct bg_wire - what the handler of an edge needs
 * @bg: device
 * @lines: lines whose level may have changed, two where they are one
 * @irq: their interrupt
 */
struct bg_wire {
	struct battguard *bg;
	u32 lines;
	int irq;
};

/**
 * struct bg_gpio - the lines of a device
 * @in: input lines by number, NULL where there is none
 * @out: outputs by &enum bg_out, NULL where there is none
 * @wire: one for each line in @in
 * @lines: lines that exist
 * @readable: outputs that can be read back
 * @shared: chains whose two permissions are one line, twice in @in
 * @polled: lines that have no interrupt
 * @slow: lines that are read by threads
 * @irqs_sleep: lines whose interrupts are masked by threads
 * @out_slow: outputs that are set by threads
 * @in_place: the others, set by evaluations
 * @atomic: outputs that may be set in any context
 * @kin: for each output, the inputs that are lines of the same controller
 * @redirect: outputs of @in_place whose direction is to be set by a thread
 * @masked: lines whose interrupts are masked, but for those of @irqs_sleep
 * @waking: lines that may wake the system; used by suspend and resume alone
 * @split: load and pre-alarm are on different controllers, one of them with
 *	a thread
 * @driven: the outputs of @in_place were given a direction
 *
 * All but @redirect, @masked, @waking and @driven are fixed once the lines and their
 * interrupts have been obtained. The lock of the device protects @redirect, @masked
 * and @driven.
 */
struct bg_gpio {
	struct gpio_desc *in[BG_LINES_MAX];
	struct gpio_desc *out[BG_NR_OUTS];
	struct bg_wire wire[BG_LINES_MAX];
	u32 lines;
	u32 readable;
	u8 shared;
	u32 polled;
	u32 slow;
	u32 irqs_sleep;
	u8 out_slow;
	u8 in_place;
	u8 atomic;
	u32 kin[BG_NR_CHECKED_OUTS];
	u32 redirect;
	u32 masked;
	u32 waking;
	bool split;
	bool driven;
};

/* What can be faulty: the lines, and after them the outputs. */
#define BG_FAULTS		(BG_LINES_MAX + BG_NR_CHECKED_OUTS)

/**
 * struct bg_fault_log - what the log says about faults
 * @said: faults that it says there are: lines, and outputs from BG_LINES_MAX on
 * @hush: for each of them, until when it must not begin anew, in ns
 * @waits: some fault has begun, and waits for its turn
 * @turn: when that is, in jiffies
 *
 * Written by @tell of the device alone; evaluations read @waits and @turn.
 */
struct bg_fault_log {
	u32 said;
	u64 hush[BG_FAULTS];
	bool waits;
	unsigned long turn;
};

enum {
	BG_LED_LOAD_ON,
	BG_LED_CHARGE_BLOCKED,
	BG_LED_PRE_ALARM,
	BG_NR_LEDS
};

/**
 * struct bg_led - a LED trigger
 * @trigger: trigger
 * @on: what its LEDs show; written in process context, read when a LED is added
 */
struct bg_led {
	struct led_trigger trigger;
	bool on;
};

/**
 * struct bg_snapshot - what readers see
 * @event: the latest event: state, lines, outputs, reasons and settings in force
 * @discharge: the discharge path
 * @counters: counters
 * @since: time of the latest change, by the first of &enum bg_change, in ns
 * @now: time of the evaluation, in ns
 * @load_safe_until: end of the minimum delay of a pre-alarm in ns, 0 = none
 * @load_returns: when the load may return in ns, 0 = not by time alone
 * @resume_at: when the system has to be awake again, or %BG_NEVER
 * @stay_awake: a delay runs that the system must not sleep through
 */
struct bg_snapshot {
	struct bg_event event;
	struct bg_discharge discharge;
	struct bg_counters counters;
	u64 since[BG_NR_SINCE];
	u64 now;
	u64 load_safe_until;
	u64 load_returns;
	u64 resume_at;
	bool stay_awake;
};

/* Numbers that sysfs alone shows, made from those of &enum bg_value. */
enum {
	BG_VALUE_LOAD = BG_NR_VALUES,
	BG_VALUE_CHARGER,
	BG_VALUE_PRE_ALARM,
	BG_VALUE_ALLOW_DISCHARGE,
	BG_VALUE_ALLOW_CHARGE,
	BG_VALUE_LOW_CELL,
	BG_NR_SHOWN
};

/**
 * struct battguard - one battery guard
 * @dev: platform device
 * @psy: power supply
 * @name: name of the power supply
 * @id: number in the preset name, -1 = the name is the board's
 * @nl_id: number in netlink messages
 * @instance: random bits that distinguish this bind from all others, never 0
 * @params: properties of the board
 * @gpio: lines
 * @nr_ports: controllers that may sleep, on which there are lines
 * @lock: serializes evaluations; nothing that waits is done under it
 * @running: outputs follow the decision; written under @lock, which protects
 *	everything down to @timer, or in a panic
 * @asleep: the system is about to sleep, or wakes: nothing is read or written
 * @woke: a line woke the system, and the guard has not reported that yet
 * @fsm: the decision
 * @result: result of the latest step
 * @done: how its outputs turned out, for the next step
 * @heard: what threads reported while nobody could evaluate it
 * @look: when all lines have to be read next, in ns
 * @timer: next deadline
 * @redirect_start: starts the thread that sets directions, and then @redirect
 * @redirect: sets the directions in @gpio.redirect
 * @snapshot_lock: protects @snapshot and @ring from readers; nests inside @lock
 * @snapshot: what readers see
 * @tell: reports to userspace, in process context
 * @told: number of the latest event that @tell has seen; used by it alone
 * @told_view: view of that event; used by @tell alone
 * @fault_log: what the log says about faults
 * @leds: LED triggers
 * @alarm: wakes the system while it is suspended
 * @alarm_at: when @alarm comes, or %BG_NEVER
 * @refused: why the system must not sleep, as far as the log already says so
 * @panic: floats the outputs in a panic
 * @restart: floats them when the system restarts without a shutdown
 * @psy_desc: description of @psy
 * @ports: lines on controllers that may sleep, @nr_ports of them
 * @ring: the latest events
 */
struct battguard {
	struct device *dev;
	struct power_supply *psy;
	const char *name;
	int id;
	u32 nl_id;
	u64 instance;
	struct bg_params params;
	struct bg_gpio gpio;

	unsigned int nr_ports;

	raw_spinlock_t lock;
	bool running;
	bool asleep;
	bool woke;
	struct bg_fsm fsm;
	struct bg_result result;
	struct bg_inputs done;
	struct bg_inputs heard;
	u64 look;
	struct hrtimer timer;
	struct work_struct redirect_start;
	struct kthread_work redirect;

	raw_spinlock_t snapshot_lock;
	struct bg_snapshot snapshot;
	struct work_struct tell;
	u64 told;
	struct bg_view told_view;
	struct bg_fault_log fault_log;

	struct bg_led leds[BG_NR_LEDS];
	struct alarm alarm;
	u64 alarm_at;
	u8 refused;
	struct notifier_block panic;
	struct notifier_block restart;
	struct power_supply_desc psy_desc;

	struct bg_port ports[BG_PORTS_MAX];
	struct bg_ring ring;
};

/* gpio.c */
int bg_gpio_get(struct device *dev, struct bg_gpio *gpio);
int bg_gpio_request_irqs(struct battguard *bg);
void bg_gpio_sample(const struct bg_gpio *gpio, u32 lines,
		    struct bg_inputs *in);
void bg_gpio_read_all(const struct bg_gpio *gpio, u32 lines,
		      struct bg_inputs *in);
int bg_gpio_put(const struct bg_gpio *gpio, unsigned int out, bool value);
int bg_gpio_try(const struct bg_gpio *gpio, unsigned int out, bool value,
		bool first);
int bg_gpio_set_anew(const struct bg_gpio *gpio, unsigned int out, bool value,
		     bool through_input);
void bg_gpio_look(const struct bg_gpio *gpio, unsigned int out,
		  struct bg_inputs *done);
unsigned int bg_gpio_first(u32 outs, bool on);
void bg_gpio_apply(struct bg_gpio *gpio, const struct bg_result *res,
		   struct bg_inputs *done);
void bg_gpio_redirect(const struct bg_gpio *gpio, u32 outs);
void bg_gpio_restore(const struct bg_gpio *gpio, u32 outs, u32 levels);
void bg_gpio_float(struct bg_gpio *gpio);
void bg_gpio_float_now(struct bg_gpio *gpio);
void bg_gpio_switch_irqs(const struct bg_gpio *gpio, u32 lines, u32 mask);
void bg_gpio_mask(struct bg_gpio *gpio, u32 lines);
int bg_gpio_wake(struct bg_gpio *gpio, u32 lines);
const char *bg_line_kind(unsigned int line);
unsigned int bg_line_index(unsigned int line);
const char *bg_out_name(unsigned int out);

/* redirect.c */
void bg_redirect_init(struct battguard *bg);
void bg_redirect_cancel(void *data);
void bg_redirect(struct battguard *bg);
void bg_redirect_flush(struct battguard *bg);
void bg_redirect_exit(void);

/* faultlog.c */
void bg_log_faults(struct battguard *bg, const struct bg_view *view);
bool bg_log_due(const struct battguard *bg);

/* psy.c */
bool bg_psy_named(const char *name);
int bg_psy_register(struct battguard *bg);

/* leds.c */
#ifdef CONFIG_LEDS_TRIGGERS
int bg_leds_register(struct battguard *bg);
void bg_leds_show(struct battguard *bg, const struct bg_view *view);
#else
static inline int bg_leds_register(struct battguard *bg)
{
	return 0;
}

static inline void bg_leds_show(struct battguard *bg,
				const struct bg_view *view)
{
}
#endif

/* values.c */
void bg_event_values(const struct battguard *bg, const struct bg_event *event,
		     u32 *value);
void bg_values(const struct battguard *bg, const struct bg_snapshot *now,
	       u32 *value);
void bg_note_delays(struct bg_event *event, const struct bg_settings *set);
void bg_put_setting(struct bg_settings *set, enum bg_setting id, u32 value);

/* sysfs.c */
extern const struct attribute_group *bg_sysfs_groups[];

/* evaluate.c */
void bg_take_reports(struct battguard *bg, struct bg_inputs *in);
void bg_decide(struct battguard *bg, struct bg_inputs *in);
bool bg_evaluate(struct battguard *bg, struct bg_inputs *in);
void bg_evaluate_now(struct battguard *bg);
void bg_run(struct battguard *bg);
void bg_stop(struct battguard *bg);
enum hrtimer_restart bg_deadline(struct hrtimer *timer);
void bg_tell(struct work_struct *work);
int bg_panic(struct notifier_block *nb, unsigned long event, void *msg);
int bg_restart(struct notifier_block *nb, unsigned long mode, void *cmd);

/* evaluate.c, for all */
unsigned long bg_lock(raw_spinlock_t *lock);
void bg_unlock(raw_spinlock_t *lock, unsigned long flags);
void bg_report(struct battguard *bg, struct bg_inputs *in, u32 written,
	       bool level);
bool bg_sleep(struct battguard *bg);
int bg_freeze(struct device *dev);
int bg_poweroff(struct device *dev);
void bg_wake(struct battguard *bg, bool restored);
u32 bg_wakers(struct battguard *bg);
void bg_edge(struct battguard *bg, u32 lines);
int bg_set(struct battguard *bg, enum bg_setting id, u32 value);
int bg_set_all(struct battguard *bg, u32 which, const struct bg_settings *set);
bool bg_event_from(struct battguard *bg, u64 seq, struct bg_event *event);
struct bg_snapshot bg_snapshot(struct battguard *bg);

#endif
