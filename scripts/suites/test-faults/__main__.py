# SPDX-License-Identifier: GPL-2.0
"""Seeded faults in netlink, the tool and suspend: are their tests worth their name?

Each fault is put into a copy of the tree below the build folder, and the test
that should see it is run there. One that goes unseen, breaks the build, or
whose text is no longer in the source, is a failure of the tests.
"""

import argparse
import dataclasses
import re
import shutil
import subprocess

from lab import suite, tap
from lab.common import BUILD, ROOT, Trouble, lock, main

WORK = BUILD / "testseeds"
# What a copy shares with us: fetched or built from what is not ours.
SHARED = ("apt", "debs", "dt", "kernels", "rootfs", "src", "userland")

NETLINK, POLICY = "driver/netlink.c", "driver/netlink-gen.h"
RESULT = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)
# A fault that does not even compile is no fault.
BROKEN = re.compile(r"'(make|gcc|aarch64-linux-gnu-gcc) .*' failed \(")


@dataclasses.dataclass(frozen=True)
class Seed:
    """A fault: texts of files, and what to put instead; the test that sees it."""

    name: str
    suite: str
    scenario: str
    edits: tuple


def tool(name, scenario, *edits):
    """A fault that a scenario of the tool's tests sees."""
    return Seed(name, "tooltest", scenario, edits)


def ynl(name, scenario, *edits):
    """A fault that a client of others sees."""
    return Seed(name, "ynl", scenario, edits)


def suspend(name, scenario, *edits):
    """A fault that a system sees which sleeps."""
    return Seed(name, "e2e --set suspend", scenario, edits)


def words(program, scenarios):
    """Run these scenarios of a suite; one that has none is run as a whole."""
    if program == "nlfuzz":
        return [program, "--count", "3000"]
    return [*program.split(), "--kernel", "6.12", "-k", f"^({'|'.join(sorted(scenarios))})$"]


SEEDS = [
    # A system that sleeps.
    suspend("an alarm on the way to sleep is lost", "alarm_falling_asleep",
            ("driver/core.c", "	pm_system_wakeup();\n", "")),
    suspend("an edge on the way to sleep is lost", "falling_asleep",
            ("driver/evaluate.c", "	WRITE_ONCE(bg->woke, true);\n	pm_system_wakeup();\n", "")),
    suspend("a delay is slept on", "held_awake",
            ("driver/evaluate.c", "	asleep = asleep && !bg->result.stay_awake;\n", ""),
            ("driver/evaluate.c", "	if (bg_snapshot(bg).stay_awake)", "	if (0)")),
    suspend("resume does not look at the lines", "lines_wake",
            ("driver/core.c", "	bg_sleep(bg, false);\n	bg_evaluate(bg, &in);",
             "	bg_sleep(bg, false);\n	(void)in;")),
    # The kernel's side.
    tool("a counter tells another one", "showing",
         (POLICY, "PRE_ALARMS, BG_VALUE_PRE_ALARMS", "PRE_ALARMS, BG_VALUE_FAULTS")),
    tool("an event number is left out", "overwritten",
         ("driver/decision/view.c", "event->seq = ++fsm->seq;",
          "fsm->seq += fsm->seq % 50 ? 1 : 2;\n\tevent->seq = fsm->seq;")),
    tool("an event tells the present instead", "overwritten",
         (NETLINK, "EVENT_SETTINGS, bg, event)", "EVENT_SETTINGS, bg, &bg->snapshot.event)")),
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
    ynl("a dump that is torn does not say so", "refusals",
        (NETLINK, "	bg_generation++;\n", "")),
    tool("a device number is used again", "reloaded",
         (NETLINK, "bg_next_id;", "bg_next_id __maybe_unused;"),
         (NETLINK, "ret = xa_alloc_cyclic(&bg_devices, &bg->nl_id, bg, xa_limit_31b,\n"
                   "			      &bg_next_id, GFP_KERNEL);",
          "ret = xa_alloc(&bg_devices, &bg->nl_id, bg, xa_limit_31b, GFP_KERNEL);")),
    ynl("now and then an event is not sent", "second_client",
        (NETLINK, "	struct sk_buff *msg;\n	void *hdr;\n\n	if (!genl_has_listeners",
         "	struct sk_buff *msg;\n	void *hdr;\n\n	if (event->seq % 3 == 0)\n		return;\n"
         "	if (!genl_has_listeners")),
    ynl("an attribute is narrower than specified", "second_client",
        (NETLINK, "nla_put_u32(skb, table[n].attr,", "nla_put_u16(skb, table[n].attr,")),
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
    Seed("a name of any length is copied to the stack", "nlfuzz", "malformed messages",
         ((POLICY, "[BATTGUARD_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 31, }",
           "[BATTGUARD_A_DEV_NAME] = { .type = NLA_BINARY, }"),
          (NETLINK, "	struct battguard *bg;\n	unsigned long n;\n\n	if (!id && !name) {",
           "	struct battguard *bg;\n	char copy[32];\n	unsigned long n;\n\n	if (name)\n"
           "		memcpy(copy, nla_data(name), nla_len(name));\n	OPTIMIZER_HIDE_VAR(name);\n"
           "	barrier_data(copy);\n	if (!id && !name) {"))),
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


def copy():
    """The tree, and a build folder of its own that shares what is fetched."""
    tree, build = WORK / "tree", WORK / "build"
    shutil.rmtree(tree, ignore_errors=True)
    build.mkdir(parents=True, exist_ok=True)
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True,
                           capture_output=True, check=True).stdout.splitlines()
    for name in filter(lambda name: (ROOT / name).is_file(), names):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        # Newer than what the last run, and its faults, left in the build folder.
        shutil.copy(ROOT / name, tree / name)
    for name in SHARED:
        if not (build / name).exists():
            (BUILD / name).mkdir(exist_ok=True)
            (build / name).symlink_to(BUILD / name)
    return tree, build


