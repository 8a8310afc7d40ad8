# SPDX-License-Identifier: GPL-2.0
"""Tests of battguardctl: the registry of scenarios.

A scenario is a function (kit, checks); kit has what was built. Those of the
host part run on this machine, the others boot guests of their own.
"""

SCENARIOS = {}
HOST = set()            # names of those that need no guest
LONG = set()            # names of those that take minutes


def scenario(function):
    """Register a scenario by its function's name; its text is the docstring."""
    SCENARIOS[function.__name__] = function
    return function


def host_scenario(function):
    """Register a scenario that runs on this machine."""
    HOST.add(function.__name__)
    return scenario(function)


def long_scenario(function):
    """Register a scenario that is only run when asked for."""
    LONG.add(function.__name__)
    return scenario(function)
