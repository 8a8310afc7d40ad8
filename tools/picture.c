// SPDX-License-Identifier: GPL-2.0
/* battguardctl - a guard as a picture of its terminals */
#include <string.h>
#include <time.h>

#include "battguardctl.h"

/* The picture itself needs that much; narrower terminals get a list. */
#define PICTURE_WIDTH	66

#define BOLD	"\033[1m"
#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define PLAIN	"\033[0m"

/* Today the time alone says enough. */
static const char *since_text(uint64_t boottime)
{
	static char text[64];
	const time_t then = clock_wall(boottime) / NSEC_PER_SEC;
	const time_t now = time(NULL);
	struct tm a, b;

	if (!boottime)
		return "";
	localtime_r(&now, &a);
	localtime_r(&then, &b);
	strftime(text, sizeof(text), a.tm_yday == b.tm_yday &&
		 a.tm_year == b.tm_year ? " since %H:%M:%S" :
		 " since %Y-%m-%d %H:%M:%S", &b);
	return text;
}

static const char *on_off(bool on)
{
	return on ? "on" : "off";
}

/* A line of the picture is an input, the box, and perhaps an output. */
static void row(const char *input, bool asserted, const char *box,
		const char *output, bool on, uint64_t since, const char *code)
{
	if (input)
		printf("  %s %-22s", asserted ? "[x]" : "[ ]", input);
	else
		printf("  %-26s", "");
	printf(" %s", box);
	if (output)
		printf("  %s%s%s %-10s%s%s%s%s", on ? colour(code) : "",
		       on ? "(*)" : "( )", on ? colour(PLAIN) : "", output,
		       on ? colour(code) : "", on_off(on),
		       on ? colour(PLAIN) : "", since_text(since));
	putchar('\n');
}

/* An output and since when it is as it is. */
static void output_row(const char *input, bool asserted, const char *box,
		       const char *output, const struct dev *dev, uint32_t bit,
		       uint64_t since)
{
	row(input, asserted, box, output, STATUS(dev, OUTPUTS) & bit, since,
	    bit == BATTGUARD_OUTPUT_PRE_ALARM ? YELLOW : GREEN);
}

static void wide(const struct dev *dev)
{
	const uint32_t chains = STATUS(dev, CHAINS);
	const char *bar = "+-----------+";
	const char *gap = "|           |";

	row(NULL, false, bar, NULL, false, 0, "");
	output_row("discharge permitted",
		   STATUS(dev, ALLOW_DISCHARGE_CHAINS) == chains, gap,
		   "load", dev, BATTGUARD_OUTPUT_LOAD, SINCE(dev, LOAD));
	output_row("charging permitted",
		   STATUS(dev, ALLOW_CHARGE_CHAINS) == chains, "| battguard |",
		   "charger", dev, BATTGUARD_OUTPUT_CHARGER,
		   SINCE(dev, CHARGER));
	output_row("a cell is low", STATUS(dev, LOW_CELL_CHAINS), gap,
		   "pre-alarm", dev, BATTGUARD_OUTPUT_PRE_ALARM,
		   SINCE(dev, PRE_ALARM));
	row("remote switch", STATUS(dev, REMOTE), gap, NULL, false, 0, "");
	row(NULL, false, bar, NULL, false, 0, "");
}

static void narrow(const struct dev *dev)
{
	unsigned int n;

	for (n = 0; n < nr_of_words(WORDS_OUTPUT); n++)
		printf("%-10s%s\n", word(WORDS_OUTPUT, n),
		       on_off(STATUS(dev, OUTPUTS) >> n & 1));
	printf("%-10s%s\n", "remote", on_off(STATUS(dev, REMOTE)));
}

/* Why an output is off, each reason in plain words. */
static void why(const struct dev *dev, const struct key *key,
		unsigned int width)
{
	const int64_t reasons = key_value(key, dev);
	const char *off = strstr(key->name, "_off");
	char text[320];
	unsigned int n;

	if (!reasons)
		return;
	/* "load_off_reasons" is about the load. */
	printf("%s%.*s off:%s\n", colour(RED),
	       off ? (int)(off - key->name) : -1, key->name, colour(PLAIN));
	for (n = 0; n < 32; n++) {
		if (!(reasons >> n & 1))
			continue;
		snprintf(text, sizeof(text), "%s (%s)", phrase(key->words, n),
			 word(key->words, n));
		text_wrap(2, width, text);
	}
}

