// SPDX-License-Identifier: GPL-2.0
/* battguardctl monitor, log */
#include <errno.h>
#include <stdlib.h>

#include "battguardctl.h"

static int monitor_line(struct follow *f, const struct event *ev)
{
	uint64_t *told = f->arg;
	int ret;

	print_event(ev);
	/* Each line must be available at once. */
	ret = text_flush();
	if (ret != GO_ON)
		return ret;
	if (ev->kind != KIND_SNAPSHOT && ev->kind != KIND_LOST)
		(*told)++;
	return opt.count && *told >= opt.count ? EX_DONE : GO_ON;
}

int cmd_monitor(int argc, char **argv)
{
	uint64_t told = 0;
	struct follow f = {
		.names = argv + 1,
		.nr_names = argc - 1,
		.patient = true,
		.line = monitor_line,
		.arg = &told,
	};

	loop_signals();
	/* If fewer events came than asked for, the exit status says so. */
	return follow_run(&f, opt.count ? EX_FALSE : EX_DONE);
}

int cmd_log(int argc, char **argv)
{
	struct events events;
	struct nl_sock *sk;
	struct family fam;
	struct dev dev;
	bool foreign;
	size_t n = 0;
	int ret;

	if (argc > 2)
		return fail(EX_WRONG, "'log' takes one device, not also '%s'",
			    safe(argv[2]));
	loop_signals();
	ret = connect_driver(&sk, &fam);
	if (ret == GO_ON)
		ret = dev_choose(sk, &fam, argc > 1 ? argv[1] : NULL, &dev);
	if (ret != GO_ON)
		return ret;

	foreign = since_is_foreign(&dev);
	ret = event_dump(sk, &fam, dev.id, opt.has_since && !foreign ?
			 opt.since : 1, &events);
	if (ret)
		free(events.ev);
	if (ret == -ENODEV || ret == -ENOENT)
		return fail(EX_NODEV, "device '%s' just went away",
			    safe(dev.name));
	if (ret)
		return fail(EX_REFUSED, "cannot read the events: %s",
			    nl_reason(ret));

	if (opt.count && events.n > opt.count)
		n = events.n - opt.count;
	if (foreign) {
		const struct event lost = event_foreign(&dev);

		print_event(&lost);
	}
	for (ret = GO_ON; n < events.n && ret == GO_ON; n++) {
		const struct event *ev = &events.ev[n];

		if (ev->count) {
			const struct event lost =
				event_lost(ev, ev->dev.seq - ev->count,
					   ev->count);

			print_event(&lost);
		}
		print_event(ev);
		ret = loop_stopped() ? EX_DONE : text_flush();
	}
	free(events.ev);
	return ret == GO_ON ? EX_DONE : ret;
}
