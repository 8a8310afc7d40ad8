# SPDX-License-Identifier: GPL-2.0
"""The KUnit suites in QEMU, on a kernel built from source with lockdep.

Builds the modules of the tests, loads them in guests, the one for the driver
beside the driver, and judges the results that the kernel prints.  No result is
a failure, as is any complaint of the kernel while the suites ran.
"""

import argparse
import os
import re
import subprocess
import sys

from lab import common, intree, kernels, kunit, srckernel, tap, trees
from lab.common import BUILD, clean_environment, lock, run, say, setup
from lab.report import note_kernel


# what kunit.py is told for an architecture, and the tools that it takes
ARCHES = {
    "um": ((), ()),
    "arm64": (("--cross_compile=" + kernels.ARCHES["arm64"][2],), ("qemu", "cross")),
    "x86_64": ((), ("acpi",)),
}


def run_in_tree(report, series, arch):
    """The suites through the kernel's own kunit.py, the sources imported into a tree."""
    options, tools = ARCHES[arch]
    setup("base", "kernel", *tools)
    version, tree = trees.imported_tree(series)
    objects = BUILD / "in-tree" / f"{version}-{arch}"
    with lock("in-tree"):
        importer = common.ROOT / "scripts/import-into-tree"
        again = run([sys.executable, "-B", importer, tree])
        say(f"{series} {arch}: kunit.py, some minutes the first time")
        done = subprocess.run(
            [sys.executable, "-B", "tools/testing/kunit/kunit.py", "run",
             f"--build_dir={objects}", f"--jobs={os.cpu_count()}", f"--arch={arch}", *options,
             f"--kunitconfig={intree.HOME}/tests"],
            cwd=tree, text=True, errors="replace", stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean_environment())
    note_kernel(f"{version} {arch}")
    label = f"{series} in tree, {arch}"
    failed = report.failed
    report.result(not again, f"{label}: a second import changes nothing", again)
    passed = report.passed
    lines = [re.sub(r"^\[[\d:]+\] ", "", line) for line in done.stdout.splitlines()]
    test = ""           # the one whose rows follow
    for line in lines:
        if match := re.match(r"\[(PASSED|FAILED|CRASHED)\] (.+)$", line):
            report.result(match[1] == "PASSED", f"{label}: {test}{match[2]}")
        elif match := re.match(r"\[SKIPPED\] (\S+)", line):
            report.skip(f"{label}: {test}{match[1]}", "by the kernel")
        elif match := re.match(r"=+ (\[\w+\] )?(\w+) .*=+$", line):
            test = "" if match[1] or "subtest" in line else f"{match[2]}: "
    report.result(report.passed > passed and done.returncode == 0,
                  f"{label}: kunit.py's status {done.returncode}")
    if report.failed > failed:
        report.remark("\n".join(lines[-40:]))


def main():
    """Run the series the command line names; status 1 when a test failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", action="append", choices=srckernel.SERIES,
                        help="the kernel series (default: 6.12)")
    parser.add_argument("--in-tree", action="store_true",
                        help="through the kernel's kunit.py instead")
    parser.add_argument("--arch", action="append", choices=list(ARCHES),
                        help="with --in-tree: the architecture (default: um, a user mode kernel)")
    options = parser.parse_args()
    if options.arch and not options.in_tree:
        parser.error("--arch goes with --in-tree")
    report = tap.Report()
    for series in options.kernel or ["6.12"]:
        if not options.in_tree:
            kunit.run_series(report, series)
        for arch in (options.arch or ["um"]) if options.in_tree else ():
            run_in_tree(report, series, arch)
    return report.end()


if __name__ == "__main__":
    common.main(main)
