// SPDX-License-Identifier: GPL-2.0
/* battguardctl explain */
#include <string.h>

#include "battguardctl.h"

/* A word, what it means, and what to look at. */
void explain_word(enum words list, unsigned int n, const char *title)
{
	const struct word *word = &words[list][n];
	char text[640];

	snprintf(text, sizeof(text), "%s: %s%s%s", title, word->text,
		 word->look ? " " : "", word->look ?: "");
	text_wrap(2, text_width(), text);
}

/* Return: whether there is such a word, in any list. */
static bool explain_words(const char *name)
{
	bool found = false;
	unsigned int list, n;
	char title[80];

	for (list = 0; list < NR_WORDS; list++) {
		for (n = 0; n < nr_of_words(list); n++) {
			if (strcmp(word(list, n), name))
				continue;
			snprintf(title, sizeof(title), "%s (%s)", name,
				 word_lists[list]);
			explain_word(list, n, title);
			found = true;
		}
	}
	return found;
}

static void explain_reasons(const struct dev *dev, const struct key *key)
{
	const int64_t reasons = key_value(key, dev);
	unsigned int n;

	if (!reasons)
		return;
	printf("%s:\n", key->name);
	for (n = 0; n < 32; n++) {
		if (!(reasons >> n & 1))
			continue;
		if (n < nr_of_words(key->words))
			explain_word(key->words, n, word(key->words, n));
		else
			text_wrap(2, text_width(),
				  "unknown: this program is too old to know it.");
	}
}

static void explain_dev(const struct dev *dev)
{
	const uint32_t state = STATUS(dev, STATE);
	const unsigned int width = text_width();
	size_t n;

	text_wrap(0, width, safe(dev->name));
	if (state < nr_of_words(WORDS_STATE))
		explain_word(WORDS_STATE, state, word(WORDS_STATE, state));
	printf("next:\n");
	text_wrap(2, width, next_text(dev));
	for (n = 0; n < nr_keys; n++)
		if (keys[n].type == TYPE_WORDS && keys[n].words == WORDS_REASON)
			explain_reasons(dev, &keys[n]);
	picture_faults(dev, width);
}

int cmd_explain(int argc, char **argv)
{
	struct nl_sock *sk;
	struct family fam;
	struct dev dev;
	int ret;

	if (argc > 2)
		return fail(EX_WRONG, "'explain' takes one device or word, not also '%s'",
			    safe(argv[2]));
	if (argc > 1 && explain_words(argv[1]))
		return EX_DONE;
	ret = connect_driver(&sk, &fam);
	if (ret == GO_ON)
		ret = dev_choose(sk, &fam, argc > 1 ? argv[1] : NULL, &dev);
	if (ret != GO_ON)
		return ret;
	explain_dev(&dev);
	return EX_DONE;
}