static void reasons(const struct dev *dev, unsigned int width)
{
	size_t n;

	for (n = 0; n < nr_keys; n++)
		if (keys[n].type == TYPE_WORDS && keys[n].words == WORDS_REASON)
			why(dev, &keys[n], width);
}

/* Which chains withhold a permission or warn; shown if there are several. */
static void chains(const char *what, uint32_t mask, unsigned int width)
{
	char text[160];
	size_t len = 0;
	unsigned int n;

	if (!mask)
		return;
	len = snprintf(text, sizeof(text), "%s: chain", what);
	for (n = 0; n < 32 && len < sizeof(text); n++)
		if (mask >> n & 1)
			len += snprintf(text + len, sizeof(text) - len, " %u",
					n);
	text_wrap(0, width, text);
}

static void all_chains(const struct dev *dev, unsigned int width)
{
	const uint32_t all = STATUS(dev, CHAINS);

	if (!(all & (all - 1)))
		return;
	chains("discharge not permitted",
	       all & ~STATUS(dev, ALLOW_DISCHARGE_CHAINS), width);
	chains("charging not permitted", all & ~STATUS(dev, ALLOW_CHARGE_CHAINS),
	       width);
	chains("low cell", STATUS(dev, LOW_CELL_CHAINS), width);
}

static void broken_line(const char *line, void *arg)
{
	char text[80];

	snprintf(text, sizeof(text), "faulty: %s", line);
	text_wrap(0, *(unsigned int *)arg, text);
}

void picture_faults(const struct dev *dev, unsigned int width)
{
	char text[64];
	unsigned int n;

	each_faulty_line(dev, broken_line, &width);
	for (n = 0; n < 32; n++) {
		if (!(STATUS(dev, FAULTY_OUTPUTS) >> n & 1))
			continue;
		snprintf(text, sizeof(text), "output %s", word(WORDS_OUTPUT, n));
		broken_line(text, &width);
	}
}

/* What happens next; in colour while a warning is on. */
static void next(const struct dev *dev, unsigned int width)
{
	const bool warns = STATUS(dev, STATE) == BATTGUARD_STATE_PRE_ALARM;

	if (warns)
		printf("%s", colour("\033[1;33m"));
	text_wrap(0, width, next_text(dev));
	if (warns)
		printf("%s", colour(PLAIN));
}

static void settings(const struct dev *dev, unsigned int width)
{
	char text[256];

	if (!SETTING(dev, ENABLED))
		text_wrap(0, width, "switched off by software");
	if (SETTING(dev, CHARGE_BEHAVIOUR) ==
	    BATTGUARD_CHARGE_BEHAVIOUR_INHIBIT_CHARGE)
		text_wrap(0, width, "charging inhibited by a user");
	if (SETTING(dev, MUTE))
		text_wrap(0, width, "the pre-alarm is muted: its next onset sounds again");
	if (width < PICTURE_WIDTH)
		return;
	snprintf(text, sizeof(text),
		 "delays: pre-alarm %g s, restore %g s, reconnect %g s",
		 SETTING(dev, PRE_ALARM_DELAY_MS) / 1000.0,
		 SETTING(dev, RESTORE_DELAY_MS) / 1000.0,
		 SETTING(dev, LOAD_RECONNECT_DELAY_MS) / 1000.0);
	text_wrap(0, width, text);
	snprintf(text, sizeof(text),
		 "since bind: pre-alarms %u, load disconnects %u, charger disconnects %u, remote offs %u, faults %u, events %llu",
		 NUMBER(dev, PRE_ALARMS),
		 NUMBER(dev, LOAD_DISCONNECTS),
		 NUMBER(dev, CHARGER_DISCONNECTS),
		 NUMBER(dev, REMOTE_OFFS),
		 NUMBER(dev, FAULTS),
		 (unsigned long long)dev->seq);
	text_wrap(0, width, text);
}

void picture(const struct dev *dev)
{
	const unsigned int width = text_width();
	const uint32_t state = STATUS(dev, STATE);

	printf("%s", colour(BOLD));
	text_wrap(0, width, safe(dev->name));
	printf("%sstate %s%s%s%s\n", colour(PLAIN), state_colour(state),
	       word(WORDS_STATE, state), colour(PLAIN),
	       width >= PICTURE_WIDTH ? since_text(SINCE(dev, STATE)) : "");
	next(dev, width);
	if (width >= PICTURE_WIDTH)
		wide(dev);
	else
		narrow(dev);
	reasons(dev, width);
	all_chains(dev, width);
	picture_faults(dev, width);
	settings(dev, width);
}
