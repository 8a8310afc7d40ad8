// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - runs the KUnit suites in userspace
 */
#include <kunit/test.h>
#include <stdarg.h>

#include "watch.h"

static struct kunit_suite *kunit_suites;

void kunit_host_register(struct kunit_suite *suite)
{
	suite->next = kunit_suites;
	kunit_suites = suite;
}

void *kunit_host_zalloc(struct kunit *test, size_t size)
{
	unsigned int n;

	for (n = 0; n < KUNIT_ALLOCS; n++)
		if (!test->alloc[n]) {
			test->alloc[n] = calloc(1, size);
			return test->alloc[n];
		}
	return NULL;
}

/* Only the first failure is reported. */
void kunit_host_failed(struct kunit *test, bool stop, const char *file,
		       int line, const char *what, const char *format, ...)
{
	const char *name = strrchr(file, '/');
	char more[120];
	va_list args;

	va_start(args, format);
	vsnprintf(more, sizeof(more), format, args);
	va_end(args);
	if (!*test->why)
		snprintf(test->why, sizeof(test->why), "%s:%d: %s%s",
			 name ? name + 1 : file, line, what,
			 more[1] ? more : "");
	if (stop)
		longjmp(test->out, 1);
}

static void kunit_run_one(const struct kunit_suite *suite,
			  const struct kunit_case *test_case,
			  const void *value, const char *desc)
{
	static struct kunit test;
	char name[200];
	unsigned int n;

	memset(&test, 0, sizeof(test));
	test.param_value = value;
	if (!setjmp(test.out))
		test_case->run_case(&test);
	for (n = 0; n < KUNIT_ALLOCS; n++)
		free(test.alloc[n]);
	snprintf(name, sizeof(name), "%s.%s%s%s", suite->name, test_case->name,
		 desc ? ": " : "", desc ? desc : "");
	test_done(!*test.why, name, test.why);
}

/**
 * kunit_run() - run every case of every suite
 */
void kunit_run(void)
{
	const struct kunit_suite *suite;
	const struct kunit_case *test_case;

	for (suite = kunit_suites; suite; suite = suite->next)
		for (test_case = suite->test_cases; test_case->run_case;
		     test_case++) {
			char desc[KUNIT_PARAM_DESC_SIZE];
			const void *value = NULL;

			if (!test_case->generate_params) {
				kunit_run_one(suite, test_case, NULL, NULL);
				continue;
			}
			while ((value = test_case->generate_params(value,
								   desc)))
				kunit_run_one(suite, test_case, value, desc);
		}
}
