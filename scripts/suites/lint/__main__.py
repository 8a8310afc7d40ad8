# SPDX-License-Identifier: GPL-2.0
"""Runs the static checkers; what they find is to be none.

Each checker gives a result for each kernel tree, or for the files it is for:
it passes when it looked at every file and says nothing that is not allowed in
allowed.py, and when nothing is allowed there in vain.  checkpatch,
kernel-doc and the checks of documents are those of the suite "source", the
binding's are in "binding-check", the compilers' in "matrix".

The short form checks one tree.  --full checks those of every series and
architecture, with all of the kernel's semantic patches.  --seeds proves that the
checkers work: each of them, and each of the three suites named above, has to
find the faults of seeds.py in a copy of the project.
"""

import argparse
import re
import time

from lab import common, kernels, report, tap
from lab.common import Trouble, lock, say, setup

from . import allowed, kernel, sow, text, user

# The semantic patches that are quick and can match something of a driver.
QUICK_PATCHES = ("free", "iterators", "locks", "null", "tests")
SERIES = ("6.1", "6.12", "7.3")
USER = {"gcc-analyzer": user.analyzer, "clang-tidy": user.tidy, "cppcheck": user.cppcheck}
TEXT = {"shellcheck": text.shell, "codespell": text.spelling, "yamllint": text.yaml,
        "mandoc": text.man}


class Results(tap.Report):
    """Results, and what was allowed to each checker anywhere."""

    def __init__(self, full):
        super().__init__()
        self._full = full
        self._used = {}

    def check(self, checker, where, job):
        """Run one checker and judge what it says."""
        begun = time.monotonic()
        name = f"{checker}: {where}"
        try:
            found, looked, wanted = job()
        except Trouble as trouble:
            self.result(False, name, trouble)
            return
        left, used = allowed.judge(checker, where, found)
        self._used.setdefault(checker, set()).update(used)
        missed = sorted(wanted - looked)
        self.result(not left and not missed and looked,
                  f"{name}: {len(looked & wanted)} of {len(wanted)} looked at, "
                  f"{len(found) - len(left)} allowed, {len(left)} found",
                  "\n".join([f"{item.path}:{item.line}: {item.text}" for item in left]
                            + [f"not looked at: {item}" for item in missed]))
        say(f"{name}: {time.monotonic() - begun:.0f} s")

    def stale(self):
        """What is allowed and was not said."""
        for checker, used in self._used.items():
            for line in allowed.in_vain(checker, used, self._full):
                self.result(False, f"{checker}: allowed in vain: {line.path}: {line.text}")


def cells(options):
    """(series, architecture) of the trees."""
    for series in options.series or (SERIES if options.full else ("6.12",)):
        for arch in options.arch or (list(kernels.ARCHES) if options.full else ["arm64"]):
            yield series, arch


def check_kernel(options, results):
    """The checkers of the modules, for every tree asked for."""
    for series, arch in cells(options):
        where = f"module for {series} {arch}"
        jobs = {"sparse": lambda m: m.sparse(), "clang-tidy": lambda m: m.tidy()}
        # They read the source, whatever it is compiled for.
        if arch == "arm64":
            folders = None if options.full else QUICK_PATCHES
            jobs["coccicheck"] = lambda m, f=folders: m.coccinelle(f)
        jobs = {name: job for name, job in jobs.items() if re.search(options.only, name)}
        if not jobs:
            continue
        try:
            module = kernel.Module(series, arch)
        except Trouble as trouble:
            results.result(False, f"{where}: builds", trouble)
            continue
        report.note_kernel(f"{module.tree.headers.abi} (checked)")
        for name, job in jobs.items():
            results.check(name, where, lambda job=job, module=module: job(module))


def check_all(options, results):
    """All that was asked for."""
    check_kernel(options, results)
    for jobs, where in ((USER, "userspace"), (TEXT, "texts")):
        for name, job in jobs.items():
            if re.search(options.only, name):
                results.check(name, where, job)
    results.stale()


def main():
    """Run the checkers; status 1 when one of them found something."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="every tree, every semantic patch")
    parser.add_argument("--series", action="append", choices=SERIES)
    parser.add_argument("--arch", action="append", choices=list(kernels.ARCHES))
    parser.add_argument("--only", default="", metavar="REGEX", help="checkers whose name matches")
    parser.add_argument("--seeds", action="store_true", help="seeded faults, to be found")
    options = parser.parse_args()
    setup("base", "source", "kernel", "clang19", "tools", "binding", "lint")
    results = Results(options.full)
    if options.seeds:
        sow.reap_all(options, results)
    else:
        with lock("lint"):
            check_all(options, results)
    return results.end()


if __name__ == "__main__":
    common.main(main)
