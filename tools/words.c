// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl - the words of states, reasons and events, and the keys
 *
 * Keys and words are those of the files in sysfs, so that a script can change
 * from one to the other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "battguardctl.h"

const struct key keys[] = {
	{ "state", TYPE_STATE, KEY_EVENT, 0,
	  "normal, pre-alarm, load-off, standby" },
	{ "load", TYPE_FLAG, KEY_EVENT, 0, "on, off" },
	{ "charger", TYPE_FLAG, KEY_EVENT, 0, "on, off" },
	{ "pre_alarm", TYPE_FLAG, KEY_EVENT, 0, "on, off" },
	{ "allow_charge", TYPE_FLAG, KEY_EVENT, 0, "on, off" },
	{ "allow_discharge", TYPE_FLAG, KEY_EVENT, 0, "on, off" },
	{ "low_cell", TYPE_FLAG, KEY_EVENT, 0, "on, off" },
	{ "remote", TYPE_FLAG, KEY_EVENT, 0, "on, off" },
	{ "allow_charge_chains", TYPE_MASK, KEY_EVENT, 0, "a mask, 0x3" },
	{ "allow_discharge_chains", TYPE_MASK, KEY_EVENT, 0, "a mask, 0x3" },
	{ "low_cell_chains", TYPE_MASK, KEY_EVENT, 0, "a mask, 0x3" },
	{ "load_off_reasons", TYPE_REASONS, KEY_EVENT, 0,
	  "none, or a word such as undervoltage" },
	{ "charger_off_reasons", TYPE_REASONS, KEY_EVENT, 0,
	  "none, or a word such as battery" },
	{ "pre_alarm_remaining_ms", TYPE_NUMBER, KEY_RUNS,
	  BATTGUARD_A_DEV_PRE_ALARM_REMAINING_MS, "a number" },
	{ "enabled", TYPE_FLAG, KEY_EVENT | KEY_WRITE, BATTGUARD_A_DEV_ENABLED,
	  "1 or 0" },
	{ "mute", TYPE_FLAG, KEY_EVENT | KEY_WRITE, BATTGUARD_A_DEV_MUTE,
	  "1 or 0" },
	{ "charge_behaviour", TYPE_BEHAVIOUR, KEY_EVENT | KEY_WRITE,
	  BATTGUARD_A_DEV_INHIBIT, "auto or inhibit-charge" },
	{ "pre_alarm_delay_ms", TYPE_NUMBER, KEY_WRITE,
	  BATTGUARD_A_DEV_PRE_ALARM_DELAY_MS, "30000 to 600000" },
	{ "restore_delay_ms", TYPE_NUMBER, KEY_WRITE,
	  BATTGUARD_A_DEV_RESTORE_DELAY_MS, "0 to 60000" },
	{ "load_reconnect_delay_ms", TYPE_NUMBER, KEY_WRITE,
	  BATTGUARD_A_DEV_LOAD_RECONNECT_DELAY_MS, "0 to 7200000" },
	{ "pre_alarms", TYPE_NUMBER, 0, BATTGUARD_A_DEV_PRE_ALARMS,
	  "a number" },
	{ "load_disconnects", TYPE_NUMBER, 0, BATTGUARD_A_DEV_LOAD_DISCONNECTS,
	  "a number" },
	{ "charger_disconnects", TYPE_NUMBER, 0,
	  BATTGUARD_A_DEV_CHARGER_DISCONNECTS, "a number" },
	{ "remote_offs", TYPE_NUMBER, 0, BATTGUARD_A_DEV_REMOTE_OFFS,
	  "a number" },
	{ "faults", TYPE_NUMBER, 0, BATTGUARD_A_DEV_FAULTS, "a number" },
	{ "seconds_normal", TYPE_NUMBER, KEY_RUNS,
	  BATTGUARD_A_DEV_SECONDS_NORMAL, "a number" },
	{ "seconds_pre_alarm", TYPE_NUMBER, KEY_RUNS,
	  BATTGUARD_A_DEV_SECONDS_PRE_ALARM, "a number" },
	{ "seconds_load_off", TYPE_NUMBER, KEY_RUNS,
	  BATTGUARD_A_DEV_SECONDS_LOAD_OFF, "a number" },
	{ "seconds_standby", TYPE_NUMBER, KEY_RUNS,
	  BATTGUARD_A_DEV_SECONDS_STANDBY, "a number" },
};

