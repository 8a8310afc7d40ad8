// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl under a fuzzer - any words as its command line, on a machine
 * with none, one or two guards
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define MAX_WORDS	24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read a whole number without a sign. Return: whether it is one. */
static bool number_of(const char *text, uint64_t *value)
{
	*value = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || *value > UINT32_MAX)
			return false;
		*value = *value * 10 + (*text - '0');
	}
	return *value <= UINT32_MAX;
}

/* The shown form of a value reads as the same value. */
static void round_trip(const char *text)
{
	size_t n;

	for (n = 0; n < nr_keys; n++) {
		const struct key *key = &keys[n];
		int64_t value = 0, again;
		uint64_t number;
		const bool taken = key_parse(key, text, &value);
		struct dev dev = { 0 };
		char shown[256];

		if (key->type == TYPE_NUMBER) {
			must(taken == number_of(text, &number),
			     "whole numbers are taken, and nothing else");
			must(!taken || value == (int64_t)number,
			     "the number is meant");
		}
		if (!taken || key_is_flag(key))
			continue;
		dev.value[key->set][key->attr] = value;
		must(key_value(key, &dev) == value, "it is what was written");
		key_text(key, &dev, shown, sizeof(shown));
		must(key_parse(key, shown, &again) && again == value,
		     "what is shown can be written");
	}
}

/* A name as it is shown is one word of text. */
static void shown_safely(const char *text)
{
	char line[4 * NAME_LEN + 2];
	const int len = snprintf(line, sizeof(line), "%s\n", safe(text));

	must(len < (int)sizeof(line), "a name has its length");
	must_be_text(line, len);
	must(!strchr(line, ' ') && strchr(line, '\n') == line + len - 1,
	     "a name is one word");
}

/* Words that are no options, or one of some flags, wherever they stand. */
static bool plain(char **words, int n, const char *flags)
{
	while (n--) {
		const char *word = words[n];

		if (word[0] == '-' && (!word[1] || word[2] ||
				       !strchr(flags, word[1])))
			return false;
	}
	return true;
}

/* Settings that were taken are those of the command line, each by its key. */
static void set_as_said(int argc, char **argv)
{
	uint64_t want[BATTGUARD_A_SETTINGS_MAX + 1];
	int n;

	memset(want, 0xff, sizeof(want));
	for (n = argc % 2 ? 1 : 2; n + 1 < argc; n += 2) {
		const struct key *key = key_find(argv[n]);
		uint64_t value;

		must(key && key->set == SET_SETTINGS, "only keys to be set");
		if (number_of(argv[n + 1], &value)) {
			must(key_is_flag(key) || (value >= key->least &&
						  value <= key->most),
			     "only what is in range");
			want[key->attr] = value;
		}
		if (!number_of(argv[n + 1], &value))
			want[key->attr] = !strcmp(argv[n + 1], "on") ||
					  !strcmp(argv[n + 1], "yes") ||
					  !strcmp(argv[n + 1], "true") ||
					  !strcmp(argv[n + 1], "inhibit-charge");
	}
	for (n = 0; n <= BATTGUARD_A_SETTINGS_MAX; n++)
		must(kernel.set[n] == want[n], "settings are as said");
}

/* At the end, where no option before it can end the reading or take it. */
static void timeout_as_said(char **argv, int argc, int status)
{
	uint64_t value;

	must(opt.timeout_ms >= -1 && opt.timeout_ms <= 1000000000000LL,
	     "a timeout is a time");
	if (argc < 4 || strcmp(argv[argc - 2], "--timeout") ||
	    !plain(argv + 1, argc - 3, "jpbuw") || !number_of(argv[argc - 1], &value))
		return;
	if (value <= 1000000000)
		must(opt.timeout_ms == (int64_t)value * 1000,
		     "a timeout is in seconds");
	else
		must(status == EX_WRONG, "no timeout of a generation");
}

/* An interrupted dump is asked for again, some times. */
static void whole_as_said(char **argv, int argc, unsigned int interrupted,
			  const struct ran *ran)
{
	int n;

	for (n = 1; n < argc; n++)
		if (strstr(argv[n], TORN))
			return;
	must(!strstr(ran->out, TORN) && !strstr(ran->err, TORN),
	     "nothing of an interrupted dump is shown");
	if (argc != 2 || strcmp(argv[1], "list") || !kernel.driver)
		return;
	must(ran->status == (interrupted < 10 ? EX_DONE : EX_REFUSED),
	     "a dump is asked for ten times");
	must(interrupted < 10 || strstr(ran->err, "all the time"),
	     "why there is none is said");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int refusals[] = { 0, -1, -22, -19 };
	char *argv[MAX_WORDS + 2] = { "battguardctl" };
	char *given[MAX_WORDS + 2];
	struct ran ran;
	char *words, *word, *rest;
	int argc = 1;

	if (!size)
		return 0;
	words = malloc(size);
	memcpy(words, data + 1, size - 1);
	words[size - 1] = '\0';
	rest = words;
	while (argc <= MAX_WORDS && (word = strsep(&rest, "\n")))
		argv[argc++] = word;
	memcpy(given, argv, sizeof(argv));

	kernel_start(NULL, 0);
	kernel.guards = data[0] & 3;
	kernel.driver = kernel.guards < 3;
	kernel.refusal = refusals[data[0] >> 2 & 3];
	kernel.interrupted = data[0] >> 4;
	ran = run_tool(argc, argv);
	must_be_told(&ran);
	if (opt.json && ran.status == EX_DONE && strncmp(ran.out, "Usage", 5) &&
	    strncmp(ran.out, "battguardctl ", 13) &&
	    strncmp(ran.out, "  state", 7))
		must_be_json(ran.out, ran.out_len);
	else if (opt.colour != WHEN_ALWAYS)
		must_be_text(ran.out, ran.out_len);
	timeout_as_said(given, argc, ran.status);
	whole_as_said(given, argc, data[0] >> 4, &ran);
	if (kernel.was_set && argc > 2 && !strcmp(given[1], "set") &&
	    plain(given + 1, argc - 1, ""))
		set_as_said(argc - 1, given + 1);
	run_free(&ran);

	/* The words themselves; the tool may have changed their order. */
	while (--argc) {
		round_trip(given[argc]);
		shown_safely(given[argc]);
	}
	free(words);
	return 0;
}
