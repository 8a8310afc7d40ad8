// SPDX-License-Identifier: GPL-2.0
// into: kunit/values_kunit.c
// expect: [bugprone-sizeof-expression]

void seed_clear(struct kunit *test);
void seed_clear(struct kunit *test)
{
	memset(test, 0, sizeof(sizeof(*test)));
}
