// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl - what happens next, in one sentence
 *
 * The guard cannot foresee its batteries. What it knows are its delays, and
 * what it waits for; the sentence promises no more than that.
 */
#include <stdarg.h>
#include <string.h>

#include "battguardctl.h"

/* Below that, in ms, tenths of a second matter. */
#define EXACT_MS	10000

/* All that an output waits for is time. */
#define DELAYS	(BATTGUARD_REASON_RECONNECT_DELAY | \
		 BATTGUARD_REASON_RESTORE_DELAY)

/**
 * struct sentence - a text that grows
 * @text: cut where it does not fit
 * @len: of what was added
 * @waits: how many things an output waits for are in it
 */
struct sentence {
	char text[768];
	size_t len;
	unsigned int waits;
};

static void add(struct sentence *s, const char *format, ...)
{
	va_list args;

	if (s->len >= sizeof(s->text))
		return;
	va_start(args, format);
	s->len += vsnprintf(s->text + s->len, sizeof(s->text) - s->len, format,
			    args);
	va_end(args);
}

static void add_time(struct sentence *s, uint32_t ms)
{
	const uint32_t seconds = ms / 1000;

	if (ms < EXACT_MS && ms % 1000)
		add(s, "%u.%u s", seconds, ms % 1000 / 100);
	else if (seconds < 120)
		add(s, "%u s", seconds);
	else if (seconds < 7200)
		add(s, "%u min %u s", seconds / 60, seconds % 60);
	else
		add(s, "%u h %u min", seconds / 3600, seconds / 60 % 60);
}

/* A time after which something happens: never told as too short. */
static void add_time_up(struct sentence *s, uint32_t ms)
{
	const uint32_t unit = ms < EXACT_MS ? 100 : 1000;

	add_time(s, ms > UINT32_MAX - unit ? ms : (ms + unit - 1) / unit * unit);
}

/* One of several things that an output waits for. */
static void add_wait(struct sentence *s)
{
	add(s, "%s", s->waits++ ? " and " : " once ");
}

static void add_permission(struct sentence *s, const struct dev *dev,
			   const char *what)
{
	const uint32_t ms = SETTING(dev, RESTORE_DELAY_MS);

	add_wait(s);
	add(s, "every battery %s %s", ms ? "has permitted" : "permits", what);
	if (ms) {
		add(s, " for ");
		add_time(s, ms);
	}
}

/* What has to happen before an output returns, by its reasons. */
static void add_waits(struct sentence *s, const struct dev *dev,
		      uint32_t reasons, const char *what)
{
	const bool load = !strcmp(what, "discharge");
	const uint32_t forbids = BATTGUARD_REASON_UNDERVOLTAGE |
				 BATTGUARD_REASON_BATTERY |
				 BATTGUARD_REASON_CABLE;
	uint32_t rest = reasons & ~(forbids | DELAYS);
	const char *name = quoted(dev->name);
	unsigned int n;

	for (n = 0; rest; rest &= ~(1U << n), n++) {
		if (!(rest >> n & 1))
			continue;
		add_wait(s);
		switch (1U << n) {
		case BATTGUARD_REASON_REMOTE:
			add(s, "the remote switch is on");
			break;
		case BATTGUARD_REASON_USER:
			if (!SETTING(dev, ENABLED))
				add(s, "'battguardctl enable %s' is given", name);
			else
				add(s, "'battguardctl set %s charge_behaviour auto' is given",
				    name);
			break;
		case BATTGUARD_REASON_LOCKOUT:
			add(s, "'battguardctl disable %s' and then ", name);
			add(s, "'battguardctl enable %s' are given", name);
			break;
		case BATTGUARD_REASON_PRE_ALARM:
			add(s, "the pre-alarm is over");
			break;
		case BATTGUARD_REASON_FAULT:
			add(s, "what is faulty is well again");
			break;
		default:
			add(s, "'%s' is over", word(WORDS_REASON, n));
		}
	}
	if (reasons & forbids)
		add_permission(s, dev, what);
	if (load && reasons & BATTGUARD_REASON_RECONNECT_DELAY) {
		add_wait(s);
		add(s, "the delay after the disconnect is over");
	}
}

/* The load is on: how long at least? */
static void load_stays(struct sentence *s, const struct dev *dev)
{
	const uint32_t left = NUMBER(dev, PRE_ALARM_REMAINING_MS);

	if (!left) {
		add(s, "the warning time is over: the load goes off ");
		add(s, "as soon as a battery forbids discharge");
		return;
	}
	add(s, "the load stays on for at least ");
	add_time(s, left);
	add(s, STATUS(dev, ALLOW_DISCHARGE_CHAINS) == STATUS(dev, CHAINS) ?
	    " more, and then until a battery forbids discharge" :
	    " more, then it goes off unless every battery permits discharge again");
}

/* All is on. */
static void nothing_due(struct sentence *s, const struct dev *dev)
{
	add(s, "nothing is due: a pre-alarm of at least ");
	add_time(s, SETTING(dev, PRE_ALARM_DELAY_MS));
	add(s, " comes before the batteries switch the load off");
	if (NUMBER(dev, LOCKOUT_REMAINING) == 1)
		add(s, ", which then is locked out");
}

static void load_returns(struct sentence *s, const struct dev *dev,
			 uint32_t reasons)
{
	const uint32_t left = NUMBER(dev, LOAD_RETURNS_MS);

	if (reasons & BATTGUARD_REASON_LOCKOUT)
		add(s, "locked out after repeated disconnects, %u since bind: ",
		    NUMBER(dev, LOAD_DISCONNECTS));
	add(s, "the load returns");
	if (reasons & ~DELAYS) {
		add_waits(s, dev, reasons, "discharge");
	} else if (left) {
		add(s, " in ");
		add_time_up(s, left);
		add(s, STATUS(dev, STATE) == BATTGUARD_STATE_STANDBY ?
		    " if the remote switch stays on and the batteries permit it" :
		    " if the batteries go on permitting it");
	} else {
		add(s, " as soon as its lines have been heard of");
	}
}

static void charger_returns(struct sentence *s, const struct dev *dev,
			    uint32_t reasons)
{
	add(s, "the load stays on, and the charger returns");
	if (reasons & ~DELAYS) {
		add_waits(s, dev, reasons, "charging");
		return;
	}
	add(s, " within ");
	add_time(s, SETTING(dev, RESTORE_DELAY_MS));
	add(s, " if the batteries go on permitting it");
}

static void load_stuck(struct sentence *s)
{
	add(s, "the load is on although it should be off: look at its switch; ");
	add(s, "it goes off as soon as the output obeys");
}

/* What a guard will do, and when or after what. */
const char *next_text(const struct dev *dev)
{
	static struct sentence s;
	const uint32_t load = STATUS(dev, LOAD_OFF_REASONS);
	const uint32_t charger = STATUS(dev, CHARGER_OFF_REASONS);

	s.len = 0;
	s.waits = 0;
	if (load && STATUS(dev, OUTPUTS) & BATTGUARD_OUTPUT_LOAD)
		load_stuck(&s);
	else if (load)
		load_returns(&s, dev, load);
	else if (STATUS(dev, STATE) == BATTGUARD_STATE_PRE_ALARM)
		load_stays(&s, dev);
	else if (charger)
		charger_returns(&s, dev, charger);
	else
		nothing_due(&s, dev);
	return s.text;
}
