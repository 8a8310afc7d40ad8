/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes on beside the plan: wires that move by themselves, and processes that
 * want the processor or the guard.
 */
#ifndef SIMTEST_DISTURB_H
#define SIMTEST_DISTURB_H

#include <stdbool.h>

void bounce(const char *name, int period, int duration, bool last);
bool bounced(long long *when);
void rattle(int period, int steps, char **names, int n);
void hog(int priority, int duration);
void scribble(const char *path, const char *one, const char *other);
void calm(void);

#endif
