# SPDX-License-Identifier: GPL-2.0
"""Simulate the circuits of Documentation/hardware over supply, temperature and tolerances.

requirements.py has the benches, and what each circuit has to do there. A result is a
requirement in a corner, with the range that all combinations of the tolerances gave and
the margin to the limit. Then Documentation/hardware.rst is compared with what was
simulated, and its drawings with the netlists. Last, wrong values are put into the
netlists (faults.py), and the requirement that is named there has to fail.

Without --full only some corners are simulated. --write writes drawings and numbers into
the document. The last line is "N passed, N failed"; the status is 0 only if none failed.
"""

import argparse
import concurrent.futures
import os

from lab import seeds, tap
from lab.common import ROOT, main, setup

from . import document, faults, requirements, simulate


class Range:
    """What a requirement has been found to be."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.low = self.high = None
        self.missing = []

    def add(self, value, where):
        if value is None:
            self.missing.append(where)
        else:
            self.low = value if self.low is None else min(self.low, value)
            self.high = value if self.high is None else max(self.high, value)

    def join(self, other):
        self.missing += other.missing
        for value in (other.low, other.high):
            if value is not None:
                self.add(value, None)

    @property
    def margin(self):
        """Least distance to a limit; below 0 is too far, None is not measured."""
        if self.missing or self.low is None:
            return None
        return min(([] if self.wanted.low is None else [self.low - self.wanted.low]) +
                   ([] if self.wanted.high is None else [self.wanted.high - self.high]))

    @property
    def good(self):
        return self.margin is not None and self.margin >= 0


def corner_name(corner):
    """A corner in words: what tells it from the others, without the texts."""
    if "name" in corner:
        return corner["name"]
    units = {"v": "V", "temp": "degC"}
    return ", ".join(f"{value:g} {units[key]}" if key in units else f"{key} {value:g}"
                     for key, value in corner.items() if not isinstance(value, str))


def numbers(given):
    """What a run was given, without the texts."""
    return {key: value for key, value in given.items() if not isinstance(value, str)}


def simulate_all(report, full, jobs):
    """{bench: {requirement: Range over its corners}}, and a result for each in each."""
    circuits = simulate.netlists({})
    whole = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = [(name, corner, [(given, pool.submit(simulate.play, bench, given, circuits))
                                   for given in simulate.spread(bench, corner)])
                   for name, bench in requirements.BENCHES.items()
                   for corner in bench.corners if full or bench.short(corner)]
        for name, corner, runs in waiting:
            bench = requirements.BENCHES[name]
            ranges = {wanted.name: Range(wanted) for wanted in bench.requirements}
            for given, job in runs:
                for key, value in job.result().items():
                    ranges[key].add(value, given)
            total = whole.setdefault(name, {wanted.name: Range(wanted)
                                            for wanted in bench.requirements})
            for key, found in ranges.items():
                total[key].join(found)
                report.result(found.good, f"{name}, {corner_name(corner)}: "
                              f"{found.wanted.text}: {document.spell(found)}",
                              found.missing and f"not measured with {numbers(found.missing[0])}")
    return whole


def seen(seed):
    """Does the requirement fail that has to see a fault?"""
    name, key = seed.sight
    bench = requirements.BENCHES[name]
    texts = {file.rsplit("/", 1)[1]: text for file, text in seeds.changed(seed.edits).items()}
    circuits = simulate.netlists(texts)
    wanted = next(item for item in bench.requirements if item.name == key)
    for corner in filter(bench.short, bench.corners):
        for given in simulate.spread(bench, corner):
            found = Range(wanted)
            found.add(simulate.play(bench, given, circuits)[key], given)
            if not found.good:
                return True, f"{name}: {wanted.text}: {document.spell(found)}"
    return False, f"{name}: {wanted.text} holds in all corners"


def entry():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all corners")
    parser.add_argument("--write", action="store_true",
                        help="write drawings and numbers into the document; needs --full")
    options = parser.parse_args()
    if options.write and not options.full:
        parser.error("--write needs --full: the numbers are those of all corners")
    setup("hardware")
    jobs = os.cpu_count()
    report = tap.Report()
    whole = simulate_all(report, options.full, jobs)
    page = ROOT / "Documentation/hardware.rst"
    if options.write:
        page.write_text(document.filled(page.read_text(encoding="utf-8"), whole),
                        encoding="utf-8")
    document.check(report, page.read_text(encoding="utf-8"), whole, options.full)
    seeds.run(report, faults.FAULTS, seen, jobs)
    return report.end()


if __name__ == "__main__":
    main(entry)
