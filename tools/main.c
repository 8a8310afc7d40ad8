// SPDX-License-Identifier: GPL-2.0
/* battguardctl - the command line */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netlink/socket.h>

#include "battguardctl.h"

#ifndef VERSION
#define VERSION	"0.0"
#endif

struct options opt = { .timeout_ms = -1 };

/* Those without a short form have a letter that getopt_long() is not told of. */
static const char short_options[] = ":jpbuws:n:t:hV";

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "boottime", no_argument, NULL, 'b' },
	{ "utc", no_argument, NULL, 'u' },
	{ "watch", no_argument, NULL, 'w' },
	{ "since", required_argument, NULL, 's' },
	{ "count", required_argument, NULL, 'n' },
	{ "timeout", required_argument, NULL, 't' },
	{ "rcvbuf", required_argument, NULL, 'r' },
	{ "color", required_argument, NULL, 'c' },
	{ "any", no_argument, NULL, 'a' },
	{ "for", required_argument, NULL, 'f' },
	{ "wait-driver", no_argument, NULL, 'd' },
	{ "exec", required_argument, NULL, 'e' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

/* What each option does, and its letter in the list of a command. */
static const struct {
	char letter;
	const char *text;
} option_texts[] = {
	{ 'j', "-j, --json           print JSON" },
	{ 'p', "-p, --pretty         print JSON, indented" },
	{ 'b', "-b, --boottime       times on the boot-time clock, in seconds" },
	{ 'u', "-u, --utc            times in UTC" },
	{ 'w', "-w, --watch          show it again at each change" },
	{ 's', "-s, --since [I:]SEQ  begin with event SEQ, of instance I" },
	{ 'n', "-n, --count N        end after N" },
	{ 't', "-t, --timeout TIME   end after TIME: 500ms, 10s, 5m, 2h, or seconds" },
	{ 'e', "    --exec COMMAND   run COMMAND instead of printing, by sh -c" },
	{ 'a', "    --any            one condition is enough" },
	{ 'f', "    --for TIME       until they have held for TIME without a break" },
	{ 'd', "    --wait-driver    wait for the driver and the device as well" },
	{ 'c', "    --color WHEN     always, auto or never" },
	{ 'r', "    --rcvbuf BYTES   size of the socket's receive buffer" },
};

static int cmd_version(int argc, char **argv);
static int cmd_help(int argc, char **argv);

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *options;
	const char *args;
	const char *text;
} commands[] = {
	{ "list", cmd_list, "jpc", "",
	  "List all devices." },
	{ "show", cmd_show, "jpwntc", "[DEV]",
	  "Show a device: its terminals, its state and why." },
	{ "explain", cmd_explain, "", "[DEV | WORD]",
	  "Explain a device, or a word.\n"
	  "Of a device: what happens next, why an output is off, and what to look at.\n"
	  "A word is a state, a reason, a cause, an output or a setting." },
	{ "monitor", cmd_monitor, "jpbusntrcea", "[DEV...]",
	  "Print the present state, then each event as it happens.\n"
	  "Without the driver it waits for it; it goes on when the driver is loaded again.\n"
	  "With -n the status is 3 when the time was over before.\n"
	  "With --exec, conditions as 'wait' has them may follow: COMMAND then runs each\n"
	  "time that they begin to hold." },
	{ "log", cmd_log, "jpbusnc", "[DEV]",
	  "Print the events that the kernel has kept, with -n the latest N." },
	{ "get", cmd_get, "", "[DEV] KEY...",
	  "Print values as their files in sysfs show them, one a line.\n"
	  "'battguardctl help keys' lists the keys." },
	{ "wait", cmd_wait, "trafd", "[DEV] CONDITION...",
	  "Wait until all conditions hold. One is KEY=VALUE or KEY!=VALUE, with a number\n"
	  "also with <, <=, > or >=. Status 0 when they hold, 3 when the time is over.\n"
	  "'battguardctl help keys' lists the keys." },
	{ "set", cmd_set, "", "[DEV] KEY VALUE...",
	  "Change settings, all or none:" },
	{ "enable", cmd_enable, "", "[DEV]",
	  "Software switch on: load and charger as the batteries permit." },
	{ "disable", cmd_disable, "", "[DEV]",
	  "Software switch off: load and charger off at once." },
	{ "mute", cmd_mute, "", "[DEV]",
	  "Silence the pre-alarm until its next onset." },
	{ "version", cmd_version, "", "",
	  "Versions of tool, driver and specification." },
	{ "help", cmd_help, "", "[COMMAND]",
	  "Explain a command.\n"
	  "'help keys' lists the keys, and 'help reasons' the reasons." },
};