const size_t nr_keys = ARRAY_SIZE(keys);

static const char * const states[] = {
	"normal", "pre-alarm", "load-off", "standby",
};

static const char * const kinds[] = {
	"snapshot", "bind", "change", "setting", "lost", "unbind",
};

static const struct {
	const char *word;
	const char *load;
	const char *charger;
} reasons[] = {
	{ .word = "undervoltage",
	  .load = "a battery is empty and forbids discharge" },
	{ .word = "battery",
	  .charger = "a battery forbids charging: over-voltage, or too cold or hot" },
	{ .word = "cable",
	  .load = "a chain withdraws both permissions: look at the cable" },
	{ .word = "remote", .load = "the remote switch is off" },
	{ .word = "user", .load = "switched off by a user",
	  .charger = "switched off or inhibited by a user" },
	{ .word = "reconnect-delay", .load = "waits after the disconnect" },
	{ .word = "restore-delay",
	  .load = "permitted, but not yet for long enough" },
	{ .word = "lockout",
	  .load = "locked out after repeated disconnects: switch off and on" },
	{ .word = "pre-alarm", .charger = "no charging during a pre-alarm" },
	{ .word = "fault", .load = "a line or the output is faulty" },
};

static const char * const changes[] = {
	"state", "load", "charger", "pre_alarm", "allow_discharge",
	"allow_charge", "low_cell", "remote", "reasons", "faults", "settings",
};

static const char * const causes[] = {
	"bind", "line", "bounce", "fault", "user", "time", "unbind",
};

static const char * const settings[] = {
	"enabled", "charge_behaviour", "mute", "pre_alarm_delay_ms",
	"restore_delay_ms", "load_reconnect_delay_ms",
};

static const char * const outputs[] = { "load", "charger", "pre_alarm" };

static const char * const behaviours[] = { "auto", "inhibit-charge" };

/* A newer kernel may know more than we do: never fail for that. */
static const char *word(const char * const *words, size_t n, unsigned int i)
{
	return i < n ? words[i] : "unknown";
}

const char *state_word(uint32_t state)
{
	return word(states, ARRAY_SIZE(states), state);
}

const char *kind_word(enum kind kind)
{
	return word(kinds, ARRAY_SIZE(kinds), kind);
}

const char *reason_word(unsigned int bit)
{
	return bit < ARRAY_SIZE(reasons) ? reasons[bit].word : "unknown";
}

const char *reason_text(unsigned int bit, bool load)
{
	if (bit >= ARRAY_SIZE(reasons))
		return "a reason this program is too old to know";
	if (!load && reasons[bit].charger)
		return reasons[bit].charger;
	return reasons[bit].load ? reasons[bit].load : reasons[bit].charger;
}

const char *changed_word(unsigned int bit)
{
	return word(changes, ARRAY_SIZE(changes), bit);
}

const char *cause_word(unsigned int bit)
{
	return word(causes, ARRAY_SIZE(causes), bit);
}

const char *setting_word(unsigned int bit)
{
	return word(settings, ARRAY_SIZE(settings), bit);
}

const char *output_word(unsigned int bit)
{
	return word(outputs, ARRAY_SIZE(outputs), bit);
}

