#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The KUnit suites in QEMU, on a kernel built from source with lockdep.

Builds kunit/battguard_kunit.ko, loads it in a guest and judges the results
that the kernel prints.  No result is a failure, as is any complaint of the
kernel while the suites ran.
"""

import argparse
import os
import re
import subprocess
import sys
import time

from bglab import common, guest, kernels, report, srckernel, trees
from bglab.common import BUILD, Trouble, lock, run, say, setup

# 6.1 writes "ok 1 - name", later kernels "ok 1 name"
RESULT = re.compile(r"( *)(ok|not ok) (\d+) (?:- )?([^#]*?)(?: *# (.*))?$")


class Results:
    """What the kernel's log says of the suites (KTAP)."""

    def __init__(self, texts):
        self.counts = {"ok": 0, "not ok": 0, "skip": 0}
        self.out = []
        self.suites = {}            # name -> whether the suite as a whole is ok
        self._rows = 0
        self._suite = None
        self._planned = self._seen = 0
        for text in texts:
            self._take(text)
        if self._suite is not None:
            self._count(False, f"{self._suite} # the suite did not end")

    def _count(self, good, text):
        self.counts["ok" if good else "not ok"] += 1
        self.out.append(f"{'ok' if good else 'not ok'} - {text}")

    def _take(self, text):
        if match := re.match(r"    # Subtest: (\S+)", text):
            self._suite, self._planned, self._seen, self._rows = match[1], 0, 0, 0
        elif (match := re.match(r"    1\.\.(\d+)$", text)) and self._suite:
            self._planned = int(match[1])
        elif match := RESULT.match(text):
            self._result(len(match[1]), match[2] == "ok", match[4], match[5] or "")
        elif self._suite and text.startswith("    ") and not re.match(
                r" *(# (module:|\S+: pass:|Totals:|Subtest:|speed)|KTAP|1\.\.\d)", text):
            # what a failed expectation expected and saw
            self.out.append("# " + text.strip().removeprefix("# "))

    def _result(self, depth, good, name, note):
        if self._suite is None:
            return
        if depth >= 8:
            self._rows += 1
            if not good:
                self.out.append(f"# row failed: {name}")
        elif depth == 4:
            self._seen += 1
            rows, self._rows = f" ({self._rows} rows)" if self._rows else "", 0
            if note.startswith("SKIP"):
                self.counts["skip"] += 1
                self.out.append(f"ok - {self._suite}: {name} # {note}")
            else:
                self._count(good, f"{self._suite}: {name}{rows}")
        elif name == self._suite:
            if self._seen != self._planned or not self._seen:
                self._count(False, f"{name} # {self._seen} results of {self._planned}")
            self.suites[name] = good
            self._suite = None


def run_series(series):
    """Run the suites on one kernel; gives the counts."""
    kernel = srckernel.build(series)
    module = kernels.build_module(kernel, extra=("BATTGUARD_KUNIT=m",))
    tests = module.parents[1] / "kunit/battguard_kunit.ko"
    if not tests.is_file():
        raise Trouble(f"the build for {series} made no kunit/battguard_kunit.ko")
    start = time.monotonic()
    with guest.Guest(kernel.image, modules=[tests], cmdline="kunit.enable=1") as vm:
        mark = vm.mark()
        status, output = vm.run("insmod /modules/battguard_kunit.ko", timeout=300)
        listed = vm.sh("ls /sys/kernel/debug/kunit").split()
        unload, _ = vm.run("rmmod battguard_kunit")
        vm.poweroff()
        texts = [message.text for message in vm.messages[mark:]]
        splats = [text for text in [m.text for m in vm.messages] + vm.raw
                  if srckernel.SPLAT.search(text)]
    found = Results(texts)
    for line in found.out:
        print(line.replace(" - ", f" - {series} ", 1) if line[0] != "#" else line)

    def also(good, text):
        found.counts["ok" if good else "not ok"] += 1
        print(f"{'ok' if good else 'not ok'} - {series} {text}")

    also(status == 0, f"loads{'' if status == 0 else ' # ' + output}")
    also(unload == 0, "unloads")
    lost = sorted(set(listed) ^ set(found.suites))
    also(listed and not lost, f"every suite reported: {' '.join(listed) or 'none'}"
         + (f" # but {' '.join(lost)}" if lost else ""))
    bad = [name for name, good in found.suites.items() if not good]
    also(not bad, "the kernel calls every suite ok" + (f" # not {' '.join(bad)}" if bad else ""))
    for text in splats[:20]:
        print(f"# kernel: {text}")
    also(not splats, "no complaint in the kernel's log")
    say(f"{series}: {time.monotonic() - start:.0f} s")
    return found.counts


def run_in_tree(series):
    """The suites through the kernel's own kunit.py, the sources imported into a tree."""
    setup("base", "kernel")
    version, tree = trees.imported_tree(series)
    objects = BUILD / "in-tree" / f"{version}-um"
    with lock("in-tree"):
        importer = common.ROOT / "scripts/import-into-tree"
        again = run([sys.executable, "-B", importer, tree])
        say(f"{series}: kunit.py, some minutes the first time")
        done = subprocess.run(
            [sys.executable, "-B", "tools/testing/kunit/kunit.py", "run",
             f"--build_dir={objects}", f"--jobs={os.cpu_count()}",
             "--kunitconfig=drivers/power/supply/battguard/kunit/.kunitconfig"],
            cwd=tree, text=True, errors="replace", stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=kernels._clean_environment())
    counts = {"ok": 0, "not ok": 0, "skip": 0}
    report.note_kernel(f"{version} um")

    def also(good, text):
        counts["ok" if good else "not ok"] += 1
        print(f"{'ok' if good else 'not ok'} - {series} in tree: {text}")

    also(not again, "a second import changes nothing")
    lines = [re.sub(r"^\[[\d:]+\] ", "", line) for line in done.stdout.splitlines()]
    for line in lines:
        if match := re.match(r"\[(PASSED|FAILED|CRASHED)\] (.+)$", line):
            also(match[1] == "PASSED", match[2])
        elif match := re.match(r"\[SKIPPED\] (\S+)", line):
            counts["skip"] += 1
    also(counts["ok"] > 1 and done.returncode == 0, f"kunit.py's status {done.returncode}")
    if counts["not ok"]:
        print("".join(f"# {line}\n" for line in lines[-40:]), end="")
    return counts


def main():
    """Run the series the command line names; status 1 when a test failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", action="append", choices=srckernel.SERIES,
                        help="the kernel series (default: 6.12)")
    parser.add_argument("--in-tree", action="store_true",
                        help="through the kernel's kunit.py instead, as a user mode kernel")
    options = parser.parse_args()
    total = {"ok": 0, "not ok": 0, "skip": 0}
    for series in options.kernel or ["6.12"]:
        found = run_in_tree(series) if options.in_tree else run_series(series)
        for key, value in found.items():
            total[key] += value
    if total["skip"]:
        print(f"# {total['skip']} skipped")
    print(f"{total['ok']} passed, {total['not ok']} failed")
    return 1 if total["not ok"] else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    common.main(main)
