// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the observer's eyes: what the lines say, after debouncing
 */
#include "observer.h"

/* What is new of a line. */
enum obs_word {
	OBS_NOTHING,
	OBS_LEVEL,
	OBS_FAILURE,
};

static bool obs_open_level(unsigned int n)
{
	/* Open means not permitted; for low-cell the bad level is asserted. */
	return n >= BG_LINE_LOW_CELL && n < BG_LINE_REMOTE_L;
}

/* The longest of the restore time, one window and a second. */
static u64 obs_quiet_time(const struct observer *o)
{
	u64 quiet = obs_slow_restore(o);

	return quiet > o->cfg.debounce ? quiet : o->cfg.debounce;
}

static void obs_line_forget(struct obs_line *l)
{
	l->window = false;
	l->bouncing = false;
	l->unreadable = false;
	l->spare = false;
	l->row = 0;
	l->openings = 0;
	l->uncovered = 0;
	l->listen = 0;
}

static void obs_line_is(struct obs_line *l, bool level)
{
	obs_line_forget(l);
	l->level = level;
	l->last_read = level;
}

static void obs_line_lost(struct observer *o, unsigned int n)
{
	struct obs_line *l = &o->line[n];

	obs_line_forget(l);
	l->failures = 0;
	l->last_chance = false;
	l->unreadable = true;
	l->level = obs_open_level(n);
	l->again = bg_after(o->now, BG_SEC(1));
}

/* A faulty line may interrupt again only after a while. */
static void obs_line_deafen(struct observer *o, struct obs_line *l)
{
	l->listen = bg_after(o->now, BG_MS(100));
}

static void obs_line_disquiet(struct observer *o, struct obs_line *l)
{
	l->end = bg_after(o->now, obs_quiet_time(o));
	obs_line_deafen(o, l);
}

static void obs_line_bounces(struct observer *o, unsigned int n)
{
	struct obs_line *l = &o->line[n];

	obs_line_forget(l);
	l->bouncing = true;
	l->level = obs_open_level(n);
	l->bounce = o->now;
	obs_line_disquiet(o, l);
	o->now_lines.bounced |= BIT(n);
}

/* Remember a window. Return: it is the tenth within a second. */
static bool obs_line_tenth(struct observer *o, struct obs_line *l)
{
	unsigned int recent = 1;
	unsigned int i;

	for (i = 0; i < OBS_OPENINGS; i++)
		if (i < l->openings && o->now - l->opening[i] <= BG_SEC(1))
			recent++;
	if (recent >= 10)
		return true;
	for (i = OBS_OPENINGS - 1; i > 0; i--)
		l->opening[i] = l->opening[i - 1];
	l->opening[0] = o->now;
	if (l->openings < OBS_OPENINGS)
		l->openings++;
	return false;
}

static void obs_line_window(struct observer *o, unsigned int n)
{
	struct obs_line *l = &o->line[n];

	if (!l->row || o->now - l->last_end > o->cfg.debounce)
		l->row = 0;
	l->spare = false;
	if (++l->row == 5 || obs_line_tenth(o, l)) {
		obs_line_bounces(o, n);
		return;
	}
	l->window = true;
	l->end = bg_after(o->now, o->cfg.debounce);
}

/* When did the transfer begin, and what did it bring? */
static enum obs_word obs_line_listen(struct observer *o, unsigned int n,
				     const struct bg_inputs *in, u64 *when)
{
	const bool thread = o->cfg.slow_lines & BIT(n);
	struct obs_line *l = &o->line[n];
	enum obs_word word = OBS_NOTHING;
	u64 from = 0;

	*when = o->now;
	if ((in->report & BIT(n)) && in->heard < o->now)
		*when = in->heard;
	if ((in->read & BIT(n)) && (!o->bound || *when >= l->word_at)) {
		word = in->failed & BIT(n) ? OBS_FAILURE : OBS_LEVEL;
		l->word_at = *when;
		from = bg_after(*when, BG_SEC(2));
	}
	if (o->bound && in->resumed)
		from = bg_after(o->now, BG_SEC(2));
	if (word == OBS_LEVEL)
		l->level_at = *when;

	if (!thread)
		l->patience = BG_NEVER;
	else if (from > l->patience)
		l->patience = from;
	return word;
}

/* Return: the line could not be read, again and again. */
static bool obs_line_fails(struct observer *o, struct obs_line *l, bool slow)
{
	static const u64 pauses[] = { BG_MS(1), BG_MS(5), BG_MS(20) };

	if (l->last_chance)
		return true;
	l->failures++;
	l->last_chance = slow || l->failures == 3;
	l->again = bg_after(o->now, pauses[slow ? 2 : l->failures - 1]);
	return false;
}

