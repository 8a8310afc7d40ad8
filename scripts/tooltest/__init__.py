# SPDX-License-Identifier: GPL-2.0
"""Tests of battguardctl: the registry of scenarios.

A scenario is a function (kit, checks); kit has what was built. Those of the
host part run on this machine, the others boot guests of their own.
"""

SCENARIOS = {}


def scenario(function):
    """Register a scenario by its function's name; its text is the docstring."""
    SCENARIOS[function.__name__] = function
    return function
