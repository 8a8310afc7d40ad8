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

#include "battguardctl.h"

#ifndef VERSION
#define VERSION	"0.0"
#endif

struct options opt = { .timeout_ms = -1 };

#define OPT_RCVBUF	256

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "boottime", no_argument, NULL, 'b' },
	{ "utc", no_argument, NULL, 'u' },
	{ "watch", no_argument, NULL, 'w' },
	{ "since", required_argument, NULL, 's' },
	{ "count", required_argument, NULL, 'n' },
	{ "timeout", required_argument, NULL, 't' },
	{ "rcvbuf", required_argument, NULL, OPT_RCVBUF },
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
	{ 't', "-t, --timeout S      end after S seconds" },
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
	{ "list", cmd_list, "jp", "",
	  "List all devices." },
	{ "show", cmd_show, "jpwnt", "[DEV]",
	  "Show a device: its terminals, its state and why." },
	{ "explain", cmd_explain, "", "[DEV | WORD]",
	  "Explain a device, or a word.\n"
	  "Of a device: what happens next, why an output is off, and what to look at.\n"
	  "A word is a state, a reason, a cause, an output or a setting." },
	{ "monitor", cmd_monitor, "jpbusntr", "[DEV...]",
	  "Print the present state, then each event as it happens.\n"
	  "Without the driver it waits for it; it goes on when the driver is loaded again.\n"
	  "With -n the status is 3 when the time was over before." },
	{ "log", cmd_log, "jpbusn", "[DEV]",
	  "Print the events that the kernel has kept, with -n the latest N." },
	{ "wait", cmd_wait, "tr", "[DEV] CONDITION...",
	  "Wait until all conditions hold. One is KEY=VALUE or KEY!=VALUE, with a number\n"
	  "also KEY<VALUE or KEY>VALUE. Status 0 when they hold, 3 when the time is over.\n"
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
	  "Print the version." },
	{ "help", cmd_help, "", "[COMMAND]",
	  "Explain a command; 'help keys' and 'help reasons' list those." },
};

static const struct command *find_command(const char *name)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(commands); n++)
		if (!strcmp(commands[n].name, name))
			return &commands[n];
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

static int cmd_version(int argc, char **argv)
{
	if (argc > 1)
		return fail(EX_WRONG, "'version' takes no argument '%s'",
			    safe(argv[1]));
	printf("battguardctl %s\n", VERSION);
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
	if (!cmd)
		return fail(EX_WRONG, "no command '%s', 'battguardctl help' lists them",
			    safe(argv[1]));
	return explain(cmd);
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

static int take_seconds(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (((*text < '0' || *text > '9') && *text != '.') || end == text ||
	    *end || !(value >= 0 && value <= 1e9))
		return fail(EX_WRONG, "--timeout takes seconds such as 60 or 0.5, not '%s'",
			    safe(text));
	opt.timeout_ms = (int64_t)(value * 1000 + 0.5);
	return GO_ON;
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
		ret = take_seconds(optarg);
		break;
	case OPT_RCVBUF:
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

static const char *option_name(char letter)
{
	static char text[] = "-x";

	text[1] = letter;
	return letter == 'r' ? "--rcvbuf" : text;
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
	while ((letter = getopt_long(argc, argv, ":jpbuws:n:t:hV", long_options,
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
			used[n++] = letter == OPT_RCVBUF ? 'r' : letter;
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
		return fail(EX_WRONG, "no command '%s', 'battguardctl help' lists them",
			    safe(argv[0]));
	if (help)
		return explain(cmd);
	while (n--)
		if (!strchr(cmd->options, used[n]))
			return fail(EX_WRONG, "'%s' has no option %s, see 'battguardctl help %s'",
				    cmd->name, option_name(used[n]), cmd->name);
	if (opt.count && !opt.watch && cmd->run == cmd_show)
		return fail(EX_WRONG, "'show' takes -n and --timeout together with --watch");
	tzset();
	ret = cmd->run(argc, argv);
	if (ret == EX_DONE) {
		const int flushed = text_flush();

		if (flushed != GO_ON)
			ret = flushed;
	}
	return ret;
}
