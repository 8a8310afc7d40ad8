# SPDX-License-Identifier: GPL-2.0
"""The sets of end-to-end scenarios."""

from . import SCENARIOS, charge, discharge, leave, pc, probe, suspend

SETS = {"lines": (charge, discharge, leave, probe), "suspend": (suspend,), "acpi": (pc,)}
# Guests at a time: they mostly wait.
JOBS = 10


def scenarios(name):
    """{name: function} of the scenarios of a set."""
    modules = [module.__name__ for module in SETS[name]]
    return {name: function for name, function in SCENARIOS.items()
            if function.__module__ in modules}
