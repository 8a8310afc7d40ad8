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
#include <linux/power_supply.h>
#include <linux/sysfs.h>

#include "battguard.h"
#include "words.h"

static const char * const bg_states[] = { BG_STATES(BG_WORD, BG_WORD) };
static_assert(ARRAY_SIZE(bg_states) == BG_NR_STATES);

static const char * const bg_reasons[] = { BG_REASONS(BG_WORD, BG_WORD) };
static_assert(ARRAY_SIZE(bg_reasons) == BG_NR_REASONS);

/* How a value is written: in a format, or in words. */
enum bg_style {
	BG_STYLE_NUMBER,
	BG_STYLE_SIGNED,
	BG_STYLE_MASK,
	BG_STYLE_STATE,
	BG_STYLE_REASONS,
};

static const char * const bg_formats[] = {
	[BG_STYLE_NUMBER] = "%u\n",
	[BG_STYLE_SIGNED] = "%d\n",
	[BG_STYLE_MASK] = "0x%x\n",
};

/**
 * struct bg_file - a file
 * @attr: for the driver core
 * @value: number that it shows
 * @style: how
 * @setting: what writing it sets
 */
struct bg_file {
	struct device_attribute attr;
	u8 value;
	u8 style;
	u8 setting;
};

static struct battguard *bg_of(struct device *dev)
{
	return power_supply_get_drvdata(dev_get_drvdata(dev));
}

static ssize_t bg_emit_reasons(char *buf, u32 why)
{
	unsigned int n;
	int len = 0;

	for (n = 0; n < BG_NR_REASONS; n++)
		if (why & BIT(n))
			len += sysfs_emit_at(buf, len, "%s%s", len ? " " : "",
					     bg_reasons[n]);
	return len + sysfs_emit_at(buf, len, "%s\n", len ? "" : "none");
}

static ssize_t bg_file_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	const struct bg_file *file = container_of(attr, struct bg_file, attr);
	struct battguard *bg = bg_of(dev);
	const struct bg_snapshot now = bg_snapshot(bg);
	u32 values[BG_NR_SHOWN];
	u32 value;

	bg_values(bg, &now, values);
	value = values[file->value];
	switch (file->style) {
	case BG_STYLE_STATE:
		return sysfs_emit(buf, "%s\n", bg_states[value]);
	case BG_STYLE_REASONS:
		return bg_emit_reasons(buf, value);
	default:
		return sysfs_emit(buf, bg_formats[file->style], value);
	}
}

static ssize_t bg_file_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	const struct bg_file *file = container_of(attr, struct bg_file, attr);
	unsigned int value;
	int ret;

	/* Plain decimal; anything else is -EINVAL too. */
	if (kstrtouint(buf, 10, &value) ||
	    !bg_setting_valid(file->setting, value))
		return -EINVAL;

	ret = bg_set(bg_of(dev), file->setting, value);
	return ret ?: count;
}

#define BG_FILE(_name, _value, _style)					\
static struct bg_file bg_file_##_name = {				\
	.attr = __ATTR(_name, 0444, bg_file_show, NULL),		\
	.value = _value,						\
	.style = _style,						\
}

#define BG_FILE_RW(_name, _value, _setting)				\
static struct bg_file bg_file_##_name = {				\
	.attr = __ATTR(_name, 0644, bg_file_show, bg_file_store),	\
	.value = _value,						\
	.setting = _setting,						\
}

BG_FILE(state, BG_VALUE_STATE, BG_STYLE_STATE);
BG_FILE(load, BG_VALUE_LOAD, BG_STYLE_NUMBER);
BG_FILE(charger, BG_VALUE_CHARGER, BG_STYLE_NUMBER);
BG_FILE(pre_alarm, BG_VALUE_PRE_ALARM, BG_STYLE_NUMBER);
BG_FILE(allow_charge, BG_VALUE_ALLOW_CHARGE, BG_STYLE_NUMBER);
BG_FILE(allow_discharge, BG_VALUE_ALLOW_DISCHARGE, BG_STYLE_NUMBER);
BG_FILE(low_cell, BG_VALUE_LOW_CELL, BG_STYLE_NUMBER);
BG_FILE(remote, BG_VALUE_REMOTE, BG_STYLE_NUMBER);
BG_FILE(allow_charge_chains, BG_VALUE_ALLOW_CHARGE_CHAINS, BG_STYLE_MASK);
BG_FILE(allow_discharge_chains, BG_VALUE_ALLOW_DISCHARGE_CHAINS,
	BG_STYLE_MASK);
