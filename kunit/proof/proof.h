/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - what the proofs share
 */
#ifndef BATTGUARD_PROOF_H
#define BATTGUARD_PROOF_H

#include "any.h"
#include "valid.h"

/* The kernel's times have a sign: no clock shows more than this, 292 years. */
#define PROOF_TIME	0x7fffffffffffffffULL
/* Fewer than this has been counted or numbered since the bind. */
#define PROOF_COUNTS	0xffffff00U
#define PROOF_SEQS	0xffffffffffffff00ULL

/*
 * A rule: whenever @given holds, @then holds. The first assertion must fail,
 * which shows that @given can hold: a rule that never applies always holds.
 */
#define RULE(name, given, then)						\
	do {								\
		const bool is_given = (given);				\
									\
		__CPROVER_assert(!is_given, "given: " name);		\
		__CPROVER_assert(!is_given || (then), name);		\
	} while (0)

extern struct bg_fsm fsm;
extern struct bg_config cfg;
extern struct bg_inputs in;
extern struct bg_result res;
extern struct observer o;

/*
 * How long something has held: when it was last seen bad, and the shortest
 * time it has had to hold for since.
 */
struct spell {
	u64 bad;
	u64 shortest;
	bool ever;
};

static inline void spell_step(struct spell *s, bool good, u64 restore, u64 now)
{
	if (!good) {
		s->bad = now;
		s->ever = true;
		s->shortest = restore;
	} else if (s->shortest > restore) {
		s->shortest = restore;
	}
}

static inline bool spell_over(const struct spell *s, u64 now)
{
	return !s->ever || now - s->bad >= s->shortest;
}

static inline bool spell_agrees(const struct spell *s,
				const struct obs_wait *w, u64 now)
{
	if (s->ever && s->bad > now)
		return false;
	if (w->granted)
		return spell_over(s, now);
	return s->ever && (w->holds ? s->bad <= w->since : s->bad == now);
}

#endif
