// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - tests of the state machine in userspace
 *
 * host_test           all tests
 * host_test --first   the same, up to the first that fails
 * host_test --quick   the same, without the long runs
 * host_test --seed N  replay a random run
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timeline.h"
#include "watch.h"

static unsigned int tests_passed;
static unsigned int tests_failed;
static bool stop_at_first;

static int tests_end(void)
{
	printf("%u passed, %u failed\n", tests_passed, tests_failed);
	return tests_failed || !tests_passed;
}

void test_done(bool passed, const char *name, const char *why)
{
	if (passed)
		tests_passed++;
	else
		tests_failed++;
	printf("%s %u - %s\n", passed ? "ok" : "not ok",
	       tests_passed + tests_failed, name);
	if (!passed)
		printf("# %s\n", why);
	fflush(stdout);
	if (!passed && stop_at_first)
		exit(tests_end());
}

static void timelines_run(void)
{
	static struct watched w;
	unsigned int n, i;

	for (n = 0; n < TIMELINES; n++) {
		const struct timeline *tl = &timelines[n];
		char why[200] = "";

		watched_init(&w);
		timeline_start(&w.p, tl);
		for (i = 0; i < tl->steps && !*why; i++) {
			const struct tl_step *step = &tl->step[i];
			const struct bg_view *v = &w.p.fsm.view;

			timeline_do(&w.p, step);
			if (w.o.broken)
				snprintf(why, sizeof(why), "at %u ms: %s",
					 step->at, w.o.broken);
			else if (!timeline_seen(&w.p, step))
				snprintf(why, sizeof(why),
					 "at %u ms: state %u, pins %#x, reasons %#x %#x instead of %u, %#x, %#x %#x",
					 step->at, v->state, w.p.pins,
					 v->load_reasons, v->charger_reasons,
					 step->state, step->pins, step->load,
					 step->charger);
		}
		test_done(!*why, tl->name, why);
	}
}

int main(int argc, char **argv)
{
	const bool quick = argc == 2 && !strcmp(argv[1], "--quick");
	const u64 seed = 1;

	if (argc == 3 && !strcmp(argv[1], "--seed")) {
		random_run(strtoull(argv[2], NULL, 0), 1);
		compare_run(strtoull(argv[2], NULL, 0), 1);
		return tests_end();
	}
	if (argc > 2 || (argc == 2 && !quick && strcmp(argv[1], "--first"))) {
		fprintf(stderr, "usage: %s [--first | --quick | --seed N]\n",
			argv[0]);
		return 2;
	}

	stop_at_first = argc == 2;
	kunit_run();
	params_run();
	timelines_run();
	scenarios_run();
	chatter_run();
	if (quick)
		return tests_end();
	random_run(seed, 4000);
	compare_run(seed, 400);
	enumerate_run();
	return tests_end();
}
