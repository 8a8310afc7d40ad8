# SPDX-License-Identifier: GPL-2.0
"""Which lines and branches of the driver run in its tests, by the kernel's gcov.

The driver is built with the compiler's counters for a kernel that has them. On
it run the KUnit suites, the gpio-sim cases, the end-to-end scenarios, and
netlink's users: malformed messages and the tool. What all of them ran together
is added up. A line that none of them ran fails, unless gcov.allow beside this file says
why; so does a line there that runs or is gone, and a test that fails.
"""

import argparse
import base64
import collections
import dataclasses
import json
import pathlib
import re
import shutil
import threading

from lab import board, kernels, kunit, srckernel, tap
from lab.common import BUILD, ROOT, Trouble, main, run, setup
from lab.report import reasoned, write_coverage
from suites.e2e import sets
from suites.nlfuzz import kit as nlfuzz
from suites.simtest import play, simplan
from suites.tooltest import kit

SERIES, CONFIG = "6.12", "gcov"
COUNTED = ("BATTGUARD_KUNIT=m", "GCOV_PROFILE=y")
WORK = BUILD / "gcov"
REPORT = BUILD / "report"

ALLOWED = pathlib.Path(__file__).with_name("gcov.allow")
# Percent of branches, of all files together: what is left are mostly failures
# that the API knows and no controller has, and what the compiler made of loops.
FLOOR = 90
# What the macros of trace events make of a few lines is not of the driver.
LEFT_OUT = ("trace.h",)

FETCH = ("rm -rf /tmp/gcov; cd /sys/kernel/debug/gcov && "
         "for f in $(find . -name '*.gcda'); do "
         "mkdir -p /tmp/gcov/${f%/*} && cat $f >/tmp/gcov/$f || exit 1; done; "
         "tar -C /tmp/gcov -cz . | base64")

# What the tool asks and sets, and the exit status: 2 is what the kernel refuses.
TOOL = (("list", 0), ("show", 0), ("-j show", 0), ("log", 0), ("-j log", 0), ("log --since 3", 0),
        ("set mute 1", 0), ("set restore_delay_ms 2000 load_reconnect_delay_ms 1000", 0),
        ("set pre_alarm_delay_ms 45000", 0), ("set pre_alarm_delay_ms 5", 1),
        ("disable", 0), ("enable", 0), ("set charge_behaviour inhibit-charge", 0),
        ("set charge_behaviour auto", 0), ("wait charger=on --timeout 30", 0))


class Counters:
    """Fetches the counters of a run out of its guest."""

    def __init__(self, objects):
        self._objects = objects
        self._lock = threading.Lock()
        self._count = 0
        self.runs = []
        shutil.rmtree(WORK, ignore_errors=True)

    def fetch(self, vm):
        """Called when the driver is gone; its counters are kept by the kernel."""
        text = vm.sh(FETCH, timeout=300)
        with self._lock:
            self._count += 1
            name = f"run{self._count}"
        home = WORK / name
        home.mkdir(parents=True)
        archive = WORK / f"{name}.tgz"
        archive.write_bytes(base64.b64decode(text))
        run(["tar", "-C", home, "-xzf", archive])
        # Beside each, what the compiler says of the counters.
        found = list(home.rglob("*.gcda"))
        for counted in found:
            notes = (pathlib.Path("/") / counted.relative_to(home)).with_suffix(".gcno")
            shutil.copyfile(notes, counted.with_suffix(".gcno"))
        if not found:
            raise Trouble("the kernel has counted nothing")
        self.runs.append(home)

    def add_up(self):
        """{file: what gcovr says of each of its lines}, and the pages of them."""
        page, told = REPORT / "coverage-driver", WORK / "lines.json"
        shutil.rmtree(page, ignore_errors=True)
        page.mkdir(parents=True)
        run(["gcovr", "--gcov-executable", kernels.ARCHES["arm64"][2] + "gcov",
             "--root", self._objects, "--filter", re.escape(f"{self._objects.resolve()}/driver/"),
             "--exclude-unreachable-branches", "--json", told,
             "--html-details", page / "index.html", *self.runs], cwd=WORK)
        files = {each["file"].removeprefix("driver/"): each["lines"]
                 for each in json.loads(told.read_text(encoding="utf-8"))["files"]}
        return {name: [line for line in found if not line["gcovr/noncode"]]
                for name, found in sorted(files.items()) if name not in LEFT_OUT}


