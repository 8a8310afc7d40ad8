/* SPDX-License-Identifier: GPL-2.0 */
/* battguardctl - what its files share */
#ifndef BATTGUARDCTL_H
#define BATTGUARDCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/battguard.h>

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

/* In no case an exit status: go on. */
#define GO_ON	(-1)

/* The kernel grants 31 characters; a later one may grant more. */
#define NAME_LEN	128

struct status {
	uint32_t state;
	uint32_t outputs;
	uint32_t chains;
	uint32_t allow_discharge;
	uint32_t allow_charge;
	uint32_t low_cell;
	uint32_t load_why;
	uint32_t charger_why;
	uint32_t faulty_lines;
	uint32_t faulty_outputs;
	uint8_t remote;
	uint8_t enabled;
	uint8_t inhibit;
	uint8_t mute;
};

/**
 * struct dev - a guard at one time
 * @number: what is a plain 32-bit number, by its netlink attribute
 */
struct dev {
	uint32_t id;
	char name[NAME_LEN];
	uint64_t seq;
	uint64_t boottime;
	struct status st;
	uint32_t number[BATTGUARD_A_DEV_MAX + 1];
};

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
 * @dev: the guard after it; only a snapshot has its numbers
 * @count: KIND_LOST: how many are lost from @dev.seq on, 0 = nobody knows
 */
struct event {
	enum kind kind;
	struct dev dev;
	uint64_t realtime;
	uint32_t changed;
	uint32_t cause;
	uint32_t settings;
	uint64_t count;
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

/* What the command line said. */
struct options {
	bool json;
	bool pretty;
	bool watch;
	enum stamp stamp;
	bool has_since;
	uint64_t since;
	uint64_t count;		/* 0 = no limit */
	int64_t timeout_ms;	/* -1 = none */
	int rcvbuf;
};

extern struct options opt;

/* words.c */
enum key_type {
	TYPE_STATE,
	TYPE_FLAG,
	TYPE_MASK,
	TYPE_REASONS,
	TYPE_BEHAVIOUR,
	TYPE_NUMBER,
};

/* Since when something is as it is: wall clock, 0 = longer than is known. */
enum { SINCE_STATE, SINCE_LOAD, SINCE_CHARGER, SINCE_PRE_ALARM, NR_SINCE };

#define KEY_EVENT	1	/* an event tells it */
#define KEY_WRITE	2	/* can be set */
#define KEY_RUNS	4	/* changes with time alone */

/**
 * struct key - a value of a guard, named as its file in sysfs
 * @attr: attribute of dev-set, or of the number it is
 * @values: what may be written or waited for, in words
 */
struct key {
	const char *name;
	enum key_type type;
	unsigned int flags;
	int attr;
	const char *values;
};

extern const struct key keys[];
extern const size_t nr_keys;

const struct key *key_find(const char *name);
uint64_t key_value(const struct key *key, const struct dev *dev);
bool key_parse(const struct key *key, const char *text, uint64_t *value);
void key_text(const struct key *key, const struct dev *dev, char *buf,
	      size_t size);

const char *state_word(uint32_t state);
const char *kind_word(enum kind kind);
const char *reason_word(unsigned int bit);
const char *reason_text(unsigned int bit, bool load);
const char *changed_word(unsigned int bit);
const char *cause_word(unsigned int bit);
const char *setting_word(unsigned int bit);
const char *output_word(unsigned int bit);
void line_word(unsigned int bit, char *buf, size_t size);

/* nl.c */
struct nl_sock;
struct nl_msg;
struct nlmsghdr;

struct family {
	uint16_t id;
	uint32_t group;
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
void dev_since(struct nl_sock *sk, const struct family *fam,
	       const struct dev *dev, uint64_t *since);
struct event event_snapshot(const struct dev *dev);
struct event event_lost(const struct event *next, uint64_t first,
			uint64_t count);

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
void json_number(struct json *js, const char *key, uint64_t value);
void json_null(struct json *js, const char *key);
void json_end(struct json *js);

/* text.c */
int fail(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *safe(const char *text);
const char *colour(const char *code);
const char *state_colour(uint32_t state);
unsigned int text_width(void);
void text_wrap(unsigned int indent, unsigned int width, const char *text);
int text_flush(void);
unsigned int text_utf8(const unsigned char *text, uint32_t *code);

/* print.c */
void print_dev_json(struct json *js, const struct dev *dev);
void print_event(const struct event *ev);

/* picture.c */
void picture(const struct dev *dev, const uint64_t *since);

/* follow.c */
struct track;

/**
 * struct follow - see every event once and in order
 * @names: devices to look at, @nr_names of them, 0 = all
 * @one: the only device is meant; end when it is gone
 * @patient: wait for a driver that is not loaded
 * @line: gets each line; gives GO_ON or an exit status
 * @tick: called each @tick_ms; gives the same
 */
struct follow {
	char **names;
	int nr_names;
	bool one;
	bool patient;
	int (*line)(struct follow *f, const struct event *ev);
	int (*tick)(struct follow *f);
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

/* listen.c */
int follow_check_names(struct follow *f);
int follow_open(struct follow *f);

/* loop.c */
int64_t clock_ms(void);
void loop_signals(void);
bool loop_stopped(void);
int loop_poll(const int *fds, int n, int64_t timeout_ms);

/* cmd_*.c: each gives an exit status */
int cmd_list(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_wait(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_enable(int argc, char **argv);
int cmd_disable(int argc, char **argv);
int cmd_mute(int argc, char **argv);

#endif
