# SPDX-License-Identifier: GPL-2.0
"""Does a test see every line, branch and condition of the state machine?

The tests in userspace are built by clang with its counters of lines, branches
and MC/DC: a condition is covered when two runs of its decision differ in it
and, because of it, in their outcome. A header is compiled into several
objects; what one of them covers is covered.

Anything below all of it fails, unless coverage.allow beside this file tells why it
cannot be reached. Results are left below report/ in the build folder.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil

from lab import tap
from lab.common import BUILD, ROOT, main, run, setup
from lab.report import reasoned, write_coverage

HOST = BUILD / "host"
REPORT = BUILD / "report"
ALLOWED = pathlib.Path(__file__).with_name("coverage.allow")
METRICS = ("lines", "branches", "mcdc")
UNSUPPORTED = re.compile(r"^(\S+:\d+):\d+: warning: unsupported MC/DC", re.MULTILINE)


def pure_files():
    """What has to be there: the pure sources, and the headers with code in them."""
    listed = run(["make", "-s", "-C", ROOT / "kunit/host", "list"])
    sources = [line.split()[1:] for line in listed.splitlines() if line.startswith("driver ")][0]
    files = [pathlib.Path(name).resolve() for name in sources]
    return files + [header.resolve() for header in sorted((ROOT / "driver/decision").glob("*.h"))
                    if "static inline" in header.read_text(encoding="utf-8")]


def build():
    """Build anew: what clang cannot count it tells while it compiles."""
    shutil.rmtree(HOST / "cov", ignore_errors=True)
    program = HOST / "host_test_cov"
    told = run(["make", f"-j{os.cpu_count()}", "-C", ROOT / "kunit/host", f"O={HOST}",
                program])
    return program, sorted(set(UNSUPPORTED.findall(told)))


def measure(program):
    """Run the tests; gives the folder of the profile."""
    raw, profile = HOST / "cov/raw", HOST / "cov/profile"
    run([program], env={**os.environ, "LLVM_PROFILE_FILE": str(raw)})
    run(["llvm-profdata-19", "merge", "-o", profile, raw])
    return profile


def count_lines(program, profile, files):
    """{file: {line: count}}"""
    lines, file = {}, None
    for word in run(["llvm-cov-19", "export", "--format=lcov", program,
                     f"--instr-profile={profile}"]).splitlines():
        if word.startswith("SF:"):
            file = pathlib.Path(word[3:]).resolve()
        elif word.startswith("DA:") and file in files:
            number, count = word[3:].split(",")[:2]
            seen = lines.setdefault(file, collections.Counter())
            seen[int(number)] += int(count)
    return lines


def count_conditions(program, profile, files):
    """({file: {place: [true, false]}}, {file: {place: [covered, ...]}})"""
    branches = collections.defaultdict(dict)
    decisions = collections.defaultdict(dict)
    exported = json.loads(run(["llvm-cov-19", "export", program, f"--instr-profile={profile}"]))
    # By function: what a file has together forgets all but one of its copies.
    for function in exported["data"][0]["functions"]:
        names = [pathlib.Path(name).resolve() for name in function["filenames"]]
        for branch in function["branches"]:
            file, place = names[branch[6]], tuple(branch[:4])
            if file in files:
                counts = branches[file].setdefault(place, [0, 0])
                counts[0] += branch[4]
                counts[1] += branch[5]
    for data in exported["data"][0]["files"]:
        file = pathlib.Path(data["filename"]).resolve()
        for record in data["mcdc_records"] if file in files else ():
            covered = decisions[file].setdefault(tuple(record[:4]), [False] * len(record[-1]))
            for number, seen in enumerate(record[-1]):
                covered[number] |= seen
    return branches, decisions


def source_text(file, place):
    """The text of a place, on one line."""
    lines = file.read_text(encoding="utf-8").splitlines()
    first, start, last, end = place
    part = lines[first - 1:last]
    part[-1] = part[-1][:end - 1]
    part[0] = part[0][start - 1:]
    return " ".join(" ".join(part).split())


def gaps_of(file, lines, branches, decisions):
    """[(metric, line, what)], and {metric: [covered, total]}"""
    text = file.read_text(encoding="utf-8").splitlines()
    gaps, sums = [], {}
    sums["lines"] = [sum(count > 0 for count in lines.values()), len(lines)]
    gaps += [("lines", number, text[number - 1].strip())
             for number, count in sorted(lines.items()) if not count]
    sides = [(place, side, count) for place, counts in sorted(branches.items())
             for side, count in zip(("true", "false"), counts)]
    sums["branches"] = [sum(count > 0 for _, _, count in sides), len(sides)]
    gaps += [("branches", place[0], f"{source_text(file, place)} is never {side}")
             for place, side, count in sides if not count]
    conditions = [(place, number, covered) for place, each in sorted(decisions.items())
                  for number, covered in enumerate(each, 1)]
    sums["mcdc"] = [sum(covered for _, _, covered in conditions), len(conditions)]
    gaps += [("mcdc", place[0], f"condition {number} of {source_text(file, place)}")
             for place, number, covered in conditions if not covered]
    return gaps, sums


def judge(report, files, lines, branches, decisions):
    """One result per file and metric; gives the sums."""
    # file, metric, text
    allowed = {tuple(line.split(None, 2)): why for line, why in reasoned(ALLOWED)}
    used, summary = set(), {}
    for file in files:
        gaps, sums = gaps_of(file, lines.get(file, {}), branches[file], decisions[file])
        summary[file.name] = {}
        for metric in METRICS:
            covered, total = sums[metric]
            mine = [gap for gap in gaps if gap[0] == metric]
            excused = [gap for gap in mine if (file.name, metric, gap[2]) in allowed]
            used |= {(file.name, metric, gap[2]) for gap in excused}
            # A file without a line was not compiled in at all.
            good = len(mine) == len(excused) and (total or metric != "lines")
            report.result(good, f"{file.name}: {metric} {covered}/{total}"
                          + (f", {len(excused)} allowed" if excused else ""), "\n".join(
                              f"{file.name}:{line}: {what}"
                              f" ({allowed.get((file.name, metric, what), 'no reason')})"
                              for _, line, what in mine), why=True)
            summary[file.name][metric] = [covered, total]
    for entry in sorted(set(allowed) - used):
        report.result(False, f"{ALLOWED.name}: {' '.join(entry)}",
                      "it is covered, or no longer there")
    return summary


def entry():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    setup("base", "coverage")

    files = pure_files()
    program, uncounted = build()
    profile = measure(program)
    branches, decisions = count_conditions(program, profile, files)
    report = tap.Report()
    summary = judge(report, files, count_lines(program, profile, files), branches, decisions)
    for place in uncounted:
        if pathlib.Path(place.rsplit(":", 1)[0]).resolve() in files:
            report.result(False, f"{pathlib.Path(place).name}: clang cannot count this decision")

    write_coverage("host", "The decision, under its host and KUnit tests", summary, page=True)
    run(["llvm-cov-19", "show", program, f"--instr-profile={profile}", "--format=html",
         "--show-branches=count", "--show-mcdc", f"--output-dir={REPORT / 'coverage-host'}",
         *files])
    return report.end()


if __name__ == "__main__":
    main(entry)
