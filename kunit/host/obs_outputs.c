// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the observer's rules about writing and reading back outputs
 */
#include "observer.h"

/**
 * obs_take_outputs() - what became of the outputs
 * @o: observer
 * @in: what the guard is given
 */
void obs_take_outputs(struct observer *o, const struct bg_inputs *in)
{
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++) {
		struct obs_out *out = &o->out[n];
		const bool readable = o->cfg.readable & BIT(n);

		if (!(in->tried & BIT(n)))
			continue;
		out->shown = in->out_level & BIT(n);
		if (in->out_failed & BIT(n)) {
			if (!out->faulty)
				out->retry_by = bg_after(o->now, BG_SEC(1));
			out->faulty = true;
		} else if (!readable || (in->checked & BIT(n))) {
			out->faulty = false;
		}
		/* Written long ago or not, it is known only now. */
		if (out->fresh) {
			out->look_by = bg_after(o->now, BG_SEC(1));
			out->retry_by = out->look_by;
		}
		out->fresh = false;
	}
}

/**
 * obs_judge_writes() - judge what is written and read back
 * @o: observer
 * @res: what the guard decided
 */
void obs_judge_writes(struct observer *o, const struct bg_result *res)
{
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++) {
		struct obs_out *out = &o->out[n];
		const bool want = res->outputs & BIT(n);
		const bool write = res->write & BIT(n);
		const bool check = res->check & BIT(n);

		obs_rule(o, !check || (o->cfg.readable & BIT(n)),
			 "read back only what can be read back");
		if (want != out->want || !o->bound) {
			obs_rule(o, write, "each change is written, at once");
			out->want = want;
			out->shown = want;
			out->fresh = true;
			out->changed = o->now;
			out->look_by = bg_after(o->now, BG_SEC(1));
			out->looked_at = !(o->cfg.readable & BIT(n));
			out->retry_by = bg_after(o->now, BG_SEC(1));
			continue;
		}
		obs_rule(o, !write || out->faulty,
			 "no write without a change or a fault");
		obs_rule(o, write || !out->faulty || o->now < out->retry_by,
			 "an output that fails is tried again each second");
		obs_rule(o, check || out->looked_at || out->faulty ||
			 o->now < out->look_by,
			 "a change is read back");
		if (write)
			out->retry_by = bg_after(o->now, BG_SEC(1));
		if (check)
			out->looked_at = true;
	}
	obs_rule(o, o->cfg.heartbeat ||
		 !((res->write | res->outputs) & BIT(BG_OUT_HEARTBEAT)),
		 "no heartbeat without such a line");
}
