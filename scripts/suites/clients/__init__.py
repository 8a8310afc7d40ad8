# SPDX-License-Identifier: GPL-2.0
"""The scenarios of the suite, by name."""

SCENARIOS = {}


def scenario(function):
    """Register a scenario: a function of (lab, checks)."""
    SCENARIOS[function.__name__.replace("_", "-")] = function
    return function
