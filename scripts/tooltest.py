#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of battguardctl, on this machine and in guests with a stock kernel.

In the guests the driver is bound to a PL061 whose lines are driven from
outside, and the tool is the static one, among nothing but busybox.
"""

import argparse
import re
import sys

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from bglab import board, tap
from bglab.common import main
from tooltest import SCENARIOS, kit
from tooltest import events, examples, hostpart, plain, reload     # noqa: F401 (register)


def tooltest():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="PATTERN", default="", help="only scenarios that match")
    parser.add_argument("--list", action="store_true", help="name the scenarios and end")
    parser.add_argument("--host", action="store_true", help="only what needs no guest")
    parser.add_argument("--kernel", default=board.series(), metavar="SERIES",
                        help="6.12 or 6.1 (default: 6.12)")
    parser.add_argument("--jobs", type=int, default=3, help="guests at a time (default: 3)")
    options = parser.parse_args()
    chosen = {name: function for name, function in SCENARIOS.items()
              if re.search(options.k, name) and
              not (options.host and function.__module__ != hostpart.__name__)}
    if options.list:
        for name, function in chosen.items():
            print(f"{name:20} {function.__doc__.splitlines()[0]}")
        return 0
    stock = (None, None)
    if any(function.__module__ != hostpart.__name__ for function in chosen.values()):
        stock = board.prepare(options.kernel)
    made = kit.Kit(kit.build_static(), kit.build_host(), *stock)
    report = tap.Report()
    tap.run(report, [(name, lambda checks, function=function: function(made, checks))
                     for name, function in chosen.items()], options.jobs)
    return report.end()


if __name__ == "__main__":
    main(tooltest)
