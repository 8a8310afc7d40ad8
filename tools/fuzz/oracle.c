// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl under fuzzers - rules for its output
 *
 * Written from the standards, and not with the tool's own functions.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define MAX_DEPTH	8
#define MAX_KEYS	128

void must(bool kept, const char *rule)
{
	if (kept)
		return;
	fprintf(stderr, "rule broken: %s\n", rule);
	abort();
}

/* Take one character of UTF-8. Return: its code. */
static uint32_t take_character(const char **text, const char *end)
{
	const unsigned char *c = (const unsigned char *)*text;
	const size_t room = end - *text;
	uint32_t code = *c;
	unsigned int more = 0;
	uint32_t least = 0;

	if (code >= 0xf0 && code < 0xf8) {
		more = 3;
		least = 0x10000;
		code &= 7;
	} else if (code >= 0xe0 && code < 0xf0) {
		more = 2;
		least = 0x800;
		code &= 15;
	} else if (code >= 0xc0 && code < 0xe0) {
		more = 1;
		least = 0x80;
		code &= 31;
	} else {
		must(code < 0x80, "output is UTF-8");
	}
	must(room > more, "output is UTF-8 to its end");
	*text += more + 1;
	while (more--) {
		must((*++c & 0xc0) == 0x80, "output is UTF-8");
		code = code * 64 + (*c & 63);
	}
	must(code >= least && code <= 0x10ffff && code >> 11 != 27,
	     "output is well-formed UTF-8");
	return code;
}

/* Lines of text that no terminal obeys. */
void must_be_text(const char *text, size_t len)
{
	const char *end = text + len;

	must(!len || end[-1] == '\n', "text ends with a line");
	while (text < end) {
		const uint32_t code = take_character(&text, end);

		must(code == '\n' || code >= 0x20, "no control character");
		must(code < 0x7f || code >= 0xa0, "no control character");
	}
}

static void take_string(const char **text, const char *end)
{
	must(*text < end && **text == '"', "a string begins");
	(*text)++;
	for (;;) {
		uint32_t code;

		must(*text < end, "a string ends");
		code = take_character(text, end);
		if (code == '"')
			return;
		must(code >= 0x20 && (code < 0x7f || code >= 0xa0),
		     "no control character in a string");
		if (code != '\\')
			continue;
		must(*text < end, "an escape is whole");
		code = *(*text)++;
		if (code == 'u') {
			must(end - *text >= 4 &&
			     strspn(*text, "0123456789abcdefABCDEF") >= 4,
			     "four digits");
			*text += 4;
		} else {
			must(strchr("\"\\/bfnrt", (int)code),
			     "an escape that exists");
		}
	}
}

static void skip_blanks(const char **text, const char *end)
{
	while (*text < end && (**text == ' ' || **text == '\n'))
		(*text)++;
}

static void take_value(const char **text, const char *end, unsigned int depth);

static void take_members(const char **text, const char *end,
			 unsigned int depth, char close)
{
	const char *key[MAX_KEYS];
	size_t len[MAX_KEYS];
	unsigned int keys = 0, n;

	skip_blanks(text, end);
	if (*text < end && **text == close) {
		(*text)++;
		return;
	}
	for (;;) {
		skip_blanks(text, end);
		if (close == '}') {
			must(keys < MAX_KEYS, "not so many keys");
			key[keys] = *text;
			take_string(text, end);
			len[keys] = *text - key[keys];
			for (n = 0; n < keys; n++)
				must(len[n] != len[keys] ||
				     memcmp(key[n], key[keys], len[n]),
				     "no key twice");
			keys++;
			must(*text < end && **text == ':', "a colon");
			(*text)++;
			skip_blanks(text, end);
		}
		take_value(text, end, depth + 1);
		skip_blanks(text, end);
		must(*text < end, "all is closed");
		if (**text == close)
			break;
		must(**text == ',', "a comma");
		(*text)++;
	}
	(*text)++;
}

static void take_value(const char **text, const char *end, unsigned int depth)
{
	size_t digits;

	must(depth < MAX_DEPTH, "not so deep");
	must(*text < end, "a value");
	if (**text == '{' || **text == '[') {
		const char close = **text == '{' ? '}' : ']';

		(*text)++;
		take_members(text, end, depth, close);
	} else if (**text == '"') {
		take_string(text, end);
	} else if (end - *text >= 4 && !memcmp(*text, "null", 4)) {
		*text += 4;
	} else {
		if (**text == '-') {
			(*text)++;
			must(**text != '0', "a number below 0");
		}
		digits = strspn(*text, "0123456789");
		must(digits && (digits == 1 || **text != '0'),
		     "a whole number");
		*text += digits;
	}
}

/* Any number of values, each ended by a line. */
void must_be_json(const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		take_value(&text, end, 0);
		must(text < end && *text == '\n', "a line ends a value");
		text++;
	}
}

/* The status is a documented one, and a failure has a message. */
void must_be_told(const struct ran *ran)
{
	static const char name[] = "battguardctl: ";
	const char *line = ran->err;

	must(ran->status >= EX_DONE && ran->status <= EX_NODEV,
	     "a documented status");
	must_be_text(ran->err, ran->err_len);
	must((ran->status != EX_WRONG && ran->status != EX_REFUSED &&
	      ran->status != EX_NODEV) || ran->err_len,
	     "what is wrong is said");
	while (*line) {
		must(!strncmp(line, name, sizeof(name) - 1),
		     "each message names the program");
		line = strchr(line, '\n') + 1;
	}
}
