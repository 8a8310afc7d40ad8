# SPDX-License-Identifier: GPL-2.0
"""What takes processors, memory, log, disk and sockets away from everybody else.

On the PL061 no line sleeps: whatever goes on in the machine, batteries and switch are
answered in the hard interrupt, and the thirty seconds are neither shorter nor longer.
"""

import pathlib
import time

from lab import board
from lab.common import guest_program
from lab.lines import FLOATING, HIGH

from . import long_scenario
from .kit import ToolBoard, background
from .siege import Alarms

# Seconds of each burden: for the load's thirty and some alarms before.
LASTS = 42
SOCKETS = 1000
DUMPS = 4
# Two clocks of one host differ a little.
SKEW, LATE = 0.01, 0.1
# Nine in ten alarms have to be answered so soon. The others are left to the machine
# that QEMU runs on, but none may be missed.
LATEST = 0.05

# The groups of generic netlink (16) that somebody listens to, with a monitor and without.
_GROUPS = "awk '$2 == 16 { print $4 }' /proc/net/netlink"


def _heard(guest):
    """The groups that somebody listens to, as a mask."""
    mask = 0
    for word in guest.sh(_GROUPS).split():
        mask |= int(word, 16)
    return mask


def _group(guest):
    """The number of the group that a monitor listens to and nobody else."""
    before = _heard(guest)
    with background(guest, "battguardctl monitor"):
        time.sleep(1)
        return (_heard(guest) & ~before).bit_length()


# {burden: what does it in the guest; its output goes to /tmp/NAME}.
BURDENS = {
    "hog": "burden hog {seconds}",
    "eat": "burden eat {seconds}",
    "log": "burden log {seconds}",
    "disk": "mkdir -p /tmp/disk; mount -t tmpfs -o size=64k none /tmp/disk; "
            "dd if=/dev/zero of=/tmp/disk/full bs=1k count=100 2>/dev/null; "
            "n=0; end=$(($(cut -d. -f1 /proc/uptime) + {seconds})); "
            "while [ $(cut -d. -f1 /proc/uptime) -lt $end ]; do "
            "battguardctl log >/tmp/disk/log 2>/dev/null || n=$((n + 1)); done; echo $n",
    "deaf": "burden deaf {seconds} {sockets} {group}",
    "dump": "n=0; end=$(($(cut -d. -f1 /proc/uptime) + {seconds})); "
            "while [ $(cut -d. -f1 /proc/uptime) -lt $end ]; do "
            "battguardctl log >/dev/null && n=$((n + 1)); done; echo $n",
}
# What it takes to call it one.
WANTED = {"hog": 2, "eat": 2, "log": 1000, "disk": 5, "deaf": SOCKETS, "dump": 20}


def _alarms(guest, seconds):
    """Batteries and switch off and on, for so long."""
    with Alarms(guest.lines) as alarms:
        time.sleep(seconds)
    return alarms


def _warned_and_cut(guest):
    """A low cell, then an empty bank: the seconds from the pre-alarm to the load."""
    lines = guest.lines
    lines.set(low_cell=True)
    lines.wait(pre_alarm=HIGH)
    time.sleep(1)
    lines.set(allow_discharge=False)
    lines.wait(timeout=60, load=FLOATING, pre_alarm=FLOATING)
    return lines.last("load", FLOATING) - lines.last("pre-alarm", HIGH)


def _under(guest, checks, name, command, count=1):
    """Everything that counts, while a burden lies on the machine."""
    for number in range(count):
        guest.sh(f"({command}) >/tmp/{name}{number} 2>&1 &")
    time.sleep(2)
    alarms = _alarms(guest, 6)
    took = _warned_and_cut(guest)
    guest.lines.set(low_cell=False, allow_discharge=True)
    for number in range(count):
        guest.sh(f"while [ ! -s /tmp/{name}{number} ]; do sleep 0.5; done", timeout=300)
    done = [guest.sh(f"cat /tmp/{name}{number}") for number in range(count)]
    checks.ok(all(each.isdigit() and int(each) >= WANTED[name] for each in done),
              f"{name}: {' '.join(done)}", f"at least {WANTED[name]} is one")
    checks.equal(alarms.wrong, [], f"{name}: no alarm was missed")
    for what, taken in alarms.taken.items():
        taken.sort()
        checks.ok(len(taken) >= 3, f"{name}: {what}: {len(taken)} alarms")
        checks.between(taken[len(taken) * 9 // 10], 0.004, LATEST,
                       f"{name}: {what}: answered at once, the slowest in {max(taken):.4f} s, "
                       "nine in ten in")
    checks.between(took, 30 - SKEW, 30 + LATE, f"{name}: load off 30 s after the pre-alarm began")
    guest.lines.wait(load=HIGH, charger=HIGH, timeout=60)


@long_scenario
def burdens(kit, checks):
    """Two processors, memory, log, disk and sockets taken: edge to output, and the 30 s."""
    program = guest_program("burden", pathlib.Path(__file__).with_name("burden.c"))
    with ToolBoard(kit, {"restore-delay-ms": "<0>", "load-reconnect-delay-ms": "<0>"},
                   files={"bin/burden": program}, cpus=2, limit=3600) as guest:
        group = _group(guest)
        for name, command in BURDENS.items():
            _under(guest, checks, name, command.format(seconds=LASTS, sockets=SOCKETS,
                                                       group=group),
                   DUMPS if name == "dump" else 1)
        # Every alarm and every cut, and nothing else, is in the counters.
        shown = guest.json("show")
        checks.equal((shown["state"], shown["load_disconnects"], shown["faults"]),
                     ("normal", len(BURDENS), 0), "each cut is counted once, and nothing was lost")
        checks.equal(guest.value("state"), "normal", f"{board.LABEL} is at its post")
        # The kernel shows a trace of who asked for memory last.
        checks.equal([text for text in guest.problems() if text.strip() != "Call trace:"], [],
                     "no warning in the log, but of memory that ran out")
