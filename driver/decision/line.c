// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the line filter: one input line, debounced and judged (pure)
 *
 *   level  ____/~\_/~~~~~~~~~~~      the first edge opens the window, edges
 *   window     |-------|             inside it do not extend it, the level at
 *   filtered __________/~~~~~~~      its end decides
 *
 * A window ends with the first read that began at or after its end. Inside it
 * the interrupt is masked. What comes meanwhile the kernel replays when the
 * interrupt is opened again, before the read that ends the window. So the first
 * edge after a window that finds the filtered level may be that replay, and
 * opens no window; a second one would be a spike.
 *
 * A window that opens within one window length after the end of the one
 * before continues its row. Contacts settle within a window or two; a line
 * that would open a fifth one is not settling but broken, and counts as open.
 * So does one that would open its tenth window within a second. A line without
 * a window has one of no length for each edge.
 *
 * A read that fails is no level: the last one holds until the read was tried
 * again some times. Only then the line counts as open.
 */
#include "line.h"

/* By the number of tries left. */
static const u64 bg_line_pause[BG_LINE_TRIES + 1] = {
	0, BG_MS(20), BG_MS(5), BG_MS(1)
};

static void bg_line_forget(struct bg_line *line)
{
	line->unmask = 0;
	line->late = 0;
	line->row = 0;
	line->windows = 0;
	line->free = false;
}

/* The quiet time begins anew; meanwhile the line may not interrupt much. */
static noinline void bg_line_disquiet(struct bg_line *line,
				      const struct bg_line_rules *rules,
				      u64 now)
{
	line->until = bg_after(now, rules->quiet);
	line->unmask = bg_after(now, BG_FAULTY_MASK_NS);
}

static void bg_line_bounce(struct bg_line *line,
			   const struct bg_line_rules *rules, u64 now)
{
	bg_line_forget(line);
	line->state = BG_LINE_BOUNCING;
	line->level = rules->open;
	line->since = now;
	bg_line_disquiet(line, rules, now);
}

static void bg_line_lost(struct bg_line *line,
			 const struct bg_line_rules *rules, u64 now)
{
	bg_line_forget(line);
	line->state = BG_LINE_UNREADABLE;
	line->level = rules->open;
	line->raw = rules->open;
	line->tries = 0;
	line->retry = bg_after(now, BG_POLL_NS);
}

/* Quiet and readable: the level counts as it is, the past is forgotten. */
static void bg_line_settle(struct bg_line *line, bool level)
{
	bg_line_forget(line);
	line->state = BG_LINE_IDLE;
	line->level = level;
	line->raw = level;
}

/*
 * A spark disturbs a bus for some milliseconds. A controller that takes long to
 * fail is no victim of one, and each try holds up its other lines.
 *
 * Return: false when it was the last try.
 */
static bool bg_line_try_again(struct bg_line *line, bool slow, u64 now)
{
	line->tries = line->tries ? line->tries - 1 : BG_LINE_TRIES;
	if (slow && line->tries)
		line->tries = 1;
	line->retry = bg_after(now, bg_line_pause[line->tries]);
	return line->tries;
}

/* Count a window. Return: false when it is one too many, and the line bounces. */
static noinline bool bg_line_count(struct bg_line *line,
				   const struct bg_line_rules *rules, u64 now)
{
	const unsigned int last = BG_BOUNCE_WINDOWS - 2;
	unsigned int i;

	if (line->row >= BG_BOUNCE_ROW ||
	    (line->windows > last &&
	     now - line->opened[last] <= BG_BOUNCE_NS)) {
		bg_line_bounce(line, rules, now);
		return false;
	}

	for (i = last; i > 0; i--)
		line->opened[i] = line->opened[i - 1];
	line->opened[0] = now;
	if (line->windows <= last)
		line->windows++;
	return true;
}

static void bg_line_open_window(struct bg_line *line,
				const struct bg_line_rules *rules, u64 now)
{
	if (line->row && now - line->row_end <= rules->window)
		line->row++;
	else
		line->row = 1;
	line->free = false;

	if (!bg_line_count(line, rules, now))
		return;
	line->state = BG_LINE_WINDOW;
	line->until = bg_after(now, rules->window);
}

