# SPDX-License-Identifier: GPL-2.0
"""monitor --exec: one command at a time, for each event once, and none that outlives its monitor."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

from . import host_scenario, scenario
from .ahead import WARNING, WELL
from .kit import ToolBoard, background
from .strange import call


def _environment(**keys):
    return {**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "STRANGE_NAMES": "a b",
            "STRANGE_KEYS": ",".join(f"{key}={value}" for key, value in {**WELL, **keys}.items())}


def _run(tool, *words, **keys):
    return subprocess.run([tool, "monitor", *words], capture_output=True, text=True, check=False,
                          timeout=30, stdin=subprocess.DEVNULL, env=_environment(**keys))


@host_scenario
def told_by_environment(kit, checks):
    """What a command gets; when it runs; what of it is an error."""
    done = _run(kit.strange, "state=pre-alarm", "-n", "1", "--exec", "env; readlink /proc/self/fd/0",
                state=WARNING, load_off_reasons=0x21, pre_alarm_remaining_ms=12345)
    have = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    checks.equal((done.returncode, {key: have.get(f"BATTGUARD_{key}") for key in (
        "DEV", "EVENT", "STATE", "SEQ", "LOAD_OFF_REASONS", "PRE_ALARM_REMAINING_MS")}),
                 (0, {"DEV": "a b", "EVENT": "snapshot", "STATE": "pre-alarm", "SEQ": "3",
                      "LOAD_OFF_REASONS": "undervoltage,reconnect-delay",
                      "PRE_ALARM_REMAINING_MS": "12345"}), "the event is in its environment")
    checks.equal(json.loads(have["BATTGUARD_JSON"])["state"], "pre-alarm", "and as JSON")
    checks.ok("/dev/null" in done.stdout.splitlines(), "it has nothing to read", done.stdout)
    for words, runs in ((("state=pre-alarm",), 0), (("state=normal",), 1), ((), 0),
                        (("--any", "load=off", "state=normal"), 1), (("load=off", "state=normal"), 0),
                        (("a b", "faults<=0"), 1), (("state=normal", "pre_alarm_remaining_ms<9"), 1)):
        done = _run(kit.strange, "-t", "400ms", "--exec", "echo ran", *words)
        checks.equal((done.returncode, done.stdout), (0, "ran\n" * runs), f"{words}: {runs} times")
    done = _run(kit.strange, "-n", "1", "load=on", "--exec", "exit 7")
    checks.equal((done.returncode, done.stderr), (0, "battguardctl: the command ended with status 7\n"),
                 "one that fails is reported")
    done = _run(kit.strange, "-n", "2", "-t", "200ms", "load=on", "--exec", "true")
    checks.equal((done.returncode, done.stderr), (3, "battguardctl: timed out after 1 of 2 events\n"),
                 "-n counts the commands")
    for words in (("--any",), ("--exec", "true", "nokey=1"), ("--exec", "true", "load=on", "boat"),
                  ("--exec", "true", "load=maybe")):
        done = _run(kit.strange, *words)
        checks.ok(done.returncode == 1 and done.stderr.count("\n") == 1, f"{words}: wrong usage", done)


def _ended(pid, within=10):
    """Is a process gone, or dead and not looked after yet?"""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        except OSError:
            return True
        if state.split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@host_scenario
def ended_with_it(kit, checks):
    """A command does not outlive the monitor, however that ends; a shell that waits is not left."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        with tempfile.TemporaryDirectory() as work:
            command = f"echo $$ >{work}/new; mv {work}/new {work}/pid; sleep 3; touch {work}/acted"
            with subprocess.Popen([kit.strange, "monitor", "load=on", "--exec", command],
                                  env=_environment()) as process:
                end = time.monotonic() + 20
                while not (pathlib.Path(work) / "pid").exists() and time.monotonic() < end:
                    time.sleep(0.05)
                pid = (pathlib.Path(work) / "pid").read_text(encoding="ascii").strip()
                process.send_signal(number)
                checks.equal(process.wait(20), -number, f"{number.name}: the monitor dies by it")
                checks.ok(_ended(pid, 2), f"{number.name}: and its command with it")
            time.sleep(3.2)
            checks.ok(not (pathlib.Path(work) / "acted").exists(), f"{number.name}: nothing acts later")
    start = time.monotonic()
    done = _run(kit.strange, "-n", "1", "load=on", "--exec", "sleep 1; echo whole")
    checks.equal((done.returncode, done.stdout), (0, "whole\n"), "-n waits for the last command")
    checks.between(time.monotonic() - start, 1, 20, "as long as that takes")
    checks.equal(call(kit.host, "monitor --exec true -t 100ms")[0], 0, "no driver: it waits")


@scenario
def each_once(kit, checks):
    """A storm of events: a command for each, in order, one at a time; onsets each once."""
    with ToolBoard(kit, checks=checks) as guest:
        command = ("mkdir /tmp/one || echo two >>/tmp/wrong; echo $BATTGUARD_SEQ $BATTGUARD_MUTE "
                   ">>/tmp/seqs; rmdir /tmp/one")
        with background(guest, f"(exec battguardctl monitor --exec '{command}')") as pid:
            time.sleep(1)
            guest.sh("storm 100")
            latest = guest.json("show")["seq"]
            end = time.monotonic() + 90
            while time.monotonic() < end and guest.run(f"grep -q '^{latest} ' /tmp/seqs")[0]:
                time.sleep(1)
            seqs = [line.split() for line in guest.sh("cat /tmp/seqs").splitlines()]
            checks.equal([int(seq) for seq, _ in seqs], list(range(2, latest + 1)),
                         "each event once and in order")
            checks.equal([mute for _, mute in seqs], [str(int(seq) % 2 ^ 1) for seq, _ in seqs],
                         "each with what was in force after it")
            checks.ok(guest.run("[ -e /tmp/wrong ]")[0], "never two at once")
            guest.sh(f"kill {pid}")
        with background(guest, "(exec battguardctl monitor state=pre-alarm "
                               "'pre_alarm_remaining_ms<28000' --exec "
                               "'echo $BATTGUARD_PRE_ALARM_REMAINING_MS >>/tmp/late')"), \
                background(guest, "(exec battguardctl monitor state=pre-alarm --exec "
                                  "'echo $BATTGUARD_SEQ >>/tmp/onset')"):
            guest.sh("battguardctl set restore_delay_ms 200; sleep 1")
            for _ in range(2):
                guest.lines.set(low_cell=True)
                time.sleep(4)
                guest.lines.set(low_cell=False)
                guest.sh("battguardctl wait state=normal -t 20s")
            guest.sh("sleep 1")
            checks.equal(guest.sh("grep -c . /tmp/onset"), "2", "each onset once")
            late = [int(line) for line in guest.sh("cat /tmp/late").splitlines()]
            checks.ok(len(late) == 2 and all(25000 < left < 28000 for left in late),
                      "a condition on time, when its time has come", late)
