# SPDX-License-Identifier: GPL-2.0
"""The example scripts do what they say, under the smallest shell there is."""

import time

from bglab import board

from . import scenario
from .kit import EXAMPLES, ToolBoard, background


def example_board(kit, **options):
    files = {f"bin/{name}": EXAMPLES / name for name in
             ("on-pre-alarm", "shutdown-before-load-off", "wait-for-load", "log-events")}
    return ToolBoard(kit, files=files, **options)


def until(guest, command, timeout=20):
    """Whether a command succeeds in that time."""
    end = time.monotonic() + timeout
    while guest.run(command)[0]:
        if time.monotonic() > end:
            return False
        time.sleep(0.3)
    return True


@scenario
def example_pre_alarm(kit, checks):
    """on-pre-alarm: runs its command once at each onset."""
    with example_board(kit) as guest:
        command = "sh -c 'echo $BATTGUARD_DEV $BATTGUARD_REMAINING_MS >>/tmp/told'"
        with background(guest, f"(on-pre-alarm {command})"):
            time.sleep(1)
            for count in (1, 2):
                guest.lines.set(low_cell=True)
                checks.ok(until(guest, f"[ $(grep -c . /tmp/told) = {count} ]"),
                          f"onset {count} is told")
                guest.sh("battguardctl mute; battguardctl set restore_delay_ms 500")
                guest.lines.set(low_cell=False)
                checks.ok(until(guest, "battguardctl wait state=normal --timeout 10"),
                          f"onset {count} is over")
            told = [line.split() for line in guest.sh("cat /tmp/told").splitlines()]
            checks.ok(all(name == "house-bank" and 20000 < int(left) <= 30000
                          for name, left in told), "with the device and the time left", told)
        guest.sh("killall battguardctl")
        checks.equal(guest.problems(), [], "no warning in the log")


@scenario
def example_shutdown(kit, checks):
    """shutdown-before-load-off: in time, and only when it comes to that."""
    with example_board(kit) as guest:
        with background(guest, "(shutdown-before-load-off -m 25000 sh -c 'battguardctl -j show "
                               ">/tmp/down')"):
            time.sleep(1)
            guest.lines.set(low_cell=True)
            time.sleep(7)
            checks.ok(guest.run("[ -e /tmp/down ]")[0], "a low cell alone is no reason")
            guest.lines.set(low_cell=False)
            time.sleep(2)
            guest.lines.set(allow_discharge=False)
            time.sleep(2)
            guest.lines.set(allow_discharge=True)
            time.sleep(6)
            checks.ok(guest.run("[ -e /tmp/down ]")[0], "nor is a bank that recovers")
            guest.lines.set(allow_discharge=False)
            checks.ok(until(guest, "[ -s /tmp/down ]", 15), "the command is run")
            shown = guest.json_lines("cat /tmp/down")[0]
            checks.ok(shown["load"] and 20000 < shown["pre_alarm_remaining_ms"] <= 25000,
                      "while there is time left", shown)
        checks.equal(guest.problems(), [], "no warning in the log")


@scenario
def example_boot(kit, checks):
    """wait-for-load: a driver that comes late, a load that comes late or not."""
    with example_board(kit, bind=False) as guest:
        status, text = guest.run("wait-for-load 2")
        checks.ok(status == 3 and "not loaded" in text, "no driver: status 3", text)
        with background(guest, "(sleep 2; insmod /modules/battguard.ko)"):
            checks.equal(guest.run("wait-for-load 20"), (0, ""), "a driver that comes late")
        guest.sh("battguardctl disable")
        status, text = guest.run("wait-for-load -d house-bank 1")
        checks.ok(status == 3 and text.endswith("user"), "a load that stays off, and why", text)
        with background(guest, "(sleep 1; battguardctl enable)"):
            checks.equal(guest.run("wait-for-load"), (0, ""), "a load that comes late")
        checks.equal(guest.problems(), [], "no warning in the log")


@scenario
def example_log(kit, checks):
    """log-events: every event, in files that do not grow beyond their size."""
    with example_board(kit) as guest:
        with background(guest, "(log-events /tmp/log 20000 40)"):
            time.sleep(1)
            guest.sh("storm 50")
            latest = guest.json("show")["seq"]
            checks.ok(until(guest, f"grep -q '\"seq\":{latest},' /tmp/log/battguard.log"),
                      "all of them are written")
            sizes = [int(size) for size in
                     guest.sh("stat -c %s /tmp/log/*").split()]
            checks.ok(len(sizes) > 2 and max(sizes) <= 20000, "in several files", sizes)
            lines = guest.json_lines("cat /tmp/log/*")
            checks.equal(sorted(line["seq"] for line in lines), list(range(1, latest + 1)),
                         "each event once, across all files")
        guest.sh("killall battguardctl")
        with background(guest, "(log-events /tmp/few 5000 2)"):
            time.sleep(1)
            guest.sh("storm 30; sleep 2")
            checks.equal(guest.sh("ls /tmp/few"), "battguard.log\nbattguard.log.1\nbattguard.log.2",
                         "the oldest files go")
        checks.equal(guest.sh(f"cat {board.SUPPLY}/state"), "normal", "the guard is well")
        checks.equal(guest.problems(), [], "no warning in the log")
