// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl - words of states, reasons and events
 *
 * Those of the specification, as files in sysfs show them, so that a script
 * can change from one to the other. A newer kernel may know more than we do:
 * nothing here fails for that.
 */
#include <ctype.h>
#include <string.h>

#include "battguardctl.h"

#define FAULTY	"faulty_"

/* A list ends where the specification does. */
unsigned int nr_of_words(enum words list)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(words[list]) && words[list][n].name; n++)
		;
	return n;
}

const char *word(enum words list, unsigned int n)
{
	return n < nr_of_words(list) ? words[list][n].name : "unknown";
}

static char *begin(char *c)
{
	/* "A battery", but not "RTC". */
	if (!isupper(c[1]))
		*c = tolower(*c);
	return c;
}

/*
 * The explanation of a word as a phrase that may go on: its sentences are
 * joined by colons, without the last full stop.
 */
const char *phrase(enum words list, unsigned int n)
{
	static char text[256];
	char *c = text;

	if (n >= nr_of_words(list))
		return "this program is too old to know it";
	snprintf(text, sizeof(text), "%s", words[list][n].text);
	while ((c = strstr(begin(c), ". "))) {
		*c = ':';
		c += 2;
	}
	if (*text && text[strlen(text) - 1] == '.')
		text[strlen(text) - 1] = '\0';
	return text;
}

const char *kind_word(enum kind kind)
{
	static const char * const kinds[] = {
		"snapshot", "bind", "change", "setting", "lost", "unbind",
	};

	return kinds[kind];
}

/* Whether the bits of a key are faulty lines, one for each. */
static bool is_faulty_lines(const struct key *key)
{
	return key->set == SET_STATUS && key->type == TYPE_MASK &&
	       !strncmp(key->name, FAULTY, strlen(FAULTY));
}

/* Name of a line by its bit in the mask of faulty ones. */
static void line_word(const struct key *key, unsigned int bit, char *buf,
		      size_t size)
{
	char *c;

	if (key->attr != BATTGUARD_A_STATUS_FAULTY_REMOTE)
		snprintf(buf, size, "%s-%u", key->name + strlen(FAULTY), bit);
	else if (bit < 2)
		snprintf(buf, size, "%s-%c", key->name + strlen(FAULTY),
			 "lh"[bit]);
	else
		snprintf(buf, size, "unknown");
	for (c = buf; *c; c++)
		if (*c == '_')
			*c = '-';
}

/* Go through the names of lines that are faulty. */
void each_faulty_line(const struct dev *dev,
		      void (*tell)(const char *line, void *arg), void *arg)
{
	char text[64];
	unsigned int n;
	size_t i;

	for (i = 0; i < nr_keys; i++) {
		for (n = 0; is_faulty_lines(&keys[i]) && n < 32; n++) {
			if (!(key_value(&keys[i], dev) >> n & 1))
				continue;
			line_word(&keys[i], n, text, sizeof(text));
			tell(text, arg);
		}
	}
}

bool any_faulty_line(const struct dev *dev)
{
	size_t i;

	for (i = 0; i < nr_keys; i++)
		if (is_faulty_lines(&keys[i]) && key_value(&keys[i], dev))
			return true;
	return false;
}
