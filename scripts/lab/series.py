# SPDX-License-Identifier: GPL-2.0
"""The driver as a series of patches to a kernel tree.

The patches are made in a repository of their own that holds no more of the tree
than the files they change; the tree itself is read and left as it is. Made twice
from the same sources they are the same.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from . import intree
from .common import ROOT, Trouble

COVER = """power: supply: Add a battery protection controller on GPIO lines

A bank of LiFePO4 batteries with 12, 24 or 48 V commonly comes with cells
that are watched inside the batteries, and with a signal cable that only
says what the batteries permit: charging, discharging. The thing at the
other end of that cable is the protection controller. It disconnects the
loads when a cell is under voltage, after a warning and not at once; it
stops the chargers when a cell is over voltage or the bank too cold; and
it takes a cut cable for an alarm.

With this driver a Linux board is that controller. The lines are GPIO
lines, described in the devicetree. Where they belong to controllers that
do not sleep, an edge is judged and the outputs are set in the hard
interrupt; otherwise, and with PREEMPT_RT, in threads.

Why not from user space: a daemon that is stopped, swapped out or killed
leaves the loads on and the chargers charging. Why not gpio-charger and
regulators: the load switch is part of the protection circuit, which no
other consumer may hold on, and what decides must see all lines at once.

The decision is a state machine in plain C without calls into the kernel,
in files of its own (patch 3). The driver connects it with GPIO lines, the
power supply class, LED triggers and generic netlink (patch 4); netlink
reports each decision with its reasons, numbered, and a listener that lost
messages can read them again. The KUnit tests (patch 5) bind the driver to
a GPIO controller of their own and need no hardware.
"""

MESSAGES = {
    "binding": """dt-bindings: power: supply: Add gpio-battery-guard

Describe a battery protection controller that is wired to GPIO lines: what
the batteries signal, the remote switch, and the outputs that permit loads
and chargers to work.
""",
    "interface": """netlink: specs: Add the family battguard

Specify how a battery guard reports its state and each decision that
changed something, and how its settings are changed. The uapi header is
generated from the specification.
""",
    "decision": """power: supply: battguard: Decide about loads and chargers

Add what decides, from the lines of a bank and the time, whether loads and
chargers may be on, and why. It calls nothing in the kernel and reads no
clock: each step takes the levels of the lines and the time, and returns
the outputs and the next deadline.

The driver that calls it follows, and so does the option that builds it.
""",
    "driver": """power: supply: Add battguard, a battery protection controller

Add the driver that samples the lines of a bank of LiFePO4 batteries, asks
the decision and sets the outputs. It does so in the hard interrupt where
no line can sleep, otherwise in threads.

State, reasons and counters are shown through the power supply class, LED
triggers, trace events and generic netlink, always after the outputs have
been set.
""",
    "kunit": """power: supply: battguard: Add KUnit tests

Test the decision by itself, and the driver as a whole: the tests bring a
GPIO controller, bind the driver to devices on it, move the lines and look
at the outputs and at what is reported. No hardware is needed.
""",
    "documents": """Documentation: power: Describe the battery guard

Describe for those who build and run such a board how it is wired and set
up, what the driver does and when, and the files in sysfs.
""",
}
assert tuple(MESSAGES) == intree.PARTS


class _Repository:
    """A repository that is gone afterwards, and knows no configuration but its own."""

    def __init__(self, folder, person):
        self._folder = Path(folder)
        name, address = re.fullmatch(r"(.*\S) *<(.*)>", person).groups()
        when = f"@{_time()} +0000"
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value
               in (("NAME", name), ("EMAIL", address), ("DATE", when))}}
        self.git("init", "--quiet", "--initial-branch=battguard")

    def git(self, *words, text=None):
        """Run git there."""
        done = subprocess.run(["git", *words], cwd=self._folder, env=self._environment, text=True,
                              input=text, capture_output=True, check=False)
        if done.returncode:
            raise Trouble(f"git {words[0]}: {done.stderr.strip()}")
        return done.stdout

    def commit(self, files, message):
        """A commit with these files, and no others."""
        for name, text in files.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--signoff", "--file=-", text=message)


def _time():
    """When the sources were last changed, as far as that is known."""
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, text=True,
                          capture_output=True, check=False)
    return os.environ.get("SOURCE_DATE_EPOCH") or done.stdout.strip() or "0"


def make(tree, person):
    """{name: text} of the patches, the cover letter among them."""
    with tempfile.TemporaryDirectory() as scratch:
        repository = _Repository(scratch, person)
        repository.commit(intree.files(tree, person, ()), "The tree\n")
        for count, part in enumerate(intree.PARTS, 1):
            repository.commit(intree.files(tree, person, intree.PARTS[:count]), MESSAGES[part])
        repository.git("config", "branch.battguard.description", COVER)
        repository.git("format-patch", "--quiet", "--cover-letter", "--zero-commit",
                       "--cover-from-description=subject", "--no-signature",
                       f"-{len(intree.PARTS)}", "--output-directory=.git/patches")
        patches = Path(scratch) / ".git/patches"
        return {path.name: path.read_text(encoding="utf-8")
                for path in sorted(patches.glob("*.patch"))}
