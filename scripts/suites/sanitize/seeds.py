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

from lab import board, srckernel
from lab.common import BUILD, Trouble, lock
from lab.hostbuild import DoesNotBuild, plant

from . import busy, kit, memory



@dataclasses.dataclass(frozen=True)
class Seed:
    """A fault: where it is put, what brings it about, and what must be said."""

    name: str
    config: str
    checker: str
    file: str
    old: str
    new: str
    provoke: callable
    report: str             # in the first complaint
    short: bool = False     # in the short run as well


def _nothing(_vm):
    """The bind is enough."""


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


_SNAPSHOT = """	raw_spin_lock_irqsave(&bg->snapshot_lock, flags);
	snapshot = bg->snapshot;
	raw_spin_unlock_irqrestore(&bg->snapshot_lock, flags);
"""

_EVENT = """	raw_spin_lock_irqsave(&bg->snapshot_lock, flags);
	found = bg_ring_get(bg->ring, max(seq, bg_ring_first(bg->ring)));
	if (found)
		*event = *found;
	raw_spin_unlock_irqrestore(&bg->snapshot_lock, flags);
"""

SEEDS = (
    Seed("a device that is gone is still found", "sanitize", "KASAN", "netlink.c",
         "	xa_erase(&bg_devices, bg->nl_id);\n", "",
         _unbind_and_ask, r"KASAN: slab-use-after-free", short=True),
    Seed("a message's string is copied without a bound", "sanitize", "KASAN", "netlink.c",
         "	struct battguard *bg;\n	unsigned long n;\n\n	if (!id && !name) {",
         "	struct battguard *bg;\n	unsigned long n;\n	char text[12];\n\n"
         "	if (name)\n		memcpy(text, nla_data(name), nla_len(name));\n"
         "	barrier_data(text);\n	if (!id && !name) {",
         _messages, r"KASAN: stack-out-of-bounds in bg_nl_"),
    Seed("the ring of events has a slot too few", "sanitize", "UBSAN in KUnit", "decision/ring.h",
         "	ring->slot[event->seq % BG_RING_SIZE] = *event;",
         "	ring->slot[event->seq % (BG_RING_SIZE + 1)] = *event;",
         _suites, r"UBSAN: array-index-out-of-bounds"),
    Seed("a line's number is beyond the word", "sanitize", "UBSAN", "gpio.c",
         "		wire->line = n;\n", "		wire->line = n + BITS_PER_LONG;\n",
         _edges, r"UBSAN: shift-out-of-bounds"),
    Seed("a flag is neither true nor false", "sanitize", "UBSAN", "netlink.c",
         "		set->enabled = nla_get_u8(attrs[BATTGUARD_A_DEV_ENABLED]);\n",
         "		*(u8 *)&set->enabled =\n"
         "			2 + nla_get_u8(attrs[BATTGUARD_A_DEV_ENABLED]);\n",
         _messages, r"UBSAN: invalid-load"),
    Seed("two locks in two orders", "sanitize", "lockdep", "evaluate.c",
         "	snapshot = bg->snapshot;\n",
         "	raw_spin_lock(&bg->lock);\n	snapshot = bg->snapshot;\n"
         "	raw_spin_unlock(&bg->lock);\n",
         _edges, r"possible circular locking dependency", short=True),
    Seed("a lock of the interrupt is taken with interrupts on", "sanitize", "lockdep",
         "evaluate.c", _SNAPSHOT, _SNAPSHOT.replace("_irqsave", "").replace(
             "_irqrestore", "").replace(", flags", ""),
         _edges, r"inconsistent lock state|irq lock inversion"),
    Seed("a lock that sleeps on RT, in the hard interrupt", "sanitize",
         "PROVE_RAW_LOCK_NESTING", "evaluate.c",
         "	bg_trace(bg, in->edge);\n",
         "	bg_trace(bg, in->edge);\n	power_supply_changed(bg->psy);\n",
         _edges, r"Invalid wait context"),
    Seed("userspace is told under the lock", "sanitize", "DEBUG_ATOMIC_SLEEP", "evaluate.c",
         "	bg_trace(bg, in->edge);\n",
         "	bg_trace(bg, in->edge);\n"
         '	sysfs_notify(&bg->psy->dev.kobj, NULL, "state");\n',
         _edges, r"sleeping function called from invalid context"),
    Seed("the timer runs on when the device goes", "sanitize", "DEBUG_OBJECTS", "core.c",
         "	hrtimer_cancel(&bg->timer);\n", "	(void)bg;\n",
         _unbind_in_alarm, r"ODEBUG: free active .* object type: hrtimer"),
    Seed("names of triggers are never freed", "sanitize", "kmemleak", "leds.c",
         "devm_kasprintf(bg->dev, GFP_KERNEL,", "kasprintf(GFP_KERNEL,",
         _leak, r"kmemleak: \d+ new suspected memory leak"),
    Seed("an allocation that is not looked at", "sanitize", "failslab and KASAN", "core.c",
         "	if (!bg->ring)\n		return -ENOMEM;\n", "",
         _allocations, r"KASAN: null-ptr-deref|Internal error: Oops"),
    Seed("readers do not take the lock", "kcsan", "KCSAN", "evaluate.c", _SNAPSHOT,
         "	flags = 0;\n	(void)flags;\n	snapshot = bg->snapshot;\n",
         _storm, r"BUG: KCSAN: data-race in .*bg_", short=True),
    Seed("the ring is read without the lock", "kcsan", "KCSAN", "evaluate.c",
         _EVENT, _EVENT.replace("raw_spin_lock_irqsave(&bg->snapshot_lock, flags)",
                                "local_irq_save(flags)").replace(
             "raw_spin_unlock_irqrestore(&bg->snapshot_lock, flags)",
             "local_irq_restore(flags)"),
         _storm, r"BUG: KCSAN: data-race in .*bg_"),
    Seed("a lock that sleeps, in the timer's hard interrupt", "rt", "PREEMPT_RT", "evaluate.c",
         "	if (bg->threaded)\n		kthread_queue_work(bg->worker, &bg->work);",
         "	power_supply_changed(bg->psy);\n"
         "	if (bg->threaded)\n		kthread_queue_work(bg->worker, &bg->work);",
         _edges, r"Invalid wait context|sleeping function called from invalid context",
         short=True),
    Seed("a lock that sleeps, under a raw one", "rt", "PREEMPT_RT", "evaluate.c",
         "	bg->snapshot.view = bg->fsm.view;\n",
         "	if (bg->psy)\n		power_supply_changed(bg->psy);\n"
         "	bg->snapshot.view = bg->fsm.view;\n",
         _edges, r"Invalid wait context|sleeping function called from invalid context"),
)


