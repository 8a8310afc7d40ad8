/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - what differs between the kernels it builds for
 *
 * The only file that looks at kernel versions or features. The rest is
 * written for the newest kernel.
 *
 * scripts/import-into-tree reads this file: in a kernel tree there is but one
 * version, so each name below gives way to what it stands for. For that, all
 * of them are macros.
 */
#ifndef BATTGUARD_COMPAT_H
#define BATTGUARD_COMPAT_H

#include <linux/alarmtimer.h>
#include <linux/gpio/consumer.h>
#include <linux/gpio/driver.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/power_supply.h>
#include <linux/version.h>

/*
 * gpiod_set_value() returns an error since 6.15, and in stable kernels that got
 * this change. So look at its type and not at the version. Where it returns
 * nothing, only reading back shows a failure.
 */
#define bg_void_setter(call) \
	__builtin_types_compatible_p(typeof(call), void)

#define bg_setter_result(call) \
	__builtin_choose_expr(bg_void_setter(call), ({ call; 0; }), (call))

#define bg_gpiod_set(desc, value) \
	bg_setter_result(gpiod_set_value(desc, value))
#define bg_gpiod_set_cansleep(desc, value) \
	bg_setter_result(gpiod_set_value_cansleep(desc, value))

/*
 * Which controller a line is of: a name to compare, and nothing else. The older
 * of the two functions cannot be used safely for more.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define bg_gpiod_controller(desc)	gpiod_to_chip(desc)
#else
#define bg_gpiod_controller(desc)	gpiod_to_gpio_device(desc)
#endif

/* For tests: the first if a setter's error can be seen, else the second. */
#define bg_if_reported(yes, no) \
	(bg_void_setter(gpiod_set_value(NULL, 0)) ? (no) : (yes))

/* Before 6.13 a timer was set up in two steps. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define hrtimer_setup(timer, handler, clock, mode)	\
	do {						\
		hrtimer_init(timer, clock, mode);	\
		(timer)->function = handler;		\
	} while (0)
#endif

/* Before 6.14 a worker was started when it was created. */
#ifndef kthread_run_worker
#define kthread_run_worker	kthread_create_worker
#endif

/* Alarms restarted themselves by a return value before 6.14. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define BG_ALARM_TYPE		enum alarmtimer_restart
#define BG_ALARM_DONE		ALARMTIMER_NORESTART
#else
#define BG_ALARM_TYPE		void
#define BG_ALARM_DONE
#endif

/* Since 7.2 an argument distinguishes absolute and relative alarms. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0)
#define bg_alarm_start(alarm, at)	alarm_start(alarm, at)
#else
#define bg_alarm_start(alarm, at)	alarm_start_timer(alarm, at, false)
#endif

/* Since 6.4 the class itself reports what a simple battery's node says. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define BG_CLASS_TELLS_DESIGN	0
#else
#define BG_CLASS_TELLS_DESIGN	1
#endif

/* Up to 6.10 the class had no list of the charge behaviours of a supply. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define BG_CLASS_LISTS_BEHAVIOURS	0
#else
#define BG_CLASS_LISTS_BEHAVIOURS	1
#endif

/*
 * A walk over all power supplies. Their class was exported until 6.8; since 6.9
 * there is a function that passes their devices, since 6.14 one that passes them.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
#define bg_for_each_psy(data, fn) \
	class_for_each_device(power_supply_class, NULL, data, fn)
#else
#define bg_for_each_psy(data, fn)	power_supply_for_each_device(data, fn)
#endif
#define BG_PSY_ITEM			struct device
#define bg_psy_item_name(item)		dev_name(item)
#else
#define bg_for_each_psy(data, fn)	power_supply_for_each_psy(data, fn)
#define BG_PSY_ITEM			struct power_supply
#define bg_psy_item_name(item)		((item)->desc->name)
#endif

/* The attributes of a dump's request moved in 6.6. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define bg_dump_attrs(cb)	(genl_dumpit_info(cb)->attrs)
#else
#define bg_dump_attrs(cb)	(genl_dumpit_info(cb)->info.attrs)
#endif

#endif
