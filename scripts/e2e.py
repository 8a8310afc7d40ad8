#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""End-to-end tests: stock kernels, a PL061, its lines driven from outside.

All delays pass in real time, so scenarios run side by side, each with guests
of its own. What takes longer than about a minute of real time (ten minutes of
pre-alarm, lock-out windows) is left to the suite in the warped clock.
"""

import sys

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from bglab import board, cases, kernels, suite, tap
from bglab.cases import charge, discharge, leave, probe     # noqa: F401 (register)
from bglab.common import main


def e2e():
    options = suite.parser(__doc__, jobs=10, kernels=kernels.SERIES).parse_args()
    chosen = suite.choose(cases.SCENARIOS, options)
    if options.list:
        return suite.tell(chosen)
    report = tap.Report()
    # The long ones first.
    tap.run(report, suite.jobs(chosen, options, board.prepare), options.jobs)
    return report.end()


if __name__ == "__main__":
    main(e2e)
