// SPDX-License-Identifier: GPL-2.0
/*
 * Uses the files of a battery guard in every way that a program may, and in
 * those that it should not.
 *
 *   files bad DIR                  feeds each writable file what it must refuse
 *   files refuse DIR               tries to write each file as nobody
 *   files hammer DIR DRIVER NODE SECONDS PROCESSES
 *                                  reads and writes them all from many
 *                                  processes while the guard comes and goes
 *
 * DIR is the directory of the power supply. Each finding is a line "ok - text"
 * or "not ok - text". No shell does this: what counts are error numbers, and
 * bytes as they are.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAXFILES 100
#define MAXCOMPLAINTS 20
#define HUGE 5000		/* more than a page of any file in sysfs */

struct setting {
	const char *name;
	const char *good[3];
	const char *bad[12];
};

/* What every number refuses comes on top. */
static const struct setting settings[] = {
	{ "enabled", { "0", "1" }, { "2", "10", "on", "yes" } },
	{ "mute", { "1", "0" }, { "2", "10", "on", "yes" } },
	{ "pre_alarm_delay_ms", { "600000", "30000" }, { "0", "29999", "600001" } },
	{ "restore_delay_ms", { "0", "60000", "1000" }, { "60001" } },
	{ "load_reconnect_delay_ms", { "0", "7200000", "30000" }, { "7200001" } },
	{ "charge_behaviour", { "inhibit-charge", "auto" },
	  { "force-discharge", "inhibit", "AUTO", "[auto]", "auto inhibit-charge", "7" } },
};

static const char * const never[] = {
	"\n", " ", "\n\n", "-1", "-30000", "0x1", "0x7530", "abc", "1x", "30000 ms", "30 000",
	"30000.0", "3e4", " 30000", "30000\n\n", "--1", "4294997296", "18446744073709581616",
	"99999999999999999999999999", "\xff\xfe", "%s%n", "1;2",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char names[MAXFILES][64];
static int nr_names;
static bool failed;

static void tell(bool good, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("%s - %s\n", good ? "ok" : "not ok", text);
	fflush(stdout);
	failed |= !good;
}

/* All plain files of the directory. */
static void list(const char *dir)
{
	struct dirent *entry;
	struct stat info;
	DIR *handle;

	if (chdir(dir))
		perror(dir), exit(2);
	handle = opendir(".");
	while ((entry = readdir(handle)) && nr_names < MAXFILES)
		if (!lstat(entry->d_name, &info) && S_ISREG(info.st_mode))
			snprintf(names[nr_names++], sizeof(names[0]), "%.63s", entry->d_name);
	closedir(handle);
}

/* 0, or the error. */
static int put(const char *name, const char *text, size_t length)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, length) < 0)
		error = errno;
	close(fd);
	return error;
}

static int get(const char *name, char *text, size_t size)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC), error = 0;
	ssize_t length;

	text[0] = 0;
	if (fd < 0)
		return errno;
	length = read(fd, text, size - 1);
	if (length < 0)
		error = errno;
	else
		text[length] = 0;
	close(fd);
	return error;
}

/* Does the file show this value? charge_behaviour marks it among all words. */
static bool shows(const char *name, const char *value)
{
	char text[200], marked[80];

	if (get(name, text, sizeof(text)))
		return false;
	text[strcspn(text, "\n")] = 0;
	snprintf(marked, sizeof(marked), "[%s]", value);
	return !strcmp(text, value) || strstr(text, marked);
}

static void must_refuse(const char *name, const char *text, size_t length, const char *what)
{
	char before[200], after[200];
	int error;

	get(name, before, sizeof(before));
	error = put(name, text, length);
	get(name, after, sizeof(after));
	if ((error != EINVAL && error != ERANGE) || strcmp(before, after))
		tell(false, "%s takes '%s': %s, %.20s -> %.20s", name, what,
		     error ? strerror(error) : "no error", before, after);
}

