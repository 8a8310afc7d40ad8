# SPDX-License-Identifier: GPL-2.0
"""The example scripts do what they say, under the smallest shell there is."""

import json
import time

from lab import board, images
from lab.common import Trouble
from lab.lines import HIGH

from . import scenario
from .kit import EXAMPLES, STORM, ToolBoard, background
from .plain import two_guards


SCRIPTS = {f"bin/{name}": EXAMPLES / name for name in
           ("on-pre-alarm", "shutdown-before-load-off", "wait-for-load", "log-events")}


def example_board(kit, **options):
    return ToolBoard(kit, files=SCRIPTS, **options)


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
    with example_board(kit, checks=checks) as guest:
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
        stopped(guest, checks, "on-pre-alarm sh -c 'echo >>/tmp/acted'")


def stopped(guest, checks, command):
    """A script that was stopped leaves nothing behind, and nothing acts."""
    name = command.split()[0]
    guest.sh(f"{command} >/dev/null 2>&1 & pid=$!; sleep 2; kill $pid; sleep 1")
    checks.ok(guest.run("pidof battguardctl")[0], f"{name}: stopped, it leaves no process")
    guest.lines.set(low_cell=True)
    guest.sh("battguardctl wait state=pre-alarm -t 10s; sleep 2")
    guest.lines.set(low_cell=False)
    checks.ok(guest.run("[ -e /tmp/acted ]")[0], f"{name}: and does not act")
    guest.sh("battguardctl wait state=normal -t 40s", 60)


@scenario
def example_shutdown(kit, checks):
    """shutdown-before-load-off: in time, in every order of events, and only then."""
    down = "sh -c 'battguardctl -j show >/tmp/down'"
    with example_board(kit, checks=checks) as guest:
        stopped(guest, checks, "shutdown-before-load-off -m 29000 sh -c 'echo >>/tmp/acted'")
        with background(guest, f"(shutdown-before-load-off -m 25000 {down})"):
            guest.sh("battguardctl set restore_delay_ms 200; sleep 1")
            guest.lines.set(low_cell=True)
            guest.lines.wait(pre_alarm=HIGH)
            guest.lines.set(low_cell=False)
            guest.sh("battguardctl wait state=normal --timeout 40", 60)
            time.sleep(6)
            checks.ok(guest.run("[ -e /tmp/down ]")[0], "a bank that recovers is no reason")
            guest.lines.set(low_cell=True)
            checks.ok(until(guest, "[ -s /tmp/down ]", 15), "a low cell first: the command is run")
            shown = guest.json_lines("cat /tmp/down")[0]
            checks.ok(shown["load"] and 20000 < shown["pre_alarm_remaining_ms"] <= 25000,
                      "with that much time left", shown)
        guest.sh("rm /tmp/down; battguardctl wait 'pre_alarm_remaining_ms=0' -t 40s", 60)
        with background(guest, f"(shutdown-before-load-off -l {down})"):
            time.sleep(3)
            checks.ok(guest.run("[ -e /tmp/down ]")[0], "-l: a low cell alone is no reason")
            guest.lines.set(allow_discharge=False)
            checks.ok(until(guest, "[ -s /tmp/down ]", 15), "-l: discharge that is forbidden is one")
        guest.sh("rm /tmp/down")
        with background(guest, f"(shutdown-before-load-off {down})"):
            checks.ok(until(guest, "[ -s /tmp/down ]", 15), "the load is off already: at once")


@scenario
def example_boot(kit, checks):
    """wait-for-load: a driver that comes late, a load that comes late or not."""
    with example_board(kit, bind=False, checks=checks) as guest:
        status, text = guest.run("wait-for-load 2")
        checks.ok(status == 3 and "not loaded" in text, "no driver: status 3", text)
        with background(guest, "(sleep 2; insmod /modules/battguard.ko)"):
            checks.equal(guest.run("wait-for-load 20"), (0, ""), "a driver that comes late")
        guest.sh("battguardctl disable")
        status, text = guest.run("wait-for-load -d house-bank 1")
        checks.ok(status == 3 and text.endswith("user"), "a load that stays off, and why", text)
        with background(guest, "(sleep 1; battguardctl enable)"):
            checks.equal(guest.run("wait-for-load"), (0, ""), "a load that comes late")


