# SPDX-License-Identifier: GPL-2.0
"""The long storm: 100,000 events, a hundred listeners, one stopped for a minute."""

import time

from lab import board
from lab.lines import FLOATING, HIGH
from lab.meanwhile import Meanwhile

from . import long_scenario
from .events import TINY, settled
from .kit import ToolBoard, background, build_flood

EVENTS = 100000
MINUTE = 60
LISTENERS = 100
PAIRS = 2000            # events are made in rounds, to look at the clock between them
EVERY = 0.2             # seconds between two alarms
# Seconds from a line to its output: 5 ms to debounce, and a machine that has
# other things to do than to run QEMU; nineteen in twenty have to keep it.
LATEST = 0.05


class Alarms(Meanwhile):
    """Batteries and switch go off and on from outside; times each answer."""

    STEPS = (("allow_charge", "charger"), ("remote_h", "load"))

    def __init__(self, lines):
        super().__init__(self._all, EVERY)
        self.lines, self.wrong = lines, []
        self.taken = {name: [] for name, _ in self.STEPS}

    def _all(self, _):
        try:
            for name, output in self.STEPS:
                self._once(name, output)
        except Exception as trouble:            # told by whoever looks at it
            self.wrong.append(trouble)

    def _once(self, name, output):
        mark = self.lines.mark()
        self.lines.set(**{name: False})
        self.lines.wait(**{output: FLOATING})
        self.taken[name].append(self.lines.last(output, FLOATING, mark) -
                                self.lines.last_input(name.replace("_", "-")))
        self.lines.set(**{name: True})
        self.lines.wait(load=HIGH, charger=HIGH)


def _listen(guest):
    """A hundred of them; gives the number of the one that is stopped."""
    kinds = {"tiny": f"--rcvbuf {TINY}", "stopped": "--rcvbuf 65536", "patient": ""}
    for name, words in kinds.items():
        guest.sh(f"battguardctl monitor -b {words} >/tmp/m/{name} 2>/tmp/err & "
                 f"echo $! >/tmp/{name}.pid")
    guest.sh(f"i={len(kinds)}; while [ $i -lt {LISTENERS} ]; do battguardctl monitor -b "
             "--rcvbuf 65536 >/tmp/m/$i 2>/tmp/err & i=$((i + 1)); done")
    _wait(guest, "snapshot", "/tmp/m/*", LISTENERS)
    return guest.sh("cat /tmp/stopped.pid")


def _wait(guest, word, files, count):
    """Until so many files have the word; who reads them then finds out if not."""
    end = time.monotonic() + 240
    while time.monotonic() < end and \
            int(guest.sh(f"grep -l '{word}' {files} | wc -l")) < count:
        time.sleep(1)


@long_scenario
def siege(kit, checks):
    """100,000 events, a hundred listeners, one of them stopped for a minute."""
    with ToolBoard(kit, {"restore-delay-ms": "<0>"}, files={"bin/flood": build_flood()},
                   memory=1024, limit=3600, checks=checks) as guest:
        guest.sh("mkdir /tmp/m; mkfifo /tmp/late; : >/tmp/read")
        pid = _listen(guest)
        with background(guest, f"(exec 3</tmp/late; sleep {MINUTE}; cat <&3 >/tmp/read)"), \
                background(guest, f"(exec battguardctl monitor -b --rcvbuf {TINY} >/tmp/late)"):
            guest.sh(f"kill -STOP {pid}")
            start, latest, busy = guest.uptime(), 0, 0
            with Alarms(guest.lines) as alarms:
                while latest <= EVENTS or guest.uptime() < start + MINUTE:
                    busy += int(guest.sh(f"flood {PAIRS} {board.SUPPLY}/mute", 300))
                    latest = guest.json("show")["seq"]
            asleep = guest.uptime() - start
            latest = settled(guest)
            # Nothing more happens that could remind a listener of its loss.
            guest.sh(f"kill -CONT {pid}")
            checks.ok(latest > EVENTS, f"{latest} events, {latest * 1000 // busy} a second")
            checks.ok(asleep >= MINUTE, f"one listener was stopped for {asleep:.0f} s")
            _wait(guest, f"#{latest} ", "/tmp/m/* /tmp/read", LISTENERS + 1)
            told = guest.sh("for file in /tmp/m/*; do echo $file $(order $file); done; "
                            "echo read $(order /tmp/read)", 600)
        _judge(checks, told, latest)
        _protected(guest, checks, alarms)
        guest.sh("killall battguardctl")


def _judge(checks, told, latest):
    wrong, some_lost = [], 0
    rows = {name.split("/")[-1]: list(map(int, rest)) for name, *rest in
            map(str.split, told.splitlines())}
    for name, (events, lost, disorder, last) in rows.items():
        some_lost += bool(lost)
        if (events + lost + 1, disorder, last) != (latest, 0, latest):
            wrong.append((name, events, lost, disorder, last))
    checks.equal((len(rows), wrong), (LISTENERS + 1, []),
                 f"each of {LISTENERS + 1} listeners tells of all numbers, once and in order")
    for name in ("stopped", "tiny", "patient", "read"):
        events, lost, *_ = rows[name]
        checks.ok(events, f"{name}: {events} shown, {lost} told to be lost")
    checks.ok(rows["stopped"][1] and some_lost > 2, f"{some_lost} of them have lost some")


def _protected(guest, checks, alarms):
    """Each alarm from outside was answered at once, and counted."""
    checks.equal(alarms.wrong, [], "no output was ever wrong")
    for name, taken in alarms.taken.items():
        taken.sort()
        checks.ok(len(taken) > 50, f"{name}: {len(taken)} alarms in the storm")
        checks.between(taken[len(taken) * 19 // 20], 0.004, LATEST,
                       f"{name}: answered at once, the slowest in {max(taken):.4f} s, 95 % in")
    shown = guest.json("show")
    checks.equal((shown["charger_disconnects"], shown["remote_offs"], shown["load_disconnects"]),
                 (*(len(taken) for taken in alarms.taken.values()), 0), "and each is counted once")
    checks.equal((shown["state"], shown["load"], shown["charger"]), ("normal", 1, 1),
                 "the guard is at its post")
