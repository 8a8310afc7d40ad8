# SPDX-License-Identifier: GPL-2.0
"""The decision in userspace, under an observer; and seeded faults.

Scenarios, enumeration and random runs, with and without sanitizers; they must find
each of the faults.
"""

import argparse
import os
import re
import subprocess

from lab.common import BUILD, ROOT, main, setup

from . import faults

CLOSING = re.compile(r"^(\d+) passed, (\d+) failed$")


def make(target):
    """(passed, failed) of a target; without a closing line it is one test."""
    env = {key: value for key, value in os.environ.items()
           if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    closing = None
    with subprocess.Popen(["make", "--no-print-directory", "-C", str(ROOT / "kunit/host"),
                           f"O={BUILD / 'host'}", target], text=True, env=env,
                          errors="replace", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        lines = []
        for line in run.stdout:
            found = CLOSING.match(line.strip())
            if found:
                # There may be several: with and without sanitizers.
                closing = closing or [0, 0]
                closing[0] += int(found[1])
                closing[1] += int(found[2])
            elif closing is not None or line.startswith(("ok ", "not ok ", "# ")):
                print(line, end="", flush=True)
            else:
                lines.append(line)
    if run.returncode and not (closing and closing[1]):
        print("".join(lines[-30:]), end="")
        print(f"not ok - {target}: exit status {run.returncode}")
        return (closing[0] if closing else 0), 1
    if closing is None:
        print(f"ok - {target}")
        return 1, 0
    return closing


def run():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    setup("base")
    results = [make("check"), faults.run_all(BUILD / "host/faults")]
    passed = sum(result[0] for result in results)
    failed = sum(result[1] for result in results)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    main(run)
