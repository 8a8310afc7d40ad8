/* SPDX-License-Identifier: GPL-2.0 */
/* battguardctl - what its files share */
#ifndef BATTGUARDCTL_H
#define BATTGUARDCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/battguard.h>

#include "spec.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NSEC_PER_SEC	1000000000ULL

/* Exit statuses; scripts rely on them. */
enum {
	EX_DONE,	/* done, or true */
	EX_WRONG,	/* wrong usage */
	EX_REFUSED,	/* the kernel refused */
	EX_FALSE,	/* false, or timed out */
	EX_NODEV,	/* no such device, or the driver is not loaded */
};

/* Not an exit status: go on. */
#define GO_ON	(-1)

/* The kernel allows 31 characters; a later one may allow more. */
#define NAME_LEN	128

/**
 * struct dev - a guard at one time
 * @value: numbers of 32 bits, by their set and attribute
 * @moment: times on the boot-time clock, by their attribute; 0 = not given
 */
struct dev {
	uint32_t id;
	char name[NAME_LEN];
	uint64_t instance;
	uint64_t seq;
	uint64_t boottime;
	uint32_t value[NR_SETS][NR_ATTRS];
	uint64_t moment[NR_ATTRS];
};

#define STATUS(dev, attr)	\
	((dev)->value[SET_STATUS][BATTGUARD_A_STATUS_##attr])
#define SETTING(dev, attr)	\
	((dev)->value[SET_SETTINGS][BATTGUARD_A_SETTINGS_##attr])
#define NUMBER(dev, attr)	((dev)->value[SET_DEV][BATTGUARD_A_DEV_##attr])
#define SINCE(dev, what)	\
	((dev)->moment[BATTGUARD_A_DEV_##what##_SINCE_NS])

enum kind {
	KIND_SNAPSHOT,
	KIND_BIND,
	KIND_CHANGE,
	KIND_SETTING,
	KIND_LOST,
	KIND_UNBIND,
};

/**
 * struct event - a line of monitor or log
 * @dev: the guard after it; only a snapshot has its numbers and moments
 * @realtime: the wall clock, as it was then
 * @settings: those that changed
 * @onset: of the pre-alarm, 0 = there is none
 * @count: KIND_LOST: how many are lost from @dev.seq on, 0 = unknown
 * @foreign: KIND_LOST: they are of an instance that is not there any more
 */
struct event {
	enum kind kind;
	struct dev dev;
	uint64_t realtime;
	uint32_t changed;
	uint32_t cause;
	uint32_t settings;
	uint64_t onset;
	uint64_t count;
	bool foreign;
};

struct events {
	struct event *ev;
	size_t n;
	size_t room;
};

struct devs {
	struct dev *dev;
	size_t n;
	size_t room;
};

enum stamp { STAMP_LOCAL, STAMP_UTC, STAMP_BOOT };

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

/**
 * struct options - what the command line said
 * @since_instance: the instance that @since belongs to, 0 = any
 */
struct options {
	bool json;
	bool pretty;
	bool watch;
	enum stamp stamp;
	bool has_since;
	uint64_t since;
	uint64_t since_instance;
	uint64_t count;		/* 0 = no limit */
	int64_t timeout_ms;	/* -1 = none */
	int rcvbuf;
	enum when colour;
	bool any;
	int64_t for_ms;		/* 0 = at once */
	bool wait_driver;
	const char *exec;	/* NULL = none */
};

extern struct options opt;

/* spec.c: what the specification says */
struct word {
	const char *name;
	const char *text;
	const char *look;	/* what to look at, NULL = nothing */
};

extern const struct word words[NR_WORDS][32];
extern const char * const word_lists[NR_WORDS];

enum key_type {
	TYPE_WORD,	/* one of some words, by its number */
	TYPE_WORDS,	/* some of them, by their bits */
	TYPE_MASK,
	TYPE_NUMBER,
	TYPE_SIGNED,
	/* All from here on are 1 or 0. */
	TYPE_FLAG,
	TYPE_BIT,	/* a bit of a number */
	TYPE_ALL,	/* whether a mask has all chains that exist */
	TYPE_ANY,	/* whether a mask has any */
};

/**
 * struct key - a value of a guard, named as its file in sysfs
 * @attr: where it is in the message, an attribute of @set
 * @words: for TYPE_WORD and TYPE_WORDS
 * @least: smallest value to set
 * @most: greatest value to set, of a setting that is a number
 * @bit: for TYPE_BIT
 */
struct key {
	const char *name;
	enum key_type type;
	enum key_set set;
	int attr;
	enum words words;
	uint32_t least;
	uint32_t most;
	uint32_t bit;
};

extern const struct key keys[];
extern const size_t nr_keys;

/* A time of a guard; its key is that with _ns behind it. */
struct moment {
	const char *name;
	int attr;
};

extern const struct moment moments[];
extern const size_t nr_moments;

/* words.c */
const char *word(enum words list, unsigned int n);
const char *phrase(enum words list, unsigned int n);
const char *kind_word(enum kind kind);
unsigned int nr_of_words(enum words list);
void each_faulty_line(const struct dev *dev,
		      void (*tell)(const char *line, void *arg), void *arg);
bool any_faulty_line(const struct dev *dev);

/* keys.c */
const struct key *key_find(const char *name);
const struct key *key_of(enum key_set set, int attr);
bool key_is_flag(const struct key *key);
int64_t key_value(const struct key *key, const struct dev *dev);
bool key_parse(const struct key *key, const char *text, int64_t *value);
bool key_in_range(const struct key *key, int64_t value);
void key_text(const struct key *key, const struct dev *dev, char *buf,
	      size_t size);
const char *key_takes(const struct key *key);

/* conditions.c */
#define MAX_CONDITIONS	16

enum operator {
	OP_NOT, OP_LESS_EQUAL, OP_MORE_EQUAL, OP_EQUAL, OP_LESS, OP_MORE,
};

struct condition {
	const struct key *key;
	enum operator op;
	int64_t value;
};

/**
 * struct conditions - what has to hold, all or with --any one of it
 * @asks: for values that no event has
 */
struct conditions {
	struct condition cond[MAX_CONDITIONS];
	unsigned int n;
	bool asks;
};

bool is_condition(const char *text);
int conditions_add(struct conditions *conds, const char *text);
bool conditions_hold(const struct conditions *conds, const struct dev *dev);

/* clock.c */
uint64_t clock_wall(uint64_t boottime);
uint64_t clock_now(void);
bool clock_was_set(const struct event *ev);
uint64_t event_time(const struct event *ev);
const char *rfc3339(uint64_t realtime);

/* nl.c */
struct nl_sock;
struct nl_msg;
struct nlmsghdr;

struct family {
	uint16_t id;
	uint32_t group;
	uint32_t version;
};

typedef int (*nl_handler)(const struct nlmsghdr *nlh, void *arg);

int nl_open(struct nl_sock **sk);
int nl_receive(struct nl_sock *sk, nl_handler handler, void *arg);
int nl_family(struct nl_sock *sk, struct family *fam);
int nl_family_parse(const struct nlmsghdr *nlh, struct family *fam);
struct nl_msg *nl_request(const struct family *fam, int cmd, int flags);
int nl_ask(struct nl_sock *sk, struct nl_msg *msg, nl_handler handler,
	   void *arg);
const char *nl_reason(int error);

/* dev.c */
int dev_parse(const struct nlmsghdr *nlh, struct dev *dev);
int event_parse(const struct nlmsghdr *nlh, struct event *ev,
		uint64_t *lost);
int dev_dump(struct nl_sock *sk, const struct family *fam, struct devs *devs);
int event_dump(struct nl_sock *sk, const struct family *fam, uint32_t id,
	       uint64_t seq, struct events *events);
int connect_driver(struct nl_sock **sk, struct family *fam);
int dev_pick(const struct devs *devs, const char *name,
	     const struct dev **dev);
int dev_choose(struct nl_sock *sk, const struct family *fam, const char *name,
	       struct dev *dev);
void dev_update(struct dev *dev, const struct dev *now, bool numbers);
bool since_is_foreign(const struct dev *dev);
struct event event_snapshot(const struct dev *dev);
struct event event_lost(const struct event *next, uint64_t first,
			uint64_t count);
struct event event_foreign(const struct dev *dev);

/* json.c */
struct json {
	FILE *out;
	bool pretty;
	unsigned int depth;
	unsigned int members;
};

void json_open(struct json *js, const char *key, char bracket);
void json_close(struct json *js, char bracket);
void json_string(struct json *js, const char *key, const char *text);
void json_number(struct json *js, const char *key, int64_t value);
void json_count(struct json *js, const char *key, uint64_t value);
void json_null(struct json *js, const char *key);
void json_end(struct json *js);

/* text.c */
int fail(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *safe(const char *text);
const char *quoted(const char *text);
const char *colour(const char *code);
const char *state_colour(uint32_t state);
unsigned int text_width(void);
void text_wrap(unsigned int indent, unsigned int width, const char *text);
void text_hang(unsigned int indent, unsigned int width, const char *text);
int text_flush(void);
unsigned int text_utf8(const unsigned char *text, uint32_t *code);

/* print.c */
void print_dev_json(struct json *js, const struct dev *dev);
void print_event(const struct event *ev);
void print_event_json(struct json *js, const struct event *ev);

/* next.c */
const char *next_text(const struct dev *dev);

/* picture.c */
void picture(const struct dev *dev);
void picture_faults(const struct dev *dev, unsigned int width);

/* follow.c */
struct track;

/**
 * struct follow - see every event once and in order
 * @names: devices to look at, @nr_names of them, 0 = all
 * @one: the only device is meant; end when it is gone
 * @patient: wait for a driver that is not loaded
 * @late: a device that is named may come later
 * @line: gets each line; returns GO_ON or an exit status
 * @tick: called each @tick_ms; returns the same
 * @idle: called whenever something may have happened; returns the same
 */
struct follow {
	char **names;
	int nr_names;
	bool one;
	bool patient;
	bool late;
	int (*line)(struct follow *f, const struct event *ev);
	int (*tick)(struct follow *f);
	int (*idle)(struct follow *f);
	int tick_ms;
	void *arg;

	struct nl_sock *ask;
	struct nl_sock *ctrl;
	struct nl_sock *ntf;
	struct family fam;
	bool loaded;
	bool started;
	bool overflowed;
	bool resync;
	bool ctrl_lost;
	int ctrl_news;
	struct family ctrl_fam;
	uint32_t newest_id;
	struct track *tracks;
	size_t nr_tracks;
	int end;
};

int follow_run(struct follow *f, int at_timeout);

/* child.c */
int child_start(const char *command, const struct event *ev);
bool child_ended(int pid);
void child_stop(int pid);

/* exec.c */
void exec_begin(void);
int exec_line(struct follow *f, const struct event *ev);
int exec_tick(struct follow *f);
int exec_next(struct follow *f);
uint64_t exec_end(void);

/* listen.c */
int follow_check_names(struct follow *f);
int follow_open(struct follow *f);

/* loop.c */
int64_t clock_ms(void);
void loop_signals(void);
bool loop_stopped(void);
void loop_die(void);
int loop_poll(const int *fds, int n, int64_t timeout_ms);
void loop_pause(int ms);

/* cmd_*.c: each returns an exit status */
int cmd_list(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_explain(int argc, char **argv);
void explain_word(enum words list, unsigned int n, const char *title);
int cmd_monitor(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_wait(int argc, char **argv);
int cmd_get(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_enable(int argc, char **argv);
int cmd_disable(int argc, char **argv);
int cmd_mute(int argc, char **argv);

#endif
