# SPDX-License-Identifier: GPL-2.0
"""How battguard is built, packed and installed by those who embed it."""

SCENARIOS = {}
LONG = set()


def scenario(function):
    """Register a scenario: its function takes a kit and its checks."""
    SCENARIOS[function.__name__] = function
    return function


def long(function):
    """A scenario for the long form only."""
    LONG.add(function.__name__)
    return function
