# SPDX-License-Identifier: GPL-2.0
"""A fault of each kind is put into a copy of the driver, and has to be caught.

The first thing that the kernel says must be the report of the checker that is
meant: a report of KASAN switches lockdep off, so each fault has a boot of its
own, and the first report counts alone.
"""

import dataclasses
import re
import shutil
import time

from lab import board, seeds, klog
from lab.common import BUILD, Trouble, lock

from . import busy, kit, memory


@dataclasses.dataclass(frozen=True)
class Sight:
    """What brings a fault about, and what must be said of it."""

    config: str
    checker: str
    provoke: callable       # may tell what it has seen itself
    report: str             # in the first complaint
    short: bool = False     # in the short run as well


def fault(name, config, checker, file, old, new, provoke, report, **more):
    """A fault in a file of the driver."""
    return seeds.Seed(name, ((f"driver/{file}", old, new),),
                      Sight(config, checker, provoke, report, **more))


def _unbind(vm):
    for label in kit.GUARDS:
        vm.bind(label, "unbind")


def _unbind_in_alarm(vm):
    """The minimum delay runs: the timer has something to wait for."""
    vm.lines.set(allow_discharge=False)
    time.sleep(1)
    _unbind(vm)
    vm.lines.set(allow_discharge=True)


def _unbind_and_ask(vm):
    _unbind(vm)
    vm.run("battguardctl list")


def _unbind_while_told(vm):
    """The device goes while its events are dumped."""
    vm.sh(f"battguardctl log {kit.SIM_LABEL} >/dev/null 2>&1 &")
    time.sleep(1)
    vm.bind(kit.SIM_LABEL, "unbind")
    time.sleep(5)


def _edges(vm):
    for level in (False, True, False, True):
        vm.lines.set(allow_charge=level)
        time.sleep(0.5)
        vm.run(f"cat {board.SUPPLY}/state")


def _leak(vm):
    _unbind(vm)
    kit.find_leaks(vm, tell=False)


def _messages(vm):
    for seed in range(1, 21):
        vm.run(f"nlfuzz 2000 {seed} 0", timeout=300)
        if vm.problems():
            return


def _suites(vm):
    vm.run("insmod /modules/battguard_kunit.ko", timeout=300)


def _allocations(vm):
    memory.allow(vm)
    _unbind(vm)
    for number in range(1, memory.MOST):
        reached, err, _ = memory.bind_failing(vm, board.LABEL, number)
        if not reached or vm.problems():
            return
        if not err:
            vm.bind(board.LABEL, "unbind")


def _storm(vm):
    # Races are found by chance: until one is, or long enough.
    for _ in range(8):
        busy.storm(vm, 20, binds=False)
        busy.calm(vm)
        if vm.problems():
            return


_SNAPSHOT = """	flags = bg_lock(&bg->snapshot_lock);
	snapshot = bg->snapshot;
	bg_unlock(&bg->snapshot_lock, flags);
"""

_EVENT = """	flags = bg_lock(&bg->snapshot_lock);
	found = bg_ring_get(&bg->ring, max(seq, bg_ring_first(&bg->ring)));
	if (found)
		*event = *found;
	bg_unlock(&bg->snapshot_lock, flags);
"""

# The guard's pages may be in use again at once, by somebody who has cleared them:
# its lock is not initialised then, and KASAN sees nothing. So the pages are kept, and
# what is read too late is a copy of the label, which KASAN holds back for a while.
_KEPT = (
    ("driver/core.c", "	free_pages_exact(data, sizeof(struct battguard));\n", ""),
    ("driver/core.c", "	bg->name = bg->params.label;\n",
     "	bg->name = devm_kstrdup(bg->dev, bg->params.label, GFP_KERNEL);\n"))

