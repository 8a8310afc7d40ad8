# SPDX-License-Identifier: GPL-2.0
"""A whole board: a kernel, battguard.ko on it, and the terminals."""

import os
import time

from . import devicetree, guest, kernels, machines, srckernel
from .common import Trouble, setup

LABEL = "house-bank"
SUPPLY = f"/sys/class/power_supply/{LABEL}"
DRIVER = "/sys/bus/platform/drivers/battguard"
NODE = "battery-guard"

FILES = ("state", "load", "charger", "pre_alarm", "remote", "load_off_reasons",
         "charger_off_reasons", "pre_alarm_remaining_ms")

# Prints name=value of every file; one the driver lacks shows as empty.
SHOW = f"""#!/bin/sh
cd {SUPPLY} || exit 1
for file in "$@"; do
	value=
	read -r value 2>/dev/null <$file
	echo "$file=$value"
done
"""

WORDS = {
    "undervoltage": "the battery forbids discharge",
    "battery": "the battery forbids charging",
    "cable": "both permissions are open: look at the cable",
    "remote": "remote is off",
    "user": "switched off by the user",
    "reconnect-delay": "the reconnect delay runs",
    "restore-delay": "the permission must hold a moment longer",
    "lockout": "locked out after repeated disconnects",
    "pre-alarm": "charging is inhibited during the pre-alarm",
    "fault": "a line is faulty",
    "none": "",
}


def series():
    """The kernel series the user asked for."""
    return os.environ.get("KERNEL") or "6.12"


def pushes(kernel):
    """Whether the outputs of a board with this kernel are push-pull."""
    return kernel.arch != "armhf" and kernel.series != "6.1"


class Board(guest.Guest):
    """A guest with a guard wired to the machine's GPIO controller.

    Its outputs drive high-side switches, so that the driver acts in the hard
    interrupt; on 6.1, on the SoC's pin controller and where nodes are given they are
    open-source lines, and it acts in threads. push_pull: otherwise than that.

    changes: device tree properties beside the full wiring; initial: inputs
    asserted at power-up; bind: load the module (the guard probes) at once;
    helpers: modules of tests (kernels.build_helper) that are loaded before.
    """

    _ending = None

    def __init__(self, kernel, module, changes=None, initial=None, bind=True,
                 nodes=None, helpers=(), files=None, push_pull=None, **options):
        machine = machines.NPCM if kernel.arch == "armhf" else machines.VIRT
        if push_pull is None:
            push_pull = not nodes and pushes(kernel)
        wires = (machine.lines(push_pull=push_pull) if initial is None else
                 machine.lines(initial, push_pull=push_pull))
        if machine.tree:
            options["tree"] = kernel.image.parent / "dts" / machine.tree
        script = "".join(f"insmod /modules/{path.name}\n" for path in helpers)
        script += "insmod /modules/battguard.ko\n" if bind else ""
        super().__init__(kernel, nodes or devicetree.guard_node(changes, NODE, machine.controller,
                                                                push_pull),
                         [module, *helpers], {"bin/show": SHOW, **(files or {})}, script,
                         lines=wires, machine=machine, **options)
        self._ending = kernel.ending

    def __exit__(self, kind, *_):
        try:
            if self._ending and not kind and self.lives():
                self._ending(self)
        finally:
            super().__exit__(kind, *_)

    def show(self, *files):
        """Values of the supply's files, by name."""
        text = self.sh("show " + " ".join(files or FILES))
        return dict(line.split("=", 1) for line in text.splitlines())

    def value(self, name):
        return self.sh(f"cat {SUPPLY}/{name}")

    def soon(self, seconds=20, **wanted):
        """Do the files get these values in that time?"""
        end = time.monotonic() + seconds
        while any(self.value(name) != value for name, value in wanted.items()):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def settle(self, seconds=20, **wanted):
        """Wait until the files have these values."""
        if not self.soon(seconds, **wanted):
            have = {name: self.value(name) for name in wanted}
            raise Trouble(f"the guard has {have} instead of {wanted}")


def prepare(which=None):
    """(kernel, module): everything fetched and built for a series, or "npcm"."""
    setup("base", "qemu", "dt", "cross", "headers")
    if which == "npcm":
        kernel = srckernel.build("6.12", "npcm", "armhf", machines.NPCM.tree)
    else:
        kernel = kernels.stock(which or series())
    return kernel, kernels.build_module(kernel)


def plain_words(reasons):
    """A reasons file's content in plain words."""
    return "; ".join(WORDS.get(word, word) for word in reasons.split() if word != "none")
