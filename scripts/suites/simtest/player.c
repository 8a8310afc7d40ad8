// SPDX-License-Identifier: GPL-2.0
/*
 * Plays a plan of test cases inside the guest, on gpio-sim lines.
 *
 * The plan is text, written by simplan.py: one command a line.
 * A small C program and no shell script, because the guest's time is what is
 * measured: a poll here costs some ten microseconds, a shell's some
 * milliseconds, and thirty seconds must be told from 29.999.
 *
 * A condition is KEY=VALUE: a plain key is the wire itself (as gpio-sim shows
 * it), a key with a leading dot is the file in the power supply's directory,
 * blanks in its value written as commas.
 */
#include "board.h"
#include "disturb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FINE (MS / 10)		/* poll interval where a moment is measured */
#define COARSE (200 * MS)	/* and where only something must not happen */
#define MAXWORDS 40

static long long edge, onset;	/* what "within" and "after" count from */
static long long remembered;	/* what "most" compares with */
static char driver[80];		/* the driver's directory */
static bool bound;
static pid_t leaver;		/* process that unbinds */

/*
 * The conditions become true between min and max after start, and not before.
 * On return *before is the last moment at which they were not yet true.
 */
static bool become(long long start, long long min, long long max, char **conds, int n,
		   long long *before)
{
	/* To look costs time as well, and a guest that is busy does not jump ahead. */
	const long long step = (max - min) / 1000 > FINE ? (max - min) / 1000 : FINE;
	char last[sizeof(why)];

	*before = start;
	for (;;) {
		long long t = now(), next;

		if (all_hold(conds, n)) {
			/* the change lies between *before and now */
			if (now() < start + min)
				return fail("%s too early: %.3f ms, not before %.3f ms",
					    conds[0], (now() - start) / 1e6, min / 1e6);
			return true;
		}
		if (t > start + max) {
			strcpy(last, why);
			return fail("after %.3f ms still: %.400s", (t - start) / 1e6, last);
		}
		*before = t;
		next = start + min - 2 * MS;
		if (t < next)
			sleep_until(t + COARSE < next ? t + COARSE : next);
		else
			sleep_until(now() + step);
	}
}

static bool keep(long long until, char **conds, int n)
{
	long long start = now(), step = (until - start) / 200;
	char last[sizeof(why)];

	/* fine for a short time, some hundred looks at a long one */
	step = step < 2 * MS ? 2 * MS : step > 500 * MS ? 500 * MS : step;
	do {
		if (!all_hold(conds, n)) {
			strcpy(last, why);
			return fail("after %.3f ms: %.400s", (now() - start) / 1e6, last);
		}
		sleep_until(now() + step < until ? now() + step : until);
	} while (now() < until);
	return true;
}

/* Does a wire or a file keep its value for so long? */
static bool steady(long long length, const char *key, bool want)
{
	char first[256], seen[256];
	long long start = now();

	if (!look(key, first, sizeof(first)))
		return false;
	do {
		sleep_until(now() + 2 * MS);
		if (!look(key, seen, sizeof(seen)))
			return false;
		if (strcmp(first, seen))
			return want ? fail("after %.3f ms %s is %.100s, not %.100s",
					   (now() - start) / 1e6, key, seen, first) : true;
	} while (now() < start + length);
	return want ? true : fail("%s is %.100s all the time", key, first);
}

static int bind(const char *dir, const char *what, const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", dir, what);
	return put(path, name);
}

static bool let_go(void)
{
	int used = claimed();

	bound = false;
	return used ? fail("%d lines are still claimed after unbind", used) : true;
}

/* Unbinds in a process of its own, which others may have to wait for. */
static void begin_unbind(void)
{
	edge = now();
	leaver = fork();
	if (!leaver)
		_exit(!!bind(driver, "unbind", board.device));
}

static bool end_unbind(long long min, long long max)
{
	int status;

	if (leaver <= 0)
		return fail("nothing was begun");
	while (!waitpid(leaver, &status, WNOHANG))
		sleep_until(now() + MS);
	leaver = 0;
	if (status)
		return fail("unbind has failed");
	if (now() < edge + min || now() > edge + max)
		return fail("unbind took %.3f ms", (now() - edge) / 1e6);
	return let_go();
}

static bool unbind(void)
{
	int err;

	if (leaver > 0)
		return end_unbind(0, 1000000 * MS);
	if (*board.second)
		bind(driver, "unbind", board.second);
	*board.second = 0;
	if (!bound)
		return true;
	err = bind(driver, "unbind", board.device);
	if (err)
		return fail("unbind: %s", strerror(-err));
	return let_go();
}

/* Bound for some milliseconds, again and again, whatever the lines do. */
static bool cycle(int times)
{
	for (int i = 0; i < times; i++) {
		int err = bind(driver, "bind", board.device);

		if (err)
			return fail("bind %d: %s", i, strerror(-err));
		bound = true;
		sleep_until(now() + i % 8 * MS);
		if (!unbind())
			return false;
	}
	return true;
}

