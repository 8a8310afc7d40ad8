# SPDX-License-Identifier: GPL-2.0
"""The program that sends malformed messages, and whether a guard is still one."""

import pathlib

from lab import board
from lab.common import guest_program


def program():
    """nlfuzz for the guest."""
    return guest_program("nlfuzz", pathlib.Path(__file__).with_name("nlfuzz.c"))


def protects(vm, checks, when):
    """The charger follows its line, and the load the remote switch."""
    checks.equal(vm.value("state"), "normal", f"{when}: all is well")
    vm.lines.set(allow_charge=False)
    checks.ok(vm.soon(30, charger="0"), f"{when}: charging forbidden, charger off")
    vm.lines.set(allow_charge=True)
    checks.ok(vm.soon(30, charger="1"), f"{when}: permitted again, charger on")
    vm.lines.set(remote_h=False)
    checks.ok(vm.soon(30, load="0"), f"{when}: remote off, load off")
    vm.lines.set(remote_h=True)
    checks.ok(vm.soon(30, load="1"), f"{when}: remote on, load on")


def reset(vm):
    """The settings that root's messages may have changed."""
    for name, value in (("enabled", 1), ("charge_behaviour", "auto"), ("mute", 0),
                        ("restore_delay_ms", 1000)):
        vm.sh(f"echo {value} >{board.SUPPLY}/{name}")
    vm.soon(30, state="normal", charger="1")
