# SPDX-License-Identifier: GPL-2.0
"""End-to-end tests: whole boards in QEMU, their lines driven from outside.

Sets: "lines", on stock arm64 kernels with a PL061, or on the npcm board with
its pin controller; "suspend", on the former; "acpi", stock kernels on a PC.

All delays pass in real time, so scenarios run side by side, each with guests
of its own. What takes longer than about a minute of real time (ten minutes of
pre-alarm, lock-out windows) is left to the suite in the warped clock.
"""

from lab import acpi, board, kernels, suite, tap
from lab.common import main

from . import VIRT_ONLY
from .sets import JOBS, SETS, scenarios


def e2e():
    parser = suite.parser(__doc__, jobs=JOBS, kernels=(*kernels.SERIES, "npcm"))
    parser.add_argument("--set", default="lines", choices=SETS, help="default: lines")
    options = parser.parse_args()
    wanted = suite.choose(scenarios(options.set), options)
    if options.list:
        return suite.tell(wanted)
    prepare = acpi.prepare if options.set == "acpi" else board.prepare
    # The long ones first.
    jobs = [(name, job) for name, job in suite.jobs(wanted, options, prepare)
            if name.split()[0] != "npcm" or name.split()[1] not in VIRT_ONLY]
    report = tap.Report()
    tap.run(report, jobs, options.jobs)
    return report.end()


if __name__ == "__main__":
    main(e2e)
