/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The board of the present case, as the player sees it: wires of gpio-sim,
 * files of the power supply, the kernel's log.
 */
#ifndef SIMTEST_BOARD_H
#define SIMTEST_BOARD_H

#include <stdbool.h>

#define MS 1000000LL
#define MAXLINES 64
#define MAXBANKS 4

/* A controller whose wires the player drives. */
struct bank {
	char device[64];	/* its platform device */
	char wires[160];	/* directory of its wires */
	char chip[48];		/* its name in /dev */
};

struct board {
	struct {
		char name[24];
		int offset;
		int bank;
	} lines[MAXLINES];
	int nlines;
	struct bank banks[MAXBANKS];
	int nbanks;
	char device[64];	/* platform device of the guard */
	char label[64];		/* its power supply */
	char second[64];	/* a guard that is bound beside it, or empty */
};

extern struct board board;
extern char why[512];		/* what fail() was last told */

long long now(void);
void sleep_until(long long when);
bool fail(const char *fmt, ...);
int put(const char *path, const char *text);
void pull(const char *name, bool up);
bool look(const char *key, char *seen, int size);
bool all_hold(char **conds, int n);
int bank_of(const char *device);
void find_banks(void);
int claimed(void);
void open_log(void);
int told(const char *word, int *all, int *with);

#endif