static void obs_line_bouncing(struct observer *o, struct obs_line *l,
			      bool edge, bool level, bool read_after)
{
	if (edge)
		obs_line_disquiet(o, l);
	else if (read_after)
		obs_line_is(l, level);
}

/* The first read that began at or after the end decides. */
static void obs_line_ends(struct observer *o, unsigned int n, bool flagged,
			  bool level, u64 when)
{
	struct obs_line *l = &o->line[n];
	const bool later = l->uncovered > when;

	l->window = false;
	l->last_end = when;
	l->level = level;
	l->uncovered = 0;
	l->spare = !flagged;
	/* An edge that came after it opens the next window. */
	if (later)
		obs_line_window(o, n);
}

static void obs_line_quiet(struct observer *o, unsigned int n, bool flagged,
			   enum obs_word word, bool level, u64 when)
{
	struct obs_line *l = &o->line[n];
	const bool differs = word == OBS_LEVEL && level != l->level;
	const bool seen = word == OBS_LEVEL && when == o->now;

	if (!flagged && !differs)
		return;
	if (l->spare && flagged && seen && !differs)
		l->spare = false;
	else
		obs_line_window(o, n);
}

static void obs_line_at_once(struct observer *o, unsigned int n, bool flagged,
			     enum obs_word word, bool level, u64 when)
{
	struct obs_line *l = &o->line[n];
	const bool differs = word == OBS_LEVEL && level != l->last_read;

	if (flagged)
		l->uncovered = o->now;
	if (word == OBS_LEVEL && l->uncovered <= when)
		l->uncovered = 0;
	if ((flagged || differs) && obs_line_tenth(o, l)) {
		obs_line_bounces(o, n);
		return;
	}
	if (word == OBS_LEVEL)
		l->level = level;
}

static void obs_line_sample(struct observer *o, const struct bg_inputs *in,
			    unsigned int n)
{
	struct obs_line *l = &o->line[n];
	const bool flagged = in->edge & BIT(n);
	const bool level = in->level & BIT(n);
	u64 when;
	const enum obs_word word = obs_line_listen(o, n, in, &when);
	const bool edge = flagged || (word == OBS_LEVEL && level != l->last_read);

	if (l->unreadable) {
		if (flagged)
			obs_line_deafen(o, l);
		if (word == OBS_NOTHING || when < l->again)
			return;
		if (word == OBS_LEVEL && o->now < l->patience)
			obs_line_is(l, level);
		else
			l->again = bg_after(o->now, BG_SEC(1));
		return;
	}
	if (o->now >= l->patience ||
	    (word == OBS_FAILURE &&
	     obs_line_fails(o, l, in->slow & BIT(n)))) {
		obs_line_lost(o, n);
		return;
	}
	if (word == OBS_LEVEL) {
		l->failures = 0;
		l->last_chance = false;
	}

	if (l->bouncing) {
		obs_line_bouncing(o, l, edge, level,
				  word == OBS_LEVEL && when >= l->end);
	} else if (l->window && o->now >= l->end) {
		if (flagged)
			l->uncovered = o->now;
		if (word == OBS_LEVEL && when >= l->end)
			obs_line_ends(o, n, flagged, level, when);
	} else if (!l->window && o->cfg.debounce) {
		obs_line_quiet(o, n, flagged, word, level, when);
	} else if (!l->window) {
		obs_line_at_once(o, n, flagged, word, level, when);
	}
	if (word == OBS_LEVEL)
		l->last_read = level;
}

/* The first level counts at once, and none at all is open. */
static void obs_line_first(struct observer *o, const struct bg_inputs *in,
			   unsigned int n)
{
	struct obs_line *l = &o->line[n];
	u64 when;

	if (obs_line_listen(o, n, in, &when) == OBS_LEVEL &&
	    o->now < l->patience)
		obs_line_is(l, in->level & BIT(n));
	else
		obs_line_lost(o, n);
}

/**
 * obs_take_line() - what a line says after debouncing
 * @o: observer
 * @in: samples
 * @n: line
 */
void obs_take_line(struct observer *o, const struct bg_inputs *in,
		   unsigned int n)
{
	const struct obs_line *l = &o->line[n];

	if (in->resumed)
		o->resumed = o->now;
	if (o->bound)
		obs_line_sample(o, in, n);
	else
		obs_line_first(o, in, n);
	if (!l->unreadable && (l->level_at < o->resumed ||
			       o->now - l->level_at > BG_MS(1100)))
		o->now_lines.unheard |= BIT(n);
}
