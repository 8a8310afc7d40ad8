// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the observer's rule about one line that does not keep still
 *
 * Whatever one line does, the others steady and no user writing, no output
 * changes more than eleven times in any second, blink and heartbeat apart; with
 * a restore time of a second or more, not more than three times.
 *
 * A line has at most nine windows in a second, which change it at most once
 * each; so do a window that opened before that second, and the bounce. A line
 * that could not be read is open for a second at least.
 *
 * It needs more history than the induction can carry, so it is judged in all
 * that is played and fuzzed. That no window is the tenth is proved.
 */
#include "watch.h"

/* Lines that moved, or are not done with it. Two that are one wire count once. */
static u32 alone_restless(struct obs_alone *a, const struct observer *o,
			  const struct bg_inputs *in)
{
	const u32 charge = (u32)o->cfg.shared << BG_LINE_CHARGE;
	u32 raw = 0, level = 0, busy = 0, restless;
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++) {
		const struct obs_line *l = &o->line[n];

		if (!(o->cfg.lines & BIT(n)))
			continue;
		raw |= l->last_read ? BIT(n) : 0;
		level |= l->level ? BIT(n) : 0;
		busy |= l->window || l->bouncing || l->unreadable ||
			l->failures ? BIT(n) : 0;
	}
	restless = (in->edge & o->cfg.lines) | (raw ^ a->raw) |
		   (level ^ a->level) | busy | a->busy;
	a->raw = raw;
	a->level = level;
	a->busy = busy;
	return (restless & ~charge) | (restless & charge) >> BG_LINE_CHARGE;
}

/* What an output does for itself is no change: it blinks. */
static u32 alone_outputs(const struct observer *o, const struct bg_result *res)
{
	const u32 alarm = BIT(BG_OUT_PRE_ALARM);
	const u32 outputs = res->outputs & ~BIT(BG_OUT_HEARTBEAT);

	if (!o->cfg.intermittent)
		return outputs;
	return (outputs & ~alarm) | (o->view.outputs & alarm);
}

/**
 * obs_judge_alone() - judge how often outputs change
 * @a: memory of this rule
 * @o: observer, after its judgement
 * @in: what the guard was given
 * @res: what it decided
 */
void obs_judge_alone(struct obs_alone *a, struct observer *o,
		     const struct bg_inputs *in, const struct bg_result *res)
{
	const unsigned int most = o->set.restore_delay >= BG_SEC(1) ? 3 : 11;
	const u32 restless = alone_restless(a, o, in);
	const u32 outputs = alone_outputs(o, res);
	const u32 change = outputs ^ a->outputs;
	unsigned int n, i;

	a->outputs = outputs;
	if (restless & ~a->line || o->user_set || in->park ||
	    in->resumed || !a->begun) {
		/* Another line, or anything else: the story begins anew. */
		a->begun = true;
		a->line = restless & (restless - 1) ? 0 : restless;
		for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
			a->changes[n] = 0;
		return;
	}
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++) {
		u64 *at = a->changed[n];

		if (!(change & BIT(n)))
			continue;
		obs_rule(o, a->changes[n] < most ||
			 o->now - at[most - 1] > BG_SEC(1),
			 "whatever one line does, no output changes too often");
		for (i = OBS_CHANGES - 1; i > 0; i--)
			at[i] = at[i - 1];
		at[0] = o->now;
		if (a->changes[n] < OBS_CHANGES)
			a->changes[n]++;
		for (i = 0; i < a->changes[n]; i++)
			if (o->now - at[i] <= BG_SEC(1) && i >= a->most)
				a->most = i + 1;
	}
}
