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

/* A file of a wire. */
static void wire_file(const char *name, const char *file, char *path, size_t size)
{
	for (int i = 0; i < board.nlines; i++)
		if (!strcmp(board.lines[i].name, name)) {
			snprintf(path, size, "%s/sim_gpio%d/%s",
				 board.banks[board.lines[i].bank].wires,
				 board.lines[i].offset, file);
			return;
		}
	fprintf(stderr, "plan: no line %s\n", name);
	exit(2);
}

void pull(const char *name, bool up)
{
	char path[256];

	wire_file(name, "pull", path, sizeof(path));
	if (put(path, up ? "pull-up" : "pull-down")) {
		fprintf(stderr, "%s: %m\n", path);
		exit(2);
	}
}

/* The value behind a key: of a wire, of a file of the power supply or of a bank. */
bool look(const char *key, char *seen, int size)
{
	char path[256];
	int err;

	if (*key == '@')
		snprintf(path, sizeof(path), "/sys/devices/platform/%s", key + 1);
	else if (*key == '.')
		snprintf(path, sizeof(path), "/sys/class/power_supply/%s/%s", board.label, key + 1);
	else
		wire_file(key, "value", path, sizeof(path));
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

/* The number of a bank, which is new when it is named for the first time. */
int bank_of(const char *device)
{
	int n;

	for (n = 0; n < board.nbanks; n++)
		if (!strcmp(board.banks[n].device, device))
			return n;
	if (n == MAXBANKS) {
		fprintf(stderr, "plan: too many banks\n");
		exit(2);
	}
	snprintf(board.banks[n].device, sizeof(board.banks[n].device), "%s", device);
	board.nbanks++;
	return n;
}

/*
 * A bank's directory and its character device, from its platform device. gpio-sim
 * has the wires below the GPIO controller, a controller of the tests below its own
 * device.
 */
static void find_bank(struct bank *bank)
{
	char path[100], own[120];
	DIR *dir;
	struct dirent *e;

	snprintf(path, sizeof(path), "/sys/devices/platform/%s", bank->device);
	snprintf(own, sizeof(own), "%s/sim_gpio0", path);
	*bank->wires = 0;
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, "gpiochip", 8)) {
			snprintf(bank->chip, sizeof(bank->chip), "%.40s", e->d_name);
			if (access(own, F_OK))
				snprintf(bank->wires, sizeof(bank->wires), "%.80s/%s", path,
					 bank->chip);
			else
				snprintf(bank->wires, sizeof(bank->wires), "%s", path);
		}
	if (dir)
		closedir(dir);
}

void find_banks(void)
{
	for (int n = 0; n < board.nbanks; n++)
		find_bank(&board.banks[n]);
}

/*
 * Counts this device's new log lines, and those of them with the word. Returns how
 * many of others have it.
 */
int told(const char *word, int *all, int *with)
{
	char rec[1024], prefix[80];
	int n, others = 0;

	/* "battguard guard-4: ...", and not what OF or gpiolib add of their own */
	snprintf(prefix, sizeof(prefix), " %s: ", board.device);
	*all = *with = 0;
	while ((n = read(kmsg, rec, sizeof(rec) - 1)) > 0 || errno == EPIPE) {
		if (n <= 0)
			continue;
		rec[n] = 0;
		if (!strstr(rec, prefix)) {
			others += !!strstr(rec, word);
			continue;
		}
		/* level 0..4: errors and warnings; the facility is the kernel's */
		if (atoi(rec) > 4)
			continue;
		/* what the driver core says of every failed probe is not ours */
		if (strstr(rec, "failed with error"))
			continue;
		++*all;
		*with += !!strstr(rec, word);
	}
	return others;
}

/*
 * How many of the board's lines on a bank someone has. The LEDs are not the guard's,
 * and a second guard keeps its own.
 */
static int claimed_on(int bank)
{
	char path[80];
	int fd, used = 0;

	snprintf(path, sizeof(path), "/dev/%s", board.banks[bank].chip);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1000;
	for (int i = 0; i < board.nlines; i++) {
		struct gpio_v2_line_info info = { .offset = board.lines[i].offset };

		if (board.lines[i].bank != bank || !strncmp(board.lines[i].name, "led_", 4))
			continue;
		if (*board.second && *board.lines[i].name == '2')
			continue;
		if (ioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, &info))
			used = -1000;
		used += !!(info.flags & GPIO_V2_LINE_FLAG_USED);
	}
	close(fd);
	return used;
}

int claimed(void)
{
	int used = 0;

	for (int n = 0; n < board.nbanks; n++)
		used += claimed_on(n);
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
