# SPDX-License-Identifier: GPL-2.0
"""A guard that ACPI describes, on a PC."""

import time

from lab import acpi, tracing
from . import scenario
from .discharge import SKEW

ALL_WELL = {"load": 1, "charger": 1, "pre-alarm": 0}
OFF = {"load": 0, "charger": 0, "pre-alarm": 0}
DRIVER = "/sys/bus/platform/drivers/battguard"


@scenario
def acpi_low_battery(kernel, modules, checks):
    """Bound by ACPI: inputs and their polarity, warning, cut, return, unbind."""
    with acpi.PcBoard(kernel, modules, checks=checks) as board:
        tracing.start(board)
        # All lines low: L is, by its flag, asserted, the permissions are not.
        checks.equal(board.value("remote"), "1", "remote L is active low")
        checks.equal(board.value("state"), "load-off", "permissions open at power-up: load-off")
        checks.equal(board.now(), OFF, "and nothing is on")
        checks.equal(board.sh("grep -c house-bank /proc/interrupts"), "5",
                     "every input has an interrupt")
        board.set(allow_discharge=True, allow_charge=True, remote_l=False)
        time.sleep(0.5)
        checks.equal(board.value("state"), "standby", "remote L released: standby")
        board.set(remote_h=True)
        board.wait(load=1, charger=1)
        checks.equal(board.now(), ALL_WELL, "remote H: load and charger on")
        board.set(allow_charge=False)
        time.sleep(0.3)
        checks.equal(board.now(), {**ALL_WELL, "charger": 0}, "charging forbidden: charger off")
        board.set(allow_charge=True)
        board.wait(charger=1)
        board.set(low_cell=True)
        board.wait(pre_alarm=1)
        time.sleep(5)
        board.set(allow_discharge=False)
        checks.equal(board.value("state"), "pre-alarm", "low-cell, then forbidden: load stays on")
        board.wait(timeout=60, load=0, pre_alarm=0)
        cut = tracing.entered(board, "load-off")
        checks.between(cut - tracing.entered(board, "pre-alarm"), 30.0, 30.1,
                       "load off 30.0..30.1 s after pre-alarm began")
        checks.equal([group for group in tracing.writes(board) if ("load", "0") in group][-1:],
                     [[("load", "0"), ("pre-alarm", "0")]], "load first, both in one evaluation")
        checks.equal(board.now(), {**OFF, "charger": 1}, "under-voltage leaves the charger on")
        board.set(allow_discharge=True, low_cell=False)
        board.wait(timeout=60, load=1)
        checks.between(tracing.entered(board, "normal") - cut, 30.0 - SKEW, 30.1,
                       "load back 30 s after the disconnect")
        board.sh(f"echo PRP0001:01 >{DRIVER}/unbind")
        checks.equal(board.now(), OFF, "unbound: all outputs off")
        board.sh(f"echo PRP0001:01 >{DRIVER}/bind")
        board.wait(load=1, charger=1)
        checks.ok(True, "bound again: all on")
        board.sh("rmmod battguard")
        checks.equal(board.now(), OFF, "module removed: all outputs off")


BAD = (
    ("pre-alarm-delay-ms", {"pre-alarm-delay-ms": 29999}),
    ("pre-alarm-delay-ms", {"pre-alarm-delay-ms": "30000"}),
    ("load-reconnect-delay-ms", {"load-reconnect-delay-ms": 7200001}),
    ("load-gpios", {"load-gpios": None}),
    ("allow-discharge-gpios", {"allow-discharge-gpios": None}),
    ("label", {"label": "a/b"}),
)


@scenario
def acpi_bad_boards(kernel, modules, checks):
    """Properties that are wrong in ACPI: no guard, and a word why."""
    def devices(controller):
        return "".join(acpi.guard(changes, f"BAD{number}", controller)
                       for number, (_, changes) in enumerate(BAD))

    with acpi.PcBoard(kernel, modules, devices, checks=checks) as board:
        for number, (name, changes) in enumerate(BAD):
            device = f"PRP0001:{number + 1:02x}"
            said = [m.text for m in board.log(rf"battguard.*\b{device}\b")]
            checks.ok(len(said) == 2 and name in said[0] and "failed with error -22" in said[1],
                      f"{changes}: -EINVAL and one line that names {name}", "\n".join(said))
        checks.equal(board.sh("ls /sys/class/power_supply"), "", "no power supply is left")
        checks.equal(board.now(), OFF, "nothing is on")