def outcome(tree, build, program, scenarios):
    """(passed, failed, the first failure, all that was said)."""
    argv, environment = suite.command(*words(program, scenarios), top=tree)
    done = subprocess.run(argv, cwd=tree, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False,
                          env={**environment, "BATTGUARD_BUILD": str(build)})
    closing = RESULT.search(done.stdout)
    first = next((line for line in done.stdout.splitlines() if line.startswith("not ok")), "")
    passed, failed = (0, 0)
    if closing and not BROKEN.search(done.stdout):
        passed, failed = map(int, closing.groups())
    return passed, failed, first.partition(" - ")[2], done.stdout


def apply(tree, edits):
    """Put a fault in; gives what was there before, or nothing if it does not fit."""
    before = {}
    for name, text, instead in edits:
        path = tree / name
        content = path.read_text(encoding="utf-8")
        before.setdefault(path, content)
        if text not in content:
            restore(before)
            return {}
        path.write_text(content.replace(text, instead), encoding="utf-8")
    return before


def restore(before):
    for path, content in before.items():
        path.write_text(content, encoding="utf-8")


def sow(seed, tree, build, report):
    checks = tap.Checks("seed")
    before = apply(tree, seed.edits)
    if before:
        passed, failed, first, said = outcome(tree, build, seed.suite, [seed.scenario])
        restore(before)
        checks.ok(failed, f"{seed.name}: seen by {first or seed.scenario}",
                  "" if passed else said[-3000:])
    else:
        checks.ok(False, f"{seed.name}: its text is still in the source")
    report.tell(checks)


def seeds():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="PATTERN", default="", help="only faults whose name or suite matches")
    parser.add_argument("--list", action="store_true", help="name the faults and end")
    options = parser.parse_args()
    chosen = [seed for seed in SEEDS if re.search(options.k, f"{seed.name} {seed.suite}")]
    if options.list:
        for seed in chosen:
            print(f"{seed.name:48} {seed.suite} {seed.scenario}")
        return 0
    report = tap.Report()
    with lock("testseeds"):
        tree, build = copy()
        checks = tap.Checks("no fault")
        for name in sorted({seed.suite for seed in chosen}):
            scenarios = {seed.scenario for seed in chosen if seed.suite == name}
            passed, failed, first, said = outcome(tree, build, name, scenarios)
            checks.ok(passed and not failed, f"{name} passes", first or said[-3000:])
        report.tell(checks)
        if not checks.good:
            raise Trouble("the tests fail without a fault: nothing can be said of those with one")
        for seed in chosen:
            sow(seed, tree, build, report)
    return report.end()


if __name__ == "__main__":
    main(seeds)