/* A failed probe: the errno, one line in the log that names the property. */
static bool refuse(int want, const char *word)
{
	char path[160];
	int err = bind(driver, "bind", board.device), all, with, used;

	if (!err) {
		bound = true;
		return fail("the probe succeeded");
	}
	if (want && err != -want)
		return fail("the probe failed with %s, not %s", strerror(-err), strerror(want));
	told(word, &all, &with);
	if (all != 1 || with != 1)
		return fail("%d lines in the log, %d of them name %s", all, with, word);
	used = claimed();
	if (used)
		return fail("%d lines are still claimed", used);
	snprintf(path, sizeof(path), "/sys/class/power_supply/%s", board.label);
	if (!access(path, F_OK))
		return fail("the power supply is still there");
	return true;
}

static bool command(char **w, int n)
{
	long long t;
	char path[256];
	int err, all, with, others;

	if (!strcmp(w[0], "set")) {
		edge = now();
		for (int i = 1; i < n; i++) {
			char *v = strchr(w[i], '=');

			*v++ = 0;
			pull(w[i], *v == '1');
			v[-1] = '=';
		}
		return true;
	}
	if (!strcmp(w[0], "bind")) {
		edge = now();
		err = bind(driver, "bind", board.device);
		bound = !err;
		return err ? fail("bind: %s", strerror(-err)) : true;
	}
	if (!strcmp(w[0], "unbind"))
		return unbind();
	if (!strcmp(w[0], "beside")) {
		snprintf(board.second, sizeof(board.second), "%s", w[1]);
		err = bind(driver, "bind", board.second);
		return err ? fail("bind: %s", strerror(-err)) : true;
	}
	if (!strcmp(w[0], "letgo"))
		return begin_unbind(), true;
	if (!strcmp(w[0], "gone"))
		return end_unbind(atoi(w[1]) * MS, atoi(w[2]) * MS);
	if (!strcmp(w[0], "took")) {
		t = now() - edge;
		if (t >= atoi(w[1]) * MS && t <= atoi(w[2]) * MS)
			return true;
		return fail("it took %.3f ms", t / 1e6);
	}
	if (!strcmp(w[0], "defer")) {
		/* the driver core turns a deferral into EAGAIN */
		err = bind(driver, "bind", board.device);
		bound = !err;
		return err == -EAGAIN ? true : fail("bind gave %s", err ? strerror(-err) : "success");
	}
	if (!strcmp(w[0], "attached")) {
		snprintf(path, sizeof(path), "%s/%s", driver, board.device);
		for (t = now() + atoi(w[1]) * MS; access(path, F_OK); sleep_until(now() + MS))
			if (now() > t)
				return fail("not bound by itself");
		find_banks();
		return bound = true;
	}
	if (!strcmp(w[0], "cycle"))
		return cycle(atoi(w[1]));
	if (!strcmp(w[0], "refuse"))
		return refuse(atoi(w[1]), w[2]);
	if (!strcmp(w[0], "sleep"))
		return sleep_until(now() + atoi(w[1]) * MS), true;
	if (!strcmp(w[0], "mark"))
		return onset = now(), true;
	if (!strcmp(w[0], "expect"))
		return all_hold(w + 1, n - 1);
	if (!strcmp(w[0], "keep"))
		return keep(now() + atoi(w[1]) * MS, w + 2, n - 2);
	if (!strcmp(w[0], "within"))
		return become(edge, atoi(w[1]) * MS, atoi(w[2]) * MS, w + 3, n - 3, &t);
	if (!strcmp(w[0], "after"))
		return become(onset, atoi(w[1]) * MS, atoi(w[2]) * MS, w + 3, n - 3, &t);
	if (!strcmp(w[0], "stamp")) {
		/* as "after"; what follows counts from the change */
		if (!become(onset, atoi(w[1]) * MS, atoi(w[2]) * MS, w + 3, n - 3, &t))
			return false;
		onset = t;
		return true;
	}
	if (!strcmp(w[0], "between")) {
		if (!look(w[1], path, sizeof(path)))
			return false;
		if (atol(path) >= atol(w[2]) && atol(path) <= atol(w[3]))
			return true;
		return fail("%s is %.20s", w[1], path);
	}
	if (!strcmp(w[0], "hog"))
		return hog(atoi(w[1]), atoi(w[2])), true;
	if (!strcmp(w[0], "calm"))
		return calm(), true;
	if (!strcmp(w[0], "scribble")) {
		snprintf(path, sizeof(path), "/sys/class/power_supply/%s/%s", board.label, w[1]);
		return scribble(path, w[2], w[3]), true;
	}
	if (!strcmp(w[0], "rattle")) {
		rattle(atoi(w[1]), atoi(w[2]), w + 3, n - 3);
		return edge = now(), true;
	}
	if (!strcmp(w[0], "remember")) {
		if (!look(w[1], path, sizeof(path)))
			return false;
		remembered = atoll(path);
		return true;
	}
	if (!strcmp(w[0], "most")) {
		if (!look(w[2], path, sizeof(path)))
			return false;
		if (atoll(path) <= atoi(w[1]) * remembered)
			return true;
		return fail("%s is %.20s, and was %lld", w[2], path, remembered);
	}
	if (!strcmp(w[0], "onset"))
		/* the onset is no earlier than this: "never early" is judged from it */
		return become(edge, atoi(w[1]) * MS, atoi(w[2]) * MS, w + 3, n - 3, &onset);
	if (!strcmp(w[0], "bounce"))
		return edge = now(), bounce(w[1], atoi(w[2]), atoi(w[3]), atoi(w[4])), true;
	if (!strcmp(w[0], "bounced"))
		return bounced(&edge) ? true : fail("nothing toggles");
	if (!strcmp(w[0], "told")) {
		told(w[1], &all, &with);
		return with ? true : fail("nothing in the log about %s", w[1]);
	}
	if (!strcmp(w[0], "steady") || !strcmp(w[0], "moves"))
		return steady(atoi(w[1]) * MS, w[2], *w[0] == 's');
	if (!strcmp(w[0], "logged")) {
		others = told(w[3], &all, &with);
		if (with < atoi(w[1]) || with > atoi(w[2]))
			return fail("%d lines of the log, %d of them with %s", all, with, w[3]);
		if (n > 4 && others > atoi(w[4]))
			return fail("%d lines of the GPIO core with %s", others, w[3]);
		return true;
	}
	if (!strcmp(w[0], "write") || !strcmp(w[0], "deny") || !strcmp(w[0], "try")) {
		edge = now();
		if (*w[1] == '/')
			snprintf(path, sizeof(path), "%s", w[1]);
		else
			snprintf(path, sizeof(path), "/sys/class/power_supply/%s/%s", board.label,
				 w[1]);
		err = put(path, w[2]);
		if (*w[0] == 't')
			return true;	/* "try": allowed to fail */
		if (*w[0] == 'w')
			return err ? fail("writing %s: %s", w[1], strerror(-err)) : true;
		if (err == -atoi(w[3]))
			return true;
		return fail("writing %s to %s gave %s", w[2], w[1], err ? strerror(-err) : "success");
	}
	if (!strcmp(w[0], "sysfs")) {
		/* any other file: a controller unbound and bound again */
		err = put(w[1], w[2]);
		return err ? fail("%s: %s", w[1], strerror(-err)) : true;
	}
	fprintf(stderr, "plan: no command %s\n", w[0]);
	exit(2);
}

