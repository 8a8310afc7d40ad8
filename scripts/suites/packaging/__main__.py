# SPDX-License-Identifier: GPL-2.0
"""Builds, packs and installs battguard as those do who embed it.

The makefiles are called as scripts, Buildroot, Yocto and Debian call them, against
stock headers, each time on a copy of the project. The long form installs the Debian
packages in a system of their own, which is made of Debian's packages once.
"""

from lab import suite, tap
from lab.common import lock, main

from . import LONG, SCENARIOS, kit
from . import building, debianpackage, documented       # noqa: F401 (register)
from . import images, releasing, yocto                  # noqa: F401 (register)


def packaging():
    options_of = suite.parser(__doc__, jobs=2)
    options_of.add_argument("--long", action="store_true", help="what takes minutes as well")
    options = options_of.parse_args()
    options.kernel = options.kernel or ["6.12"]
    chosen = {name: function for name, function in suite.choose(SCENARIOS, options).items()
              if options.long or name not in LONG}
    if options.list:
        return suite.tell(chosen)
    report = tap.Report()
    with lock("packaging"):
        tap.run(report, suite.jobs(chosen, options, lambda series: (kit.prepare(series),)),
                options.jobs, timed=False)
    return report.end()


if __name__ == "__main__":
    main(packaging)
