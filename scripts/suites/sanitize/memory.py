# SPDX-License-Identifier: GPL-2.0
"""Each allocation of a probe fails once: an error, nothing left, outputs off."""

import collections
import errno

from lab import board
from lab.lines import FLOATING, HIGH

from . import kit

# More than a probe has; a sweep that does not end is a fault of the test.
MOST = 1000
OFF = {"load": FLOATING, "charger": FLOATING, "pre-alarm": FLOATING}


def allow(vm):
    """Let the framework fail allocations that may wait, as a probe's do."""
    for kind in ("failslab", "fail_page_alloc"):
        vm.sh(f"echo N >{kit.FAILSLAB.format(kind)}; echo 0 >/sys/kernel/debug/{kind}/verbose")


def bind_failing(vm, label, number):
    """Bind, with one allocation failing.

    Gives whether the probe had so many, its errno, and in words what it has
    left behind if it failed.
    """
    text = vm.sh(f"churn fail {number} {board.DRIVER} {kit.GUARDS[label]} {kit.supply(label)}")
    how, err, present, claimed = text.split()
    left = []
    if int(err):
        left += ["the power supply"] * int(present)
        left += [f"{claimed} lines"] * (claimed != "0")
        outputs = vm.lines.now() if label == board.LABEL else vm.sim_outputs()
        left += [f"outputs {outputs}"] * (outputs not in (OFF, ["0", "0", "0"]))
        if number % 8 == 0:
            # Listeners find what is still in the list.
            vm.run("battguardctl list")
    return how == "failed", int(err), left


def sweep(vm, checks, label):
    """Bind again and again, with one allocation after the other failing."""
    errors, bad, bound = collections.Counter(), [], 0
    for number in range(1, MOST):
        reached, err, left = bind_failing(vm, label, number)
        if err:
            errors[errno.errorcode[err]] += 1
            bad += [f"allocation {number}: {what} left" for what in left]
        else:
            # One that a probe can do without, or none was left to fail.
            bound += reached
            bad += [] if on(vm, label) else [f"allocation {number}: bound, but outputs are off"]
            vm.bind(label, "unbind")
        if not reached:
            break
    failed = sum(errors.values())
    checks.ok(not reached and not err, f"{label}: bound when nothing fails", err)
    checks.ok(failed >= 20, f"{label}: {number - 1} allocations, of which {failed} fail the probe "
              f"({', '.join(f'{name} {count}' for name, count in errors.items())}) "
              f"and {bound} do not matter")
    checks.ok(errors["ENOMEM"] == failed, f"{label}: the error is ENOMEM", errors)
    checks.ok(not bad, f"{label}: nothing is left and no output is on after any failure",
              "\n".join(bad[:20]))


def on(vm, label):
    """Are load and charger on, as they are where all is permitted?"""
    if label != board.LABEL:
        return vm.soon(["1", "1", "0"], 5)
    vm.lines.wait(load=HIGH, charger=HIGH)
    return True


def run(config, checks):
    """Sweep over both guards, then look for what is lost."""
    with kit.Field(config, kit.modules(config), kit.programs(), limit=3600) as vm:
        allow(vm)
        vm.insert()
        for label in kit.GUARDS:
            vm.bind(label, "unbind")
        for label in kit.GUARDS:
            sweep(vm, checks, label)
        kit.finish(vm, checks, config)
