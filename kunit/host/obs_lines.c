// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the observer's eyes: what the lines say, after debouncing
 */
#include "observer.h"

static bool obs_open_level(unsigned int n)
{
	/* Open means not permitted; for low-cell the bad level is asserted. */
	return n >= BG_LINE_LOW_CELL && n < BG_LINE_REMOTE_L;
}

static u64 obs_quiet_time(const struct observer *o, unsigned int n)
{
	u64 quiet = o->set.restore_delay;

	if (n < BG_LINE_CHARGE ||
	    (n >= BG_LINE_LOW_CELL && n < BG_LINE_REMOTE_L))
		quiet = obs_slow_restore(o);
	return quiet > o->cfg.debounce ? quiet : o->cfg.debounce;
}

static void obs_line_forget(struct obs_line *l)
{
	l->window = false;
	l->bouncing = false;
	l->unreadable = false;
	l->row = 0;
	l->changes = 0;
}

static void obs_line_bounces(struct observer *o, unsigned int n)
{
	struct obs_line *l = &o->line[n];

	obs_line_forget(l);
	l->bouncing = true;
	l->level = obs_open_level(n);
	l->end = bg_after(o->now, obs_quiet_time(o, n));
	o->now_lines.bounced |= BIT(n);
}

static void obs_line_hardware(struct observer *o, unsigned int n)
{
	struct obs_line *l = &o->line[n];
	unsigned int recent = 1;
	unsigned int i;

	for (i = 0; i < OBS_CHANGES; i++)
		if (i < l->changes &&
		    o->now - l->change[i] <= 8 * o->cfg.debounce)
			recent++;
	if (recent >= 5) {
		obs_line_bounces(o, n);
		return;
	}
	for (i = OBS_CHANGES - 1; i > 0; i--)
		l->change[i] = l->change[i - 1];
	l->change[0] = o->now;
	if (l->changes < OBS_CHANGES)
		l->changes++;
	l->level = l->last_read;
}

static void obs_line_edge(struct observer *o, unsigned int n)
{
	struct obs_line *l = &o->line[n];
	const u64 window = o->cfg.debounce;

	if (!l->row || o->now - l->last_end > window)
		l->row = 0;
	if (++l->row == 5) {
		obs_line_bounces(o, n);
		return;
	}
	l->window = true;
	l->end = bg_after(o->now, window);
}

static void obs_line_sample(struct observer *o, unsigned int n, bool level,
			    bool flagged)
{
	struct obs_line *l = &o->line[n];
	bool edge = flagged || level != l->last_read;

	if (l->unreadable) {
		obs_line_forget(l);
		l->level = level;
		l->last_read = level;
		return;
	}

	if (l->window && o->now >= l->end) {
		/*
		 * The level at the end decides. With an edge after the level
		 * was last read it is the one before that edge, and the edge
		 * opens another window; without one it is the level read now.
		 */
		l->window = false;
		l->last_end = l->end;
		l->level = flagged ? l->last_read : level;
		edge = flagged;
	}
	l->last_read = level;

	if (l->bouncing) {
		if (edge) {
			l->end = bg_after(o->now, obs_quiet_time(o, n));
		} else if (o->now >= l->end) {
			obs_line_forget(l);
			l->level = level;
		}
	} else if (!o->cfg.debounce) {
		l->level = level;
	} else if (edge && (o->cfg.hw_debounce & BIT(n))) {
		obs_line_hardware(o, n);
	} else if (edge && !l->window) {
		obs_line_edge(o, n);
	}
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
	struct obs_line *l = &o->line[n];
	bool read = in->read & BIT(n);
	bool failed = read ? in->failed & BIT(n) : l->unreadable;

	if (!o->bound) {
		failed = failed || !read;
		l->level = in->level & BIT(n);
		l->last_read = l->level;
	} else if (!read && l->unreadable && o->now < l->end) {
		return;
	}

	if (failed) {
		obs_line_forget(l);
		l->unreadable = true;
		l->level = obs_open_level(n);
		l->end = bg_after(o->now, BG_SEC(1));
	} else if (o->bound) {
		obs_line_sample(o, n, read ? in->level & BIT(n) : l->last_read,
				in->edge & BIT(n));
	}
}