SEEDS = (
    seeds.Seed("a device that is gone is still found", (
        ("driver/netlink.c", "	xa_erase(&bg_devices, bg->nl_id);\n", ""),
        *_KEPT),
        Sight("sanitize", "KASAN", _unbind_and_ask, r"KASAN: slab-use-after-free", short=True)),
    seeds.Seed("an unbind does not wait for who looks at the device", (
        *_KEPT,
        ("driver/netlink.c", "	synchronize_srcu(&bg_handlers);\n", ""),
        # As long as a handler that other processes preempt.
        ("driver/netlink.c", "#include <linux/err.h>\n",
         "#include <linux/delay.h>\n#include <linux/err.h>\n"),
        ("driver/netlink.c", "	cb->seq = bg ? dump->id : 0;\n",
         "	cb->seq = bg ? dump->id : 0;\n	msleep(4000);\n")),
        Sight("sanitize", "KASAN", _unbind_while_told, r"KASAN: slab-use-after-free")),
    fault("one request of netlink waits for another", "sanitize", "lockdep's graph", "netlink.c",
          "	.parallel_ops = true,\n", "", kit.waiting, r"wait for each other", short=True),
    fault("a message's string is copied without a bound", "sanitize", "KASAN", "netlink.c",
          "	struct battguard *bg;\n	unsigned long n = 0;\n\n	if (!id && !name) {",
          "	struct battguard *bg;\n	unsigned long n = 0;\n	char text[12];\n\n"
          "	if (name)\n		memcpy(text, nla_data(name), nla_len(name));\n"
          "	barrier_data(text);\n	if (!id && !name) {",
          _messages, r"KASAN: stack-out-of-bounds in bg_nl_"),
    fault("the ring of events has a slot too few", "sanitize", "UBSAN in KUnit", "decision/ring.h",
          "	ring->slot[event->seq % BG_RING_SIZE] = *event;",
          "	ring->slot[event->seq % (BG_RING_SIZE + 1)] = *event;",
          _suites, r"UBSAN: array-index-out-of-bounds"),
    fault("a line's number is beyond the word", "sanitize", "UBSAN", "gpio.c",
          "		wire->lines = BIT(n);\n", "		wire->lines = BIT(n + BITS_PER_LONG);\n",
          _edges, r"UBSAN: shift-out-of-bounds"),
    fault("a flag is neither true nor false", "sanitize", "UBSAN", "values.c",
          "		set->enabled = value;\n", "		*(u8 *)&set->enabled = 2 + value;\n",
          _messages, r"UBSAN: invalid-load"),
    fault("two locks in two orders", "sanitize", "lockdep", "evaluate.c",
          "	snapshot = bg->snapshot;\n",
          "	raw_spin_lock(&bg->lock);\n	snapshot = bg->snapshot;\n"
          "	raw_spin_unlock(&bg->lock);\n",
          _edges, r"possible circular locking dependency", short=True),
    fault("a lock of the interrupt is taken with interrupts on", "sanitize", "lockdep",
          "evaluate.c", _SNAPSHOT, _SNAPSHOT.replace("flags = bg_lock", "flags = 0;\n	raw_spin_lock").replace(
              "bg_unlock", "raw_spin_unlock").replace(", flags", ""),
          _edges, r"inconsistent lock state|irq lock inversion"),
    fault("a lock that sleeps on RT, in the hard interrupt", "sanitize",
          "PROVE_RAW_LOCK_NESTING", "evaluate.c",
          "	bg_trace(bg, in->edge);\n",
          "	bg_trace(bg, in->edge);\n	power_supply_changed(bg->psy);\n",
          _edges, r"Invalid wait context"),
    fault("userspace is told under the lock", "sanitize", "DEBUG_ATOMIC_SLEEP", "evaluate.c",
          "	bg_trace(bg, in->edge);\n",
          "	bg_trace(bg, in->edge);\n"
          '	sysfs_notify(&bg->psy->dev.kobj, NULL, "state");\n',
          _edges, r"sleeping function called from invalid context"),
    fault("the timer runs on when the device goes", "sanitize", "DEBUG_OBJECTS", "core.c",
          "	hrtimer_cancel(&bg->timer);\n", "	(void)bg;\n",
          _unbind_in_alarm, r"ODEBUG: free active .* object type: hrtimer"),
    fault("names of triggers are never freed", "sanitize", "kmemleak", "leds.c",
          "devm_kasprintf(bg->dev, GFP_KERNEL,", "kasprintf(GFP_KERNEL,",
          _leak, r"kmemleak: \d+ new suspected memory leak"),
    fault("an allocation that is not looked at", "sanitize", "failslab and KASAN", "core.c",
          "	if (!bg)\n		return -ENOMEM;\n", "",
          _allocations, r"KASAN: null-ptr-deref|Internal error: Oops"),
    fault("readers do not take the lock", "kcsan", "KCSAN", "evaluate.c", _SNAPSHOT,
          "	flags = 0;\n	(void)flags;\n	snapshot = bg->snapshot;\n",
          _storm, r"BUG: KCSAN: data-race in .*bg_", short=True),
    fault("the ring is read without the lock", "kcsan", "KCSAN", "evaluate.c",
          _EVENT, _EVENT.replace("flags = bg_lock(&bg->snapshot_lock)",
                                 "local_irq_save(flags)").replace(
              "bg_unlock(&bg->snapshot_lock, flags)", "local_irq_restore(flags)"),
          _storm, r"BUG: KCSAN: data-race in .*bg_"),
    fault("a lock that sleeps, in the timer's hard interrupt", "rt", "PREEMPT_RT", "evaluate.c",
          "	bg_evaluate_now(container_of(timer, struct battguard, timer));\n",
          "	power_supply_changed(container_of(timer, struct battguard, timer)->psy);\n"
          "	bg_evaluate_now(container_of(timer, struct battguard, timer));\n",
          _edges, r"Invalid wait context|sleeping function called from invalid context",
          short=True),
    fault("a lock that sleeps, under a raw one", "rt", "PREEMPT_RT", "evaluate.c",
          "	bg->snapshot.now = bg->fsm.now;\n",
          "	if (bg->psy)\n		power_supply_changed(bg->psy);\n"
          "	bg->snapshot.now = bg->fsm.now;\n",
          _edges, r"Invalid wait context|sleeping function called from invalid context"),
)


