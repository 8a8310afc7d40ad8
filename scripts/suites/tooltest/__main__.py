# SPDX-License-Identifier: GPL-2.0
"""Tests of battguardctl, on this machine and in guests with a stock kernel.

In the guests the driver is bound to a PL061 whose lines are driven from
outside, and the tool is the static one, among nothing but busybox.
"""

from lab import board, suite, tap
from lab.common import main

from . import HOST, LONG, SCENARIOS, kit
from . import ahead, appended, burdens, commands            # noqa: F401 (register)
from . import events, examples, hostpart, peers             # noqa: F401 (register)
from . import plain, reload                                 # noqa: F401 (register)
from . import siege, strange, times                         # noqa: F401 (register)


def tooltest():
    parser = suite.parser(__doc__, jobs=3)
    parser.add_argument("--host", action="store_true", help="only what needs no guest")
    parser.add_argument("--long", action="store_true", help="what takes minutes as well")
    options = parser.parse_args()
    chosen = suite.choose(SCENARIOS, options)
    if not options.long:
        chosen = {name: function for name, function in chosen.items() if name not in LONG}
    here = {name: function for name, function in chosen.items() if name in HOST}
    guests = {} if options.host else {name: function for name, function in chosen.items()
                                      if name not in HOST}
    if options.list:
        return suite.tell({**here, **guests})
    made = kit.Kit(kit.build_static(), kit.build_host(), kit.build_strange())
    jobs = [(f"host {name}", lambda checks, function=function: function(made, checks))
            for name, function in here.items()]
    if guests:
        jobs += suite.jobs(guests, options, lambda series: (made.on(*board.prepare(series)),))
    report = tap.Report()
    tap.run(report, jobs, options.jobs)
    return report.end()


if __name__ == "__main__":
    main(tooltest)