def boards(report, counters, kernel, module):
    """The end-to-end scenarios; a board that is gone in its scenario is not counted."""
    def ending(vm):
        vm.run("rmmod battguard")
        # Where the driver was never loaded, nothing is counted.
        if not vm.run("find /sys/kernel/debug/gcov -name '*.gcda' | grep -q .")[0]:
            counters.fetch(vm)

    before = len(counters.runs)
    counted = dataclasses.replace(kernel, ending=ending)
    tap.run(report, [(name, lambda checks, run=run: run(counted, module, checks))
                     for name, run in sets.scenarios("lines").items()], sets.JOBS)
    if len(counters.runs) == before:
        raise Trouble("no board of the end-to-end scenarios was counted")


def users(report, counters, kernel, module):
    """Netlink's users: malformed messages, and the tool."""
    checks = tap.Checks("netlink")
    files = {"bin/nlfuzz": nlfuzz.program(), "bin/battguardctl": kit.build_static()}
    with board.Board(kernel, module, files=files) as vm:
        nlfuzz.protects(vm, checks, "at first")
        status, text = vm.run("nlfuzz 20000 1 0", timeout=600)
        checks.ok(status == 0 and "sent 20000 " in text, "malformed messages", text)
        nlfuzz.reset(vm)
        vm.sh("battguardctl monitor >/tmp/events 2>&1 & sleep 1")
        for words, expected in TOOL:
            status, text = vm.run(f"battguardctl {words}")
            checks.ok(status == expected, f"battguardctl {words}: status {expected}", text)
        nlfuzz.protects(vm, checks, "at last")
        checks.ok(int(vm.sh("grep -c . /tmp/events")) > 5, "the monitor was told of events")
        vm.sh(f"cat {board.SUPPLY}/uevent {board.SUPPLY}/*_delay_ms")
        vm.run("rmmod battguard")
        counters.fetch(vm)
        vm.poweroff()
    report.tell(checks)


def judge(report, files, only):
    """A result for each file, and one for the branches; gives the sums."""
    sums, allowed = {}, collections.defaultdict(collections.Counter)
    for line, _ in reasoned(ALLOWED):
        name, _, text = line.partition(": ")
        allowed[name][text] += 1

    def result(good, text, detail=""):
        if only:
            report.remark(f"{text}\n{detail}")
        else:
            report.result(good, text, detail)

    for name in sorted({*files, *allowed}):
        found = files.get(name, [])
        source = (ROOT / "driver" / name).read_text(encoding="utf-8").splitlines()
        sides = [branch["count"] for line in found for branch in line["branches"]]
        missed = [line["line_number"] for line in found if not line["count"]]
        sums[name] = {"lines": [len(found) - len(missed), len(found)],
                      "branches": [sum(map(bool, sides)), len(sides)]}
        texts = collections.Counter(source[number - 1].strip() for number in missed)
        new, stale = texts - allowed[name], allowed[name] - texts
        lines = [(number, source[number - 1].strip()) for number in missed]
        result(not new and not stale, f"{name}: {len(found) - len(missed)} of {len(found)} lines "
               f"run, {(texts & allowed[name]).total()} need not", "\n".join(
                   [f"{name}:{number}: {text}" for number, text in lines if text in new]
                   + [f"{ALLOWED.name}: {name}: {text}: it runs, or is not there" for text in stale]))
    done, total = (sum(each["branches"][place] for each in sums.values()) for place in (0, 1))
    result(total and 100 * done / total >= FLOOR,
           f"{100 * done / max(total, 1):.1f} % of {total} branches, at least {FLOOR} %")
    return sums


def entry():
    """All runs, or those named; what does not run is judged for all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("kunit", "simtest", "e2e", "netlink"), action="append",
                        help="run this alone, tell what runs and judge nothing")
    only = parser.parse_args().only
    report = tap.Report()
    setup("base", "gcov", "cross")
    kernel = srckernel.build(SERIES, CONFIG)
    module = kernels.build_module(kernel, extra=COUNTED)
    counters = Counters(module.parents[1])

    parts = {
        "kunit": lambda: kunit.run_series(report, SERIES, CONFIG, counters.fetch, extra=COUNTED),
        "simtest": lambda: play.play(report, SERIES, simplan.load(), config=CONFIG,
                                     ending=counters.fetch, extra=COUNTED),
        "e2e": lambda: boards(report, counters, kernel, module),
        "netlink": lambda: users(report, counters, kernel, module),
    }
    for name, part in parts.items():
        if not only or name in only:
            part()
    sums = judge(report, counters.add_up(), only)
    if not only:
        write_coverage("driver", f"Driver, by its tests on Linux {SERIES}", sums, page=True)
    return report.end()


if __name__ == "__main__":
    main(entry)
