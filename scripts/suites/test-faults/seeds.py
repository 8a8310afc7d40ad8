# SPDX-License-Identifier: GPL-2.0
"""Faults in netlink, the tool, suspend and what meets hostile controllers.

Each with the scenario that has to see it.
"""

from lab.seeds import Seed

from suites.packaging.seeds import SEEDS as PACKAGING

NETLINK, POLICY = "driver/netlink.c", "driver/netlink-gen.h"
GET = ("battguard_dev_get_do_nl_policy[BATTGUARD_A_DEV_NAME + 1] = {\n"
       "	[BATTGUARD_A_DEV_ID] = { .type = NLA_U32, },\n	[BATTGUARD_A_DEV_NAME] = { ")


def tool(name, scenario, *edits):
    """A fault that a scenario of the tool's tests sees."""
    return Seed(name, edits, ("tooltest", scenario))


def ynl(name, scenario, *edits):
    """A fault that a client of others sees."""
    return Seed(name, edits, ("ynl", scenario))


def suspend(name, scenario, *edits):
    """A fault that a system sees which sleeps."""
    return Seed(name, edits, ("e2e --set suspend", scenario))


def hostile(name, scenario, *edits):
    """A fault that a controller brings to light which does not do its part."""
    return Seed(name, edits, ("hostile", scenario))


# Faults that several scenarios see.
NO_LOOK = ("driver/evaluate.c", "bg->look = bg->fsm.now - over + period;",
           "bg->look = bg->fsm.now - over + 3600 * (u64)period;")
NO_DIRECTION = (("driver/gpio.c", "	return err ?: bg_gpio_drive(desc, value);",
                 "	return err ?: bg_gpio_write(desc, value);"),
                ("driver/gpio.c", "err = gpiod_direction_input(desc);", "err = 0;"))
NO_TRIES = ("driver/decision/line.c",
            "(read && !good && !bg_line_try_again(line, in->slow, now))", "(read && !good)")

