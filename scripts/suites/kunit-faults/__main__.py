# SPDX-License-Identifier: GPL-2.0
"""Do the KUnit suites see a driver that is wrong?

Each fault is a change of the driver that compiles and that no user would want.
With it the test that is named has to fail, which passes without; a fault that it
does not see is a failure here. The short form has one fault of each file.
"""

import argparse
import contextlib
import re

from lab import guest, kernels, kunit, seeds, srckernel, tap
from lab.common import BUILD, Trouble, main

from .faults import FAULTS

SERIES = "6.12"           # 6.1 has no filter for the tests of a module
PURE, DRIVER = kunit.RUNS[0][0], kunit.RUNS[1][0]
# The files whose tests need no device; those of the others do.
PURE_FILES = ("psy.c", "values.c")

def results(kernel, home, names, test):
    """(tests that pass, tests that fail) with the driver that is in a directory."""
    kernels.make_modules(kernel.headers, home, "BATTGUARD_KUNIT=m")
    files = [home / ("driver" if name == "battguard" else "kunit") / f"{name}.ko"
             for name in names]
    with guest.Guest(kernel, modules=files, warp=True,
                     cmdline=f"kunit.enable=1 kunit.filter_glob=*.{test}") as vm:
        mark = vm.mark()
        with contextlib.suppress(Trouble):      # one that hangs has said enough
            vm.run(" && ".join(f"insmod /modules/{name}.ko" for name in names), timeout=120)
            vm.log()
        texts = [message.text for message in vm.messages[mark:]]
    found = [(good, text.split()[1]) for good, text, _ in kunit.Results(texts).found
             if good is not None and ": " in text]
    return ({name for good, name in found if good}, {name for good, name in found if not good})


def chosen(options):
    """Faults to seed: all, those that match, or the first of each file."""
    every = seeds.table(FAULTS, "driver/")
    if options.full or options.k:
        return [seed for seed in every if re.search(options.k, seed.name)]
    return list({seed.edits[0][0]: seed for seed in reversed(every)}.values())


def which(seed):
    """The modules that are loaded for a fault."""
    return PURE if seed.edits[0][0].removeprefix("driver/") in PURE_FILES else DRIVER


def entry():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all faults")
    parser.add_argument("-k", metavar="PATTERN", default="", help="only faults that match")
    wanted = chosen(parser.parse_args())
    kernel = srckernel.build(SERIES)
    home = BUILD / "kunit-faults"
    report = tap.Report()
    for names in (PURE, DRIVER):
        needed = {seed.sight for seed in wanted if which(seed) == names}
        if needed:
            kernels.copy_sources(home)
            good, bad = results(kernel, home, names, "*")
            report.result(needed <= good and not bad, f"{names[-1]}: without a fault none is seen",
                          "\n".join(bad | (needed - good)))

    def seen(seed):
        kernels.copy_sources(home)
        with seeds.sown(seed.edits, home):
            _, bad = results(kernel, home, which(seed), seed.sight)
        good = seed.sight in bad
        return good, f"{seed.sight} {'fails' if good else 'does not see it'}"

    seeds.run(report, wanted, seen)
    return report.end()


if __name__ == "__main__":
    main(entry)
