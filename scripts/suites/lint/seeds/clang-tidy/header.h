// SPDX-License-Identifier: GPL-2.0
// into: driver/decision/hold.h
// expect: [bugprone-sizeof-expression]

/* This is behind the file's own guard. */
#ifndef SEED_SIZE
#define SEED_SIZE

static inline int seed_size(int n)
{
	return sizeof(sizeof(n));
}

#endif