/* A command by its name, or by as much of it as no other begins with. */
static const struct command *find_command(const char *name)
{
	const struct command *found = NULL;
	const size_t len = strlen(name);
	char others[128] = "";
	size_t n, end = 0;

	for (n = 0; n < ARRAY_SIZE(commands); n++) {
		if (!strcmp(commands[n].name, name))
			return &commands[n];
		if (!len || strncmp(commands[n].name, name, len))
			continue;
		found = &commands[n];
		end += snprintf(others + end, sizeof(others) - end, "%s%s",
				end ? ", " : "", found->name);
	}
	if (found && !strchr(others, ','))
		return found;
	if (found)
		fail(EX_WRONG, "'%s' may be %s", safe(name), others);
	else
		fail(EX_WRONG, "no command '%s', 'battguardctl help' lists them",
		     safe(name));
	return NULL;
}

static void list_keys(bool settings)
{
	size_t n;

	for (n = 0; n < nr_keys; n++) {
		if (settings && keys[n].set != SET_SETTINGS)
			continue;
		printf("  %-24s ", keys[n].name);
		text_hang(27, 79, key_takes(&keys[n]));
	}
}

static void list_reasons(void)
{
	unsigned int n;

	for (n = 0; n < nr_of_words(WORDS_REASON); n++)
		explain_word(WORDS_REASON, n, word(WORDS_REASON, n));
}

static void overview(void)
{
	size_t n;

	printf("Usage: battguardctl [OPTION...] COMMAND [ARGUMENT...]\n"
	       "See what battery guards decided and why, and change their settings.\n\n"
	       "Commands:\n");
	for (n = 0; n < ARRAY_SIZE(commands); n++)
		printf("  %-8s %-18s %.*s\n", commands[n].name,
		       commands[n].args, (int)strcspn(commands[n].text, ".:"),
		       commands[n].text);
	printf("\nWithout DEV the only device is meant (monitor: all).\n"
	       "'battguardctl COMMAND --help' explains a command.\n\n"
	       "Exit status: 0 done or true, 1 wrong usage, 2 the kernel refused, 3 false or\n"
	       "timed out, 4 no such device or driver not loaded.\n");
}

static int explain(const struct command *cmd)
{
	size_t n;

	printf("Usage: battguardctl %s%s%s%s\n%s\n", cmd->name,
	       *cmd->options ? " [OPTION...]" : "", *cmd->args ? " " : "",
	       cmd->args, cmd->text);
	if (cmd->run == cmd_set)
		list_keys(true);
	if (*cmd->options)
		printf("\nOptions:\n");
	for (n = 0; n < ARRAY_SIZE(option_texts); n++)
		if (strchr(cmd->options, option_texts[n].letter))
			printf("  %s\n", option_texts[n].text);
	return EX_DONE;
}

/* What the driver is, and which specification it and we are built by. */
static void driver_version(void)
{
	FILE *file = fopen("/sys/module/battguard/version", "r");
	struct family fam = { 0 };
	char text[64] = "unknown";
	struct nl_sock *sk;

	if (file) {
		if (fgets(text, sizeof(text), file))
			text[strcspn(text, "\n")] = '\0';
		fclose(file);
	}
	if (nl_open(&sk))
		return;
	if (nl_family(sk, &fam))
		printf("driver not loaded\nspecification %d\n",
		       BATTGUARD_FAMILY_VERSION);
	else
		printf("driver %s\nspecification %d, that of the driver %u\n",
		       safe(text), BATTGUARD_FAMILY_VERSION, fam.version);
	nl_socket_free(sk);
}

static int cmd_version(int argc, char **argv)
{
	if (argc > 1)
		return fail(EX_WRONG, "'version' takes no argument '%s'",
			    safe(argv[1]));
	printf("battguardctl %s\n", VERSION);
	driver_version();
	return EX_DONE;
}

static int cmd_help(int argc, char **argv)
{
	const struct command *cmd;

	if (argc > 2)
		return fail(EX_WRONG, "'help' takes one command, not also '%s'",
			    safe(argv[2]));
	if (argc == 1) {
		overview();
		return EX_DONE;
	}
	if (!strcmp(argv[1], "keys")) {
		list_keys(false);
		return EX_DONE;
	}
	if (!strcmp(argv[1], "reasons")) {
		list_reasons();
		return EX_DONE;
	}
	cmd = find_command(argv[1]);
	return cmd ? explain(cmd) : EX_WRONG;
}

static int take_number(const char *option, const char *text, uint64_t least,
		       uint64_t most, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || *value < least ||
	    *value > most)
		return fail(EX_WRONG, "%s takes a whole number from %llu on, not '%s'",
			    option, (unsigned long long)least, safe(text));
	return GO_ON;
}

/* SEQ or INSTANCE:SEQ, as lines show them. */
static int take_since(const char *text)
{
	const size_t digits = strspn(text, "0123456789abcdefABCDEF");

	opt.has_since = true;
	opt.since_instance = 0;
	if (text[digits] == ':') {
		if (digits && digits <= 16)
			opt.since_instance = strtoull(text, NULL, 16);
		if (!opt.since_instance)
			return fail(EX_WRONG, "no instance of up to 16 hexadecimal digits: '%s'",
				    safe(text));
		text += digits + 1;
	}
	return take_number("--since", text, 0, UINT64_MAX - 1, &opt.since);
}

