// SPDX-License-Identifier: GPL-2.0
/* battguardctl - devices and events as JSON, events as text */
#include <string.h>
#include <time.h>

#include "battguardctl.h"

static void words_json(struct json *js, const char *key, uint64_t mask,
		       enum words list)
{
	unsigned int n;

	json_open(js, key, '[');
	for (n = 0; n < 32; n++)
		if (mask >> n & 1)
			json_string(js, NULL, word(list, n));
	json_close(js, ']');
}

static void key_json(struct json *js, const struct key *key,
		     const struct dev *dev)
{
	char text[256];

	switch (key->type) {
	case TYPE_WORDS:
		words_json(js, key->name, key_value(key, dev), key->words);
		break;
	case TYPE_WORD:
	case TYPE_MASK:
		key_text(key, dev, text, sizeof(text));
		json_string(js, key->name, text);
		break;
	default:
		json_number(js, key->name, key_value(key, dev));
	}
}

static void line_json(const char *line, void *arg)
{
	json_string(arg, NULL, line);
}

/* Keys in the order of the table, all or those that an event has. */
static void keys_json(struct json *js, const struct dev *dev, bool all)
{
	size_t i;

	for (i = 0; i < nr_keys; i++)
		if (all || keys[i].set != SET_DEV)
			key_json(js, &keys[i], dev);
	json_open(js, "faulty_lines", '[');
	each_faulty_line(dev, line_json, js);
	json_close(js, ']');
}

/* A time on the boot-time clock, and on the wall clock. */
static void moment_json(struct json *js, const char *name, uint64_t boottime,
			uint64_t realtime)
{
	char key[64];

	snprintf(key, sizeof(key), "%s_ns", name);
	if (boottime) {
		json_count(js, key, boottime);
		json_string(js, name, rfc3339(realtime));
	} else {
		json_null(js, key);
		json_null(js, name);
	}
}

static void moments_json(struct json *js, const struct dev *dev)
{
	size_t n;

	for (n = 0; n < nr_moments; n++) {
		const uint64_t then = dev->moment[moments[n].attr];

		moment_json(js, moments[n].name, then, clock_wall(then));
	}
}

/* As text: 64 bits are more than many readers of JSON hold. */
static void instance_json(struct json *js, uint64_t instance)
{
	char text[17];

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)instance);
	if (instance)
		json_string(js, "instance", text);
	else
		json_null(js, "instance");
}

static void head_json(struct json *js, const struct dev *dev)
{
	json_string(js, "dev", dev->name);
	json_count(js, "id", dev->id);
	instance_json(js, dev->instance);
	json_count(js, "seq", dev->seq);
	json_count(js, "boottime_ns", dev->boottime);
}

void print_dev_json(struct json *js, const struct dev *dev)
{
	json_open(js, NULL, '{');
	head_json(js, dev);
	json_string(js, "time", rfc3339(clock_now()));
	keys_json(js, dev, true);
	moments_json(js, dev);
	json_string(js, "next", next_text(dev));
	json_close(js, '}');
}

void print_event_json(struct json *js, const struct event *ev)
{
	json_open(js, NULL, '{');
	json_string(js, "event", kind_word(ev->kind));
	head_json(js, &ev->dev);
	json_count(js, "realtime_ns", ev->realtime);
	json_string(js, "time", rfc3339(event_time(ev)));
	json_number(js, "time_corrected", clock_was_set(ev));
	words_json(js, "changed", ev->changed, WORDS_CHANGE);
	words_json(js, "cause", ev->cause, WORDS_CAUSE);
	if (ev->kind == KIND_LOST) {
		if (ev->count)
			json_count(js, "count", ev->count);
		else
			json_null(js, "count");
	} else {
		words_json(js, "settings", ev->settings, WORDS_SETTING);
		if (ev->onset)
			moment_json(js, "onset", ev->onset, event_time(ev) -
				    ev->dev.boottime + ev->onset);
		keys_json(js, &ev->dev, ev->kind == KIND_SNAPSHOT);
	}
	if (ev->kind == KIND_SNAPSHOT)
		moments_json(js, &ev->dev);
	json_close(js, '}');
	json_end(js);
}

/* A time that the clock did not show then has a mark behind it. */
static void stamp(const struct event *ev)
{
	const uint64_t realtime = event_time(ev);
	const char *mark = clock_was_set(ev) ? "~" : "";
	const time_t seconds = realtime / NSEC_PER_SEC;
	char text[64];
	struct tm tm;

	switch (opt.stamp) {
	case STAMP_BOOT:
		printf("%6llu.%06llu",
		       (unsigned long long)(ev->dev.boottime / NSEC_PER_SEC),
		       (unsigned long long)(ev->dev.boottime % NSEC_PER_SEC /
					    1000));
		return;
	case STAMP_UTC:
		printf("%s%s", rfc3339(realtime), mark);
		return;
	default:
		localtime_r(&seconds, &tm);
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
		printf("%s.%06u%s", text,
		       (unsigned int)(realtime % NSEC_PER_SEC / 1000), mark);
	}
}

