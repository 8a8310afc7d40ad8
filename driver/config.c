// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - properties of the board, and their ranges
 *
 * A protection delay other than the board's is worse than no driver. So a value
 * out of its range fails the probe, and nothing is clamped.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/property.h>
#include <linux/string.h>

#include "config.h"

/**
 * struct bg_range - a property with a number
 * @name: its name
 * @preset: value where it is absent, not necessarily one that may be set
 * @min: smallest value
 * @max: largest value
 */
struct bg_range {
	const char *name;
	u32 preset;
	u32 min;
	u32 max;
};

/*
 * The 30 s are the least warning that the product family promises. A switch
 * for chattering loads waits 30 s before it connects again, hence that
 * default. The rest are limits that catch a wrong unit.
 */
static const struct bg_range bg_ranges[BG_NR_NUMBERS] = {
	[BG_PRE_ALARM_DELAY_MS] = {
		"pre-alarm-delay-ms", 30000,
		BG_PRE_ALARM_DELAY_MS_MIN, BG_PRE_ALARM_DELAY_MS_MAX
	},
	[BG_RESTORE_DELAY_MS] = {
		"restore-delay-ms", 1000,
		BG_RESTORE_DELAY_MS_MIN, BG_RESTORE_DELAY_MS_MAX
	},
	[BG_RECONNECT_DELAY_MS] = {
		"load-reconnect-delay-ms", 30000,
		BG_LOAD_RECONNECT_DELAY_MS_MIN, BG_LOAD_RECONNECT_DELAY_MS_MAX
	},
	[BG_DEBOUNCE_DELAY_MS] = {
		"debounce-delay-ms", 5, 0, 1000
	},
	[BG_LOCKOUT_COUNT] = {
		"load-lockout-count", 0, 0, BG_LOCKOUT_MAX
	},
	[BG_LOCKOUT_WINDOW_MS] = {
		"load-lockout-window-ms", 3600000, 60000, 86400000
	},
	/* Absent, nothing is polled. Slower than once a second none is read. */
	[BG_POLL_INTERVAL_MS] = {
		"poll-interval-ms", 0, 20, 1000
	},
};

/**
 * bg_number_valid() - is a value within the range of a property?
 * @id: property
 * @value: value, in the unit of the property
 *
 * Return: true if it is.
 */
bool bg_number_valid(enum bg_number id, u32 value)
{
	return value >= bg_ranges[id].min && value <= bg_ranges[id].max;
}

/**
 * bg_setting_valid() - is a value within the range of a setting?
 * @id: setting
 * @value: value, in the unit in which it is shown
 *
 * Return: true if it is.
 */
bool bg_setting_valid(enum bg_setting id, u32 value)
{
	switch (id) {
	case BG_SET_PRE_ALARM_DELAY_MS:
		return bg_number_valid(BG_PRE_ALARM_DELAY_MS, value);
	case BG_SET_RESTORE_DELAY_MS:
		return bg_number_valid(BG_RESTORE_DELAY_MS, value);
	case BG_SET_LOAD_RECONNECT_DELAY_MS:
		return bg_number_valid(BG_RECONNECT_DELAY_MS, value);
	default:
		/* The others are flags. */
		return value <= 1;
	}
}

static int bg_number_read(const struct fwnode_handle *fwnode,
			  const struct bg_range *range, u32 *value)
{
	*value = range->preset;
	if (!fwnode_property_present(fwnode, range->name))
		return 0;
	if (fwnode_property_count_u32(fwnode, range->name) != 1 ||
	    fwnode_property_read_u32(fwnode, range->name, value) ||
	    *value < range->min || *value > range->max)
		return -EINVAL;
	return 0;
}

/*
 * It becomes the name of a folder, part of the names of LED triggers, and a word
 * in commands and logs. So it has nothing that any of them treats specially.
 */
static bool bg_label_char(char c, bool first)
{
	if (!isascii(c))
		return false;
	if (isalnum(c))
		return true;
	return !first && strchr("._-", c);
}

static bool bg_label_valid(const char *label)
{
	const char *c;

	for (c = label; *c; c++)
		if (!bg_label_char(*c, c == label))
			return false;
	return c != label && c - label < 32;
}

/**
 * bg_params_read() - read and check all properties but the lines
 * @fwnode: node of the device
 * @params: to be filled in
 * @bad: name of the property that is wrong
 *
 * Return: 0, or -EINVAL with @bad set.
 */
int bg_params_read(const struct fwnode_handle *fwnode, struct bg_params *params,
		   const char **bad)
{
	u32 value[BG_NR_NUMBERS];
	unsigned int n;

	for (n = 0; n < BG_NR_NUMBERS; n++) {
		if (bg_number_read(fwnode, &bg_ranges[n], &value[n])) {
			*bad = bg_ranges[n].name;
			return -EINVAL;
		}
	}

	*params = (struct bg_params) {
		.cfg = {
			.debounce = BG_MS(value[BG_DEBOUNCE_DELAY_MS]),
			.lockout_window = BG_MS(value[BG_LOCKOUT_WINDOW_MS]),
			.lockout_count = value[BG_LOCKOUT_COUNT],
		},
		.set = {
			.pre_alarm_delay = BG_MS(value[BG_PRE_ALARM_DELAY_MS]),
			.restore_delay = BG_MS(value[BG_RESTORE_DELAY_MS]),
			.reconnect_delay = BG_MS(value[BG_RECONNECT_DELAY_MS]),
			.enabled = true,
		},
		.poll = BG_MS(value[BG_POLL_INTERVAL_MS]),
	};
	params->cfg.intermittent =
		fwnode_property_present(fwnode, "pre-alarm-intermittent");
	params->cfg.inhibit_on_pre_alarm =
		fwnode_property_present(fwnode, "charge-inhibit-on-pre-alarm");
	params->wakeup = fwnode_property_present(fwnode, "wakeup-source");
	params->system_scope = fwnode_property_present(fwnode, "system-scope");

	if (fwnode_property_present(fwnode, "label") &&
	    (fwnode_property_read_string(fwnode, "label", &params->label) ||
	     !bg_label_valid(params->label))) {
		*bad = "label";
		return -EINVAL;
	}
	return 0;
}
