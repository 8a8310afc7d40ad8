# SPDX-License-Identifier: GPL-2.0
"""Clients that nobody here wrote, unmodified, on a guard in Debian guests.

Each scenario has a guest of its own; all delays pass in real time. What the
clients print is compared with Documentation/clients.rst, and written there
with --write.
"""

from lab import suite, tap
from lab.common import main

from . import SCENARIOS, bank, record
from . import changing, files, many, reading, tracing    # noqa: F401 (register)


def clients():
    parser = suite.parser(__doc__, jobs=3)
    parser.add_argument("--config", default="sim-kunit", choices=("sim-kunit", "sanitize"),
                        help="of the kernel built from source (default: sim-kunit)")
    parser.add_argument("--write", action="store_true",
                        help="write what was seen on 6.12 into the document")
    options = parser.parse_args()
    chosen = suite.choose(SCENARIOS, options)
    if options.list:
        return suite.tell(chosen)
    report = tap.Report()
    labs = {}

    def prepare(series):
        labs[series] = bank.Lab(series, options.config)
        return (labs[series],)

    tap.run(report, suite.jobs(chosen, options, prepare), options.jobs)
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
