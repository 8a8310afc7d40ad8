# SPDX-License-Identifier: GPL-2.0
"""Scenarios in which devices and the driver come and go under a listener."""

import time

from lab import board

from . import scenario
from .kit import TINY, ToolBoard, background

INSERT = "insmod /modules/battguard.ko"


def _kinds(lines):
    return [(line["event"], line["seq"]) for line in lines]


def _ends(lines):
    """What told the ends of devices, and the numbers after the last of them."""
    ends = [n for n, line in enumerate(lines) if line["event"] in ("unbind", "lost")]
    return ([lines[n]["event"] for n in ends],
            [line["seq"] for line in lines[max(ends, default=-1) + 1:]])


@scenario
def before_the_driver(kit, checks):
    """A monitor that was started before the driver is loaded."""
    with ToolBoard(kit, bind=False, checks=checks) as guest:
        with background(guest, "battguardctl monitor -j >/tmp/out 2>/tmp/err"):
            time.sleep(1)
            checks.ok("waiting" in guest.sh("cat /tmp/err"), "it says that it waits")
            guest.sh(f"{INSERT}; battguardctl set mute 1; sleep 1")
            lines = guest.json_lines("cat /tmp/out")
            checks.equal(_kinds(lines), [("bind", 1), ("setting", 2)], "it tells from the bind on")


def _instances(guest, checks, lines):
    """A bind is another instance, and nobody takes its events for those of one before."""
    instances = [line["instance"] for line in lines if line["event"] == "bind"]
    checks.equal(len(set(instances)), len(instances), "each bind is another instance")
    checks.equal(guest.json("show")["instance"], instances[-1], "show tells the present one")
    checks.ok(len({(line["instance"], line["seq"]) for line in lines[1:]}) == len(lines) - 1,
              "instance and number are unique", lines)
    for words, have in ((f"{instances[0]}:2", [("lost", 2), ("bind", 1), ("setting", 2)]),
                        (f"{instances[-1]}:2", [("setting", 2)]), ("2", [("setting", 2)]),
                        ("4", [("lost", 4), ("bind", 1), ("setting", 2)])):
        checks.equal(_kinds(guest.json_lines(f"battguardctl log -j --since {words}")), have,
                     f"log --since {words}")
        told = guest.json_lines(f"battguardctl monitor -j --since {words} --timeout 0.3")
        checks.equal(_kinds(told), [*have, ("snapshot", 2)], f"monitor --since {words}")


@scenario
def reloaded(kit, checks):
    """Unbound, bound, unloaded and loaded again under a monitor."""
    with ToolBoard(kit, checks=checks) as guest:
        with background(guest, "battguardctl monitor -j >/tmp/out"), \
                background(guest, "battguardctl monitor -j house-bank >/tmp/named"):
            time.sleep(1)
            guest.sh(f"echo {board.NODE} >{board.DRIVER}/unbind")
            guest.sh(f"echo {board.NODE} >{board.DRIVER}/bind")
            guest.sh("battguardctl set mute 1; sleep 1")
            lines = guest.json_lines("cat /tmp/out")
            checks.equal(_kinds(lines), [("snapshot", 1), ("unbind", 2), ("bind", 1),
                                         ("setting", 2)], "unbound and bound again")
            checks.ok(lines[0]["id"] != lines[-1]["id"], "as a device with another number")
            guest.sh(f"rmmod battguard; {INSERT}; battguardctl set mute 1; sleep 1")
            lines = guest.json_lines("tail -n +5 /tmp/out")
            checks.equal(_kinds(lines), [("unbind", 3), ("bind", 1), ("setting", 2)],
                         "unloaded and loaded again")
            _instances(guest, checks, guest.json_lines("cat /tmp/out"))
            for _ in range(5):
                guest.sh(f"rmmod battguard; {INSERT}")
            guest.sh("sleep 1")
            lines = guest.json_lines("tail -n +8 /tmp/out")
            checks.equal([line["event"] for line in lines].count("bind"), 5,
                         "five times at once: each bind is told")
            checks.ok(all(line["event"] in ("bind", "unbind") for line in lines),
                      "and nothing is lost", _kinds(lines))
            checks.equal(guest.sh("tail -n +2 /tmp/named | md5sum"),
                         guest.sh("tail -n +2 /tmp/out | md5sum"),
                         "a monitor of a name sees the same")
        for option, pairs, end, told in (
                ("", 5, "unbind", "stopped meanwhile: the end is told"),
                (f"--rcvbuf {TINY}", 300, "lost", "and overrun: lost up to an end that nobody told")):
            with background(guest, f"battguardctl monitor -j {option} >/tmp/held") as pid:
                time.sleep(1)
                guest.sh(f"kill -STOP {pid}; storm {pairs}; rmmod battguard; {INSERT}; storm 5; "
                         f"kill -CONT {pid}; sleep 1")
                checks.equal(_ends(guest.json_lines("cat /tmp/held")), ([end], list(range(1, 12))),
                             f"{told}, and all of the new device")
