// SPDX-License-Identifier: GPL-2.0
/* battguardctl list, show */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "battguardctl.h"

#define HOME_AND_CLEAR	"\033[H\033[J"

/* An output, and why it should be off. */
static void print_output(const char *name, bool on, const struct dev *dev,
			 int reasons)
{
	const struct key *key = key_of(SET_STATUS, reasons);
	char text[256];

	printf(", %s %s", name, on ? "on" : "off");
	if (!key_value(key, dev))
		return;
	key_text(key, dev, text, sizeof(text));
	printf(" (%s)", text);
}

/* A device in one line. */
static void print_line(const struct dev *dev)
{
	const uint32_t state = STATUS(dev, STATE);
	const uint32_t outputs = STATUS(dev, OUTPUTS);

	printf("%s: %s%s%s", safe(dev->name), state_colour(state),
	       word(WORDS_STATE, state), colour("\033[0m"));
	print_output("load", outputs & BATTGUARD_OUTPUT_LOAD, dev,
		     BATTGUARD_A_STATUS_LOAD_OFF_REASONS);
	print_output("charger", outputs & BATTGUARD_OUTPUT_CHARGER, dev,
		     BATTGUARD_A_STATUS_CHARGER_OFF_REASONS);
	printf("%s%s\n",
	       outputs & BATTGUARD_OUTPUT_PRE_ALARM ? ", pre-alarm on" : "",
	       SETTING(dev, MUTE) ? ", muted" : "");
}

int cmd_list(int argc, char **argv)
{
	struct json js = { .out = stdout, .pretty = opt.pretty };
	struct nl_sock *sk;
	struct family fam;
	struct devs devs;
	size_t n;
	int ret;

	if (argc > 1)
		return fail(EX_WRONG, "'list' takes no argument '%s'",
			    safe(argv[1]));
	ret = connect_driver(&sk, &fam);
	if (ret != GO_ON)
		return ret;
	ret = dev_dump(sk, &fam, &devs);
	if (ret) {
		free(devs.dev);
		return fail(EX_REFUSED, "cannot read the devices: %s",
			    nl_reason(ret));
	}

	if (opt.json)
		json_open(&js, NULL, '[');
	for (n = 0; n < devs.n; n++) {
		const struct dev *dev = &devs.dev[n];

		if (opt.json) {
			print_dev_json(&js, dev);
			continue;
		}
		print_line(dev);
	}
	if (opt.json) {
		json_close(&js, ']');
		json_end(&js);
	} else if (!devs.n) {
		fprintf(stderr, "battguardctl: the driver is loaded, but has no device\n");
	}
	free(devs.dev);
	ret = text_flush();
	return ret == GO_ON ? EX_DONE : ret;
}

static void show(const struct dev *dev)
{
	static struct json js;

	if (!opt.json) {
		picture(dev);
		return;
	}
	js.out = stdout;
	js.pretty = opt.pretty;
	print_dev_json(&js, dev);
	json_end(&js);
}

struct watch {
	uint32_t id;
	uint64_t shown;		/* number of the event that is in the picture */
	bool counting;		/* the picture holds a countdown */
	uint64_t times;
};

static int refresh(struct follow *f)
{
	struct watch *watch = f->arg;
	struct dev dev;
	int ret = dev_choose(f->ask, &f->fam, f->names[0], &dev);

	if (ret != GO_ON)
		return ret;
	if (dev.seq < watch->shown)
		return GO_ON;
	watch->shown = dev.seq;
	watch->counting = NUMBER(&dev, PRE_ALARM_REMAINING_MS) ||
			  NUMBER(&dev, LOAD_RETURNS_MS);
	if (!opt.json && isatty(STDOUT_FILENO))
		printf(HOME_AND_CLEAR);
	else if (!opt.json && watch->times)
		putchar('\n');
	show(&dev);
	ret = text_flush();
	watch->times++;
	if (ret == GO_ON && opt.count && watch->times >= opt.count)
		return EX_DONE;
	return ret;
}

static int watch_line(struct follow *f, const struct event *ev)
{
	struct watch *watch = f->arg;

	/* Several events at once make one picture. */
	if (watch->times && ev->dev.seq <= watch->shown)
		return GO_ON;
	/* The device is gone, and the next line or the end says so. */
	if (ev->kind == KIND_UNBIND || ev->kind == KIND_LOST)
		return GO_ON;
	return refresh(f);
}

static int watch_tick(struct follow *f)
{
	struct watch *watch = f->arg;

	return watch->counting ? refresh(f) : GO_ON;
}

int cmd_show(int argc, char **argv)
{
	struct watch watch = { 0 };
	struct follow f = {
		.nr_names = 1,
		.one = true,
		.line = watch_line,
		.tick = watch_tick,
		.tick_ms = 1000,
		.arg = &watch,
	};
	char *name = argc > 1 ? argv[1] : NULL;
	struct nl_sock *sk;
	struct family fam;
	struct dev dev;
	int ret;

	if (argc > 2)
		return fail(EX_WRONG, "'show' takes one device, not also '%s'",
			    safe(argv[2]));
	ret = connect_driver(&sk, &fam);
	if (ret == GO_ON)
		ret = dev_choose(sk, &fam, name, &dev);
	if (ret != GO_ON)
		return ret;
	if (opt.watch) {
		name = dev.name;
		f.names = &name;
		loop_signals();
		return follow_run(&f, EX_DONE);
	}
	show(&dev);
	ret = text_flush();
	return ret == GO_ON ? EX_DONE : ret;
}
