// SPDX-License-Identifier: GPL-2.0
// into: tools/text.c
// expect: double-'free' of 'text'

void seed_twice(char *text);
void seed_twice(char *text)
{
	free(text);
	free(text);
}