@scenario
def example_log(kit, checks):
    """log-events: every event, in files that do not grow beyond their size."""
    with example_board(kit, checks=checks) as guest:
        with background(guest, "(log-events /tmp/log 20000 40)"):
            time.sleep(1)
            guest.sh("storm 50")
            latest = guest.json("show")["seq"]
            checks.ok(until(guest, f"grep -q '\"seq\":{latest},' /tmp/log/battguard.log", 120),
                      "all of them are written")
            sizes = [int(size) for size in
                     guest.sh("stat -c %s /tmp/log/*").split()]
            checks.ok(len(sizes) > 2 and max(sizes) <= 20000, "in several files", sizes)
            logged = guest.json_lines("cat /tmp/log/*")
            checks.equal(sorted(line["seq"] for line in logged), list(range(1, latest + 1)),
                         "each event once, across all files")
        with background(guest, "(log-events /tmp/few 5000 2)"):
            time.sleep(1)
            guest.sh("storm 30")
            latest = guest.json("show")["seq"]
            # The shell reads byte by byte, which takes a busy machine its time.
            until(guest, f"grep -q '\"seq\":{latest},' /tmp/few/battguard.log", 120)
            checks.equal(guest.sh("ls /tmp/few"), "battguard.log\nbattguard.log.1\nbattguard.log.2",
                         "the oldest files go")
        checks.equal(guest.sh(f"cat {board.SUPPLY}/state"), "normal", "the guard is well")
        guest.sh("killall log-events battguardctl 2>/dev/null; sleep 1")
        before = guest.sh("log-events /tmp/end >/dev/null 2>&1 & pid=$!; sleep 2; kill $pid; sleep 2; "
                          "grep -c . /tmp/end/battguard.log")
        guest.sh("battguardctl set mute 1; battguardctl set mute 0; sleep 1")
        checks.equal((before, guest.sh("grep -c . /tmp/end/battguard.log"), guest.run("pidof battguardctl")[0]),
                     ("1", "1", 1), "stopped, it leaves nothing that writes")
        checks.equal(guest.run("ls /tmp/log-events.*")[0], 1, "and no pipe")


@scenario
def example_corners(kit, checks):
    """The examples with two guards, one of them named; with wrong usage; late."""
    # The line of low-cell is what permits the second guard's discharge.
    with example_board(kit, nodes=two_guards(), checks=checks) as guest:
        guest.lines.set(low_cell=True)
        guest.sh("battguardctl wait boat state=normal --timeout 40", 60)
        told = "sh -c 'echo $BATTGUARD_DEV >>/tmp/told'"
        with background(guest, f"(on-pre-alarm -d boat {told})"):
            time.sleep(1)
            guest.lines.set(allow_discharge=False)
            guest.sh("battguardctl wait house-bank state=pre-alarm --timeout 5")
            guest.lines.set(low_cell=False)
            checks.ok(until(guest, "[ -s /tmp/told ]"), "on-pre-alarm -d boat: the onset is told")
        checks.equal(guest.sh("cat /tmp/told"), "boat", "and not that of the other guard")
        with background(guest, f"(on-pre-alarm {told})"):
            checks.ok(until(guest, "[ $(grep -c . /tmp/told) = 3 ]"),
                      "a pre-alarm that is there already counts as an onset, for each guard")
        guest.lines.set(allow_discharge=True)
        status, _ = guest.run("wait-for-load -d house-bank 5")
        checks.equal(status, 0, "wait-for-load -d house-bank")
        with background(guest, "(shutdown-before-load-off -d boat -m 100 sh -c "
                               "'battguardctl -j show boat >/tmp/down')"):
            checks.ok(until(guest, "[ -s /tmp/down ]", 60), "shutdown-before-load-off -d boat")
            checks.equal(guest.json_lines("cat /tmp/down")[0]["dev"], "boat", "for boat")
        guest.sh("rm /tmp/down; rmmod battguard")
        with background(guest, "(shutdown-before-load-off -d boat sh -c 'echo >/tmp/down')"):
            time.sleep(1)
            checks.ok(guest.run("[ -e /tmp/down ]")[0], "without the driver it waits")
            guest.sh("insmod /modules/battguard.ko")
            checks.ok(until(guest, "[ -e /tmp/down ]"),
                      "loaded, with the load off already: at once")
        for words, status in (("on-pre-alarm", 1), ("shutdown-before-load-off", 1),
                              ("shutdown-before-load-off -m 3", 1), ("wait-for-load -d", 2),
                              ("wait-for-load x", 1), ("log-events /proc/nowhere", 1)):
            have, text = guest.run(words)
            checks.ok(have == status and text.count("\n") == 0 and text,
                      f"{words}: status {status} and one line", f"{have}: {text}")
        guest.sh("killall battguardctl || true")


