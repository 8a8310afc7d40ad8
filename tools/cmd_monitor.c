// SPDX-License-Identifier: GPL-2.0
/* battguardctl monitor, log */
#include <errno.h>
#include <stdlib.h>

#include "battguardctl.h"

/* How often to check what may change with time alone. */
#define TICK_MS		100

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

/* A command for each event, or for each time that conditions begin to hold. */
static int run_commands(struct follow *f, struct conditions *conds, int argc,
			char **argv, uint64_t *told)
{
	int ret = GO_ON;
	int arg;

	f->nr_names = 0;
	while (f->nr_names < argc - 1 && !is_condition(argv[f->nr_names + 1]))
		f->nr_names++;
	for (arg = f->nr_names + 1; arg < argc && ret == GO_ON; arg++)
		ret = conditions_add(conds, argv[arg]);
	if (ret != GO_ON)
		return ret;
	f->line = exec_line;
	f->idle = exec_next;
	f->tick = conds->asks ? exec_tick : NULL;
	f->tick_ms = TICK_MS;
	f->arg = conds;
	loop_signals();
	exec_begin();
	ret = follow_run(f, GO_ON - 1);
	*told = exec_end();
	return ret;
}

int cmd_monitor(int argc, char **argv)
{
	struct conditions conds = { 0 };
	uint64_t told = 0;
	struct follow f = {
		.names = argv + 1,
		.nr_names = argc - 1,
		.patient = true,
		.line = monitor_line,
		.arg = &told,
	};
	int ret;

	if (opt.any && !opt.exec)
		return fail(EX_WRONG, "'monitor' takes --any together with --exec");
	if (opt.exec) {
		ret = run_commands(&f, &conds, argc, argv, &told);
	} else {
		loop_signals();
		ret = follow_run(&f, GO_ON - 1);
	}
	/* If fewer events came than asked for, the exit status says so. */
	if (ret == GO_ON - 1 && opt.count)
		return fail(EX_FALSE, "timed out after %llu of %llu events",
			    (unsigned long long)told,
			    (unsigned long long)opt.count);
	if (ret == GO_ON - 1)
		return EX_DONE;
	return ret == EX_DONE && told < opt.count ? EX_FALSE : ret;
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
