// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl under a fuzzer - any bytes as the kernel's answers, for each
 * command that listens to it
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char * const commands[] = {
	"list", "list -j", "list -p", "show", "show -j", "show -p",
	"show -w -n 3", "show -w -j", "log", "log -j", "log -u -n 2",
	"log -b -s 5", "monitor", "monitor -j", "monitor -u", "monitor -b -s 2",
	"monitor -j -n 2 -t 9", "monitor a", "wait load=off", "wait faults>2",
	"wait pre_alarm_remaining_ms<9 -t 5",
	"wait a --any --wait-driver load=off faults>=2 -t 5",
	"wait --for 1s pre_alarm_remaining_ms<=9 -t 5",
	"wait --wait-driver --for 50ms load=on", "get a state faults", "version",
	"monitor --exec x", "monitor a --exec x state=load-off faults>2 --any",
	"set mute 1", "enable", "mute a",
	"disable", "explain", "explain a", "log -s 2:3", "monitor -j -s 1:9", "monitor -s 3:1",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char words[80], *argv[12] = { "battguardctl" };
	struct ran ran;
	int argc = 1;
	char *word, *rest = words;

	if (size < 2)
		return 0;
	setenv("COLUMNS", data[1] & 2 ? "40" : "100", 1);
	snprintf(words, sizeof(words), "%s",
		 commands[data[0] % ARRAY_SIZE(commands)]);
	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;

	kernel_start(data + 2, size - 2);
	/* The rest of the answers is of little use without a family. */
	kernel.driver = !(data[1] & 1);
	ran = run_tool(argc, argv);
	must_be_told(&ran);
	if (opt.json)
		must_be_json(ran.out, ran.out_len);
	else
		must_be_text(ran.out, ran.out_len);
	run_free(&ran);
	return 0;
}
