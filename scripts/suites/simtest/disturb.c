// SPDX-License-Identifier: GPL-2.0
/*
 * Processes beside the player, which goes on with the plan meanwhile.
 */
#include "disturb.h"
#include "board.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAXOTHERS 64

static pid_t others[MAXOTHERS];
static int nothers;
static int toggled = -1;	/* tells when a bouncing line made its last edge */

/* Real-time priority, 0 = none. Without it the line would not move, or no hog be one. */
static void take_priority(pid_t pid, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(pid, priority ? SCHED_FIFO : SCHED_OTHER, &param)) {
		perror("priority");
		exit(2);
	}
}

/* Returns true in a process of its own. */
static bool apart(int priority)
{
	pid_t pid;

	if (nothers == MAXOTHERS) {
		fprintf(stderr, "plan: too many disturbances\n");
		exit(2);
	}
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (!pid)
		return true;
	take_priority(pid, priority);
	others[nothers++] = pid;
	return false;
}

/*
 * Toggles a line. The first edge is made before: a fork takes its time. The process
 * comes before all that is shared out fairly: a kernel worker that computes for a
 * tick would make one long pulse of a bounce. The threads of interrupts are above it.
 */
void bounce(const char *name, int period, int duration, bool last)
{
	long long t = now(), end = t + duration * MS, latest = t;
	bool level = false;
	int ends[2];

	pull(name, level);
	if (pipe(ends)) {
		perror("pipe");
		exit(2);
	}
	if (!apart(sched_get_priority_min(SCHED_FIFO))) {
		close(ends[1]);
		if (toggled >= 0)
			close(toggled);
		toggled = ends[0];
		return;
	}
	for (t += period * MS; t < end; t += period * MS) {
		level = !level;
		sleep_until(t);
		latest = now();
		pull(name, level);
	}
	if (level != last)
		latest = now();
	pull(name, last);
	_exit(write(ends[1], &latest, sizeof(latest)) != sizeof(latest));
}

/* Waits for the end of that, which may come late: what follows counts from there. */
bool bounced(long long *when)
{
	return read(toggled, when, sizeof(*when)) == sizeof(*when);
}

static unsigned int dice(unsigned int sides)
{
	static unsigned int state = 1;

	/* The same numbers in each run. */
	state = state * 1103515245 + 12345;
	return (state >> 16) % sides;
}

/*
 * A plug that goes in: the wires change at random, and all are high in the end. It
 * takes half of the steps at least, and each has up to twice its time.
 */
void rattle(int period, int steps, char **names, int n)
{
	steps -= dice(steps / 2);
	while (steps--) {
		for (int i = 0; i < n; i++)
			pull(names[i], !steps || dice(2));
		sleep_until(now() + (1 + dice(2 * period)) * 1000LL);
	}
}

/*
 * Wants the processor for some time. The player is above it from now on, or could not
 * go on. Reading the clock is slow in some guests, so it looks at it now and then.
 */
void hog(int priority, int duration)
{
	long long end = now() + duration * MS;

	take_priority(0, priority + 1);
	if (!apart(priority))
		return;
	while (now() < end)
		for (volatile int i = 0; i < 20000; i++)
			;
	_exit(0);
}

/* Writes a file again and again, with no priority at all. */
void scribble(const char *path, const char *one, const char *other)
{
	if (!apart(0))
		return;
	for (;;) {
		put(path, one);
		put(path, other);
		sleep_until(now() + MS);
	}
}

/* The end of all of them. */
void calm(void)
{
	while (nothers) {
		kill(others[--nothers], SIGKILL);
		waitpid(others[nothers], NULL, 0);
	}
	if (toggled >= 0)
		close(toggled);
	toggled = -1;
	take_priority(0, 0);
}
