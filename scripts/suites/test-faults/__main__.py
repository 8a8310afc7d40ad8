# SPDX-License-Identifier: GPL-2.0
"""Seeded faults in netlink, the tool, suspend and packages: are their tests worth their name?

Each fault is put into a copy of the tree below the build folder, and the test
that should see it is run there. One that goes unseen, breaks the build, or
whose text is no longer in the source, is a failure of the tests.
"""

import argparse
import re
import subprocess

from lab import seeds, suite, tap
from lab.common import BUILD, Trouble, lock, main

from .seeds import SEEDS

WORK = BUILD / "testseeds"
# What a copy shares with us: fetched or built from what is not ours.
SHARED = ("apt", "debs", "dt", "kernels", "rootfs", "src", "userland")

RESULT = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)
# A fault that does not even compile is no fault.
BROKEN = re.compile(r"'(make|gcc|aarch64-linux-gnu-gcc) .*' failed \(")


def words(program, scenarios):
    """Run these scenarios of a suite; one that has none is run as a whole."""
    if program == "nlfuzz":
        return [program, "--count", "3000"]
    return [*program.split(), "--kernel", "6.12", "-k", f"^({'|'.join(sorted(scenarios))})$"]


def copied():
    """The tree, and a build folder of its own that shares what is fetched."""
    tree, build = WORK / "tree", WORK / "build"
    build.mkdir(parents=True, exist_ok=True)
    seeds.copy(tree)
    for name in SHARED:
        if not (build / name).exists():
            (BUILD / name).mkdir(exist_ok=True)
            (build / name).symlink_to(BUILD / name)
    return tree, build


def outcome(tree, build, program, scenarios):
    """(passed, failed, the first failure, all that was said)."""
    argv, environment = suite.command(*words(program, scenarios), top=tree)
    done = subprocess.run(argv, cwd=tree, text=True, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**environment, "BATTGUARD_BUILD": str(build)})
    closing = RESULT.search(done.stdout)
    first = next((line for line in done.stdout.splitlines() if line.startswith("not ok")), "")
    passed, failed = (0, 0)
    # What embedders call is make: there it is the test that breaks.
    if closing and (program == "packaging" or not BROKEN.search(done.stdout)):
        passed, failed = map(int, closing.groups())
    return passed, failed, first.partition(" - ")[2], done.stdout


def test_faults():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="PATTERN", default="",
                        help="only faults whose name or suite matches")
    parser.add_argument("--list", action="store_true", help="name the faults and end")
    options = parser.parse_args()
    chosen = [seed for seed in SEEDS if re.search(options.k, f"{seed.name} {seed.sight[0]}")]
    if options.list:
        for seed in chosen:
            print(f"{seed.name:48} {' '.join(seed.sight)}")
        return 0
    report = tap.Report()
    with lock("testseeds"):
        tree, build = copied()
        for name in sorted({seed.sight[0] for seed in chosen}):
            scenarios = {seed.sight[1] for seed in chosen if seed.sight[0] == name}
            passed, failed, first, said = outcome(tree, build, name, scenarios)
            report.result(passed and not failed, f"no fault: {name} passes", first or said[-3000:])
        if report.failed:
            raise Trouble("the tests fail without a fault: nothing can be said of those with one")

        def seen(seed):
            name, scenario = seed.sight
            with seeds.sown(seed.edits, tree):
                passed, failed, first, said = outcome(tree, build, name, [scenario])
            return failed, f"{name}: {first}" if failed else "" if passed else said[-3000:]

        seeds.run(report, chosen, seen)
    return report.end()


if __name__ == "__main__":
    main(test_faults)
