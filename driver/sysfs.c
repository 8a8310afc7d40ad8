// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - files beside those of the power supply class
 *
 * One value each, from one snapshot of the latest decision, so that reading
 * neither changes anything nor waits for a line.
 */
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/math64.h>
#include <linux/power_supply.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>

#include "battguard.h"

static const char * const bg_states[BG_NR_STATES] = {
	[BG_NORMAL] = "normal",
	[BG_PRE_ALARM] = "pre-alarm",
	[BG_LOAD_OFF] = "load-off",
	[BG_STANDBY] = "standby",
};

static const char * const bg_reasons[BG_NR_REASONS] = {
	[BG_WHY_UNDERVOLTAGE] = "undervoltage",
	[BG_WHY_BATTERY] = "battery",
	[BG_WHY_CABLE] = "cable",
	[BG_WHY_REMOTE] = "remote",
	[BG_WHY_USER] = "user",
	[BG_WHY_RECONNECT_DELAY] = "reconnect-delay",
	[BG_WHY_RESTORE_DELAY] = "restore-delay",
	[BG_WHY_LOCKOUT] = "lockout",
	[BG_WHY_PRE_ALARM] = "pre-alarm",
	[BG_WHY_FAULT] = "fault",
};

static struct battguard *bg_of(struct device *dev)
{
	return power_supply_get_drvdata(dev_get_drvdata(dev));
}

static u32 bg_ms(u64 ns)
{
	return div_u64(ns, NSEC_PER_MSEC);
}

/* Are all lines of a kind asserted? */
static bool bg_all(const struct battguard *bg, const struct bg_view *view,
		   u32 kind)
{
	return !(bg->params.cfg.lines & ~view->lines & kind);
}

static ssize_t bg_emit_reasons(char *buf, u16 why)
{
	unsigned int n;
	int len = 0;

	for (n = 0; n < BG_NR_REASONS; n++)
		if (why & BIT(n))
			len += sysfs_emit_at(buf, len, "%s%s", len ? " " : "",
					     bg_reasons[n]);
	if (!len)
		len = sysfs_emit(buf, "none");
	return len + sysfs_emit_at(buf, len, "\n");
}

static ssize_t bg_remaining(const struct bg_snapshot *now)
{
	u64 t = ktime_get_boottime_ns();

	if (now->load_safe_until <= t)
		return 0;
	/* Not 0 before it is over. */
	return bg_ms(now->load_safe_until - t + NSEC_PER_MSEC - 1);
}

/* A file that shows @value, which may use @bg and the snapshot @now. */
#define BG_FILE_SHOW(name, format, value)				\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	struct battguard *bg __maybe_unused = bg_of(dev);		\
	const struct bg_snapshot now = bg_snapshot(bg);			\
									\
	return sysfs_emit(buf, format "\n", value);			\
}

#define BG_FILE(name, format, value)					\
	BG_FILE_SHOW(name, format, value)				\
	static DEVICE_ATTR_RO(name)

BG_FILE(state, "%s", bg_states[now.view.state]);
BG_FILE(load, "%d", !!(now.view.outputs & BIT(BG_OUT_LOAD)));
BG_FILE(charger, "%d", !!(now.view.outputs & BIT(BG_OUT_CHARGER)));
BG_FILE(pre_alarm, "%d", !!(now.view.outputs & BIT(BG_OUT_PRE_ALARM)));
BG_FILE(allow_charge, "%d", bg_all(bg, &now.view, BG_LINES_CHARGE));
BG_FILE(allow_discharge, "%d", bg_all(bg, &now.view, BG_LINES_DISCHARGE));
BG_FILE(low_cell, "%d", !!(now.view.lines & BG_LINES_LOW_CELL));
BG_FILE(remote, "%d", now.view.remote);
BG_FILE(allow_charge_chains, "0x%x",
	(now.view.lines & BG_LINES_CHARGE) >> BG_LINE_CHARGE);
BG_FILE(allow_discharge_chains, "0x%x",
	(now.view.lines & BG_LINES_DISCHARGE) >> BG_LINE_DISCHARGE);
BG_FILE(low_cell_chains, "0x%x",
	(now.view.lines & BG_LINES_LOW_CELL) >> BG_LINE_LOW_CELL);
