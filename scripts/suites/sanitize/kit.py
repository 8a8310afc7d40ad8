# SPDX-License-Identifier: GPL-2.0
"""The kernels, and a guest with a guard of either kind in it.

One guard is on the PL061, where no line sleeps: it decides in the hard
interrupt. The other one is on gpio-sim, whose lines sleep: it decides in
threads.
"""

import pathlib
import re
import time

from lab import board, devicetree, guest, kernels, klog, lines, srckernel
from lab.common import guest_program
from suites.nlfuzz import kit as nlfuzz
from suites.simtest import simplan
from suites.tooltest import kit as toolkit

SERIES = "6.12"
# What a guest of each kernel gets; kmemleak costs time and is asked for.
CONFIGS = {
    "sanitize": {"memory": 1024, "cmdline": "kmemleak=on"},
    # One in so many accesses is watched, and so long.
    "kcsan": {"cmdline": "kcsan.skip_watch=500 kcsan.udelay_task=40"},
    "rt": {},
}
# Where times are judged: KCSAN watches less, at its own rate, as that takes time.
TIMED = {**CONFIGS, "kcsan": {}}
FAILSLAB = "/sys/kernel/debug/{}/ignore-gfp-wait"
LEAKS = "/sys/kernel/debug/kmemleak"

_SIM = simplan.Board("chains=2 low-cell=2 remote-l remote-h heartbeat".split(), "sanitize")
SIM_NODE, SIM_LABEL, SIM_BANK = "sim-guard", "sim-bank", "gpio-sim"
SIM_INPUTS = [line for wire, line in _SIM.wires.items() if wire[:2] in ("ac", "ad", "lc", "rl", "rh")]
SIM_OUTPUTS = [_SIM.wires[name] for name in ("load", "charger", "pre_alarm")]
# All permitted: allow-charge, allow-discharge and remote-l asserted.
SIM_WELL = [line for wire, line in _SIM.wires.items() if wire[:2] in ("ac", "ad", "rl")]
SIM_REMOTE = _SIM.wires["rl"]
GUARDS = {board.LABEL: board.NODE, SIM_LABEL: SIM_NODE}


def supply(label):
    return f"/sys/class/power_supply/{label}"


def churn():
    """The program that keeps guards busy, for the guest."""
    return guest_program("churn", pathlib.Path(__file__).with_name("churn.c"))


def modules(config, out=None, change=None):
    """(kernel, [battguard.ko, battguard_kunit.ko]) for a kernel."""
    kernel = srckernel.build(SERIES, config)
    module = kernels.build_module(kernel, out, ("BATTGUARD_KUNIT=m",), change)
    return kernel, [module, module.parents[1] / "kunit/battguard_kunit.ko"]


class Field(guest.Guest):
    """Two guards, all permitted, and the programs that keep them busy."""

    def __init__(self, config, made, programs, **options):
        kernel, built = made
        case = simplan.Case("sanitize", "", 0, _SIM.node(SIM_NODE, SIM_LABEL))
        options = {**CONFIGS[config], **options}
        options["cmdline"] = "kunit.enable=1 " + options.get("cmdline", "")
        # One guard acts in the hard interrupt, the one on gpio-sim in threads.
        super().__init__(kernel, devicetree.guard_node(push_pull=True) + simplan.nodes([case]),
                         built, programs, lines=lines.Lines(push_pull=True), **options)

    def __enter__(self):
        super().__enter__()
        self.well()
        return self

    @staticmethod
    def _sim(line):
        return f"/sys/devices/platform/{SIM_BANK}/gpiochip*/sim_gpio{line}"

    def pulls(self):
        """The files that drive the inputs of gpio-sim."""
        return self.sh("echo " + " ".join(f"{self._sim(line)}/pull" for line in SIM_INPUTS))

    def sim_outputs(self):
        """The levels of the outputs on gpio-sim: load, charger, pre-alarm."""
        return self.sh("cat " + " ".join(f"{self._sim(n)}/value" for n in SIM_OUTPUTS)).split()

    def well(self, remote=True):
        """All is permitted on gpio-sim, but perhaps for the remote switch."""
        self.sh("; ".join(
            f"echo pull-{'up' if line in SIM_WELL and (remote or line != SIM_REMOTE) else 'down'}"
            f" >$(echo {self._sim(line)}/pull)" for line in SIM_INPUTS))

    def soon(self, outputs, timeout=60):
        """Do the outputs on gpio-sim get there?"""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.sim_outputs() == outputs:
                return True
            time.sleep(0.1)
        return False

    def insert(self):
        self.sh("insmod /modules/battguard.ko")

    def bind(self, label, what="bind"):
        """(status, output) of a bind or unbind."""
        return self.run(f"echo {GUARDS[label]} >{board.DRIVER}/{what}")


