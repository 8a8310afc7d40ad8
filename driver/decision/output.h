/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - when an output is to be written, and whether it obeyed (pure)
 */
#ifndef BATTGUARD_OUTPUT_H
#define BATTGUARD_OUTPUT_H

#include "pure.h"

/*
 * A line that floats falls with the time constant of its pull-down, so a
 * change is judged by what reads back after this time.
 */
#define BG_SETTLE_NS		BG_MS(10)

/**
 * struct bg_output - one output and its condition
 * @due: when it has to be looked at again, in ns
 * @want: the level decided
 * @shown: the level last read back, else the one last set
 * @faulty: it could not be set, or reads back otherwise
 * @settling: it has changed and has not been checked since
 */
struct bg_output {
	u64 due;
	bool want;
	bool shown;
	bool faulty;
	bool settling;
};

/**
 * struct bg_output_do - what is to be done with an output
 * @write: set it to the level wanted
 * @check: read it back
 */
struct bg_output_do {
	bool write;
	bool check;
};

/**
 * struct bg_output_done - what was done with an output
 * @tried: it was written or read back
 * @checked: it was read back
 * @failed: writing failed, or it reads back otherwise, retries included
 * @level: the level read back, else the one set
 */
struct bg_output_done {
	bool tried;
	bool checked;
	bool failed;
	bool level;
};

void bg_output_init(struct bg_output *out, u64 now);
void bg_output_done(struct bg_output *out, const struct bg_output_done *done,
		    bool readable, u64 now);
struct bg_output_do bg_output_step(struct bg_output *out, bool want,
				   bool readable, u64 now);
u64 bg_output_deadline(const struct bg_output *out);

#endif
