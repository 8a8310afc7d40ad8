// SPDX-License-Identifier: GPL-2.0
/*
 * What the player does to a board and reads from it.
 */
#include "board.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

struct board board;
char why[512];
static int kmsg = -1;

long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

void sleep_until(long long when)
{
	struct timespec ts = { when / 1000000000LL, when % 1000000000LL };

	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

bool fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return false;
}

/* Reads a one-line file; the line feed goes. Returns a negative errno. */
static int get(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY), n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (n && (buf[n - 1] == '\n' || buf[n - 1] == ' '))
		n--;
	buf[n] = 0;
	return 0;
}

int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

static int offset_of(const char *name)
{
	for (int i = 0; i < board.nlines; i++)
		if (!strcmp(board.lines[i].name, name))
			return board.lines[i].offset;
	fprintf(stderr, "plan: no line %s\n", name);
	exit(2);
}

void pull(const char *name, bool up)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/sim_gpio%d/pull", board.bank, offset_of(name));
	if (put(path, up ? "pull-up" : "pull-down")) {
		fprintf(stderr, "%s: %m\n", path);
		exit(2);
	}
}

/* The value behind a key: of a wire or of a file of the power supply. */
bool look(const char *key, char *seen, int size)
{
	char path[256];
	int err;

	if (*key == '.')
		snprintf(path, sizeof(path), "/sys/class/power_supply/%s/%s", board.label, key + 1);
	else
		snprintf(path, sizeof(path), "%s/sim_gpio%d/value", board.bank, offset_of(key));
	err = get(path, seen, size);
	return err ? fail("%s cannot be read: %s", key, strerror(-err)) : true;
}

/* Whether one condition holds; what was seen instead is left in why[]. */
static bool holds(const char *cond)
{
	char seen[256], key[64];
	const char *want = strchr(cond, '=') + 1;

	snprintf(key, sizeof(key), "%.*s", (int)(want - 1 - cond), cond);
	if (!look(key, seen, sizeof(seen)))
		return false;
	for (char *p = seen; *p; p++)
		if (*p == ' ')
			*p = ',';
	if (strcmp(seen, want))
		return fail("%s is %s, not %s", key, seen, want);
	return true;
}

bool all_hold(char **conds, int n)
{
	for (int i = 0; i < n; i++)
		if (!holds(conds[i]))
			return false;
	return true;
}

/* The bank's directory and its character device, from its platform device. */
void find_bank(void)
{
	char path[100];
	DIR *dir;
	struct dirent *e;

	snprintf(path, sizeof(path), "/sys/devices/platform/%s", board.bank_device);
	*board.bank = 0;
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, "gpiochip", 8)) {
			snprintf(board.chip, sizeof(board.chip), "%.40s", e->d_name);
			snprintf(board.bank, sizeof(board.bank), "%.80s/%s", path, board.chip);
		}
	if (dir)
		closedir(dir);
}

/* Counts this device's new log lines, and those of them with the word. */
void told(const char *word, int *all, int *with)
{
	char rec[1024], prefix[80];
	int n;

	/* "battguard guard-4: ...", and not what OF or gpiolib add of their own */
	snprintf(prefix, sizeof(prefix), " %s: ", board.device);
	*all = *with = 0;
	while ((n = read(kmsg, rec, sizeof(rec) - 1)) > 0 || errno == EPIPE) {
		if (n <= 0)
			continue;
		rec[n] = 0;
		if (!strstr(rec, prefix))
			continue;
		/* level 0..4: errors and warnings; the facility is the kernel's */
		if (atoi(rec) > 4)
			continue;
		/* what the driver core says of every failed probe is not ours */
		if (strstr(rec, "failed with error"))
			continue;
		++*all;
		*with += !!strstr(rec, word);
	}
}

/* How many of the board's lines someone has; the LEDs are not the guard's. */
int claimed(void)
{
	char path[80];
	int fd, used = 0;

	snprintf(path, sizeof(path), "/dev/%s", board.chip);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	for (int i = 0; i < board.nlines; i++) {
		struct gpio_v2_line_info info = { .offset = board.lines[i].offset };

		if (!strncmp(board.lines[i].name, "led_", 4))
			continue;
		if (ioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, &info))
			used = -1000;
		used += !!(info.flags & GPIO_V2_LINE_FLAG_USED);
	}
	close(fd);
	return used;
}

/* Only what comes after this is of interest. */
void open_log(void)
{
	int all, with;

	if (kmsg < 0)
		kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	told("", &all, &with);
}