class LogGuest(board.Board):
    """A guard in a Debian guest with logrotate."""

    def seq(self):
        return json.loads(self.sh("battguardctl -j show"))["seq"]

    def storm(self, pairs):
        """Events, all of them in the log at the end."""
        self.sh(f"storm {pairs}", 240)
        latest = self.seq()
        if not until(self, f"grep -q '\"seq\":{latest},' /var/log/battguard.log", 60):
            raise Trouble(f"event {latest} does not come into the log")

    def numbers(self):
        """Of all events in all files of the log."""
        text = self.sh(r"zcat -f /var/log/battguard.log* | "
                       r"""sed -n 's/^{"event":"\([a-z]*\)".*"seq":\([0-9]*\),.*}$/\1 \2/p'""")
        return sorted(int(line.split()[1]) for line in text.splitlines()
                      if not line.startswith("snapshot"))


@scenario
def example_logrotate(kit, checks):
    """battguard.logrotate: cut by the real logrotate under a running monitor."""
    disk, versions = images.debian_image("logrotate", ("logrotate", "gzip"))
    files = {"bin/battguardctl": kit.tool, "bin/storm": STORM,
             "rotate": EXAMPLES / "battguard.logrotate"}
    with LogGuest(kit.kernel, kit.module, files=files, disk=disk, checks=checks) as vm:
        rotate = "logrotate /etc/logrotate.conf"
        vm.sh("install -m 644 /run/rotate /etc/logrotate.d/battguard")
        status, text = vm.run("logrotate -d /etc/logrotate.conf 2>&1")
        checks.ok(status == 0 and "battguard.log" in text and "error" not in text,
                  f"logrotate {versions['logrotate']} understands it", text)
        checks.equal(vm.run(rotate), (0, ""), "no log yet: nothing to complain about")
        vm.sh("(battguardctl -j monitor >>/var/log/battguard.log) >/dev/null 2>&1 &")
        vm.storm(20)
        vm.sh(rotate)
        checks.equal(vm.sh("ls /var/log/battguard.log*"), "/var/log/battguard.log",
                     "a small log stays")
        while int(vm.sh("stat -c %s /var/log/battguard.log")) < 1 << 20:
            vm.storm(300)
        vm.sh(rotate)
        checks.equal(vm.sh("cd /var/log; ls battguard.log*; stat -c %s battguard.log"),
                     "battguard.log\nbattguard.log.1\n0", "beyond 1 MB it is cut")
        vm.sh(f"{rotate} -f")
        checks.equal(vm.sh("cd /var/log; ls battguard.log*"), "battguard.log\nbattguard.log.1",
                     "an empty log is left alone")
        for _ in range(3):
            vm.storm(5)
            vm.sh(f"{rotate} -f")
        vm.storm(5)
        checks.equal(vm.sh("cd /var/log; ls battguard.log*").split(),
                     ["battguard.log", "battguard.log.1", *(f"battguard.log.{n}.gz" for n in (2, 3, 4))],
                     "older ones are compressed")
        checks.equal(vm.sh("head -c 1 /var/log/battguard.log; echo"), "{",
                     "the monitor goes on at the start of the log that was cut")
        checks.equal(vm.numbers(), list(range(2, vm.seq() + 1)), "each event is there once")
        for _ in range(8):
            vm.storm(1)
            vm.sh(f"{rotate} -f")
        checks.equal(len(vm.sh("ls /var/log/battguard.log*").split()), 9, "eight old ones are kept")