BG_FILE(low_cell_chains, BG_VALUE_LOW_CELL_CHAINS, BG_STYLE_MASK);
BG_FILE(load_off_reasons, BG_VALUE_LOAD_OFF_REASONS, BG_STYLE_REASONS);
BG_FILE(charger_off_reasons, BG_VALUE_CHARGER_OFF_REASONS, BG_STYLE_REASONS);
BG_FILE(pre_alarm_remaining_ms, BG_VALUE_PRE_ALARM_REMAINING_MS,
	BG_STYLE_NUMBER);
BG_FILE(load_returns_ms, BG_VALUE_LOAD_RETURNS_MS, BG_STYLE_NUMBER);
BG_FILE(lockout_remaining, BG_VALUE_LOCKOUT_REMAINING, BG_STYLE_SIGNED);
BG_FILE_RW(enabled, BG_VALUE_ENABLED, BG_SET_ENABLED);
BG_FILE_RW(mute, BG_VALUE_MUTE, BG_SET_MUTE);
BG_FILE_RW(pre_alarm_delay_ms, BG_VALUE_PRE_ALARM_DELAY_MS,
	   BG_SET_PRE_ALARM_DELAY_MS);
BG_FILE_RW(restore_delay_ms, BG_VALUE_RESTORE_DELAY_MS,
	   BG_SET_RESTORE_DELAY_MS);
BG_FILE_RW(load_reconnect_delay_ms, BG_VALUE_LOAD_RECONNECT_DELAY_MS,
	   BG_SET_LOAD_RECONNECT_DELAY_MS);
BG_FILE(pre_alarms, BG_VALUE_PRE_ALARMS, BG_STYLE_NUMBER);
BG_FILE(load_disconnects, BG_VALUE_LOAD_DISCONNECTS, BG_STYLE_NUMBER);
BG_FILE(charger_disconnects, BG_VALUE_CHARGER_DISCONNECTS, BG_STYLE_NUMBER);
BG_FILE(faults, BG_VALUE_FAULTS, BG_STYLE_NUMBER);

static struct attribute *bg_sysfs_attrs[] = {
	&bg_file_state.attr.attr,
	&bg_file_load.attr.attr,
	&bg_file_charger.attr.attr,
	&bg_file_pre_alarm.attr.attr,
	&bg_file_allow_charge.attr.attr,
	&bg_file_allow_discharge.attr.attr,
	&bg_file_low_cell.attr.attr,
	&bg_file_remote.attr.attr,
	&bg_file_allow_charge_chains.attr.attr,
	&bg_file_allow_discharge_chains.attr.attr,
	&bg_file_low_cell_chains.attr.attr,
	&bg_file_load_off_reasons.attr.attr,
	&bg_file_charger_off_reasons.attr.attr,
	&bg_file_pre_alarm_remaining_ms.attr.attr,
	&bg_file_load_returns_ms.attr.attr,
	&bg_file_lockout_remaining.attr.attr,
	&bg_file_enabled.attr.attr,
	&bg_file_mute.attr.attr,
	&bg_file_pre_alarm_delay_ms.attr.attr,
	&bg_file_restore_delay_ms.attr.attr,
	&bg_file_load_reconnect_delay_ms.attr.attr,
	&bg_file_pre_alarms.attr.attr,
	&bg_file_load_disconnects.attr.attr,
	&bg_file_charger_disconnects.attr.attr,
	&bg_file_faults.attr.attr,
	NULL
};

static const struct attribute_group bg_sysfs_group = {
	.attrs = bg_sysfs_attrs,
};

const struct attribute_group *bg_sysfs_groups[] = { &bg_sysfs_group, NULL };
