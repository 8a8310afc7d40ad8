// SPDX-License-Identifier: GPL-2.0
/*
 * burden - make life hard for whoever else is there
 *
 *   burden hog SECONDS           wants every processor, above everybody's priority
 *   burden eat SECONDS           all memory, until it is killed, again and again
 *   burden log SECONDS           the kernel's log, as fast as it takes it
 *   burden deaf SECONDS COUNT GROUP   so many sockets hear a netlink group and never read
 *
 * Prints how often it did that: processors, deaths, lines, sockets.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK	(1 << 20)

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(path);
	close(fd);
}

static void spin(int cpu, double end)
{
	const struct sched_param param = {
		.sched_priority = sched_get_priority_max(SCHED_FIFO),
	};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    sched_setscheduler(0, SCHED_FIFO, &param))
		fail("hog");
	while (now() < end)
		;
}

/* The one that starts the others would not get to it: it takes the last processor. */
static int hog(double end)
{
	const int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int cpu;

	put("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	for (cpu = 0; cpu < cpus - 1; cpu++) {
		if (!fork()) {
			spin(cpu, end);
			_exit(0);
		}
	}
	spin(cpu, end);
	while (wait(NULL) > 0)
		;
	return cpus;
}

static void devour(double end)
{
	put("/proc/self/oom_score_adj", "1000");
	while (now() < end) {
		char *chunk = malloc(CHUNK);

		if (chunk)
			memset(chunk, 1, CHUNK);
	}
}

static int eat(double end)
{
	int deaths = 0;

	while (now() < end) {
		pid_t pid = fork();
		int status;

		if (!pid) {
			devour(end);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		deaths += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	return deaths;
}

static int flood(double end)
{
	int fd = open("/dev/kmsg", O_WRONLY);
	int lines = 0;

	if (fd < 0)
		fail("/dev/kmsg");
	while (now() < end) {
		if (write(fd, "<7>burden\n", 10) < 0)
			fail("/dev/kmsg");
		lines++;
	}
	return lines;
}

static int deafen(double end, int count, int group)
{
	const struct rlimit limit = { count + 64, count + 64 };
	int sockets = 0;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("limit");
	while (sockets < count) {
		int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

		if (fd < 0 || setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
					 &group, sizeof(group)))
			fail("socket");
		sockets++;
	}
	while (now() < end)
		sleep(1);
	return sockets;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	const double end = now() + (argc > 2 ? atof(argv[2]) : 0);
	int done;

	if (!strcmp(what, "hog")) {
		done = hog(end);
	} else if (!strcmp(what, "eat")) {
		done = eat(end);
	} else if (!strcmp(what, "log")) {
		done = flood(end);
	} else if (!strcmp(what, "deaf") && argc == 5) {
		done = deafen(end, atoi(argv[3]), atoi(argv[4]));
	} else {
		fprintf(stderr, "usage: burden hog|eat|log|deaf SECONDS [COUNT GROUP]\n");
		return 1;
	}
	printf("%d\n", done);
	return 0;
}
