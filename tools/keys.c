// SPDX-License-Identifier: GPL-2.0
/* battguardctl - keys and their values, as text and back */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "battguardctl.h"

const struct key *key_find(const char *name)
{
	size_t n;

	for (n = 0; n < nr_keys; n++)
		if (!strcmp(keys[n].name, name))
			return &keys[n];
	return NULL;
}

const struct key *key_of(enum key_set set, int attr)
{
	const struct key *key = keys;

	while (key->set != set || key->attr != attr)
		key++;
	return key;
}

bool key_is_flag(const struct key *key)
{
	return key->type >= TYPE_FLAG;
}

int64_t key_value(const struct key *key, const struct dev *dev)
{
	const uint32_t value = dev->value[key->set][key->attr];

	switch (key->type) {
	case TYPE_BIT:
		return !!(value & key->bit);
	case TYPE_ALL:
		return value == STATUS(dev, CHAINS);
	case TYPE_ANY:
		return !!value;
	case TYPE_SIGNED:
		return (int32_t)value;
	default:
		return value;
	}
}

static bool parse_word(enum words list, const char *text, int64_t *value)
{
	unsigned int n;

	for (n = 0; n < nr_of_words(list); n++) {
		if (!strcmp(word(list, n), text)) {
			*value = n;
			return true;
		}
	}
	return false;
}

static bool parse_flag(const char *text, int64_t *value)
{
	static const char * const flags[] = {
		"0", "1", "off", "on", "no", "yes", "false", "true",
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(flags); n++) {
		if (!strcmp(flags[n], text)) {
			*value = n & 1;
			return true;
		}
	}
	return false;
}

static bool parse_number(const char *text, int base, int64_t *value)
{
	char *end;

	/* strtoll() would also take blanks and signs. */
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoll(text, &end, base);
	return !*end && !errno && *value <= UINT32_MAX;
}

/* Return: whether the text is a value of the key; one of words is its bit. */
bool key_parse(const struct key *key, const char *text, int64_t *value)
{
	*value = 0;
	switch (key->type) {
	case TYPE_WORD:
		return parse_word(key->words, text, value);
	case TYPE_WORDS:
		if (!strcmp(text, "none"))
			return true;
		if (!parse_word(key->words, text, value))
			return false;
		*value = 1LL << *value;
		return true;
	case TYPE_MASK:
		return parse_number(text, 0, value);
	case TYPE_NUMBER:
		return parse_number(text, 10, value);
	case TYPE_SIGNED:
		if (!parse_number(text + (*text == '-'), 10, value))
			return false;
		*value = *text == '-' ? -*value : *value;
		return *value >= INT32_MIN && *value <= INT32_MAX;
	default:
		return parse_flag(text, value);
	}
}

/* Whether it can be set to that. */
bool key_in_range(const struct key *key, int64_t value)
{
	return key->type != TYPE_NUMBER ||
	       (value >= key->least && value <= key->most);
}

/* The value as text; words are joined by commas. */
void key_text(const struct key *key, const struct dev *dev, char *buf,
	      size_t size)
{
	const int64_t value = key_value(key, dev);
	size_t len = 0;
	unsigned int n;

	switch (key->type) {
	case TYPE_WORD:
		snprintf(buf, size, "%s", word(key->words, value));
		break;
	case TYPE_MASK:
		snprintf(buf, size, "0x%llx", (unsigned long long)value);
		break;
	case TYPE_WORDS:
		snprintf(buf, size, "none");
		for (n = 0; n < 32 && len < size; n++)
			if (value >> n & 1)
				len += snprintf(buf + len, size - len, "%s%s",
						len ? "," : "",
						word(key->words, n));
		break;
	default:
		snprintf(buf, size, "%lld", (long long)value);
	}
}

/* What may be written or waited for, in words. */
const char *key_takes(const struct key *key)
{
	static char text[512];
	size_t len = 0;
	unsigned int n;

	switch (key->type) {
	case TYPE_MASK:
		return "a mask, 0x3";
	case TYPE_SIGNED:
		return "a number, also below 0";
	case TYPE_NUMBER:
		if (key->set != SET_SETTINGS)
			return "a number";
		snprintf(text, sizeof(text), "%u to %u", key->least, key->most);
		return text;
	case TYPE_WORD:
	case TYPE_WORDS:
		text[0] = '\0';
		if (key->type == TYPE_WORDS)
			len = snprintf(text, sizeof(text), "none");
		for (n = 0; n < nr_of_words(key->words) && len < sizeof(text);
		     n++)
			len += snprintf(text + len, sizeof(text) - len, "%s%s",
					len ? ", " : "", word(key->words, n));
		return text;
	default:
		return key->set == SET_SETTINGS ? "1 or 0" : "on, off";
	}
}
