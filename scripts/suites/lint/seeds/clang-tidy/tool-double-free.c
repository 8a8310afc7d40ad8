// SPDX-License-Identifier: GPL-2.0
// into: tools/text.c
// expect: Attempt to free released memory

void seed_twice(char *text);
void seed_twice(char *text)
{
	free(text);
	free(text);
}