def catch(seed, number, checks):
    """Build the driver with the fault, boot, and see what the kernel says first."""
    def change(copy):
        try:
            text = plant(seed.file, seed.old, seed.new)
        except DoesNotBuild as error:
            raise Trouble(str(error)) from None
        (copy / "driver" / seed.file).write_text(text, encoding="utf-8")

    # In one place one after the other: only what a fault changes is compiled.
    kept = BUILD / "sanitize" / f"seed-{number}"
    kept.mkdir(parents=True, exist_ok=True)
    with lock(f"seeds-{seed.config}"):
        kernel, built = kit.modules(seed.config, BUILD / "sanitize" / seed.config, change)
        made = kernel, [shutil.copy(path, kept) for path in built]
    cpus = 2 if seed.config == "kcsan" else 1
    vm = kit.Field(seed.config, made, kit.programs(), cpus=cpus)
    ends = ""
    with vm:
        try:
            vm.insert()
            seed.provoke(vm)
            vm.poweroff()
        except Trouble as trouble:
            # A fault may well fell the guest: its last words are on their way.
            ends = str(trouble)
            time.sleep(5)
    said = srckernel.complaints(vm)
    first = said[0] if said else "nothing"
    checks.ok(re.search(seed.report, first),
              f"caught by {seed.checker}: \"{first}\"",
              "\n".join([f"wanted: {seed.report}", *said[1:20], ends]))


def sound(config, checks):
    """What brings the faults about does no harm to a driver that has none."""
    chosen = dict.fromkeys(seed.provoke for seed in SEEDS if seed.config == config)
    cpus = 2 if config == "kcsan" else 1
    with kit.Field(config, kit.modules(config), kit.programs(), cpus=cpus) as vm:
        for provoke in chosen:
            for command in ("insmod /modules/battguard.ko",
                            *(f"echo {node} >{board.DRIVER}/bind"
                              for node in kit.GUARDS.values())):
                vm.run(f"{command} 2>/dev/null")
            provoke(vm)
        vm.poweroff()
    said = srckernel.complaints(vm)
    checks.ok(not said, "no fault: no report", "\n".join(said[:20]))
