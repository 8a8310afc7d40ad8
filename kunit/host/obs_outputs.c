// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the observer's rules about writing and reading back outputs
 */
#include "observer.h"

#define OBS_SETTLE	BG_MS(10)
#define OBS_SILENCE	BG_SEC(1)
#define OBS_QUICK	3

static bool obs_slow(const struct observer *o, unsigned int n)
{
	return o->cfg.out_slow & BIT(n);
}

static bool obs_readable(const struct observer *o, unsigned int n)
{
	return o->cfg.readable & BIT(n);
}

static void obs_out_failed(const struct observer *o, struct obs_out *out)
{
	u64 wait = BG_SEC(1);

	if (!out->failures)
		out->trouble = o->now;
	if (out->failures == 0)
		wait = BG_MS(1);
	else if (out->failures == 1)
		wait = BG_MS(5);
	else if (out->failures == 2)
		wait = BG_MS(20);
	else if (o->now - out->trouble >= BG_SEC(60))
		wait = BG_SEC(10);

	if (out->failures == OBS_QUICK)
		out->faulty = true;
	else
		out->failures++;
	out->pending = false;
	out->unread = false;
	out->due = bg_after(o->now, wait);
}

static void obs_out_fine(struct obs_out *out)
{
	out->failures = 0;
	out->faulty = false;
	out->unread = false;
}

/* What is known of it now, by itself or by a write that worked. */
static void obs_out_is(const struct observer *o, struct obs_out *out, bool on)
{
	out->known = on;
	if (on && !out->want && !out->maybe_on)
		out->maybe_on_since = o->now;
	out->maybe_on = on && !out->want;
}

static void obs_out_wrote(const struct observer *o, unsigned int n,
			  struct obs_out *out)
{
	out->pending = false;
	out->botched = false;
	if (!obs_readable(o, n)) {
		obs_out_is(o, out, out->want);
		obs_out_fine(out);
		return;
	}
	if (!out->failures && !out->faulty)
		out->known = out->want;
	out->unread = true;
	out->due = bg_after(o->now, OBS_SETTLE);
}

static void obs_take_output(struct observer *o, const struct bg_inputs *in,
			    unsigned int n)
{
	struct obs_out *out = &o->out[n];
	const bool report = in->tried & BIT(n);
	const bool mine = report && in->number[n] == out->number;
	const bool read = mine && (in->checked & BIT(n));
	const bool level = in->out_level & BIT(n);
	const bool silent = out->pending && !mine && obs_slow(o, n);
	bool bad = mine && (in->out_failed & BIT(n));

	out->old_report = report && !mine &&
			  (silent ? o->now < out->due : !out->pending);
	if (silent && o->now >= out->due)
		bad = true;

	if (read && (bad || !out->pending))
		obs_out_is(o, out, level);

	if (out->pending && bad) {
		out->botched = true;
		obs_out_failed(o, out);
	} else if (out->pending && !silent) {
		obs_out_wrote(o, n, out);
	} else if (!out->pending && (bad || (read && level != out->want))) {
		/* What is read between two retries is no failure of its own. */
		if (out->unread || !out->failures)
			obs_out_failed(o, out);
	} else if (!out->pending && read && !out->botched) {
		obs_out_fine(out);
	}

	if ((in->out_alive & BIT(n)) || (mine && !bad)) {
		/* Back again: each second again, for a minute, from now on. */
		if (out->gone && out->faulty && !out->pending && !out->unread &&
		    o->now - out->trouble >= BG_SEC(60)) {
			out->trouble = o->now;
			out->due = o->now;
		}
		out->gone = false;
	} else if (bad) {
		out->gone = true;
	}
	if (!out->pending)
		out->shown = out->known;
}

/**
 * obs_take_outputs() - what became of the outputs
 * @o: observer
 * @in: what the guard is given
 */
void obs_take_outputs(struct observer *o, const struct bg_inputs *in)
{
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS && o->bound; n++)
		obs_take_output(o, in, n);
}

/**
 * obs_parts() - does the pre-alarm have to outlast the load?
 * @o: observer, with the outputs as they were before
 * @st: state
 * @load_decided: the load's level was decided, and is in @o
 *
 * Return: true while the load's off has to be heard first.
 */
bool obs_parts(const struct observer *o, u8 st, bool load_decided)
{
	const struct obs_out *load = &o->out[BG_OUT_LOAD];
	const bool unheard = load->pending || load->botched ||
			     (!load_decided && load->want);

	return o->cfg.split && st == BG_LOAD_OFF && unheard &&
	       o->out[BG_OUT_PRE_ALARM].want && !o->set.mute &&
	       o->now - o->disconnect[0] < BG_SEC(1);
}

static void obs_writes(struct observer *o, unsigned int n, struct obs_out *out)
{
	out->number++;
	out->pending = true;
	out->unread = false;
	out->due = bg_after(o->now, obs_slow(o, n) ? OBS_SILENCE : OBS_SETTLE);
}

