# SPDX-License-Identifier: GPL-2.0
"""Hostile ground: controllers that fail, lie, hang and forget, on stock kernels.

The controllers are those of scripts/lab/hostile, and the expanders that people use on
an emulated bus, driven from inside the guest by the player of the gpio-sim tests, in a
clock that jumps ahead when the guest idles. The cases are the text files beside this
one; simtest/simplan.py describes their language.
"""

import argparse
import dataclasses
import os
import pathlib
import re
from concurrent import futures

from lab import common, debiansystem, kernels, tap
from lab.common import Trouble, setup
from suites.simtest import play, simplan

from . import expanders

SERIES = ("6.12", "6.1", "7.3")
# These share a line that several nodes name, and each case has a node: there a case has
# controllers of its own. Not on all kernels, as 6.1 has room for 512 lines.
SHARING = ("7.3",)
# ... and this module hands such a line out.
SHARER = "gpio_shared_proxy"
# What a series cannot show. 6.1 tells nobody that a write has failed.
UNSEEN = {"6.1": ("an output that can be neither set nor read is not said to be off",)}

# The first one is a case's own unless it says otherwise.
OWN = {label: simplan.Bank(f"hostile-{label}") for label in ("fast", "slow", "other", "dumb")}
BANKS = {**OWN, **expanders.BANKS}
PROPERTIES = {"fast": "", "slow": "sleeps;", "other": "sleeps;", "dumb": "no-interrupts;"}

# Each case binds its own guard; the banks are there for all.
SETUP = f"""
insmod /modules/hostile.ko
{"".join(f"insmod /modules/{name}.ko{chr(10)}" for name in expanders.DRIVERS)}
echo 0 > /sys/bus/platform/drivers_autoprobe
insmod /modules/battguard.ko
"""


def bank(name, label):
    """The device tree text of a controller of the tests."""
    return (f'\t{name}: hostile-{name} {{\n\t\tcompatible = "hostile-gpio";\n'
            f"\t\tgpio-controller;\n\t\t#gpio-cells = <2>;\n\t\t{PROPERTIES[label]}\n\t}};\n")


def together(cases):
    """(the cases, device tree text of the controllers): these are there for all."""
    return cases, expanders.nodes(expanders.ALL) + "".join(bank(label, label) for label in OWN)


def apart(cases):
    """The same, but no controller is there for two cases."""
    made, text, chips = [], "", {}
    for case in cases:
        node, plan = case.node, "\n".join(case.plan)
        for label in used(case):
            name = f"{label}{case.number}"
            node = re.sub(rf"&{label}\b", f"&{name}", node)
            if label in OWN:
                old, new = f"hostile-{label}", f"hostile-{name}"
                text += bank(name, label)
            else:
                address = expanders.MORE + len(chips)
                old, new = expanders.client(expanders.CHIPS[label][1]), expanders.client(address)
                chips[name] = label, address
            plan = re.sub(rf"\b{old}\b", new, plan)
        made.append(dataclasses.replace(case, node=node, plan=tuple(plan.split("\n"))))
    return made, expanders.nodes(chips) + text


def used(case):
    """The labels of the controllers that a case's node names."""
    return [label for label in BANKS if re.search(rf"&{label}\b", case.node)]


def load():
    """The cases; each leaves controllers that are well."""
    cases = simplan.load(pathlib.Path(__file__).parent, BANKS)
    for case in cases:
        well = [f"finally /sys/devices/platform/{BANKS[label].device}/reset 1"
                for label in used(case)]
        anew = [line for label in used(case) if label in expanders.CHIPS
                for line in expanders.rebound(label)]
        case.plan = (*case.plan[:-1], *well, "end", *anew)
    return cases


class PutOff:
    """A line that two nodes name, before the module comes that hands it out."""

    CASE = "one contact for both permissions"

    def __init__(self, case):
        self._device = f"guard-{case.number}"
        self._told = self._came = None

    def __call__(self, vm):
        """A probe asked for through "bind" is not tried again, one by the bus is."""
        bus = "/sys/bus/platform"
        vm.sh(f"rmmod {SHARER}; insmod /modules/battguard.ko")
        _, self._told = vm.run(f"echo {self._device} > {bus}/drivers/battguard/bind")
        vm.sh(f"echo 1 > {bus}/drivers_autoprobe; echo {self._device} > {bus}/drivers_probe; "
              f"insmod /modules/{SHARER}.ko; sleep 2; echo 0 > {bus}/drivers_autoprobe")
        status, _ = vm.run(f"ls {bus}/drivers/battguard/{self._device}")
        self._came = not status
        vm.sh("rmmod battguard")

    def tell(self, report, label):
        """Whether it bound when it could."""
        report.result("temporarily unavailable" in self._told and self._came,
                      f"{label} a line that two nodes name waits for the module {SHARER}",
                      f"{self._told}; bound then: {self._came}")


