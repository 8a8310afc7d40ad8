# SPDX-License-Identifier: GPL-2.0
"""End-to-end scenarios on the PL061, lines driven from outside.

A scenario is a function (kernel, module, checks) that runs guests of its own,
so that scenarios can run side by side. The registry keeps the order.
"""

SCENARIOS = {}

# "At once" is one filter window (5 ms) and what a busy machine adds.
WINDOW, AT_ONCE = 0.005, 0.1


# Scenarios that need a PL061, or a machine that can be switched off.
VIRT_ONLY = set()


def virt_only(function):
    """Mark a scenario that the "virt" machine alone can play."""
    VIRT_ONLY.add(function.__name__)
    return function


def scenario(function):
    """Register a scenario by its function's name; its text is the docstring."""
    SCENARIOS[function.__name__] = function
    return function