static void bad_input(const struct setting *set)
{
	static char huge[HUGE];
	const char *name = set->name;
	char line[80];
	bool was = failed;
	size_t n;

	failed = false;
	for (n = 0; n < COUNT(set->good) && set->good[n]; n++) {
		snprintf(line, sizeof(line), "%s\n", set->good[n]);
		/* without a newline, again, and with one */
		if (put(name, set->good[n], strlen(set->good[n])) || !shows(name, set->good[n]) ||
		    put(name, set->good[n], strlen(set->good[n])) || put(name, line, strlen(line)) ||
		    !shows(name, set->good[n]))
			tell(false, "%s does not take %s", name, set->good[n]);
	}
	for (n = 0; n < COUNT(never); n++)
		must_refuse(name, never[n], strlen(never[n]), never[n]);
	for (n = 0; n < COUNT(set->bad) && set->bad[n]; n++) {
		must_refuse(name, set->bad[n], strlen(set->bad[n]), set->bad[n]);
		snprintf(line, sizeof(line), "%s\n", set->bad[n]);
		must_refuse(name, line, strlen(line), set->bad[n]);
	}
	memset(huge, '9', sizeof(huge));
	must_refuse(name, huge, sizeof(huge), "5000 digits");
	must_refuse(name, huge, 4096, "a page of digits");
	memset(huge, 'a', sizeof(huge));
	must_refuse(name, huge, sizeof(huge), "5000 letters");
	/* Of nothing at all the kernel makes nothing, before it asks the driver. */
	if (put(name, "", 0) || !shows(name, set->good[n = set->good[2] ? 2 : 1]))
		tell(false, "%s: a write of no byte changes it", name);
	tell(!failed, "%s takes its values, with and without a newline, and nothing else", name);
	failed |= was;
}

static bool writable(const char *name)
{
	struct stat info;

	return !stat(name, &info) && info.st_mode & 0222;
}

static const struct setting *setting(const char *name)
{
	size_t n;

	for (n = 0; n < COUNT(settings); n++)
		if (!strcmp(settings[n].name, name))
			return &settings[n];
	return NULL;
}

static int bad(void)
{
	size_t n;
	int i;

	for (n = 0; n < COUNT(settings); n++)
		bad_input(&settings[n]);
	for (i = 0; i < nr_names; i++) {
		/* "uevent" is the driver core's: a write asks for an event */
		if (!strcmp(names[i], "uevent"))
			continue;
		if (writable(names[i]) != !!setting(names[i]))
			tell(false, "%s has a mode that nobody foresaw", names[i]);
		else if (!writable(names[i]) && !put(names[i], "1", 1))
			tell(false, "%s can be written", names[i]);
	}
	tell(!failed, "no file can be written besides the %zu that may", COUNT(settings));
	return failed;
}

static int refuse(void)
{
	char text[4096];
	int i, error;

	if (setgid(65534) || setuid(65534))
		return 2;
	for (i = 0; i < nr_names; i++) {
		error = put(names[i], "1", 1);
		if (error != EACCES && error != EPERM)
			tell(false, "nobody writes %s: %s", names[i], strerror(error));
		error = get(names[i], text, sizeof(text));
		if (error || !text[0])
			tell(false, "nobody cannot read %s: %s", names[i], strerror(error));
	}
	tell(!failed && nr_names > 30, "nobody reads all %d files and writes none", nr_names);
	return failed;
}

/* -- hammer ---------------------------------------------------------------- */

/* Shared by all processes. */
static struct shared {
	volatile bool stop;
	volatile bool there;		/* bound, and not about to be unbound */
	volatile bool coming;		/* being bound */
	volatile long goings;		/* unbound so often, or about to be */
	volatile long reads, writes, gone, complaints;
} *shared;

static unsigned int seed;

static void complain(const char *what, const char *name, int error)
{
	char text[200];
	int length = snprintf(text, sizeof(text), "not ok - %s %s: %s\n", what, name,
			      strerror(error));

	if (__sync_add_and_fetch(&shared->complaints, 1) > MAXCOMPLAINTS)
		return;
	/* one write, so that lines of several processes do not mix */
	if (write(1, text, length) < 0)
		_exit(3);
}

