// SPDX-License-Identifier: GPL-2.0
// into: tools/json.c
// expect: Array 'room[4]' accessed at index 4, which is out of bounds.

int seed_overrun(void);
int seed_overrun(void)
{
	int room[4] = { 0 };

	return room[4];
}
