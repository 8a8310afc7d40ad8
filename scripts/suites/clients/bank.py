# SPDX-License-Identifier: GPL-2.0
"""A guarded bank in a Debian guest, brought from state to state by its lines."""

import dataclasses
import time

from lab import board, devicetree, images, kernels, srckernel
from lab.board import LABEL, NODE, SUPPLY       # noqa: F401 (for the scenarios)
from lab.common import ROOT, setup

NOBODY = "setpriv --reuid nobody --regid nogroup --clear-groups"

# Debian's clients; the base of images.py has udev, grep and the rest.
PACKAGES = ("acpi", "collectd-core", "lm-sensors", "prometheus-node-exporter",
            "trace-cmd", "upower")
SELFTESTS = "tools/testing/selftests"

COLLECTD = """Hostname "guest"
Interval 1
LoadPlugin battery
LoadPlugin csv
LoadPlugin uptime
<Plugin battery>
  ReportDegraded true
</Plugin>
<Plugin csv>
  DataDir "/tmp/collectd"
</Plugin>
"""

ALL_WELL = {"allow_discharge": True, "allow_charge": True, "low_cell": False, "remote_h": True}


@dataclasses.dataclass(frozen=True)
class State:
    """How a state is come by, and what the class then shows of it."""

    lines: dict
    state: str
    status: str = "Unknown"
    level: str = "Normal"
    health: str = "Good"
    inhibit: bool = False
    load: bool = True


STATES = {
    "normal": State({}, "normal"),
    "pre-alarm": State({"low_cell": True}, "pre-alarm", level="Low"),
    "load-off": State({"allow_discharge": False, "low_cell": True}, "load-off", level="Critical",
                      health="Unknown", load=False),
    "cable cut": State({"allow_discharge": False, "allow_charge": False}, "load-off",
                       status="Not charging", level="Critical", health="Unspecified failure",
                       load=False),
    "standby": State({"remote_h": False}, "standby", status="Not charging", load=False),
    "charge blocked": State({"allow_charge": False}, "normal", status="Not charging",
                            health="Unknown"),
    "inhibited": State({}, "normal", status="Not charging", inhibit=True),
}


class Lab:
    """What all scenarios share: a stock kernel, the module, the image.

    config: of the kernel built from source, where one with gpio-sim is needed.
    """

    def __init__(self, series, config):
        setup("base", "qemu", "dt", "cross", "headers", "kernel")
        self.series = series
        self.config = config
        self.kernel = kernels.stock(series)
        self.module = kernels.build_module(self.kernel)
        self.captures = {}
        # The newest tests that there are fit every kernel.
        _, self.source = srckernel.source_tree("6.12")
        files = {"etc/collectd/collectd.conf": COLLECTD}
        for name in ("power_supply/helpers.sh", "power_supply/test_power_supply_properties.sh",
                     "kselftest/ktap_helpers.sh"):
            files[f"usr/lib/selftests/{name}"] = \
                (self.source / SELFTESTS / name).read_text(encoding="utf-8")
        self.disk, self.versions = images.debian_image("clients", PACKAGES, files)

    def row(self, client, state, *words):
        """Add what a client shows of a state to the table of all states."""
        name = f"{client} in all states"
        rows = self.captures.get(name, "").splitlines()
        rows = [row for row in rows if not row.startswith(f"{state}:")]
        self.captures[name] = "\n".join([*rows, f"{state + ':':<16}{', '.join(words)}"])

    def bank(self, changes=None, nodes="", **options):
        """A guest with one guard on the PL061; changes: of its properties."""
        return Bank(self, devicetree.guard_node(changes, NODE) + nodes, **options)


class Bank(board.Board):
    """A Debian guest with a guard whose lines are driven from outside."""

    def __init__(self, lab, nodes, run=None, **options):
        self.lab = lab
        super().__init__(lab.kernel, lab.module, nodes=nodes, files=run, disk=lab.disk, **options)

    def enter(self, name):
        """Bring the guard into a state, from any other, without its long delays.

        Through standby: when the switch returns, an empty bank leads straight
        to load-off, and no minimum delay of a pre-alarm is waited for.
        """
        state = STATES[name]
        self.lines.set(remote_h=False)
        self.settle(state="standby")
        self.sh(f"echo {'inhibit-charge' if state.inhibit else 'auto'} >{SUPPLY}/charge_behaviour")
        # "Remote" last, so that the others hold when it returns.
        self.lines.set(**{key: value for key, value in {**ALL_WELL, **state.lines}.items()
                          if key != "remote_h"})
        time.sleep(0.1)
        self.lines.set(remote_h=state.lines.get("remote_h", True))
        charger = "0" if state.status == "Not charging" else "1"
        self.settle(state=state.state, load=str(int(state.load)), charger=charger)
        return state

    def nobody(self, command, timeout=120):
        """(status, output) of a command that an unprivileged user runs."""
        return self.run(f"{NOBODY} {command}", timeout)


def packaged():
    """Rule and unit of packaging/, where a guest finds them below /run."""
    rules = ROOT / "packaging/udev/90-battguard.rules"
    unit = ROOT / "packaging/systemd/battguard-pre-alarm@.service"
    return {f"udev/rules.d/{rules.name}": rules, f"systemd/system/{unit.name}": unit}


def healthy(bank, checks):
    """End a guest; its log holds nothing that a healthy kernel would not say."""
    bank.poweroff("systemctl poweroff -ff")
    said = [text for text in bank.problems()] + \
           [m.text for m in bank.messages if "power_supply house-bank" in m.text]
    checks.equal(said, [], "nothing in the kernel's log")