/* The guard as a process found it, before what it does. */
struct moment {
	bool there, coming;
	long goings;
};

static struct moment look(void)
{
	return (struct moment){ shared->there, shared->coming, shared->goings };
}

static bool was_there_since(struct moment then)
{
	return then.there && shared->there && then.goings == shared->goings;
}

/*
 * May this have happened? A file may vanish only with the guard. While a supply
 * comes the class answers EAGAIN for a moment.
 */
static bool excused(int error, struct moment then)
{
	if (error == EAGAIN)
		return then.coming || shared->coming || then.goings != shared->goings;
	if (error != ENODEV && error != ENOENT)
		return false;
	__sync_fetch_and_add(&shared->gone, 1);
	return !was_there_since(then);
}

static void use(const char *dir, const char *name)
{
	const struct setting *set = setting(name);
	struct moment then = look();
	char path[200], text[4096];
	int fd, error;
	ssize_t length;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (set && rand_r(&seed) % 4 == 0) {
		const char *value = set->good[rand_r(&seed) % (set->good[2] ? 3 : 2)];

		__sync_fetch_and_add(&shared->writes, 1);
		error = put(path, value, strlen(value));
		if (error && !excused(error, then))
			complain("writing", name, error);
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (!excused(errno, then))
			complain("opening", name, errno);
		return;
	}
	/* Now and then it stays open while the guard goes. */
	if (rand_r(&seed) % 16 == 0)
		usleep(rand_r(&seed) % 300000);
	__sync_fetch_and_add(&shared->reads, 1);
	length = pread(fd, text, sizeof(text), 0);
	if (length < 0 && !excused(errno, then))
		complain("reading", name, errno);
	else if (!length && was_there_since(then))
		complain("nothing in", name, 0);
	else if (length > 0 && text[length - 1] != '\n')
		complain("no newline ends", name, 0);
	close(fd);
}

static void child(const char *dir, unsigned int number)
{
	seed = number;
	while (!shared->stop)
		use(dir, names[rand_r(&seed) % nr_names]);
	_exit(0);
}

static void come_and_go(const char *driver, const char *node, int seconds)
{
	time_t end = time(NULL) + seconds;
	char path[200];
	int error;

	seed = 1;
	while (time(NULL) < end) {
		usleep(200000 + rand_r(&seed) % 500000);
		shared->goings++;
		shared->there = false;
		snprintf(path, sizeof(path), "%s/unbind", driver);
		error = put(path, node, strlen(node));
		if (error)
			complain("unbinding", node, error);
		usleep(rand_r(&seed) % 50000);
		shared->coming = true;
		snprintf(path, sizeof(path), "%s/bind", driver);
		error = put(path, node, strlen(node));
		if (error)
			complain("binding", node, error);
		/* what began while it came must have ended */
		usleep(50000);
		shared->coming = false;
		shared->there = true;
	}
}

static int hammer(const char *dir, const char *driver, const char *node, int seconds, int count)
{
	int i, status, left = count, waited = 0;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED || chdir("/"))
		return 2;
	shared->there = true;
	for (i = 0; i < count; i++)
		if (!fork())
			child(dir, 100 + i);
	come_and_go(driver, node, seconds);
	shared->stop = true;
	while (left && waited < 300) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid > 0) {
			left--;
			if (status)
				tell(false, "a process ended with %#x", status);
		} else {
			usleep(100000);
			waited++;
		}
	}
	tell(!left, "%d processes end, none is stuck", count);
	tell(shared->reads > 1000 && shared->writes > 50 && shared->gone > 10 && shared->goings > 5,
	     "%ld reads, %ld writes, %ld of a guard that was gone, %ld times unbound",
	     shared->reads, shared->writes, shared->gone, shared->goings);
	return failed;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	list(argv[2]);
	if (!strcmp(argv[1], "bad"))
		return bad();
	if (!strcmp(argv[1], "refuse"))
		return refuse();
	if (!strcmp(argv[1], "hammer") && argc == 7)
		return hammer(argv[2], argv[3], argv[4], atoi(argv[5]), atoi(argv[6]));
	return 2;
}
