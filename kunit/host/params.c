// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - properties that are there and cannot be read
 *
 * No devicetree has them, but a firmware that is asked anew may refuse.
 */
#include <linux/errno.h>
#include <linux/property.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "watch.h"

static void params_refused(const char *name, const void *value, size_t length)
{
	const struct property_entry props[] = {
		{ .name = name, .value = value, .length = length,
		  .refused = true },
		{ 0 }
	};
	const struct fwnode_handle node = { .props = props };
	struct bg_params params;
	char test[80], why[200] = "";
	const char *bad = NULL;
	int ret;

	ret = bg_params_read(&node, &params, &bad);
	if (ret != -EINVAL || !bad || strcmp(bad, name))
		snprintf(why, sizeof(why), "status %d, blames %s", ret,
			 bad ? bad : "nothing");
	snprintf(test, sizeof(test), "%s cannot be read", name);
	test_done(!*why, test, why);
}

/**
 * params_run() - each property refused
 */
void params_run(void)
{
	static const struct {
		const char *name;
		u32 value;
	} numbers[] = {
		{ "pre-alarm-delay-ms", 30000 },
		{ "restore-delay-ms", 1000 },
		{ "load-reconnect-delay-ms", 30000 },
		{ "debounce-delay-ms", 5 },
		{ "load-lockout-count", 1 },
		{ "load-lockout-window-ms", 60000 },
		{ "poll-interval-ms", 20 },
	};
	unsigned int n;

	for (n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++)
		params_refused(numbers[n].name, &numbers[n].value, 4);
	params_refused("label", "house", 6);
}
