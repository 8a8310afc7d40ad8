// SPDX-License-Identifier: GPL-2.0
/*
 * flood - events as fast as they can be made
 *
 *   flood PAIRS FILE
 *
 * Turns a setting on and off PAIRS times: each write that changes it is an
 * event. Prints how long that took, in milliseconds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	const long long begin = now_ms();
	long pairs = argc == 3 ? strtol(argv[1], NULL, 10) : -1;
	int fd = argc == 3 ? open(argv[2], O_WRONLY) : -1;

	if (pairs < 0 || fd < 0) {
		fprintf(stderr, "usage: flood PAIRS FILE\n");
		return 1;
	}
	while (pairs--)
		if (pwrite(fd, "1", 1, 0) != 1 || pwrite(fd, "0", 1, 0) != 1) {
			perror(argv[2]);
			return 1;
		}
	printf("%lld\n", now_ms() - begin);
	return 0;
}
