// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - libFuzzer target: any board, any story, under the observer
 */
#include <stdio.h>
#include <stdlib.h>

#include "watch.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct watched w;

	script_play(&w, data, size);
	if (w.o.broken) {
		fprintf(stderr, "rule broken: %s\n", w.o.broken);
		abort();
	}
	return 0;
}
