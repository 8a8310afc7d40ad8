# SPDX-License-Identifier: GPL-2.0
"""Plays cases on gpio-sim in a guest whose clock jumps ahead when it idles.

A case that fails while the machine lets the guest wait is played again: its times
are those of the machine then.
"""

import pathlib
import re
import shlex
import time

from lab import guest, kernels, klog, srckernel, stalls, tap
from lab.common import guest_program, say

from . import simplan

SETUP = """
# each case binds its own board: nothing may bind by itself
echo 0 > /sys/bus/platform/drivers_autoprobe
insmod /modules/battguard.ko
"""


def player():
    """The player, for the guest."""
    return guest_program("player", *(pathlib.Path(__file__).with_name(name)
                                     for name in ("player.c", "board.c", "board.h",
                                                  "disturb.c", "disturb.h")))


RESULT = re.compile(r"(ok|not ok) \d+ - (.*?)(?: # SKIP (.*))?$")
# Seconds of this machine for all cases, on the slowest kernel there is.
PATIENCE = 3600


def told(output):
    """{case: (passed, why it was skipped, remarks)} of what a player printed."""
    found, remarks = {}, []
    for line in output.splitlines():
        match = RESULT.match(line)
        if match:
            found[match[2]] = match[1] == "ok", match[3] or "", remarks
            remarks = []
        elif not line.startswith("1.."):
            remarks.append(line.removeprefix("# "))
    return found


class _Stage:
    """A guest in which cases are played, one after the other."""

    def __init__(self, vm, report, watch, driver):
        self._vm, self._report, self._watch, self._driver = vm, report, watch, driver

    def _once(self, case):
        status, output = self._vm.run(f"/player /plan-{case.group} {self._driver} "
                                      f"{shlex.quote(case.name)}", timeout=PATIENCE)
        # a case that said nothing has failed, as has a player that fell over
        return told(output).get(case.name, (False, "", [f"no result (player's status {status})"]))

    def play(self, case):
        """(passed, why it was skipped, remarks)."""
        for attempt in range(1, tap.TRIES + 1):
            start = time.monotonic()
            good, skipped, remarks = self._once(case)
            still = 0 if good else self._watch.longest(start)
            if not still or attempt == tap.TRIES:
                return good, skipped, remarks
            self._report.remark(f"again: a guest had to wait for {still * 1000:.0f} ms "
                                f"({'; '.join(remarks)})")


def play(report, series, cases, config="sim-kunit", ending=None, extra=(), **options):
    """Run the cases on a kernel built from source, with gpio-sim.

    extra: what make is told besides; the rest: see play_on().
    """
    kernel = srckernel.build(series, config)
    play_on(report, kernel, srckernel.label(series, config), simplan.nodes(cases), cases,
            [kernels.build_module(kernel, extra=extra)], SETUP, ending, **options)


def play_on(report, kernel, label, nodes, cases, modules, script, ending=None, **options):
    """Run the cases on one kernel.

    nodes: the device tree text of banks and guards; script: what loads the modules;
    ending: called with the guest when the driver is gone; options: the guest's.
    """
    start = time.monotonic()
    groups = list(dict.fromkeys(case.group for case in cases))
    files = {"player": player()}
    for group in groups:
        files[f"plan-{group}"] = simplan.plan([c for c in cases if c.group == group])

    def result(good, text, detail=""):
        report.result(good, f"{label} {text}", detail)

    with stalls.Stalls() as watch, guest.Guest(kernel, nodes, modules, files, script,
                                               warp=True, limit=PATIENCE, **options) as vm:
        driver = vm.sh("ls -d /sys/bus/platform/drivers/*/module/holders "
                       "| grep -i battery.guard || ls -d /sys/module/battguard/drivers/*")
        driver = driver.splitlines()[0].removesuffix("/module/holders")
        stage = _Stage(vm, report, watch, driver)
        for case in cases:
            good, skipped, remarks = stage.play(case)
            if skipped:
                report.skip(f"{label} {case.name}", skipped)
            else:
                result(good, case.name, "\n".join(remarks))
        # all lines are open by now: it goes from "load-off"
        for case in [case for case in cases if "bind" in case.plan][:1]:
            vm.sh(f"echo guard-{case.number} > {driver}/bind")
        status, output = vm.run("rmmod battguard")
        result(status == 0, "rmmod", output)
        if ending:
            ending(vm)
        clock = vm.uptime()
        vm.poweroff()
        splats = klog.complaints(vm)
        result(not splats, "no complaint in the kernel's log", "\n".join(splats[:20]))
    say(f"{label}: {clock:.0f} s of the guest's time in {time.monotonic() - start:.0f} s")
