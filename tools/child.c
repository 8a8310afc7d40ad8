// SPDX-License-Identifier: GPL-2.0
/* battguardctl - commands that are run, with an event in their environment */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "battguardctl.h"

/* How long a command that is stopped may take to end. */
#define GRACE_MS	1000
#define PAUSE_MS	20

static void tell(const char *key, const char *value)
{
	char name[80] = "BATTGUARD_";
	size_t n = strlen(name);

	for (; *key && n < sizeof(name) - 1; key++)
		name[n++] = toupper((unsigned char)*key);
	name[n] = '\0';
	setenv(name, value, 1);
}

static void tell_number(const char *key, uint64_t value, const char *format)
{
	char text[32];

	snprintf(text, sizeof(text), format, (unsigned long long)value);
	tell(key, text);
}

static void tell_words(const char *key, uint32_t mask, enum words list)
{
	char text[256] = "";
	size_t len = 0;
	unsigned int n;

	for (n = 0; n < 32 && len < sizeof(text); n++)
		if (mask >> n & 1)
			len += snprintf(text + len, sizeof(text) - len, "%s%s",
					len ? " " : "", word(list, n));
	tell(key, text);
}

/* The line that monitor would print as JSON. */
static void tell_json(const struct event *ev)
{
	char *text = NULL;
	size_t len;
	struct json js = { .out = open_memstream(&text, &len) };

	if (!js.out)
		return;
	print_event_json(&js, ev);
	fclose(js.out);
	text[strcspn(text, "\n")] = '\0';
	tell("json", text);
}

static void environment(const struct event *ev)
{
	const bool all = ev->kind == KIND_SNAPSHOT;
	char text[256];
	size_t n;

	tell("event", kind_word(ev->kind));
	tell("dev", ev->dev.name);
	tell_number("instance", ev->dev.instance, "%016llx");
	tell_number("seq", ev->dev.seq, "%llu");
	tell("time", rfc3339(event_time(ev)));
	tell_words("cause", ev->cause, WORDS_CAUSE);
	tell_words("changed", ev->changed, WORDS_CHANGE);
	tell_json(ev);
	for (n = 0; n < nr_keys && ev->kind != KIND_LOST; n++) {
		if (!all && keys[n].set == SET_DEV)
			continue;
		key_text(&keys[n], &ev->dev, text, sizeof(text));
		tell(keys[n].name, text);
	}
}

/* In the child: what it runs ends when we do, even if we are killed. */
static void become(const char *command, const struct event *ev, pid_t parent)
{
	const int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EX_REFUSED);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	signal(SIGPIPE, SIG_DFL);
	environment(ev);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* Return: the number of its process, or -1. */
int child_start(const char *command, const struct event *ev)
{
	const pid_t parent = getpid();
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		become(command, ev, parent);
	/* Both do it, as nobody knows who is first. */
	if (pid > 0)
		setpgid(pid, pid);
	return pid;
}

/* Return: whether it has ended; one that failed is reported. */
bool child_ended(int pid)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return false;
	if (WIFSIGNALED(status))
		fail(0, "the command was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		fail(0, "the command ended with status %d", WEXITSTATUS(status));
	return true;
}

/* End it, and all that it has started in turn. */
void child_stop(int pid)
{
	int left = GRACE_MS;

	kill(-pid, SIGTERM);
	while (waitpid(pid, NULL, WNOHANG) == 0 && (left -= PAUSE_MS) > 0)
		loop_pause(PAUSE_MS);
	if (left <= 0) {
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}
