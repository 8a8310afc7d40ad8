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

struct board {
	struct {
		char name[24];
		int offset;
	} lines[MAXLINES];
	int nlines;
	char device[64];	/* platform device of the guard */
	char label[64];		/* its power supply */
	char bank_device[64];	/* platform device of the gpio-sim bank */
	char bank[160];		/* directory of its wires */
	char chip[48];		/* its name in /dev */
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
void find_bank(void);
int claimed(void);
void open_log(void);
void told(const char *word, int *all, int *with);

#endif
