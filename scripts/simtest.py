#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The gpio-sim tests: the driver's sleeping path, thirty seconds in none.

A guest with a kernel built from source (gpio-sim, lockdep) runs in a clock that
jumps ahead whenever the guest idles, so no delay is shortened for a test and
a ten-minute case takes a fraction of a second.  The cases are the text files
in scripts/simtest; the language is told in scripts/bglab/simplan.py.
"""

import argparse
import os
import re
import sys
import time
from concurrent import futures

from bglab import common, guest, kernels, simplan, srckernel
from bglab.common import BUILD, Trouble, lock, run, say, setup

PLAYER = [common.ROOT / "scripts/simtest" / name for name in ("player.c", "board.c", "board.h")]
SETUP = """
# each case binds its own board: nothing may bind by itself
echo 0 > /sys/bus/platform/drivers_autoprobe
insmod /modules/battguard.ko
"""


def player():
    """The player, compiled for the guest when its source is newer."""
    setup("base", "cross")
    out = BUILD / "userland/player"
    with lock("player"):
        if not out.exists() or out.stat().st_mtime < max(p.stat().st_mtime for p in PLAYER):
            out.parent.mkdir(parents=True, exist_ok=True)
            run(["aarch64-linux-gnu-gcc", "-O2", "-Wall", "-Wextra", "-Werror",
                 "-static", "-o", out, *PLAYER[:2]])
    return out


RESULT = re.compile(r"(ok|not ok) \d+ - (.*?)( # SKIP .*)?$")
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


def play(series, cases, config="sim-kunit", ending=None, extra=(), **options):
    """Run the cases on one kernel; gives the counts.

    ending: called with the guest when the driver is gone; extra: what make is
    told besides; options: the guest's.
    """
    kernel = srckernel.build(series, config)
    label = srckernel.label(series, config)
    module = kernels.build_module(kernel, extra=extra)
    start = time.monotonic()
    groups = list(dict.fromkeys(case.group for case in cases))
    files = {"player": player()}
    for group in groups:
        files[f"plan-{group}"] = simplan.plan([c for c in cases if c.group == group])
    counts = {"ok": 0, "not ok": 0, "skip": 0}

    def result(good, text):
        counts["ok" if good else "not ok"] += 1
        print(f"{'ok' if good else 'not ok'} - {label} {text}", flush=True)

    with guest.Guest(kernel.image, simplan.nodes(cases), [module], files, SETUP,
                     warp=True, limit=PATIENCE, **options) as vm:
        driver = vm.sh("ls -d /sys/bus/platform/drivers/*/module/holders "
                       "| grep -i battery.guard || ls -d /sys/module/battguard/drivers/*")
        driver = driver.splitlines()[0].removesuffix("/module/holders")
        for group in groups:
            wanted = [case for case in cases if case.group == group]
            status, output = vm.run(f"/player /plan-{group} {driver}", timeout=PATIENCE)
            found = told(output)
            for case in wanted:
                # a case that said nothing has failed, as has a player that fell over
                if case.name not in found:
                    result(False, f"{case.name} # no result (player's status {status})")
                    continue
                good, skipped, remarks = found[case.name]
                for text in remarks:
                    print(f"# {label} {text}", flush=True)
                if skipped:
                    counts["skip"] += 1
                    print(f"ok - {label} {case.name}{skipped}", flush=True)
                else:
                    result(good, case.name)
        # all lines are open by now: it goes from "load-off"
        for case in [case for case in cases if "bind" in case.plan][:1]:
            vm.sh(f"echo guard-{case.number} > {driver}/bind")
        status, output = vm.run("rmmod battguard")
        result(status == 0, "rmmod" + (f" # {output}" if status else ""))
        if ending:
            ending(vm)
        clock = vm.uptime()
        vm.poweroff()
        splats = srckernel.complaints(vm)
        for text in splats[:20]:
            print(f"# {label} kernel: {text}")
        result(not splats, "no complaint in the kernel's log")
    say(f"{label}: {clock:.0f} s of the guest's time in {time.monotonic() - start:.0f} s")
    return counts


def main():
    """Run what the command line asks for; status 1 when a case failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", action="append", choices=srckernel.SERIES,
                        help="the kernel series (default: all)")
    parser.add_argument("-k", metavar="PATTERN", default="",
                        help="only cases whose name matches this regular expression")
    parser.add_argument("--list", action="store_true", help="name the cases and stop")
    options = parser.parse_args()
    cases = [case for case in simplan.load() if re.search(options.k, case.name, re.I)]
    if not cases:
        raise Trouble(f"no case matches '{options.k}'")
    if options.list:
        for case in cases:
            print(f"{case.group}: {case.name}")
        return 0
    total = {"ok": 0, "not ok": 0, "skip": 0}
    # A guest keeps one processor busy; the series' lines are told apart by name.
    with futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [pool.submit(play, series, cases)
                for series in options.kernel or srckernel.SERIES]
        for done in runs:
            for key, value in done.result().items():
                total[key] += value
    if total["skip"]:
        print(f"# {total['skip']} skipped")
    print(f"{total['ok']} passed, {total['not ok']} failed")
    return 1 if total["not ok"] or not total["ok"] else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    common.main(main)