class GoingDown:
    """The end of a guest with a controller that hangs."""

    CASE = "outputs float at once when the driver lets go of a bus that hangs"
    DOWN = 0.5      # seconds that a power-off takes on its own, with time to spare

    def __init__(self, case):
        self._case = case
        self._vm = self._since = None

    def __call__(self, vm):
        """A transfer that takes half a minute is under way from now on."""
        lines = {name: (line, f"/sys/devices/platform/{device}") for _, name, line, device in
                 (line.split() for line in self._case.plan if line.startswith("line "))}
        for wire in [line for line in self._case.plan if line.startswith("set ")][0].split()[1:]:
            name, _, level = wire.partition("=")
            line, device = lines[name]
            vm.sh(f"echo pull-{'up' if level == '1' else 'down'} > {device}/sim_gpio{line}/pull")
        vm.sh("insmod /modules/battguard.ko; "
              f"echo guard-{self._case.number} > /sys/bus/platform/drivers/battguard/bind; "
              f"sleep 3; echo 30000 > {lines['lc'][1]}/hang_ms; sleep 2")
        # The clock of a guest that idles would jump ahead until it is told to go down.
        vm.sh("(n=0; while [ $n -lt 100000 ]; do n=$((n + 1)); done) >/dev/null 2>&1 &")
        self._vm, self._since = vm, vm.uptime()

    def tell(self, report, label):
        """How long it took."""
        lines = [f"[{message.seconds:.6f}] {message.text}" for message in self._vm.messages]
        ends = [float(match[1]) for match in
                (re.match(r"\[ *(\d+\.\d+)\] reboot: Power down", line)
                 for line in (*lines, *self._vm.raw)) if match]
        took = ends[-1] - self._since if ends else None
        report.result(ends and took < 2 + self.DOWN,
                      f"{label} a bus that hangs holds up a power-off for two seconds at most",
                      f"{took} s")


# What comes after the driver is gone, with the board of a case; the last one ends the guest.
ENDINGS = PutOff, GoingDown


def run(report, series, cases):
    """Run the cases on one stock kernel."""
    cases = [case for case in cases if case.name not in UNSEEN.get(series, ())
             and (case.group != "shared" or series in SHARING)]
    if not cases:
        return
    cases, controllers = (apart if series in SHARING else together)(cases)
    kernel = kernels.stock(series)
    modules = [kernels.build_module(kernel), kernels.build_helper(kernel, "hostile"),
               *expanders.build_drivers(kernel)]
    script = SETUP
    if series in SHARING:
        modules += debiansystem.modules_of(kernel, [SHARER])
        script += f"insmod /modules/{SHARER}.ko\n"
    endings = [kind(case) for kind in ENDINGS for case in cases if case.name == kind.CASE]

    def end(vm):
        for ending in endings:
            ending(vm)

    play.play_on(report, kernel, series, controllers + "".join(case.node for case in cases),
                 cases, modules, script, end)
    for ending in endings:
        ending.tell(report, series)


def main():
    """Run what the command line asks for; status 1 when a case failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", action="append", choices=SERIES,
                        help="the kernel series (default: all)")
    parser.add_argument("--long", action="store_true", help="the long cases as well")
    parser.add_argument("-k", metavar="PATTERN", default="",
                        help="only cases whose name matches this regular expression")
    parser.add_argument("--list", action="store_true", help="name the cases and stop")
    options = parser.parse_args()
    cases = [case for case in load() if re.search(options.k, case.name, re.I)
             and (options.long or options.k or not case.long)]
    if not cases:
        raise Trouble(f"no case matches '{options.k}'")
    if options.list:
        for case in cases:
            print(f"{case.group}: {case.name}{' (long)' if case.long else ''}")
        return 0
    setup("base", "qemu", "dt", "cross", "headers")
    report = tap.Report()
    with futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(run, report, series, cases)
                     for series in options.kernel or SERIES]:
            done.result()
    return report.end()


if __name__ == "__main__":
    common.main(main)
