#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""End-to-end tests: stock kernels, a PL061, its lines driven from outside.

All delays pass in real time, so scenarios run side by side, each with guests
of its own. What takes longer than about a minute of real time (ten minutes of
pre-alarm, lock-out windows) is left to the suite in the warped clock.
"""

import argparse
import re
import sys

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from bglab import board, cases, tap
from bglab.cases import charge, discharge, leave, probe     # noqa: F401 (register)
from bglab.common import main


def e2e():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="PATTERN", default="", help="only scenarios that match")
    parser.add_argument("--list", action="store_true", help="name the scenarios and end")
    parser.add_argument("--kernel", action="append", metavar="SERIES",
                        help="6.12 or 6.1; may be repeated (default: both)")
    parser.add_argument("--jobs", type=int, default=10, help="guests at a time (default: 10)")
    options = parser.parse_args()
    chosen = {name: function for name, function in cases.SCENARIOS.items()
              if re.search(options.k, name)}
    if options.list:
        for name, function in chosen.items():
            print(f"{name:24} {function.__doc__.splitlines()[0]}")
        return 0
    report = tap.Report()
    jobs = []
    for series in options.kernel or ["6.12", "6.1"]:
        kernel, module = board.prepare(series)
        for name, function in chosen.items():
            jobs.append((f"{series} {name}",
                         lambda checks, function=function, kernel=kernel, module=module:
                         function(kernel, module, checks)))
    # The same scenario of both kernels side by side, the long ones first.
    jobs.sort(key=lambda job: list(chosen).index(job[0].split()[1]))
    tap.run(report, jobs, options.jobs)
    return report.end()


if __name__ == "__main__":
    main(e2e)
