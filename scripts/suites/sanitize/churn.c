// SPDX-License-Identifier: GPL-2.0
/*
 * churn - keep a guard busy from several sides at once
 *
 *   churn read SECONDS DIRECTORY        every file of a power supply
 *   churn write SECONDS DIRECTORY       settings
 *   churn pull SECONDS FILE...          lines of gpio-sim, by their "pull" files
 *   churn bind SECONDS DRIVER DEVICE    unbind and bind
 *   churn fail N DRIVER DEVICE DIRECTORY   bind, and let the Nth allocation fail
 *
 * One process is one side. What it does may fail, as a device comes and goes;
 * it tells how often it succeeded.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE	300

static uint32_t dice(uint32_t below)
{
	static uint64_t seed;

	if (!seed)
		seed = (uint64_t)getpid() * 0x9e3779b97f4a7c15ULL;
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1dULL >> 32) % below;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void nap(unsigned int ms)
{
	struct timespec ts = { 0, ms * 1000000L };

	nanosleep(&ts, NULL);
}

/* 0, or an errno. */
static int put(const char *directory, const char *name, const char *text)
{
	char path[PATH_SIZE];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

static unsigned long read_all(const char *directory)
{
	char path[PATH_SIZE], buf[4096];
	unsigned long done = 0;
	struct dirent *entry;
	DIR *dir = opendir(directory);

	while (dir && (entry = readdir(dir))) {
		int fd;

		if (entry->d_type != DT_REG)
			continue;
		snprintf(path, sizeof(path), "%s/%.80s", directory,
			 entry->d_name);
		fd = open(path, O_RDONLY);
		done += fd >= 0 && read(fd, buf, sizeof(buf)) > 0;
		if (fd >= 0)
			close(fd);
	}
	if (dir)
		closedir(dir);
	return done;
}

static unsigned long write_one(const char *directory)
{
	static const char * const rows[][3] = {
		{ "enabled", "0", "1" },
		{ "mute", "1", "0" },
		{ "charge_behaviour", "inhibit-charge", "auto" },
		{ "pre_alarm_delay_ms", "600000", "30000" },
		{ "restore_delay_ms", "0", "10" },
		{ "load_reconnect_delay_ms", "0", "60000" },
	};
	const char * const *row = rows[dice(sizeof(rows) / sizeof(rows[0]))];

	/* A switch that is off hides much: less often. */
	return !put(directory, row[0], row[dice(4) ? 2 : 1]);
}

static unsigned long pull_one(char **files, int n)
{
	unsigned long done = !put("/", files[dice(n)],
				  dice(2) ? "pull-up" : "pull-down");

	nap(dice(4));
	return done;
}

static unsigned long rebind(const char *driver, const char *device)
{
	unsigned long done = !put(driver, "unbind", device);

	done &= !put(driver, "bind", device);
	nap(dice(300));
	return done;
}

/* Lines that somebody has, as debugfs shows them. */
static int claimed(void)
{
	FILE *lines = fopen("/sys/kernel/debug/gpio", "r");
	char line[256];
	int n = 0;

	while (lines && fgets(line, sizeof(line), lines))
		n += !!strchr(line, '|');
	if (lines)
		fclose(lines);
	return lines ? n : -1;
}

/*
 * Nothing but the bind itself happens between the order and the question. One
 * that does not fail is made before: with caches as full as it leaves them, the
 * same number is the same allocation each time, and none is left out.
 */
static int fail_one(const char *nth, const char *driver, const char *device,
		    const char *directory)
{
	static const char self[] = "/proc/thread-self/fail-nth";
	char bind[PATH_SIZE], unbind[PATH_SIZE], left[16] = "";
	int file, away, order, err = 0;

	snprintf(bind, sizeof(bind), "%s/bind", driver);
	snprintf(unbind, sizeof(unbind), "%s/unbind", driver);
	file = open(bind, O_WRONLY);
	away = open(unbind, O_WRONLY);
	order = open(self, O_RDWR);
	if (file < 0 || away < 0 || order < 0 ||
	    write(file, device, strlen(device)) < 0 ||
	    write(away, device, strlen(device)) < 0) {
		perror("churn");
		return 1;
	}
	if (write(order, nth, strlen(nth)) < 0)
		return 1;
	if (write(file, device, strlen(device)) < 0)
		err = errno;
	if (pread(order, left, sizeof(left) - 1, 0) <= 0)
		return 1;
	/* What is left was not reached; what is 0 has failed. */
	if (atoi(left) && write(order, "0", 1) < 0)
		return 1;
	printf("%s %d %d %d\n", atoi(left) ? "unreached" : "failed", err,
	       !access(directory, F_OK), claimed());
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long done = 0;
	double end;

	if (argc == 6 && !strcmp(argv[1], "fail"))
		return fail_one(argv[2], argv[3], argv[4], argv[5]);
	if (argc < 4 || (*argv[1] == 'b' && argc != 5)) {
		fprintf(stderr, "churn: see its source\n");
		return 1;
	}
	for (end = now() + atof(argv[2]); now() < end;) {
		switch (*argv[1]) {
		case 'r':
			done += read_all(argv[3]);
			break;
		case 'w':
			done += write_one(argv[3]);
			break;
		case 'p':
			done += pull_one(argv + 3, argc - 3);
			break;
		default:
			done += rebind(argv[3], argv[4]);
			break;
		}
	}
	printf("%lu\n", done);
	return 0;
}
