# SPDX-License-Identifier: GPL-2.0
"""Seeded faults: are the tests of the state machine worth their name?

Each fault is put into a copy of the driver below the build folder. host_test
has to fail for it; a fault that goes unseen, does not compile, or whose text
is no longer in the source, is a failure of the tests.
"""

import concurrent.futures
import os
import shutil

from lab.hostbuild import Builder, DoesNotBuild, plant, run
from suites.proof.decision_faults import FAULTS

CPU_SECONDS = 120


def verdict(program):
    """Whether the tests pass, and what the first that fails says."""
    status, said = run([program, "--first"], CPU_SECONDS)
    lines = [line for line in said.splitlines() if line.startswith("#")]
    return status, lines[0][2:] if lines else "no test fails"


def seen(builder, number, file, old, new):
    """Put one fault in; gives whether the tests saw it, and what they said."""
    to = builder.folder / str(number)
    try:
        status, why = verdict(builder.changed(to, file, plant(file, old, new)))
    except DoesNotBuild as error:
        return False, f"does not build: {str(error).splitlines()[0]}"
    shutil.rmtree(to)
    # The tests have to tell: one that crashes or hangs has not seen it.
    return status == 1, why


def run_all(folder):
    """Plant them all; gives (passed, failed)."""
    builder = Builder(folder, "gcc", "-O2")
    results = [("no fault", verdict(builder.sound())[0] == 0, "the tests fail without a fault")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(seen, builder, number, *fault[1:])
                for number, fault in enumerate(FAULTS)]
        for fault, job in zip(FAULTS, jobs):
            results.append((fault[0], *job.result()))

    for number, (name, good, why) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - fault: {name}")
        if not good:
            print(f"# {why}")
    failed = sum(not good for _, good, _ in results)
    return len(results) - failed, failed
