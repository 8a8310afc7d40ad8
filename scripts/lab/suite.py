# SPDX-License-Identifier: GPL-2.0
"""What suites have in common: how they are run, their command line and kernels."""

import argparse
import os
import re
import sys

from .common import ROOT

KERNELS = ("6.12", "6.1")


def command(program, *options, top=ROOT):
    """(words, environment) that run a suite's folder, or what its table names instead.

    top: of the project, or of a copy of it.
    """
    if program.startswith("scripts/"):
        return [sys.executable, "-B", str(top / program), *options], dict(os.environ)
    return ([sys.executable, "-B", "-m", f"suites.{program}", *options],
            {**os.environ, "PYTHONPATH": str(top / "scripts")})


def parser(text, jobs, kernels=KERNELS):
    """The options that every suite takes; more may be added."""
    made = argparse.ArgumentParser(description=text.splitlines()[0])
    made.add_argument("-k", metavar="PATTERN", default="", help="only scenarios that match")
    made.add_argument("--list", action="store_true", help="name the scenarios and end")
    made.add_argument("--kernel", action="append", choices=kernels,
                      help=f"may be repeated (default: {' and '.join(KERNELS)})")
    made.add_argument("--jobs", type=int, default=jobs,
                      help=f"guests at a time (default: {jobs})")
    return made


def choose(scenarios, options):
    """{name: function} of the scenarios asked for."""
    return {name: function for name, function in scenarios.items()
            if re.search(options.k, name)}


def tell(chosen):
    """Name the scenarios; gives the exit status."""
    for name, function in chosen.items():
        print(f"{name:24} {function.__doc__.splitlines()[0]}")
    return 0


def jobs(chosen, options, prepare):
    """(name, function of its checks) of each scenario on each kernel.

    prepare: gives what a scenario's function takes for a kernel, before its
    checks. The same scenario of all kernels comes side by side.
    """
    made = []
    for series in options.kernel or KERNELS:
        given = prepare(series)
        made += [(f"{series} {name}",
                  lambda checks, function=function, given=given: function(*given, checks))
                 for name, function in chosen.items()]
    return sorted(made, key=lambda job: list(chosen).index(job[0].split()[1]))