static void pair(const struct key *key, const struct dev *dev)
{
	const bool state = key == key_of(SET_STATUS, BATTGUARD_A_STATUS_STATE);
	char text[256];

	key_text(key, dev, text, sizeof(text));
	printf(" %s%s=%s%s", state ? state_colour(STATUS(dev, STATE)) : "",
	       key->name, text, state ? colour("\033[0m") : "");
}

static void line_text(const char *line, void *arg)
{
	unsigned int *count = arg;

	printf("%s%s", (*count)++ ? "," : "", line);
}

static void fault_words(const struct dev *dev)
{
	unsigned int count = 0;
	unsigned int n;

	printf(" faults=");
	each_faulty_line(dev, line_text, &count);
	for (n = 0; n < 32; n++)
		if (STATUS(dev, FAULTY_OUTPUTS) >> n & 1)
			line_text(word(WORDS_OUTPUT, n), &count);
	if (!count)
		printf("none");
}

/* The reasons of all outputs, or only of those that are off. */
static void reason_pairs(const struct dev *dev, bool all)
{
	size_t n;

	for (n = 0; n < nr_keys; n++)
		if (keys[n].type == TYPE_WORDS &&
		    keys[n].words == WORDS_REASON &&
		    (all || key_value(&keys[n], dev)))
			pair(&keys[n], dev);
}

/* The first line of a device: all of its state in short. */
static void all_pairs(const struct dev *dev)
{
	size_t n;

	for (n = 0; n < nr_keys; n++)
		if (keys[n].set == SET_STATUS &&
		    (keys[n].type == TYPE_WORD || key_is_flag(&keys[n])))
			pair(&keys[n], dev);
	reason_pairs(dev, false);
	if (any_faulty_line(dev) || STATUS(dev, FAULTY_OUTPUTS))
		fault_words(dev);
	printf(" instance=%016llx", (unsigned long long)dev->instance);
}

/* The key of a change; with several chains, that of their mask. */
static const struct key *key_of_change(const char *name, const struct dev *dev)
{
	const struct key *key = NULL;
	char text[64];

	if (STATUS(dev, CHAINS) & (STATUS(dev, CHAINS) - 1)) {
		snprintf(text, sizeof(text), "%s_chains", name);
		key = key_find(text);
	}
	if (!key)
		key = key_find(name);
	return key && key->set == SET_STATUS ? key : NULL;
}

/* The new values of all that changed. */
static void changed_pairs(const struct event *ev)
{
	const struct dev *dev = &ev->dev;
	const struct key *key;
	unsigned int n;

	for (n = 0; n < 32; n++) {
		key = key_of_change(word(WORDS_CHANGE, n), dev);
		if (key && ev->changed >> n & 1)
			pair(key, dev);
	}
	if (ev->changed & BATTGUARD_CHANGE_REASONS)
		reason_pairs(dev, true);
	if (ev->changed & BATTGUARD_CHANGE_FAULTS)
		fault_words(dev);
	for (n = 0; n < 32; n++) {
		key = key_find(word(WORDS_SETTING, n));
		if (key && ev->settings >> n & 1)
			pair(key, dev);
	}
}

static void lost_text(const struct event *ev)
{
	if (ev->count)
		printf(" %llu event%s\n", (unsigned long long)ev->count,
		       ev->count == 1 ? "" : "s");
	else if (!ev->foreign)
		printf(" all further events: the device is gone\n");
	else if (ev->dev.instance)
		printf(" all further events: instance %016llx is gone\n",
		       (unsigned long long)ev->dev.instance);
	else
		printf(" all further events: this instance never had that number\n");
}

static void event_text(const struct event *ev)
{
	const char *comma = " by ";
	unsigned int n;

	stamp(ev);
	printf(" %s #%llu %s", safe(ev->dev.name),
	       (unsigned long long)ev->dev.seq, kind_word(ev->kind));
	if (ev->kind == KIND_LOST) {
		lost_text(ev);
		return;
	}
	for (n = 0; n < 32; n++) {
		/* A bind need not name itself as its cause. */
		if (!(ev->cause >> n & 1) ||
		    !strcmp(word(WORDS_CAUSE, n), kind_word(ev->kind)))
			continue;
		printf("%s%s", comma, word(WORDS_CAUSE, n));
		comma = ",";
	}
	putchar(':');
	if (ev->kind == KIND_SNAPSHOT || ev->kind == KIND_BIND)
		all_pairs(&ev->dev);
	else
		changed_pairs(ev);
	putchar('\n');
}

void print_event(const struct event *ev)
{
	static struct json js;

	if (!opt.json) {
		event_text(ev);
		return;
	}
	js.out = stdout;
	js.pretty = opt.pretty;
	print_event_json(&js, ev);
}
