/* SPDX-License-Identifier: GPL-2.0 */
/* battguardctl under fuzzers - what their files share */
#ifndef BATTGUARDCTL_FUZZ_H
#define BATTGUARDCTL_FUZZ_H

#include "battguardctl.h"

/* The tool's main(), under another name. */
int tool_main(int argc, char **argv);

/* The tool as if started anew. */
struct ran {
	int status;
	char *out;
	size_t out_len;
	char *err;
	size_t err_len;
};

struct ran run_tool(int argc, char **argv);
void run_free(struct ran *ran);

/* kernel.c: answers made of bytes */
#define TORN	"torn"

/**
 * struct kernel - what is there instead of the kernel
 * @data: bytes that answers are made of
 * @left: their number
 * @driver: the family is found, whatever the bytes say
 * @guards: answer requests for devices with that many, from no bytes; -1 = from
 * bytes
 * @interrupted: how many dumps from now on are interrupted; all in those is TORN
 * @refusal: error that a setting is refused with
 * @set: the latest request to set something, for the oracle
 * @was_set: there was one
 */
struct kernel {
	const uint8_t *data;
	size_t left;
	bool driver;
	int guards;
	unsigned int interrupted;
	int refusal;
	uint64_t set[BATTGUARD_A_SETTINGS_MAX + 1];
	bool was_set;
};

extern struct kernel kernel;

void kernel_start(const uint8_t *data, size_t size);

/* oracle.c: each ends the program if its rule is broken */
void must(bool kept, const char *rule);
void must_be_text(const char *text, size_t len);
void must_be_json(const char *text, size_t len);
void must_be_told(const struct ran *ran);

#endif
