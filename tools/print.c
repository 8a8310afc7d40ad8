// SPDX-License-Identifier: GPL-2.0
/* battguardctl - devices and events as JSON, events as text */
#include <string.h>
#include <time.h>

#include "battguardctl.h"

typedef const char *(*word_of)(unsigned int bit);

static void words_json(struct json *js, const char *key, uint64_t mask,
		       word_of word)
{
	unsigned int n;

	json_open(js, key, '[');
	for (n = 0; n < 32; n++)
		if (mask >> n & 1)
			json_string(js, NULL, word(n));
	json_close(js, ']');
}

static void key_json(struct json *js, const struct key *key,
		     const struct dev *dev)
{
	const uint64_t value = key_value(key, dev);
	char text[256];

	switch (key->type) {
	case TYPE_REASONS:
		words_json(js, key->name, value, reason_word);
		break;
	case TYPE_FLAG:
	case TYPE_NUMBER:
		json_number(js, key->name, value);
		break;
	default:
		key_text(key, dev, text, sizeof(text));
		json_string(js, key->name, text);
	}
}

/* Keys in the order of the table, all or those that an event tells. */
static void keys_json(struct json *js, const struct dev *dev, bool all)
{
	const struct status *st = &dev->st;
	char text[32];
	unsigned int n;
	size_t i;

	for (i = 0; i < nr_keys; i++)
		if (all || keys[i].flags & KEY_EVENT)
			key_json(js, &keys[i], dev);
	json_open(js, "faulty_lines", '[');
	for (n = 0; n < 32; n++) {
		if (st->faulty_lines >> n & 1) {
			line_word(n, text, sizeof(text));
			json_string(js, NULL, text);
		}
	}
	json_close(js, ']');
	words_json(js, "faulty_outputs", st->faulty_outputs, output_word);
	snprintf(text, sizeof(text), "0x%x", st->chains);
	json_string(js, "chains", text);
}

void print_dev_json(struct json *js, const struct dev *dev)
{
	json_open(js, NULL, '{');
	json_string(js, "dev", dev->name);
	json_number(js, "id", dev->id);
	json_number(js, "seq", dev->seq);
	json_number(js, "boottime_ns", dev->boottime);
	keys_json(js, dev, true);
	json_close(js, '}');
}

static void event_json(struct json *js, const struct event *ev)
{
	json_open(js, NULL, '{');
	json_string(js, "event", kind_word(ev->kind));
	json_string(js, "dev", ev->dev.name);
	json_number(js, "id", ev->dev.id);
	json_number(js, "seq", ev->dev.seq);
	json_number(js, "boottime_ns", ev->dev.boottime);
	json_number(js, "realtime_ns", ev->realtime);
	words_json(js, "changed", ev->changed, changed_word);
	words_json(js, "cause", ev->cause, cause_word);
	if (ev->kind == KIND_LOST) {
		if (ev->count)
			json_number(js, "count", ev->count);
		else
			json_null(js, "count");
	} else {
		words_json(js, "settings", ev->settings, setting_word);
		keys_json(js, &ev->dev, ev->kind == KIND_SNAPSHOT);
	}
	json_close(js, '}');
	json_end(js);
}

static void stamp(const struct event *ev)
{
	const time_t seconds = ev->realtime / NSEC_PER_SEC;
	const unsigned int micro = ev->realtime % NSEC_PER_SEC / 1000;
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
		gmtime_r(&seconds, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
		printf("%s.%06uZ", text, micro);
		return;
	default:
		localtime_r(&seconds, &tm);
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
		printf("%s.%06u", text, micro);
	}
}

static void pair(const char *name, const struct dev *dev)
{
	const struct key *key = key_find(name);
	char text[256];

	key_text(key, dev, text, sizeof(text));
	if (key->type == TYPE_STATE)
		printf(" %s%s=%s%s", state_colour(dev->st.state), name, text,
		       colour("\033[0m"));
	else
		printf(" %s=%s", name, text);
}

static void fault_words(const struct status *st)
{
	const char *comma = "";
	char text[32];
	unsigned int n;

	printf(" faults=");
	for (n = 0; n < 32; n++) {
		if (st->faulty_lines >> n & 1) {
			line_word(n, text, sizeof(text));
			printf("%s%s", comma, text);
			comma = ",";
		}
	}
	for (n = 0; n < 32; n++) {
		if (st->faulty_outputs >> n & 1) {
			printf("%s%s", comma, output_word(n));
			comma = ",";
		}
	}
	if (!*comma)
		printf("none");
}

/* What there is to know at first: all of the state in short. */
static void all_pairs(const struct dev *dev)
{
	static const char * const names[] = {
		"state", "load", "charger", "pre_alarm", "remote", "low_cell",
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(names); n++)
		pair(names[n], dev);
	if (dev->st.load_why)
		pair("load_off_reasons", dev);
	if (dev->st.charger_why)
		pair("charger_off_reasons", dev);
	if (dev->st.faulty_lines || dev->st.faulty_outputs)
		fault_words(&dev->st);
}

/* The new value of all that changed. */
static void changed_pairs(const struct event *ev)
{
	const struct dev *dev = &ev->dev;
	unsigned int n;

	for (n = 0; n < 8; n++) {
		const char *name = changed_word(n);

		if (!(ev->changed >> n & 1))
			continue;
		/* The chains tell which it was, where there are several. */
		if (dev->st.chains & (dev->st.chains - 1)) {
			if (!strcmp(name, "allow_discharge"))
				name = "allow_discharge_chains";
			else if (!strcmp(name, "allow_charge"))
				name = "allow_charge_chains";
			else if (!strcmp(name, "low_cell"))
				name = "low_cell_chains";
		}
		pair(name, dev);
	}
	if (ev->changed & BATTGUARD_CHANGE_REASONS) {
		pair("load_off_reasons", dev);
		pair("charger_off_reasons", dev);
	}
	if (ev->changed & BATTGUARD_CHANGE_FAULTS)
		fault_words(&dev->st);
	for (n = 0; n < 32; n++) {
		const struct key *key = key_find(setting_word(n));

		if (!(ev->settings >> n & 1) || !key)
			continue;
		/* An event has the switches, but not the delays. */
		if (key->flags & KEY_EVENT)
			pair(key->name, dev);
		else
			printf(" %s", key->name);
	}
}

static void event_text(const struct event *ev)
{
	const char *comma = " by ";
	unsigned int n;

	stamp(ev);
	printf(" %s #%llu %s", safe(ev->dev.name),
	       (unsigned long long)ev->dev.seq, kind_word(ev->kind));
	if (ev->kind == KIND_LOST) {
		if (ev->count)
			printf(" %llu event%s\n", (unsigned long long)ev->count,
			       ev->count == 1 ? "" : "s");
		else
			printf(" all further events: the device is gone\n");
		return;
	}
	for (n = 0; n < 32; n++) {
		/* That a bind is by a bind needs no word. */
		if (!(ev->cause >> n & 1) ||
		    !strcmp(cause_word(n), kind_word(ev->kind)))
			continue;
		printf("%s%s", comma, cause_word(n));
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
	event_json(&js, ev);
}
