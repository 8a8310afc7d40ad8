// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - libFuzzer target: any firmware node, judged by the binding
 *
 * The ranges are those of the binding's text, written down once more.
 */
#include <linux/errno.h>
#include <linux/property.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define MAX_PROPS	16
#define REFUSED		0x80

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const struct {
	const char *name;
	u32 preset;
	u32 least;
	u32 most;
} numbers[] = {
	{ "pre-alarm-delay-ms", 30000, 30000, 600000 },
	{ "restore-delay-ms", 1000, 0, 60000 },
	{ "load-reconnect-delay-ms", 30000, 0, 7200000 },
	{ "debounce-delay-ms", 5, 0, 1000 },
	{ "load-lockout-count", 0, 0, 16 },
	{ "load-lockout-window-ms", 3600000, 60000, 86400000 },
	{ "poll-interval-ms", 0, 20, 1000 },
};

#define NUMBERS	(sizeof(numbers) / sizeof(numbers[0]))

/* What else a node may have; numbers come first, then these. */
static const char * const others[] = {
	"label", "pre-alarm-intermittent", "charge-inhibit-on-pre-alarm",
	"wakeup-source", "system-scope", "pre-alarm-delay", "labels",
};

#define NAMES	(NUMBERS + sizeof(others) / sizeof(others[0]))

static void must(bool kept, const char *rule)
{
	if (kept)
		return;
	fprintf(stderr, "rule broken: %s\n", rule);
	abort();
}

static const struct property_entry *find(const struct property_entry *props,
					 const char *name)
{
	for (; props->name; props++)
		if (!strcmp(props->name, name))
			return props;
	return NULL;
}

/* Return: whether a number may be so; absent ones have their preset. */
static bool number_good(const struct property_entry *prop, size_t n, u32 *value)
{
	*value = numbers[n].preset;
	if (!prop)
		return true;
	if (prop->length != 4 || prop->refused)
		return false;
	memcpy(value, prop->value, 4);
	return *value >= numbers[n].least && *value <= numbers[n].most;
}

/* 1 to 31 of these, the first of them none of the last three. */
static bool label_good(const struct property_entry *prop)
{
	static const char chars[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	const char *text = prop->value;
	size_t len = 0;

	if (prop->refused)
		return false;
	while (len < prop->length && text[len]) {
		const char *at = strchr(chars, text[len]);

		if (!at || (!len && at - chars >= 62))
			return false;
		len++;
	}
	return len && len < prop->length && len <= 31;
}

static void judge(const struct property_entry *props)
{
	const struct fwnode_handle node = { .props = props };
	const struct property_entry *label = find(props, "label");
	bool good = !label || label_good(label);
	struct bg_params params;
	const char *bad = NULL;
	u32 value[NUMBERS];
	size_t n;
	int ret;

	for (n = 0; n < NUMBERS; n++) {
		const bool fine = number_good(find(props, numbers[n].name), n,
					      &value[n]);

		good = good && fine;
		must(bg_number_valid(n, value[n]) ==
		     (value[n] >= numbers[n].least &&
		      value[n] <= numbers[n].most),
		     "users have the ranges of the board");
	}
	memset(&params, 0xa5, sizeof(params));
	ret = bg_params_read(&node, &params, &bad);
	must(ret == (good ? 0 : -EINVAL), "good ones are taken, no others");
	if (ret) {
		u32 unused;

		must(bad && find(props, bad), "what is wrong is named");
		for (n = 0; n < NUMBERS; n++)
			must(strcmp(bad, numbers[n].name) ||
			     !number_good(find(props, bad), n, &unused),
			     "what is named is wrong");
		must(strcmp(bad, "label") || !label_good(label),
		     "what is named is wrong");
		return;
	}

	must(!label == !params.label &&
	     (!label || !strcmp(params.label, label->value)), "the label");
	must(params.set.pre_alarm_delay == value[0] * 1000000ULL &&
	     params.set.restore_delay == value[1] * 1000000ULL &&
	     params.set.reconnect_delay == value[2] * 1000000ULL &&
	     params.cfg.debounce == value[3] * 1000000ULL &&
	     params.cfg.lockout_count == value[4] &&
	     params.cfg.lockout_window == value[5] * 1000000ULL &&
	     params.poll == value[6] * 1000000ULL,
	     "each number is the board's, in ns");
	must(params.cfg.intermittent ==
	     !!find(props, "pre-alarm-intermittent") &&
	     params.cfg.inhibit_on_pre_alarm ==
	     !!find(props, "charge-inhibit-on-pre-alarm") &&
	     params.wakeup == !!find(props, "wakeup-source") &&
	     params.system_scope == !!find(props, "system-scope"),
	     "each flag is the board's");
	must(params.set.enabled && !params.set.inhibit && !params.set.mute &&
	     !params.cfg.lines && !params.cfg.heartbeat,
	     "the rest starts harmless");
}

/* A property is a byte for its name, one for its length, and its bytes. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct property_entry props[MAX_PROPS + 1] = { 0 };
	size_t n = 0;

	while (size >= 2 && n < MAX_PROPS) {
		const u8 which = data[0];
		const size_t name = (which & ~REFUSED) % NAMES;
		size_t length = data[1];
		u8 *value;

		data += 2;
		size -= 2;
		if (length > size)
			length = size;
		value = malloc(length);
		if (!value)
			break;
		memcpy(value, data, length);
		data += length;
		size -= length;
		props[n++] = (struct property_entry) {
			.name = name < NUMBERS ? numbers[name].name :
						 others[name - NUMBERS],
			.value = value,
			.length = length,
			.refused = which & REFUSED,
		};
	}
	judge(props);
	while (n--)
		free((void *)props[n].value);
	return 0;
}
