// SPDX-License-Identifier: GPL-2.0
/* battguardctl - a guard as a picture of its terminals */
#include <string.h>
#include <time.h>

#include "battguardctl.h"

/* The picture itself needs that much; narrower ones get a list. */
#define PICTURE_WIDTH	66

#define BOLD	"\033[1m"
#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define PLAIN	"\033[0m"

static uint64_t value(const struct dev *dev, const char *name)
{
	return key_value(key_find(name), dev);
}

/* Today the time alone says enough. */
static const char *since_text(uint64_t since)
{
	static char text[64];
	const time_t then = since / NSEC_PER_SEC;
	const time_t now = time(NULL);
	struct tm a, b;

	if (!since)
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

static void wide(const struct dev *dev, const uint64_t *since)
{
	const char *bar = "+-----------+";
	const char *gap = "|           |";

	row(NULL, false, bar, NULL, false, 0, "");
	row("discharge permitted", value(dev, "allow_discharge"), gap,
	    "load", value(dev, "load"), since[SINCE_LOAD], GREEN);
	row("charging permitted", value(dev, "allow_charge"), "| battguard |",
	    "charger", value(dev, "charger"), since[SINCE_CHARGER],
	    GREEN);
	row("a cell is low", value(dev, "low_cell"), gap,
	    "pre-alarm", value(dev, "pre_alarm"), since[SINCE_PRE_ALARM],
	    YELLOW);
	row("remote switch", value(dev, "remote"), gap, NULL, false, 0,
	    "");
	row(NULL, false, bar, NULL, false, 0, "");
}

static void narrow(const struct dev *dev)
{
	static const char * const names[] = {
		"load", "charger", "pre_alarm", "remote",
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(names); n++)
		printf("%-10s%s\n", names[n], on_off(value(dev, names[n])));
}

/* Why an output is off, each reason in plain words. */
static void why(const char *output, uint32_t reasons, bool load,
		unsigned int width)
{
	char text[160];
	unsigned int n;

	if (!reasons)
		return;
	printf("%s%s off:%s\n", colour(RED), output, colour(PLAIN));
	for (n = 0; n < 32; n++) {
		if (!(reasons >> n & 1))
			continue;
		snprintf(text, sizeof(text), "%s (%s)", reason_text(n, load),
			 reason_word(n));
		text_wrap(2, width, text);
	}
}

/* Which chains withhold a permission or warn; of interest with several. */
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

static void broken(const struct status *st, unsigned int width)
{
	char text[64] = "faulty: ";
	unsigned int n;

	for (n = 0; n < 32; n++) {
		if (!(st->faulty_lines >> n & 1))
			continue;
		line_word(n, text + 8, sizeof(text) - 8);
		text_wrap(0, width, text);
	}
	for (n = 0; n < 32; n++) {
		if (!(st->faulty_outputs >> n & 1))
			continue;
		snprintf(text + 8, sizeof(text) - 8, "output %s",
			 output_word(n));
		text_wrap(0, width, text);
	}
}

static void countdown(const struct dev *dev, unsigned int width)
{
	const uint32_t ms = value(dev, "pre_alarm_remaining_ms");
	char text[80];

	if (!ms)
		return;
	snprintf(text, sizeof(text), "the load may go off in %u.%u s",
		 ms / 1000, ms % 1000 / 100);
	printf("%s", colour("\033[1;33m"));
	text_wrap(0, width, text);
	printf("%s", colour(PLAIN));
}

static void settings(const struct dev *dev, unsigned int width)
{
	char text[256];

	if (!dev->st.enabled)
		text_wrap(0, width, "switched off by software: 'battguardctl enable' ends that");
	if (dev->st.inhibit)
		text_wrap(0, width, "charging inhibited by a user");
	if (dev->st.mute)
		text_wrap(0, width, "the pre-alarm is muted until its next onset");
	if (width < PICTURE_WIDTH)
		return;
	snprintf(text, sizeof(text),
		 "delays: pre-alarm %g s, restore %g s, reconnect %g s",
		 value(dev, "pre_alarm_delay_ms") / 1000.0,
		 value(dev, "restore_delay_ms") / 1000.0,
		 value(dev, "load_reconnect_delay_ms") / 1000.0);
	text_wrap(0, width, text);
	snprintf(text, sizeof(text),
		 "since bind: pre-alarms %u, load disconnects %u, charger disconnects %u, remote offs %u, faults %u, events %llu",
		 (unsigned int)value(dev, "pre_alarms"),
		 (unsigned int)value(dev, "load_disconnects"),
		 (unsigned int)value(dev, "charger_disconnects"),
		 (unsigned int)value(dev, "remote_offs"),
		 (unsigned int)value(dev, "faults"),
		 (unsigned long long)dev->seq);
	text_wrap(0, width, text);
}

void picture(const struct dev *dev, const uint64_t *since)
{
	const unsigned int width = text_width();
	const struct status *st = &dev->st;

	printf("%s", colour(BOLD));
	text_wrap(0, width, safe(dev->name));
	printf("%sstate %s%s%s%s\n", colour(PLAIN), state_colour(st->state),
	       state_word(st->state), colour(PLAIN), width >= PICTURE_WIDTH ?
	       since_text(since[SINCE_STATE]) : "");
	countdown(dev, width);
	if (width >= PICTURE_WIDTH)
		wide(dev, since);
	else
		narrow(dev);
	why("load", st->load_why, true, width);
	why("charger", st->charger_why, false, width);
	if (st->chains & (st->chains - 1)) {
		chains("discharge not permitted", st->chains &
		       ~st->allow_discharge, width);
		chains("charging not permitted", st->chains &
		       ~st->allow_charge, width);
		chains("low cell", st->low_cell, width);
	}
	broken(st, width);
	settings(dev, width);
}
