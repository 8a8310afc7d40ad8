# SPDX-License-Identifier: GPL-2.0
"""The decision in userspace, under an observer; and seeded faults.

Scenarios, enumeration and random runs, with and without sanitizers; without, they
must find each of the faults.
"""

import argparse
import os
import re
import shutil

from lab import seeds, tap
from lab.common import BUILD, ROOT, main, make, setup
from lab.hostbuild import Builder, run
from suites.proof.decision_faults import FAULTS

WORK = BUILD / "host"
CPU_SECONDS = 120
RESULT = re.compile(r"^(ok|not ok) \d+ - (.*)\n((?:# .*\n)*)", re.M)


def play(report, program):
    """The results of the tests, from one build of them."""
    status, said = run([program])
    found = RESULT.findall(said)
    for result, text, why in found:
        report.result(result == "ok", f"{program.name}: {text}", why)
    failed = sum(result != "ok" for result, _, _ in found)
    if f"{len(found) - failed} passed, {failed} failed" not in said.splitlines() \
            or bool(status) != bool(failed):
        report.result(False, f"{program.name}: runs to its end", f"status {status}\n{said[-3000:]}")


def first_failure(program):
    """(status, what the first test that fails says)."""
    status, said = run([program, "--first"], CPU_SECONDS)
    lines = [line for line in said.splitlines() if line.startswith("#")]
    return status, lines[0][2:] if lines else f"no test fails, status {status}"


def faults(report):
    """Each fault is put into the decision, and a test has to fail of it."""
    builder = Builder(WORK / "faults", "gcc", "-O2")
    status, why = first_failure(builder.sound())
    report.result(status == 0, "fault: no fault", why)

    def seen(seed):
        to = builder.folder / re.sub(r"\W", "-", seed.name)
        [(file, text)] = seeds.changed(seed.edits).items()
        status, why = first_failure(builder.changed(to, file.removeprefix("driver/"), text))
        shutil.rmtree(to)
        # The tests have to tell: one that crashes or hangs has not seen it.
        return status == 1, why

    seeds.run(report, seeds.table(FAULTS, "driver/"), seen, os.cpu_count())


def host_test():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    setup("base")
    make(ROOT / "kunit/host", f"-j{os.cpu_count()}", f"O={WORK}", "all")
    report = tap.Report()
    for name in ("host_test", "host_test_san"):
        play(report, WORK / name)
    faults(report)
    return report.end()


if __name__ == "__main__":
    main(host_test)
