// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl under fuzzers - runs the tool within this process, and keeps
 * what it prints
 */
#include <getopt.h>
#include <stdlib.h>

#include "fuzz.h"

struct ran run_tool(int argc, char **argv)
{
	FILE *const out = stdout, *const err = stderr;
	struct ran ran = { 0 };

	opt = (struct options) { .timeout_ms = -1 };
	optind = 0;
	stdout = open_memstream(&ran.out, &ran.out_len);
	stderr = open_memstream(&ran.err, &ran.err_len);
	if (!stdout || !stderr)
		abort();
	ran.status = tool_main(argc, argv);
	fclose(stdout);
	fclose(stderr);
	stdout = out;
	stderr = err;
	return ran;
}

void run_free(struct ran *ran)
{
	free(ran->out);
	free(ran->err);
}
