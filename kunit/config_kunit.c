// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the properties of the board
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/property.h>
#include <linux/string.h>

#include "../driver/config.h"

static int config_read(struct kunit *test, const struct property_entry *props,
		       struct bg_params *params, const char **bad)
{
	struct fwnode_handle *node = fwnode_create_software_node(props, NULL);
	int err;

	KUNIT_ASSERT_FALSE(test, IS_ERR(node));
	*bad = NULL;
	err = bg_params_read(node, params, bad);
	fwnode_remove_software_node(node);
	return err;
}

struct number_case {
	const char *name;
	u32 preset;
	u32 min;
	u32 max;
	enum bg_number id;
};

static const struct number_case number_cases[] = {
	{ "pre-alarm-delay-ms", 30000, 30000, 600000, BG_PRE_ALARM_DELAY_MS },
	{ "restore-delay-ms", 1000, 0, 60000, BG_RESTORE_DELAY_MS },
	{ "load-reconnect-delay-ms", 30000, 0, 7200000,
	  BG_RECONNECT_DELAY_MS },
	{ "debounce-delay-ms", 5, 0, 1000, BG_DEBOUNCE_DELAY_MS },
	{ "load-lockout-count", 0, 0, 16, BG_LOCKOUT_COUNT },
	{ "load-lockout-window-ms", 3600000, 60000, 86400000,
	  BG_LOCKOUT_WINDOW_MS },
	{ "poll-interval-ms", 0, 20, 1000, BG_POLL_INTERVAL_MS },
};

static void number_case_desc(const struct number_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(number_case, number_cases, number_case_desc);

/* The value read for a property, in its own unit. */
static u64 config_number(const struct bg_params *params, enum bg_number id)
{
	const struct bg_settings *set = &params->set;

	switch (id) {
	case BG_PRE_ALARM_DELAY_MS:
		return set->pre_alarm_delay;
	case BG_RESTORE_DELAY_MS:
		return set->restore_delay;
	case BG_RECONNECT_DELAY_MS:
		return set->reconnect_delay;
	case BG_DEBOUNCE_DELAY_MS:
		return params->cfg.debounce;
	case BG_POLL_INTERVAL_MS:
		return params->poll;
	case BG_LOCKOUT_WINDOW_MS:
		return params->cfg.lockout_window;
	case BG_LOCKOUT_COUNT:
	default:
		return params->cfg.lockout_count;
	}
}

static u64 config_unit(enum bg_number id)
{
	return id == BG_LOCKOUT_COUNT ? 1 : BG_MS(1);
}

/* Each number at its preset, its limits, and one beyond them. */
static void config_numbers(struct kunit *test)
{
	const struct number_case *c = test->param_value;
	const u32 good[] = { c->min, c->max, (c->min + c->max) / 2 };
	const u32 wrong[] = { c->min - 1, c->max + 1, U32_MAX };
	const struct property_entry none[] = { {} };
	struct bg_params params;
	const char *bad;
	unsigned int n;

	KUNIT_EXPECT_EQ(test, config_read(test, none, &params, &bad), 0);
	KUNIT_EXPECT_EQ(test, config_number(&params, c->id),
			c->preset * config_unit(c->id));

	for (n = 0; n < ARRAY_SIZE(good); n++) {
		const struct property_entry props[] = {
			PROPERTY_ENTRY_U32(c->name, good[n]), {}
		};

		KUNIT_EXPECT_EQ_MSG(test,
				    config_read(test, props, &params, &bad),
				    0, "value %u", good[n]);
		KUNIT_EXPECT_EQ(test, config_number(&params, c->id),
				good[n] * config_unit(c->id));
		KUNIT_EXPECT_TRUE(test, bg_number_valid(c->id, good[n]));
	}

	for (n = 0; n < ARRAY_SIZE(wrong); n++) {
		const struct property_entry props[] = {
			PROPERTY_ENTRY_U32(c->name, wrong[n]), {}
		};

		KUNIT_EXPECT_EQ_MSG(test,
				    config_read(test, props, &params, &bad),
				    -EINVAL, "value %u", wrong[n]);
		KUNIT_EXPECT_STREQ(test, bad, c->name);
		KUNIT_EXPECT_FALSE(test, bg_number_valid(c->id, wrong[n]));
	}
}

/* What a user may write has the range of the property, or is a flag. */
static void config_settings(struct kunit *test)
{
	static const struct {
		enum bg_setting id;
		u32 min;
		u32 max;
	} rows[BG_NR_SETTINGS] = {
		{ BG_SET_ENABLED, 0, 1 },
		{ BG_SET_CHARGE_BEHAVIOUR, 0, 1 },
		{ BG_SET_MUTE, 0, 1 },
		{ BG_SET_PRE_ALARM_DELAY_MS, 30000, 600000 },
		{ BG_SET_RESTORE_DELAY_MS, 0, 60000 },
		{ BG_SET_LOAD_RECONNECT_DELAY_MS, 0, 7200000 },
	};
	unsigned int n;

	for (n = 0; n < BG_NR_SETTINGS; n++) {
		KUNIT_EXPECT_EQ(test, rows[n].id, n);
		KUNIT_EXPECT_TRUE(test, bg_setting_valid(n, rows[n].min));
		KUNIT_EXPECT_TRUE(test, bg_setting_valid(n, rows[n].max));
		KUNIT_EXPECT_FALSE(test, bg_setting_valid(n, rows[n].max + 1));
		KUNIT_EXPECT_EQ(test, bg_setting_valid(n, rows[n].min - 1),
				false);
	}
}

/* A string, or several numbers, is no number. */
static void config_no_numbers(struct kunit *test)
{
	const struct number_case *c = test->param_value;
	const u32 two[] = { c->min, c->max };
	const struct property_entry string[] = {
		PROPERTY_ENTRY_STRING(c->name, "soon"), {}
	};
	const struct property_entry several[] = {
		PROPERTY_ENTRY_U32_ARRAY(c->name, two), {}
	};
	const struct property_entry empty[] = {
		PROPERTY_ENTRY_BOOL(c->name), {}
	};
	struct bg_params params;
	const char *bad;

	KUNIT_EXPECT_EQ(test, config_read(test, string, &params, &bad),
			-EINVAL);
	KUNIT_EXPECT_STREQ(test, bad, c->name);
	KUNIT_EXPECT_EQ(test, config_read(test, several, &params, &bad),
			-EINVAL);
	KUNIT_EXPECT_STREQ(test, bad, c->name);
	KUNIT_EXPECT_EQ(test, config_read(test, empty, &params, &bad),
			-EINVAL);
	KUNIT_EXPECT_STREQ(test, bad, c->name);
}

/* Flags are off unless they are there, and none stands for another. */
static void config_flags(struct kunit *test)
{
	static const char * const names[] = {
		"pre-alarm-intermittent", "charge-inhibit-on-pre-alarm",
		"wakeup-source", "system-scope", "something-else",
	};
	struct bg_params params;
	const char *bad;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(names); n++) {
		const struct property_entry props[] = {
			PROPERTY_ENTRY_BOOL(names[n]), {}
		};

		KUNIT_ASSERT_EQ(test, config_read(test, props, &params, &bad),
				0);
		KUNIT_EXPECT_EQ(test, params.cfg.intermittent, n == 0);
		KUNIT_EXPECT_EQ(test, params.cfg.inhibit_on_pre_alarm,
				n == 1);
		KUNIT_EXPECT_EQ(test, params.wakeup, n == 2);
		KUNIT_EXPECT_EQ(test, params.system_scope, n == 3);
	}
}