SEEDS = [
    # Hostile controllers.
    hostile("nobody looks once a second", "an edge that is lost is made up for within a second",
            NO_LOOK),
    hostile("a read that fails is not tried again", "a disturbance of 15 ms is ridden out",
            NO_TRIES),
    hostile("no interrupt is masked in a storm", "spikes too short to be read do not storm",
            ("driver/evaluate.c", "	bg_gpio_mask(&bg->gpio, bg->result.mask);\n", "")),
    hostile("each edge counts without a window, however many",
            "a storm on one line, without a filter window",
            ("driver/decision/line.c", "if (edge && !bg_line_count(line, rules, now))", "if (0)")),
    hostile("any number of windows a second", "a chatter slower than the windows drives no contactor",
            ("driver/decision/line.c",
             "(line->windows > last &&\n	     now - line->opened[last] <= BG_BOUNCE_NS)", "0")),
    hostile("remote on counts at once",
            "a slower one: load and charger move at most three times a second",
            ("driver/decision/fsm.c", "v.remote, bg_remote_restore(fsm), now);", "v.remote, 0, now);")),
    hostile("a retry sets no direction",
            "a controller that sleeps loses its registers: it serves again in two seconds",
            *NO_DIRECTION),
    hostile("no thread sets directions", "a controller that does not sleep loses its registers",
            ("driver/evaluate.c", "	if (bg->gpio.redirect)\n		bg_redirect(bg);\n", "")),
    hostile("the heart beats on", "an output that cannot be switched off is shown as it is",
            ("driver/decision/heartbeat.c", "heart->stopped = astray >= BG_FEAR_NS",
             "heart->stopped = false")),
    hostile("a write that failed counts as done",
            "an output that can be neither set nor read is not said to be off",
            ("driver/decision/output.c", "	out->unset = failed;\n",
             "	out->unset = failed;\n	out->known = out->want;\n")),
    hostile("retries do not become fewer", "a load that fails floods no log",
            ("driver/decision/output.c",
             "	return now - out->since < BG_TIRED_NS ? BG_POLL_NS : BG_TIRED_POLL_NS;",
             "	return BG_MS(20);")),
    hostile("a fault is logged whenever it comes",
            "a fault that comes and goes is logged once a minute at most",
            ("driver/faultlog.c", "if (faulty && now < log->hush[n])", "if (0)")),
    hostile("a bus that hangs is tried four times for each output",
            "a bus that hangs is not tried again and again as the guard lets go",
            ("driver/gpio.c", "err && ktime_get_boottime_ns() - began <= BG_SLOW_NS &&", "err &&")),
    hostile("a pre-alarm that fails stops the heart",
            "a pre-alarm that fails stops neither the delay nor the heartbeat",
            ("driver/decision/fsm.c", "bg_output_astray(&fsm->out[BG_OUT_CHARGER], now));",
             "bg_output_astray(&fsm->out[BG_OUT_CHARGER], now));\n"
             "	if (fsm->out[BG_OUT_PRE_ALARM].faulty)\n		astray = BG_FEAR_NS;")),
    hostile("a line that cannot be read keeps its level",
            "a line that stays unreadable counts as open, and is reported once",
            ("driver/decision/line.c", "	line->state = BG_LINE_UNREADABLE;\n"
             "	line->level = rules->open;\n", "	line->state = BG_LINE_UNREADABLE;\n")),
    hostile("an input without an interrupt is left alone",
            "without the interval, a controller without interrupts fails the probe",
            ("driver/gpio.c", "ret != -EPROBE_DEFER && bg->params.poll)", "ret != -EPROBE_DEFER)")),
    hostile("the interval of polling is not kept",
            "a controller without interrupts is polled, if the board says so",
            ("driver/evaluate.c", "bg->gpio.polled ? bg->params.poll : NSEC_PER_SEC",
             "NSEC_PER_SEC")),
    # Expanders, and hogs.
    hostile("nobody looks at an expander once a second",
            "no over-voltage is missed after a cable was plugged in, on a PCA9535",
            NO_LOOK),
    hostile("an interrupt is all that is looked at", "interrupts of expanders that get lost",
            NO_LOOK),
    hostile("what is set anew is no input before",
            "a MCP23017 forgets its registers, and its driver writes only what is new to it",
            ("driver/gpio.c", "	if (through_input) {", "	if (0) {")),
    hostile("power that comes back sets no direction",
            "the power of a PCA9535 goes, and comes back",
            *NO_DIRECTION),
    hostile("a spark takes lines away", "sparks of 20 ms on the bus change nothing",
            NO_TRIES),
    hostile("a thread does what an interrupt can do",
            "a hog above all threads does not hold up what does not sleep",
            ("driver/gpio.c", "gpiod_cansleep(desc) || IS_ENABLED", "true || IS_ENABLED")),
    # Controllers that hang.
    hostile("an interrupt waits for the thread of the buzzer",
            "the buzzer on a bus that hangs holds up no over-voltage",
            ("driver/evaluate.c", "	flags = bg_lock(&bg->lock);\n	running = bg->running &&",
             "	if (bg->nr_ports && bg->ports->busy)\n		return true;\n"
             "	flags = bg_lock(&bg->lock);\n	running = bg->running &&")),
    hostile("silence is no fault", "an input whose bus takes ten seconds to fail",
            ("driver/decision/line.c", "	if (now >= line->silent ||\n	    (read && !good",
             "	if ((read && !good"),
            ("driver/decision/line.c", "	return bg_earlier(next, line->silent);\n",
             "	return next;\n")),
    hostile("a level counts from its arrival on",
            "a level that takes three seconds to arrive counts for nothing",
            ("driver/controller.c", "		failed = bg_job_do(&job, &in);\n",
             "		failed = bg_job_do(&job, &in);\n		in.heard = ktime_get_boottime_ns();\n")),
    hostile("a transfer that failed tells nothing",
            "a transfer that fails fails all lines of its controller",
            ("driver/gpio.c", "		in->failed = lines;\n		return;",
             "		in->read = 0;\n		return;")),
    hostile("a bind has all the time of the bus",
            "a bus that hangs holds up the bind for two seconds",
            ("driver/controller.h", "(2 * HZ)", "(200 * HZ)")),
    hostile("a power-off has all the time of the bus",
            "outputs float at once when the driver lets go of a bus that hangs",
            ("driver/controller.h", "(2 * HZ)", "(200 * HZ)")),
    hostile("what hangs is waited for before outputs float",
            "outputs float at once when the driver lets go of a bus that hangs",
            ("driver/evaluate.c", "	flags = bg_lock(&bg->lock);\n	if (bg->running) {\n"
             "		WRITE_ONCE(bg->running, false);",
             "	bg_ports_wait(bg, 3 * HZ);\n	flags = bg_lock(&bg->lock);\n"
             "	if (bg->running) {\n		WRITE_ONCE(bg->running, false);")),
    hostile("a system sleeps under a transfer",
            "a system does not sleep while a bus hangs, and loses nothing by having tried",
            ("driver/evaluate.c", "	if (bg_ports_wait(bg, BG_PATIENCE))\n		return true;",
             "	return true;")),
    hostile("what waits its turn is done before the system sleeps",
            "a system does not sleep while a bus hangs, and loses nothing by having tried",
            ("driver/controller.c", "		port->check = 0;\n		port->read = false;\n		break;",
             "		break;")),
    # A system that sleeps.
    suspend("an alarm on the way to sleep is lost", "alarm_falling_asleep",
            ("driver/core.c", "	pm_system_wakeup();\n", "")),
    suspend("an edge on the way to sleep is lost", "falling_asleep",
            ("driver/evaluate.c", "	WRITE_ONCE(bg->woke, true);\n	pm_system_wakeup();\n", "")),
    suspend("a delay is slept on", "held_awake",
            ("driver/evaluate.c", "asleep = !bg->result.stay_awake &&", "asleep ="),
            ("driver/evaluate.c", "	if (bg_snapshot(bg).stay_awake)", "	if (0)")),
    suspend("resume does not look at the lines", "lines_wake",
            ("driver/core.c", "	bg_wake(bg, false);\n	/* Not", "	bg->asleep = false;\n	/* Not")),
    # The kernel's side.
    tool("a counter tells another one", "showing",
         (POLICY, "PRE_ALARMS, BG_VALUE_PRE_ALARMS", "PRE_ALARMS, BG_VALUE_FAULTS")),
    tool("an event number is left out", "overwritten",
         ("driver/decision/view.c", "event->seq = ++fsm->seq;",
          "fsm->seq += fsm->seq % 50 ? 1 : 2;\n\tevent->seq = fsm->seq;")),
    tool("an event tells the present instead", "overwritten",
         (NETLINK, "	bg_event_values(bg, event, value);\n",
          "	bg_event_values(bg, &bg->snapshot.event, value);\n")),
    tool("one lost event more than there are", "overwritten",
         (NETLINK, "event.seq - dump->seq : 0", "event.seq - dump->seq + 1 : 0")),
    tool("the ring keeps half", "overwritten",
         ("driver/decision/ring.h", "#define BG_RING_SIZE	256", "#define BG_RING_SIZE	128")),
    tool("messages are made for nobody", "unheard",
         (NETLINK, "if (!genl_has_listeners(&bg_family, &init_net, BG_GROUP_EVENTS))\n\t\treturn;",
          "")),
    tool("anyone may set", "setting", (NETLINK, "		.flags = GENL_ADMIN_PERM,\n", "")),
    ynl("no value is out of range", "refusals",
        (POLICY, "NLA_POLICY_FULL_RANGE(NLA_U32, &battguard_a_settings_restore_delay_ms_range)",
         "{ .type = NLA_U32, }")),
    tool("each bind is the same instance", "reloaded",
         ("driver/core.c", "u64 instance = get_random_u64();", "u64 instance = 4711;")),
    ynl("a dump of events that is torn does not say so", "refusals",
        (NETLINK, "	cb->seq = bg ? dump->id : 0;\n", "	cb->seq = dump->id;\n")),
    ynl("a dump of devices that is torn does not say so", "refusals",
        (NETLINK, "	smp_store_release(&bg_generation, bg_generation + 1);\n", "")),
    tool("a device number is used again", "reloaded",
         (NETLINK, "bg_next_id;", "bg_next_id __maybe_unused;"),
         (NETLINK, "ret = xa_alloc_cyclic(&bg_devices, &bg->nl_id, bg, xa_limit_31b,\n"
                   "			      &bg_next_id, GFP_KERNEL);",
          "ret = xa_alloc(&bg_devices, &bg->nl_id, bg, xa_limit_31b, GFP_KERNEL);")),
    ynl("now and then an event is not sent", "second_client",
        (NETLINK, "	struct sk_buff *msg;\n\n	if (!genl_has_listeners",
         "	struct sk_buff *msg;\n\n	if (event->seq % 3 == 0)\n		return;\n"
         "	if (!genl_has_listeners")),
    ynl("an attribute is narrower than specified", "second_client",
        (NETLINK, "if (bg_nl_put_u32(skb, table[n].attr,", "if (nla_put_u16(skb, table[n].attr,")),
    ynl("the ack does not say which attribute", "refusals",
        (NETLINK, "	NL_SET_BAD_ATTR(extack, id ?: name);\n", "")),
    ynl("root of a user namespace may set", "refusals",
        (NETLINK, "		.flags = GENL_ADMIN_PERM,\n", "")),
    ynl("the family is in each network namespace", "refusals",
        (NETLINK, "	.version = BATTGUARD_FAMILY_VERSION,\n",
         "	.version = BATTGUARD_FAMILY_VERSION,\n	.netnsok = true,\n")),
    ynl("a switch takes any value", "refusals",
        (POLICY, "[BATTGUARD_A_SETTINGS_ENABLED] = NLA_POLICY_MAX(NLA_U32, 1)",
         "[BATTGUARD_A_SETTINGS_ENABLED] = { .type = NLA_U32, }")),
    Seed("a name of any length is copied to the stack", (
        (POLICY, GET + ".type = NLA_NUL_STRING, .len = 31, }", GET + ".type = NLA_BINARY, }"),
        (NETLINK, "	struct battguard *bg;\n	unsigned long n = 0;\n\n	if (!id && !name) {",
         "	struct battguard *bg;\n	char copy[32];\n	unsigned long n = 0;\n\n	if (name)\n"
         "		memcpy(copy, nla_data(name), nla_len(name));\n	OPTIMIZER_HIDE_VAR(name);\n"
         "	barrier_data(copy);\n	if (!id && !name) {")), ("nlfuzz", "malformed messages")),
    # The tool's side.
    tool("an overflow of the socket is not noticed", "storm",
         ("tools/follow.c", "if (ret == -ENOBUFS || ret == -ENOMEM)\n			*lost = true;",
          "if (ret == -ENOBUFS || ret == -ENOMEM)\n			*lost = false;")),
    tool("one lost event more is told", "storm",
         ("tools/follow.c", "t->next,\n						     ev->dev.seq - t->next);",
          "t->next,\n						     ev->dev.seq - t->next + 1);")),
    tool("an event that came twice is shown twice", "storm",
         ("tools/follow.c", "	if (ev->dev.seq < t->next)\n		return;\n", "")),
    tool("what was missed is not read from the ring", "overwritten",
         ("tools/follow.c", "	if (t->next <= dev->seq)\n		catch_up(f, t, dev->seq);\n", "")),
    tool("lines wait for more", "streaming",
         ("tools/cmd_monitor.c", "	ret = text_flush();\n	if (ret != GO_ON)",
          "	ret = loop_stopped() ? text_flush() : GO_ON;\n	if (ret != GO_ON)")),
    tool("a broken pipe is a failure", "streaming",
         ("tools/text.c", "errno == EPIPE || loop_stopped()", "loop_stopped()"),
         ("tools/loop.c", "stopped || poll_fds[i].revents & POLLERR", "stopped")),
    tool("the end of a device is not told", "reloaded",
         ("tools/follow.c", "	tell(f, &lost);\n	drop(f, t);", "	(void)lost;\n	drop(f, t);")),
    tool("time over is status 1", "waiting",
         ("tools/cmd_wait.c", 'fail(EX_FALSE, "timed out', 'fail(EX_WRONG, "timed out')),
    tool("wait does not look at what is", "waiting",
         ("tools/cmd_wait.c", "	wait->dev = ev->dev;\n",
          "	wait->dev = ev->dev;\n	if (ev->kind == KIND_SNAPSHOT)\n		return GO_ON;\n")),
    tool("a reason is taken for another's", "showing",
         ("tools/spec.c", ".attr = BATTGUARD_A_STATUS_CHARGER_OFF_REASONS",
          ".attr = BATTGUARD_A_STATUS_LOAD_OFF_REASONS")),
    tool("colours in spite of NO_COLOR", "showing",
         ("tools/text.c", "!(no && *no)", "!(no && !*no)")),
    tool("no driver is status 2", "without_family",
         ("tools/dev.c", 'fail(EX_NODEV, "the driver is not loaded',
          'fail(EX_REFUSED, "the driver is not loaded')),
    tool("a name is shown as it is", "strange_names",
         ("tools/text.c", "!len || code <= 0x20", "!len || code < 0x1b")),
    tool("JSON with bare control characters", "strange_names",
         ("tools/json.c", "code < 0x20 || (code >= 0x7f && code < 0xa0)", "code == 0x0a")),
    tool("a name too long for its buffer", "strange_names",
         ("tools/text.c", "*c && c < (const unsigned char *)text + NAME_LEN", "*c"),
         ("tools/dev.c", "sizeof(dev->name));\n	dev->instance = get_u64(tb, BATTGUARD_A_DEV",
          "4096);\n	dev->instance = get_u64(tb, BATTGUARD_A_DEV")),
    tool("another instance is taken for the present one", "since",
         ("tools/dev.c", "opt.since_instance && opt.since_instance != dev->instance", "0")),
    tool("a number that never was is passed over", "since",
         ("tools/dev.c", "opt.since > dev->seq + 1", "0")),
    tool("log does not say what is gone", "since",
         ("tools/cmd_monitor.c", "opt.since : 1,", "opt.since : 0,")),
    tool("a device is known by its number alone", "same_number",
         ("tools/follow.c", "t->id == dev->id && t->instance == dev->instance",
          "t->id == dev->id")),
    tool("times of 1970 stay", "clock_set",
         ("tools/clock.c", "clock_was_set(ev) ? clock_wall(ev->dev.boottime) : ev->realtime",
          "ev->realtime")),
    tool("a time that was corrected has no mark", "clock_set",
         ("tools/print.c", 'clock_was_set(ev) ? "~" : ""', '""')),
    tool("an interrupted dump is not asked for again", "interrupted",
         ("tools/dev.c", "ret != -EINTR || ", "ret || ")),
    tool("a part of an interrupted dump is shown", "interrupted",
         ("tools/dev.c", "	do {\n		devs->n = 0;", "	do {")),
    tool("an event tells no settings", "setting",
         ("tools/dev.c", "take_nest(dev, SET_SETTINGS, tb[BATTGUARD_A_EVENT_SETTINGS])", "0")),
    tool("the load is said to stay on a second too long", "sentences",
         ("tools/next.c", "	const uint32_t seconds = ms / 1000;", "	const uint32_t seconds = (ms + 999) / 1000;")),
    tool("a warning whose time is over has no word", "sentences",
         ("tools/next.c", "	if (!left) {", "	if (0) {")),
    tool("a hint without the name of the device", "foretold",
         ("tools/next.c", "\"'battguardctl enable %s' are given\", name);",
          "\"'battguardctl enable' are given\");"),
         ("tools/next.c", "\"'battguardctl disable %s' and then \", name);",
          "\"'battguardctl enable' and then \");")),
    tool("explain does not say what to look at", "explained",
         ("tools/cmd_explain.c", "word->look ?: \"\"", "\"\"")),
    tool("a text is cut inside of a character", "narrow",
         ("tools/text.c", "(const unsigned char *)text + len, &code) ?: 1;",
          "(const unsigned char *)text + len, &code) ? 1 : 1;")),
    tool("more than a megabyte", "building",
         ("tools/main.c", "struct options opt = {", "const volatile char ballast[1 << 20] = { 1 };\n\n"
                          "struct options opt = {"),
         ("tools/main.c", "	tzset();\n", "	tzset();\n	(void)ballast[0];\n")),
    tool("a third of the messages of a dump is forgotten", "overwritten",
         ("tools/dev.c", "	if (!ret)\n		events->n++;",
          "	if (!ret && events->ev[events->n].dev.seq % 3)\n		events->n++;")),
]

SEEDS += PACKAGING