/* A period with its unit; without one it is seconds. */
static int take_period(const char *option, const char *text, int64_t *ms)
{
	static const struct {
		const char *name;
		double ms;
	} units[] = {
		{ "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
		{ "h", 3600000 }, { "d", 86400000 },
	};
	char *end;
	double value = strtod(text, &end);
	size_t n = 0;

	while (n < ARRAY_SIZE(units) && strcmp(end, units[n].name))
		n++;
	if (((*text < '0' || *text > '9') && *text != '.') || end == text ||
	    n == ARRAY_SIZE(units) ||
	    !(value >= 0 && value * units[n].ms <= 1e12))
		return fail(EX_WRONG, "%s takes a time such as 500ms, 10s, 5m or 2h, not '%s'",
			    option, safe(text));
	*ms = (int64_t)(value * units[n].ms + 0.5);
	return GO_ON;
}

static int take_when(const char *text)
{
	static const char * const whens[] = {
		[WHEN_AUTO] = "auto",
		[WHEN_ALWAYS] = "always",
		[WHEN_NEVER] = "never",
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(whens); n++) {
		if (!strcmp(text, whens[n])) {
			opt.colour = n;
			return GO_ON;
		}
	}
	return fail(EX_WRONG, "--color takes always, auto or never, not '%s'",
		    safe(text));
}

/* Return: GO_ON, or an exit status. */
static int take_option(int letter, const char *given)
{
	uint64_t value;
	int ret = GO_ON;

	switch (letter) {
	case 'p':
		opt.pretty = true;
		opt.json = true;
		break;
	case 'j':
		opt.json = true;
		break;
	case 'b':
		opt.stamp = STAMP_BOOT;
		break;
	case 'u':
		opt.stamp = STAMP_UTC;
		break;
	case 'w':
		opt.watch = true;
		break;
	case 's':
		ret = take_since(optarg);
		/* Events count from 1. */
		if (!opt.since)
			opt.since = 1;
		break;
	case 'n':
		ret = take_number("-n", optarg, 1, UINT64_MAX, &opt.count);
		break;
	case 't':
		ret = take_period("--timeout", optarg, &opt.timeout_ms);
		break;
	case 'a':
		opt.any = true;
		break;
	case 'f':
		ret = take_period("--for", optarg, &opt.for_ms);
		break;
	case 'd':
		opt.wait_driver = true;
		break;
	case 'c':
		ret = take_when(optarg);
		break;
	case 'e':
		opt.exec = optarg;
		break;
	case 'r':
		ret = take_number("--rcvbuf", optarg, 1, INT32_MAX / 2, &value);
		opt.rcvbuf = value;
		break;
	case ':':
		return fail(EX_WRONG, "option '%s' takes a value", safe(given));
	default:
		return fail(EX_WRONG, "no option '%s', 'battguardctl help' shows the usage",
			    safe(given));
	}
	return ret;
}

/* As it is written: its letter, or else its name. */
static const char *option_name(char letter)
{
	static char text[24];
	const struct option *option = long_options;

	while (option->val != letter)
		option++;
	if (strchr(short_options, letter))
		snprintf(text, sizeof(text), "-%c", letter);
	else
		snprintf(text, sizeof(text), "--%s", option->name);
	return text;
}

/*
 * If standard output is closed, a socket would take its place and get what is
 * printed. Filling the gap makes printing fail like any other failed output.
 */
static void occupy_closed(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	const struct command *cmd;
	bool help = false;
	char used[32];
	size_t n = 0;
	int letter;
	int ret;

	occupy_closed();
	/* A write that fails shows that the reader went away. */
	signal(SIGPIPE, SIG_IGN);
	opterr = 0;
	while ((letter = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1) {
		if (letter == 'h') {
			help = true;
			continue;
		}
		if (letter == 'V')
			return cmd_version(1, argv);
		ret = take_option(letter, argv[optind - 1]);
		if (ret != GO_ON)
			return ret;
		if (n < sizeof(used))
			used[n++] = letter;
	}
	argc -= optind;
	argv += optind;
	if (!argc && help) {
		overview();
		return EX_DONE;
	}
	if (!argc)
		return fail(EX_WRONG, "no command given, 'battguardctl help' lists them");
	cmd = find_command(argv[0]);
	if (!cmd)
		return EX_WRONG;
	if (help)
		return explain(cmd);
	while (n--)
		if (!strchr(cmd->options, used[n]))
			return fail(EX_WRONG, "'%s' has no option %s, see 'battguardctl help %s'",
				    cmd->name, option_name(used[n]), cmd->name);
	if ((opt.count || opt.timeout_ms >= 0) && !opt.watch &&
	    cmd->run == cmd_show)
		return fail(EX_WRONG, "'show' takes -n and --timeout together with --watch");
	tzset();
	ret = cmd->run(argc, argv);
	if (ret == EX_DONE) {
		const int flushed = text_flush();

		if (flushed != GO_ON)
			ret = flushed;
	}
	loop_die();
	return ret;
}