def catch(seed, number, checks):
    """Build the driver with the fault, boot, and see what the kernel says first."""
    def change(copy):
        for file, text in seeds.changed(seed.edits, copy).items():
            (copy / file).write_text(text, encoding="utf-8")

    sight = seed.sight
    # In one place one after the other: only what a fault changes is compiled.
    kept = BUILD / "sanitize" / f"seed-{number}"
    kept.mkdir(parents=True, exist_ok=True)
    with lock(f"seeds-{sight.config}"):
        kernel, built = kit.modules(sight.config, BUILD / "sanitize" / sight.config, change)
        made = kernel, [shutil.copy(path, kept) for path in built]
    cpus = 2 if sight.config == "kcsan" else 1
    vm = kit.Field(sight.config, made, kit.programs(), cpus=cpus)
    ends, seen = "", None
    with vm:
        try:
            vm.insert()
            seen = sight.provoke(vm)
            vm.poweroff()
        except Trouble as trouble:
            # A fault may well fell the guest: its last words are on their way.
            ends = str(trouble)
            time.sleep(5)
    said = klog.complaints(vm) + [seen] * bool(seen)
    first = said[0] if said else "nothing"
    checks.ok(re.search(sight.report, first),
              f"caught by {sight.checker}: \"{first}\"",
              "\n".join([f"wanted: {sight.report}", *said[1:20], ends]))


def sound(config, checks):
    """What brings the faults about does no harm to a driver that has none."""
    chosen = dict.fromkeys(seed.sight.provoke for seed in SEEDS if seed.sight.config == config)
    cpus = 2 if config == "kcsan" else 1
    with kit.Field(config, kit.modules(config), kit.programs(), cpus=cpus) as vm:
        for provoke in chosen:
            for command in ("insmod /modules/battguard.ko",
                            *(f"echo {node} >{board.DRIVER}/bind"
                              for node in kit.GUARDS.values())):
                vm.run(f"{command} 2>/dev/null")
            seen = provoke(vm)
            checks.ok(not seen, "no fault: nothing is seen", seen)
        vm.poweroff()
    said = klog.complaints(vm)
    checks.ok(not said, "no fault: no report", "\n".join(said[:20]))
