// SPDX-License-Identifier: GPL-2.0
/* battguardctl - waiting: for sockets, for time to pass, for a signal to end */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "battguardctl.h"

#define MAX_FDS	4

/* The signal that ends us, 0 = none. */
static volatile sig_atomic_t stopped;
static int wake[2] = { -1, -1 };

static void stop(int sig)
{
	const int saved = errno;

	if (sig != SIGCHLD)
		stopped = sig;
	/* Wakes a poll that was just about to begin. */
	if (write(wake[1], "", 1) < 0 && sig != SIGCHLD)
		stopped = sig;
	errno = saved;
}

/*
 * SIGINT and SIGTERM end a loop, and a write to a reader that does not read.
 * The end of a command wakes the loop.
 */
void loop_signals(void)
{
	struct sigaction action = { .sa_handler = stop };
	const struct sigaction child = {
		.sa_handler = stop, .sa_flags = SA_RESTART | SA_NOCLDSTOP,
	};

	if (pipe(wake))
		return;
	fcntl(wake[0], F_SETFD, FD_CLOEXEC);
	fcntl(wake[1], F_SETFD, FD_CLOEXEC);
	fcntl(wake[0], F_SETFL, O_NONBLOCK);
	fcntl(wake[1], F_SETFL, O_NONBLOCK);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (opt.exec)
		sigaction(SIGCHLD, &child, NULL);
}

bool loop_stopped(void)
{
	return stopped;
}

/*
 * Die by the signal that came, if one came: whoever started us has to be able
 * to tell that from an end of our own.
 */
void loop_die(void)
{
	if (!stopped)
		return;
	signal(stopped, SIG_DFL);
	raise(stopped);
}

/* Goes on while the system sleeps, as the driver's delays do. */
int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/*
 * Wait until a socket can be read, or time is over (-1: never). Return: GO_ON,
 * or the status to end with: a signal came, or the reader of our output went
 * away.
 */
int loop_poll(const int *fds, int n, int64_t timeout_ms)
{
	struct pollfd poll_fds[MAX_FDS + 2] = { { 0 } };
	char drop[64];
	int i;

	for (i = 0; i < n && i < MAX_FDS; i++) {
		poll_fds[i].fd = fds[i];
		poll_fds[i].events = POLLIN;
	}
	/*
	 * Only errors are looked for: the other end of a pipe was closed. With
	 * --exec we write nothing, and go on.
	 */
	poll_fds[i].fd = opt.exec ? -1 : STDOUT_FILENO;
	poll_fds[i + 1].fd = wake[0];
	poll_fds[i + 1].events = POLLIN;

	if (stopped)
		return EX_DONE;
	if (timeout_ms > 3600000)
		timeout_ms = 3600000;
	if (poll(poll_fds, i + 2, (int)timeout_ms) < 0 && errno != EINTR)
		return fail(EX_REFUSED, "cannot wait: %s", strerror(errno));
	if (stopped || poll_fds[i].revents & POLLERR)
		return EX_DONE;
	while (read(wake[0], drop, sizeof(drop)) > 0)
		;
	return GO_ON;
}

/* A signal ends it. */
void loop_pause(int ms)
{
	poll(NULL, 0, ms);
}