/* The 2 s of a thread begin anew with each transfer, and when the system wakes. */
static void bg_line_hear(struct bg_line *line, u64 when)
{
	line->silent = bg_later(line->silent, bg_after(when, BG_SILENT_NS));
}

/* Return: true if an edge came after the read that ended the window. */
static bool bg_line_end_window(struct bg_line *line, const struct bg_sample *in)
{
	const bool edge = line->late > in->heard;

	line->state = BG_LINE_IDLE;
	line->level = in->level;
	line->row_end = in->heard;
	line->late = 0;
	/* An edge that this read has covered may be the replay. */
	line->free = !in->edge;
	return edge;
}

/* The level counts when it is read, and each edge has to be read after. */
static void bg_line_at_once(struct bg_line *line,
			    const struct bg_line_rules *rules,
			    const struct bg_sample *in, bool good, bool edge,
			    u64 now)
{
	if (in->edge)
		line->late = now;
	if (good && in->heard >= line->late)
		line->late = 0;

	if (edge && !bg_line_count(line, rules, now))
		return;
	if (good)
		line->level = in->level;
}

/* What an edge or none, and a level or none, are to the line. */
static noinline void bg_line_filter(struct bg_line *line,
				    const struct bg_line_rules *rules,
				    const struct bg_sample *in, bool good,
				    bool edge, u64 now)
{
	if (line->state == BG_LINE_BOUNCING) {
		if (edge)
			bg_line_disquiet(line, rules, now);
		else if (good && in->heard >= line->until)
			bg_line_settle(line, in->level);
	} else if (!rules->window) {
		bg_line_at_once(line, rules, in, good, edge, now);
	} else if (edge && line->state == BG_LINE_IDLE) {
		bg_line_open_window(line, rules, now);
	}
}

/**
 * bg_line_init() - start a filter
 * @line: filter to start
 * @rules: how the line is judged
 * @in: the first sample; its level counts as long held
 * @now: time of the sample
 *
 * A line without a level counts as open at once.
 */
void bg_line_init(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *in, u64 now)
{
	const bool good = in->read && !in->failed;

	*line = (struct bg_line) { .until = BG_NEVER };
	line->silent = rules->threaded ? 0 : BG_NEVER;
	if (in->read) {
		line->transfer = in->heard;
		bg_line_hear(line, in->heard);
	}
	if (good)
		line->heard = in->heard;

	if (good && now < line->silent)
		bg_line_settle(line, in->level);
	else
		bg_line_lost(line, rules, now);
}

/**
 * bg_line_step() - take a sample
 * @line: filter
 * @rules: how the line is judged
 * @in: what was seen
 * @now: time of the sample, never before that of the sample before
 *
 * A level other than the one read last is an edge, whether the interrupt for
 * it was seen or not. A transfer that began before one that was already heard
 * of tells nothing.
 */
void bg_line_step(struct bg_line *line, const struct bg_line_rules *rules,
		  const struct bg_sample *in, u64 now)
{
	const bool read = in->read && in->heard >= line->transfer;
	const bool good = read && !in->failed;
	bool edge = in->edge || (good && in->level != line->raw);

	if (read)
		line->transfer = in->heard;
	if (read || in->resumed)
		bg_line_hear(line, in->resumed ? now : in->heard);
	if (good)
		line->heard = in->heard;

	if (line->state == BG_LINE_UNREADABLE) {
		if (in->edge)
			line->unmask = bg_after(now, BG_FAULTY_MASK_NS);
		/* A try that comes before its time makes it no better. */
		if (!read || in->heard < line->retry)
			return;
		if (good && now < line->silent)
			bg_line_settle(line, in->level);
		else
			line->retry = bg_after(now, BG_POLL_NS);
		return;
	}

	if (now >= line->silent ||
	    (read && !good && !bg_line_try_again(line, in->slow, now))) {
		bg_line_lost(line, rules, now);
		return;
	}
	if (good)
		line->tries = 0;

	if (line->state == BG_LINE_WINDOW && now >= line->until) {
		if (in->edge)
			line->late = now;
		edge = good && in->heard >= line->until &&
		       bg_line_end_window(line, in);
	} else if (line->free && in->edge && good && in->heard >= now &&
		   in->level == line->level) {
		/* Open since the window: the kernel replays what came in it. */
		line->free = false;
		edge = false;
	}

	if (good)
		line->raw = in->level;

	bg_line_filter(line, rules, in, good, edge, now);
}

