#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Clients that nobody here wrote, unmodified, on a guard in Debian guests.

Each scenario has a guest of its own; all delays pass in real time. What the
clients print is compared with Documentation/clients.rst, and written there
with --write.
"""

import argparse
import re
import sys

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from bglab import tap
from bglab.common import main
from clients import SCENARIOS, bank, record
from clients import changing, files, many, reading     # noqa: F401 (register)


def clients():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="PATTERN", default="", help="only scenarios that match")
    parser.add_argument("--list", action="store_true", help="name the scenarios and end")
    parser.add_argument("--kernel", action="append", metavar="SERIES",
                        help="6.12 or 6.1; may be repeated (default: both)")
    parser.add_argument("--write", action="store_true",
                        help="write what was seen on 6.12 into the document")
    parser.add_argument("--jobs", type=int, default=3, help="guests at a time (default: 3)")
    options = parser.parse_args()
    chosen = {name: function for name, function in SCENARIOS.items()
              if re.search(options.k, name)}
    if options.list:
        for name, function in chosen.items():
            print(f"{name:24} {function.__doc__.splitlines()[0]}")
        return 0
    report = tap.Report()
    jobs, labs = [], {}
    for series in options.kernel or ["6.12", "6.1"]:
        lab = labs[series] = bank.Lab(series)
        jobs += [(f"{series} {name}",
                  lambda checks, function=function, lab=lab: function(lab, checks))
                 for name, function in chosen.items()]
    jobs.sort(key=lambda job: list(chosen).index(job[0].split()[1]))
    tap.run(report, jobs, options.jobs)
    if "6.12" in labs:
        lab = labs["6.12"]
        if options.write:
            record.write({**lab.captures, record.VERSIONS: record.versions(lab.versions)})
        checks = tap.Checks("record")
        record.compare(lab.captures, not options.k, checks)
        report.tell(checks)
    return report.end()


if __name__ == "__main__":
    main(clients)
