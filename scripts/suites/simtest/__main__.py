# SPDX-License-Identifier: GPL-2.0
"""The gpio-sim tests: the driver's sleeping path, thirty seconds in none.

A guest with a kernel built from source (gpio-sim, lockdep) runs in a clock that
jumps ahead whenever the guest idles, so no delay is shortened for a test and
a ten-minute case takes a fraction of a second.  The cases are the text files
beside this one; their language is described in simplan.py.
"""

import argparse
import os
import re
from concurrent import futures

from lab import common, srckernel, tap
from lab.common import Trouble

from . import simplan
from .play import play


def main():
    """Run what the command line asks for; status 1 when a case failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", action="append", choices=srckernel.SERIES,
                        help="the kernel series (default: all)")
    parser.add_argument("-k", metavar="PATTERN", default="",
                        help="only cases whose name matches this regular expression")
    parser.add_argument("--list", action="store_true", help="name the cases and stop")
    options = parser.parse_args()
    cases = [case for case in simplan.load() if re.search(options.k, case.name, re.I)]
    if not cases:
        raise Trouble(f"no case matches '{options.k}'")
    if options.list:
        for case in cases:
            print(f"{case.group}: {case.name}")
        return 0
    report = tap.Report()
    # A guest keeps one processor busy; the series' lines are told apart by name.
    with futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(play, report, series, cases)
                     for series in options.kernel or srckernel.SERIES]:
            done.result()
    return report.end()


if __name__ == "__main__":
    common.main(main)
