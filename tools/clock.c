// SPDX-License-Identifier: GPL-2.0
/*
 * battguardctl - times: the boot-time clock of the driver, and the wall clock
 *
 * The wall clock may be set at any time; a board without a battery for its
 * clock starts in 1970. The boot-time clock is never set, so a time on it, and
 * today's distance between the two, give the true time of a past event.
 */
#include <stdlib.h>
#include <time.h>

#include "battguardctl.h"

#define NSEC_PER_MSEC	1000000LL

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

uint64_t clock_now(void)
{
	return now_ns(CLOCK_REALTIME);
}

/* A time on the boot-time clock, on the wall clock as it is set now. */
uint64_t clock_wall(uint64_t boottime)
{
	static uint64_t apart;
	const uint64_t now = clock_now() - now_ns(CLOCK_BOOTTIME);

	/* Reading one after the other is no step of the clock. */
	if (llabs((int64_t)(now - apart)) > NSEC_PER_MSEC)
		apart = now;
	return boottime + apart;
}

/* Whether the clock has been set by more than a second since an event. */
bool clock_was_set(const struct event *ev)
{
	const int64_t by = clock_wall(ev->dev.boottime) - ev->realtime;

	return by > (int64_t)NSEC_PER_SEC || by < -(int64_t)NSEC_PER_SEC;
}

/* The wall clock at an event, as far as it can be known. */
uint64_t event_time(const struct event *ev)
{
	return clock_was_set(ev) ? clock_wall(ev->dev.boottime) : ev->realtime;
}

/* In UTC, to the microsecond. */
const char *rfc3339(uint64_t realtime)
{
	static char text[64];
	const time_t seconds = realtime / NSEC_PER_SEC;
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, sizeof(text) - len, ".%06uZ",
		 (unsigned int)(realtime % NSEC_PER_SEC / 1000));
	return text;
}