/* Name of a line by its bit in the mask of faulty lines. */
void line_word(unsigned int bit, char *buf, size_t size)
{
	static const char * const groups[] = {
		"allow-discharge", "allow-charge", "low-cell",
	};

	if (bit < 24)
		snprintf(buf, size, "%s-%u", groups[bit / 8], bit % 8);
	else
		snprintf(buf, size, "%s", bit == 24 ? "remote-l" :
			 bit == 25 ? "remote-h" : "unknown");
}

const struct key *key_find(const char *name)
{
	size_t n;

	for (n = 0; n < nr_keys; n++)
		if (!strcmp(keys[n].name, name))
			return &keys[n];
	return NULL;
}

uint64_t key_value(const struct key *key, const struct dev *dev)
{
	const struct status *st = &dev->st;
	const uint64_t values[] = {
		st->state,
		!!(st->outputs & BATTGUARD_OUTPUT_LOAD),
		!!(st->outputs & BATTGUARD_OUTPUT_CHARGER),
		!!(st->outputs & BATTGUARD_OUTPUT_PRE_ALARM),
		st->allow_charge == st->chains,
		st->allow_discharge == st->chains,
		!!st->low_cell,
		st->remote,
		st->allow_charge,
		st->allow_discharge,
		st->low_cell,
		st->load_why,
		st->charger_why,
		dev->number[BATTGUARD_A_DEV_PRE_ALARM_REMAINING_MS],
		st->enabled,
		st->mute,
		st->inhibit,
	};
	const size_t n = key - keys;

	return n < ARRAY_SIZE(values) ? values[n] : dev->number[key->attr];
}

static bool parse_word(const char * const *words, size_t n, const char *text,
		       uint64_t *value)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!strcmp(words[i], text)) {
			*value = i;
			return true;
		}
	}
	return false;
}

static bool parse_number(const char *text, int base, uint64_t *value)
{
	char *end;

	/* strtoull() takes blanks and signs, which nobody means. */
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, base);
	return !*end && !errno && *value <= UINT32_MAX;
}

/* Return: whether the text is a value of the key; a reason becomes its bit. */
bool key_parse(const struct key *key, const char *text, uint64_t *value)
{
	static const char * const flags[] = {
		"0", "1", "off", "on", "no", "yes", "false", "true",
	};
	size_t n;

	switch (key->type) {
	case TYPE_STATE:
		return parse_word(states, ARRAY_SIZE(states), text, value);
	case TYPE_FLAG:
		if (!parse_word(flags, ARRAY_SIZE(flags), text, value))
			return false;
		*value &= 1;
		return true;
	case TYPE_BEHAVIOUR:
		return parse_word(behaviours, ARRAY_SIZE(behaviours), text,
				  value);
	case TYPE_REASONS:
		*value = 0;
		if (!strcmp(text, "none"))
			return true;
		for (n = 0; n < ARRAY_SIZE(reasons); n++) {
			if (!strcmp(reasons[n].word, text)) {
				*value = 1ULL << n;
				return true;
			}
		}
		return false;
	case TYPE_MASK:
		return parse_number(text, 0, value);
	default:
		return parse_number(text, 10, value);
	}
}

/* The value as text; reasons are joined by commas. */
void key_text(const struct key *key, const struct dev *dev, char *buf,
	      size_t size)
{
	const uint64_t value = key_value(key, dev);
	size_t len = 0;
	unsigned int n;

	switch (key->type) {
	case TYPE_STATE:
		snprintf(buf, size, "%s", state_word(value));
		break;
	case TYPE_BEHAVIOUR:
		snprintf(buf, size, "%s", behaviours[!!value]);
		break;
	case TYPE_MASK:
		snprintf(buf, size, "0x%llx", (unsigned long long)value);
		break;
	case TYPE_REASONS:
		snprintf(buf, size, "none");
		for (n = 0; n < 32 && len < size; n++)
			if (value >> n & 1)
				len += snprintf(buf + len, size - len, "%s%s",
						len ? "," : "", reason_word(n));
		break;
	default:
		snprintf(buf, size, "%llu", (unsigned long long)value);
	}
}