int main(int argc, char **argv)
{
	char line[2048], text[2048], name[256] = "", skipped[64] = "";
	int number = 0, row = 0;
	bool skip = true, failed = false, open_case = false;
	FILE *plan = fopen(argv[1], "r");

	/* the plan, the driver's directory, the case of the plan that is played */
	if (argc != 4 || !plan)
		return 2;
	snprintf(driver, sizeof(driver), "%s", argv[2]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), plan)) {
		char *w[MAXWORDS];
		int n = 0;

		row++;
		line[strcspn(line, "\n")] = 0;
		strcpy(text, line);
		if (!strncmp(line, "case ", 5)) {
			snprintf(name, sizeof(name), "%.250s", line + 5);
			if (strcmp(name, argv[3]))
				continue;
			board.nlines = board.nbanks = 0;
			*skipped = 0;
			skip = failed = bound = false;
			open_case = true;
			open_log();
			continue;
		}
		if (strcmp(name, argv[3]))
			continue;
		for (char *p = strtok(line, " "); p && n < MAXWORDS; p = strtok(NULL, " "))
			w[n++] = p;
		if (!n || *w[0] == '#')
			continue;
		if (!strcmp(w[0], "device")) {
			snprintf(board.device, sizeof(board.device), "%s", w[1]);
			snprintf(board.label, sizeof(board.label), "%s", w[2]);
		} else if (!strcmp(w[0], "line")) {
			snprintf(board.lines[board.nlines].name, sizeof(board.lines[0].name), "%s", w[1]);
			board.lines[board.nlines].bank = bank_of(w[3]);
			board.lines[board.nlines++].offset = atoi(w[2]);
			find_banks();
		} else if (!strcmp(w[0], "finally")) {
			/* also where the case has failed */
			if (put(w[1], w[2])) {
				fprintf(stderr, "plan: %s cannot be written\n", w[1]);
				return 2;
			}
		} else if (!strcmp(w[0], "end") && open_case) {
			calm();
			if (!unbind() && !failed) {
				failed = true;
				printf("# at the end: %s\n", why);
			}
			find_banks();
			for (int i = 0; i < board.nlines; i++)
				pull(board.lines[i].name, false);
			printf("%s %d - %s%s\n", failed ? "not ok" : "ok", ++number, name,
			       failed ? "" : skipped);
			open_case = false;
		} else if (!skip && !strcmp(w[0], "need")) {
			snprintf(text, sizeof(text), "/sys/class/power_supply/%s/%s", board.label, w[1]);
			if (access(text, F_OK)) {
				snprintf(skipped, sizeof(skipped), " # SKIP no file %s", w[1]);
				skip = true;
			}
		} else if (!skip && !command(w, n)) {
			printf("# %s: %s (line %d, %s)\n", name, why, row, text);
			failed = skip = true;
		}
	}
	printf("1..%d\n", number);
	return 0;
}