/* What a user may change later starts out harmless. */
static void config_start(struct kunit *test)
{
	const struct property_entry none[] = { {} };
	struct bg_params params;
	const char *bad;

	memset(&params, 0xff, sizeof(params));
	KUNIT_ASSERT_EQ(test, config_read(test, none, &params, &bad), 0);
	KUNIT_EXPECT_TRUE(test, params.set.enabled);
	KUNIT_EXPECT_FALSE(test, params.set.inhibit);
	KUNIT_EXPECT_FALSE(test, params.set.mute);
	KUNIT_EXPECT_NULL(test, params.label);
	KUNIT_EXPECT_EQ(test, params.cfg.lines, 0U);
	KUNIT_EXPECT_FALSE(test, params.cfg.heartbeat);
}

/* It becomes the name of a folder in sysfs, and a word in commands. */
static void config_label(struct kunit *test)
{
	static const char * const good[] = {
		"house", "bank-2", "a", "Z", "0", "9.", "a_", "zA-._",
		"a-name-that-takes-31-characters",
	};
	static const char * const wrong[] = {
		"", ".", "..", "_a", "-a", "a/b", "two words", "tab\t",
		"new\nline", "caf\xc3\xa9", "\xe9", "a=b", "a*", "[a]",
		"a@", "a`", "a{", "a:",
		"a-name-that-takes-32-characters.",
		"a-name-that-is-so-long-that-nobody-can-want-it",
	};
	struct bg_params params;
	const char *bad;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(good); n++) {
		const struct property_entry props[] = {
			PROPERTY_ENTRY_STRING("label", good[n]), {}
		};
		struct fwnode_handle *node =
			fwnode_create_software_node(props, NULL);

		KUNIT_ASSERT_FALSE(test, IS_ERR(node));
		KUNIT_EXPECT_EQ(test, bg_params_read(node, &params, &bad), 0);
		/* The text is the node's. */
		KUNIT_EXPECT_STREQ(test, params.label, good[n]);
		fwnode_remove_software_node(node);
	}

	for (n = 0; n < ARRAY_SIZE(wrong); n++) {
		const struct property_entry props[] = {
			PROPERTY_ENTRY_STRING("label", wrong[n]), {}
		};

		KUNIT_EXPECT_EQ_MSG(test,
				    config_read(test, props, &params, &bad),
				    -EINVAL, "label '%s'", wrong[n]);
		KUNIT_EXPECT_STREQ(test, bad, "label");
	}
}

/* A property without a value is no text. */
static void config_label_empty(struct kunit *test)
{
	const struct property_entry props[] = {
		PROPERTY_ENTRY_BOOL("label"), {}
	};
	struct bg_params params;
	const char *bad;

	KUNIT_EXPECT_EQ(test, config_read(test, props, &params, &bad),
			-EINVAL);
	KUNIT_EXPECT_STREQ(test, bad, "label");
}

static struct kunit_case config_tests[] = {
	KUNIT_CASE(config_settings),
	KUNIT_CASE_PARAM(config_numbers, number_case_gen_params),
	KUNIT_CASE_PARAM(config_no_numbers, number_case_gen_params),
	KUNIT_CASE(config_flags),
	KUNIT_CASE(config_start),
	KUNIT_CASE(config_label),
	KUNIT_CASE(config_label_empty),
	{}
};

static struct kunit_suite config_suite = {
	.name = "battguard_config",
	.test_cases = config_tests,
};

kunit_test_suites(&config_suite);