static void obs_judge_change(struct observer *o, unsigned int n, bool want,
			     bool write, bool anew)
{
	struct obs_out *out = &o->out[n];

	obs_rule(o, write, "each change is written, at once");
	obs_rule(o, !anew, "a change is no retry");
	out->want = want;
	out->maybe_on = !want;
	out->maybe_on_since = o->now;
	out->failures = 0;
	if (!obs_slow(o, n) && !out->faulty)
		out->shown = want;
	obs_writes(o, n, out);
}

static void obs_judge_same(struct observer *o, unsigned int n,
			   const struct bg_result *res)
{
	struct obs_out *out = &o->out[n];
	const bool write = res->write & BIT(n);
	const bool check = res->check & BIT(n);
	const bool ready = !out->pending && !out->unread;
	const bool retry = ready && out->failures && o->now >= out->due;
	const bool look = ready && !retry && obs_readable(o, n) &&
			  (!obs_slow(o, n) || o->now >= out->ask_from);

	obs_rule(o, !write || out->failures,
		 "no write without a change or a failure");
	obs_rule(o, write == retry,
		 "an output that fails is set anew when it is due, and only then");
	obs_rule(o, !(res->anew & BIT(n)) == !write,
		 "an output that fails is set anew with its direction");
	obs_rule(o, !(res->through_input & BIT(n)) ==
		 !(write && out->failures > 1 && !(out->want && out->known)),
		 "the second retry lets go of the line, if that cuts nothing");
	obs_rule(o, check || !(out->unread && o->now >= out->due),
		 "a change is read back");
	obs_rule(o, check || !look, "an output at rest is read back in each look");
	obs_rule(o, !check || look || (out->unread && o->now >= out->due),
		 "nothing is read back before it has settled");
	if (write)
		obs_writes(o, n, out);
	if (check) {
		out->ask_from = bg_after(o->now, BG_MS(500));
		if (out->unread)
			out->due = out->ask_from;
	}
}

/**
 * obs_judge_writes() - judge what is written and read back
 * @o: observer
 * @res: what the guard decided
 * @told: what it reports
 */
void obs_judge_writes(struct observer *o, const struct bg_result *res,
		      const struct obs_told *told)
{
	const u32 lamps = BIT(BG_OUT_LOAD) | BIT(BG_OUT_CHARGER);
	const u32 differ = (told->view->outputs ^ o->view.outputs) & lamps;
	const u32 faults = told->view->out_faulty ^ o->view.out_faulty;
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++) {
		struct obs_out *out = &o->out[n];
		const bool want = res->outputs & BIT(n);
		const bool write = res->write & BIT(n);
		const bool change = want != out->want || !o->bound;

		obs_rule(o, !(res->check & BIT(n)) || obs_readable(o, n),
			 "read back only what can be read back");
		obs_rule(o, res->number[n] == out->number + write,
			 "each write has the next number");
		obs_rule(o, !out->old_report || change ||
			 !((differ | faults) & BIT(n)),
			 "a report of an older write changes nothing");
		if (change)
			obs_judge_change(o, n, want, write,
					 res->anew & BIT(n));
		else
			obs_judge_same(o, n, res);
		obs_rule(o, !(BIT(n) & lamps) ||
			 !(told->view->outputs & BIT(n)) == !out->shown,
			 "load and charger show what is known");
	}
}

/**
 * obs_judge_heartbeat() - judge the heartbeat
 * @o: observer
 * @res: what the guard decided
 */
void obs_judge_heartbeat(struct observer *o, const struct bg_result *res)
{
	const bool beats = res->write & BIT(BG_OUT_HEARTBEAT);
	const bool due = !o->bound || o->now >= o->beat;
	unsigned int n;

	o->stopped = false;
	for (n = BG_OUT_LOAD; n <= BG_OUT_CHARGER; n++)
		o->stopped |= o->out[n].maybe_on &&
			      o->now - o->out[n].maybe_on_since >= BG_SEC(5);

	obs_rule(o, o->cfg.heartbeat ||
		 !((res->write | res->outputs) & BIT(BG_OUT_HEARTBEAT)),
		 "no heartbeat without such a line");
	obs_rule(o, !beats || !o->stopped,
		 "the heartbeat stops when an off is not confirmed for five seconds");
	obs_rule(o, !o->cfg.heartbeat || o->stopped || beats == due,
		 "the heart beats each half second, as long as each off is confirmed");
	if (beats) {
		o->heart_high = !o->heart_high;
		o->beat = bg_after(o->now, BG_MS(500));
	}
	obs_rule(o, !(res->outputs & BIT(BG_OUT_HEARTBEAT)) == !o->heart_high,
		 "each beat turns the line, and nothing else does");
}