def programs():
    """{path: program} for the guests."""
    return {"bin/churn": churn(), "bin/nlfuzz": nlfuzz.program(),
            "bin/battguardctl": toolkit.build_static()}


def find_leaks(vm, tell=True):
    """Have kmemleak look, so that its words are in the log; tell what it found.

    It calls lost only what is some seconds old, and what two looks agree on.
    """
    for _ in range(2):
        vm.sh(f"sleep 6; echo scan >{LEAKS}", timeout=300)
    found = vm.sh(f"cat {LEAKS}") if tell else ""
    for line in found.splitlines()[:40]:
        print(f"# kmemleak: {line}")


def was_held(vm, first, last):
    """Has lockdep seen a lock taken, maybe by way of others, while another was held?"""
    after, names, node = {}, {}, None
    for line in vm.sh("cat /proc/lockdep").splitlines():
        if match := re.match(r" -> \[(\w+)\] ", line):
            after[node].add(match[1])
        elif match := re.match(r"(\w+) .*FD:.*?: (\S+)$", line):
            node = match[1]
            after[node], names[node] = set(), match[2]
    found = set()
    ahead = [key for key, name in names.items() if name == first]
    while ahead:
        for key in after.get(ahead.pop(), set()) - found:
            found.add(key)
            ahead.append(key)
    return last in {names.get(key) for key in found}


def waiting(vm):
    """What requests of netlink hold while the guard works for them, in words.

    For a quiet guest: what lockdep has to say is long, and the console is slow.
    """
    for words in ("show {}", "log {}", "set {} load_reconnect_delay_ms 0"):
        vm.run(f"battguardctl {words.format(SIM_LABEL)} >/dev/null")
    if not was_held(vm, "cb_lock", "&bg->snapshot_lock"):
        return "lockdep has seen no request of netlink"
    if was_held(vm, "genl_mutex", "&bg->snapshot_lock"):
        return "requests of netlink wait for each other: genl_mutex is held"
    return ""


def awake(vm, checks, config):
    """Are the checkers still at it? Some give up in silence."""
    checks.ok(re.search(r"debug_locks:\s+1$", vm.sh("cat /proc/lockdep_stats"), re.M),
              "lockdep is on to the end")
    if config == "kcsan":
        text = vm.sh("cat /sys/kernel/debug/kcsan")
        checks.ok(re.search(r"enabled: 1$", text, re.M) and
                  int(re.search(r"setup_watchpoints: (\d+)", text)[1]) > 1000,
                  "KCSAN is on to the end", text)


def ending(config):
    """What is done in a guest before it goes down."""
    return find_leaks if "kmemleak=on" in CONFIGS[config].get("cmdline", "") else None


def finish(vm, checks, config):
    """The driver goes, and the guest; the checkers were at it, and have nothing to say."""
    vm.sh("rmmod battguard")
    awake(vm, checks, config)
    if end := ending(config):
        end(vm)
    vm.poweroff()
    found = klog.complaints(vm)
    checks.ok(not found, "no complaint in the kernel's log", "\n".join(found[:20]))