BG_FILE(pre_alarm_remaining_ms, "%zd", bg_remaining(&now));
BG_FILE(pre_alarms, "%u", now.counters.pre_alarms);
BG_FILE(load_disconnects, "%u", now.counters.load_disconnects);
BG_FILE(charger_disconnects, "%u", now.counters.charger_disconnects);
BG_FILE(faults, "%u", now.counters.faults);

static ssize_t load_off_reasons_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	return bg_emit_reasons(buf, bg_snapshot(bg_of(dev)).view.load_reasons);
}
static DEVICE_ATTR_RO(load_off_reasons);

static ssize_t charger_off_reasons_show(struct device *dev,
					struct device_attribute *attr,
					char *buf)
{
	return bg_emit_reasons(buf,
			       bg_snapshot(bg_of(dev)).view.charger_reasons);
}
static DEVICE_ATTR_RO(charger_off_reasons);

/* Whatever is wrong with it, a value is -EINVAL; plain decimal only. */
static int bg_parse(const char *buf, unsigned int *value)
{
	return kstrtouint(buf, 10, value) ? -EINVAL : 0;
}

static ssize_t bg_store_flag(struct device *dev, enum bg_setting id,
			     const char *buf, size_t count)
{
	unsigned int value;

	if (bg_parse(buf, &value) || value > 1)
		return -EINVAL;
	bg_set(bg_of(dev), id, value);
	return count;
}

static ssize_t bg_store_delay(struct device *dev, enum bg_setting id,
			      enum bg_number number, const char *buf,
			      size_t count)
{
	unsigned int value;

	if (bg_parse(buf, &value) || !bg_number_valid(number, value))
		return -EINVAL;
	bg_set(bg_of(dev), id, BG_MS(value));
	return count;
}

#define BG_FILE_RW(name, format, value, store)				\
BG_FILE_SHOW(name, format, value)					\
static ssize_t name##_store(struct device *dev,				\
			    struct device_attribute *attr,		\
			    const char *buf, size_t count)		\
{									\
	return store;							\
}									\
static DEVICE_ATTR_RW(name)

BG_FILE_RW(enabled, "%d", now.set.enabled,
	   bg_store_flag(dev, BG_SET_ENABLED, buf, count));
BG_FILE_RW(mute, "%d", now.set.mute,
	   bg_store_flag(dev, BG_SET_MUTE, buf, count));
BG_FILE_RW(pre_alarm_delay_ms, "%u", bg_ms(now.set.pre_alarm_delay),
	   bg_store_delay(dev, BG_SET_PRE_ALARM_DELAY, BG_PRE_ALARM_DELAY_MS,
			  buf, count));
BG_FILE_RW(restore_delay_ms, "%u", bg_ms(now.set.restore_delay),
	   bg_store_delay(dev, BG_SET_RESTORE_DELAY, BG_RESTORE_DELAY_MS,
			  buf, count));
BG_FILE_RW(load_reconnect_delay_ms, "%u", bg_ms(now.set.reconnect_delay),
	   bg_store_delay(dev, BG_SET_RECONNECT_DELAY, BG_RECONNECT_DELAY_MS,
			  buf, count));

static struct attribute *bg_sysfs_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_load.attr,
	&dev_attr_charger.attr,
	&dev_attr_pre_alarm.attr,
	&dev_attr_allow_charge.attr,
	&dev_attr_allow_discharge.attr,
	&dev_attr_low_cell.attr,
	&dev_attr_remote.attr,
	&dev_attr_allow_charge_chains.attr,
	&dev_attr_allow_discharge_chains.attr,
	&dev_attr_low_cell_chains.attr,
	&dev_attr_load_off_reasons.attr,
	&dev_attr_charger_off_reasons.attr,
	&dev_attr_pre_alarm_remaining_ms.attr,
	&dev_attr_enabled.attr,
	&dev_attr_mute.attr,
	&dev_attr_pre_alarm_delay_ms.attr,
	&dev_attr_restore_delay_ms.attr,
	&dev_attr_load_reconnect_delay_ms.attr,
	&dev_attr_pre_alarms.attr,
	&dev_attr_load_disconnects.attr,
	&dev_attr_charger_disconnects.attr,
	&dev_attr_faults.attr,
	NULL
};

static const struct attribute_group bg_sysfs_group = {
	.attrs = bg_sysfs_attrs,
};

const struct attribute_group *bg_sysfs_groups[] = { &bg_sysfs_group, NULL };