/**
 * bg_line_readable() - may a line be read?
 * @line: filter
 * @now: present time in ns
 *
 * Return: false while a pause before a try runs.
 */
bool bg_line_readable(const struct bg_line *line, u64 now)
{
	return !bg_line_trying(line) || now >= line->retry;
}

/**
 * bg_line_masked() - is the interrupt of a line to be masked?
 * @line: filter
 * @now: present time in ns
 *
 * Inside a window, as edges do not count there; and for a while after an edge
 * of a line that is faulty, so that it cannot keep a CPU busy. An edge between
 * the end of a window and the read that ends it is enough to know of, too.
 *
 * Return: true if it is.
 */
bool bg_line_masked(const struct bg_line *line, u64 now)
{
	if (line->state == BG_LINE_WINDOW)
		return now < line->until || line->late;
	return now < line->unmask;
}

/**
 * bg_line_awaited() - is it time to read a line?
 * @line: filter
 * @now: present time in ns
 *
 * Return: true if a window, a quiet time or a pause before a try is over, or
 * an edge came, and nothing that was read since has been heard.
 */
bool bg_line_awaited(const struct bg_line *line, u64 now)
{
	if (bg_line_trying(line))
		return now >= line->retry;
	if (line->state == BG_LINE_IDLE)
		return line->late;
	return now >= line->until;
}

/**
 * bg_line_stale() - was the level of a line heard too long ago?
 * @line: filter
 * @resumed: when the system woke last, in ns, 0 = never
 * @now: present time in ns
 *
 * A line that counts as unreadable is open, whatever its level is.
 *
 * Return: true if no output may go on because of this level.
 */
bool bg_line_stale(const struct bg_line *line, u64 resumed, u64 now)
{
	return line->state != BG_LINE_UNREADABLE &&
	       (line->heard < resumed || now - line->heard > BG_FRESH_NS);
}

/**
 * bg_line_unsettled() - may the system not sleep on this line?
 * @line: filter
 * @now: present time in ns
 *
 * A contact that bounces for a minute does not stop soon. A sleeping system is
 * better off with the line open than awake until the battery is empty.
 *
 * Return: true if its level is about to be known.
 */
bool bg_line_unsettled(const struct bg_line *line, u64 now)
{
	return line->state == BG_LINE_WINDOW || line->tries ||
	       (line->state == BG_LINE_BOUNCING &&
		now - line->since < BG_BOUNCE_AWAKE_NS);
}

static u64 bg_line_ahead(u64 when, u64 now)
{
	return when > now ? when : BG_NEVER;
}

/**
 * bg_line_deadline() - when the line needs the next evaluation without an edge
 * @line: filter
 * @threaded: a thread reads the line, and was told to if it is awaited
 * @now: present time in ns
 *
 * Return: a time in ns, or %BG_NEVER.
 */
u64 bg_line_deadline(const struct bg_line *line, bool threaded, u64 now)
{
	u64 next = bg_line_ahead(line->unmask, now);

	if (!threaded && bg_line_awaited(line, now))
		return bg_after(now, 1);
	if (bg_line_trying(line))
		next = bg_earlier(next, bg_line_ahead(line->retry, now));
	if (line->state == BG_LINE_UNREADABLE)
		return next;
	if (line->state != BG_LINE_IDLE)
		next = bg_earlier(next, bg_line_ahead(line->until, now));
	return bg_earlier(next, line->silent);
}
