# SPDX-License-Identifier: GPL-2.0
"""The tool as its peers are: signals, periods, abbreviations, single values, conditions."""

import json
import os
import re
import signal
import subprocess
import time

from lab.lines import HIGH

from . import host_scenario, scenario
from .ahead import WELL
from .kit import ToolBoard, background
from .strange import call


def _told(**keys):
    return {"STRANGE_NAMES": "boat",
            "STRANGE_KEYS": ",".join(f"{key}={value}" for key, value in {**WELL, **keys}.items())}


@host_scenario
def signals(kit, checks):
    """Each command that waits dies by the signal it gets; -n that is not reached is never 0."""
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0", **_told()}
    for words in ("monitor", "monitor -n 1", "wait load=off", "wait --wait-driver load=off",
                  "show --watch"):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with subprocess.Popen([kit.strange, *words.split()], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=environment) as process:
                time.sleep(0.4)
                process.send_signal(number)
                checks.equal(process.wait(20), -number, f"{words}: dies by {number.name}")
    done = subprocess.run(["bash", "-c", f"{kit.strange} monitor -n 1 & sleep 0.4; kill -INT $!; "
                           "wait $! && echo ran"], capture_output=True, text=True, check=False,
                          env=environment)
    checks.ok("ran" not in done.stdout, "monitor -n 1 && command: not after an interrupt", done)
    status, _, err = call(kit.strange, "monitor -n 2 -t 50ms", **_told())
    checks.equal((status, err), (3, b"battguardctl: timed out after 0 of 2 events\n"),
                 "-n that a timeout cut short: status 3 and one line")
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {kit.strange} monitor -n 5 | true"],
                          capture_output=True, check=False, env=environment, timeout=20)
    checks.equal(done.returncode, 3, "-n, and the reader went away: status 3")
    status, _, err = call(kit.strange, "show -t 5", **_told())
    checks.ok(status == 1 and b"--watch" in err, "show --timeout without --watch", err)


@host_scenario
def words(kit, checks):
    """Abbreviations, periods, colours, versions, single values, and why in a list."""
    for given, command in (("li", "list"), ("sh", "show"), ("mon", "monitor"), ("g", "get"),
                           ("w", "wait"), ("ex", "explain"), ("v", "version"), ("di", "disable")):
        _, out, _ = call(kit.host, f"{given} --help")
        checks.ok(out.decode().startswith(f"Usage: battguardctl {command}"), f"{given} is {command}", out)
    for given, others in (("s", "show, set"), ("e", "explain, enable")):
        status, out, err = call(kit.host, given)
        checks.ok(status == 1 and not out and others.encode() in err, f"{given} may be {others}", err)
    for text, least, most in (("50ms", 0.05, 5), ("0.2s", 0.2, 5), ("0.005m", 0.3, 5), ("0", 0, 5)):
        start = time.monotonic()
        checks.equal(call(kit.strange, f"monitor -t {text}", **_told())[0], 0, f"-t {text}")
        checks.between(time.monotonic() - start, least, most, f"-t {text} takes that long")
    for text in ("5x", "s", "1e3ms3", "-1s", "", "1 s", "2000000000000s"):
        done = subprocess.run([kit.host, "monitor", "--timeout", text], capture_output=True, check=False)
        checks.ok(done.returncode == 1 and b"500ms" in done.stderr, f"--timeout '{text}'", done.stderr)
    told = _told(load=0, state=2, load_off_reasons=0x21, charger_off_reasons=2, mute=1)
    _, out, _ = call(kit.strange, "list", **told)
    checks.equal(out, b"boat: load-off, load off (undervoltage,reconnect-delay), charger off (battery), "
                      b"muted\n", "list says why, and that it is muted")
    for option, seen in (("--color=always", True), ("--color always", True), ("--color=never", False),
                         ("--color=auto", False), ("", False)):
        _, out, _ = call(kit.strange, f"list {option}", NO_COLOR="1", **told)
        checks.equal(b"\x1b[" in out, seen, f"list {option}: in colour into a pipe")
    status, _, err = call(kit.strange, "list --color=sometimes", **told)
    checks.ok(status == 1 and b"always, auto or never" in err, "--color=sometimes", err)
    for given, text in (("state", "load-off"), ("boat load_off_reasons", "undervoltage reconnect-delay"),
                        ("faulty_outputs", "none"), ("boat pre_alarm_delay_ms mute", "30000\n1"),
                        ("lockout_remaining", "-1"), ("chains", "0x1")):
        status, out, err = call(kit.strange, f"get {given}", **told)
        checks.equal((status, out.decode(), err), (0, f"{text}\n", b""), f"get {given}")
    for given, status, word in (("", 1, "KEY"), ("boat", 1, "boat"), ("yacht state", 4, "yacht"),
                                ("state nokey", 1, "nokey")):
        have, out, err = call(kit.strange, f"get {given}", **told)
        checks.ok(have == status and not out and word.encode() in err, f"get {given}: {status}", err)
    _, out, _ = call(kit.host, "version")
    checks.ok(re.fullmatch(r"battguardctl \S+\ndriver not loaded\nspecification 1\n", out.decode()),
              "version without a driver", out)


@host_scenario
def conditions(kit, checks):
    """wait: each operator, --any, --for."""
    told = _told(faults=5)
    for given, holds in (("faults<=5", 1), ("faults<=4", 0), ("faults>=5", 1), ("faults>=6", 0),
                         ("faults<6", 1), ("faults>5", 0), ("faults!=5", 0), ("lockout_remaining<=-1", 1),
                         ("load=off --any state=normal", 1), ("--any load=off state=load-off", 0),
                         ("load=on state=load-off", 0), ("boat load=on faults>=5", 1)):
        status, _, _ = call(kit.strange, f"wait -t 0 {given}", **told)
        checks.equal(status, 0 if holds else 3, f"wait {given}")
    for given in ("state<=normal", "load>=1", "faults=>5", "faults<==5"):
        status, _, err = call(kit.strange, f"wait -t 0 {given}", **told)
        checks.ok(status == 1 and err.count(b"\n") == 1, f"wait {given}: wrong usage", err)
    for given, status, least in (("--for 400ms load=on", 0, 0.4), ("--for 0.3s faults=5", 0, 0.3),
                                 ("--for 1h load=on -t 300ms", 3, 0.3),
                                 ("--for 100ms load=off -t 300ms", 3, 0.3)):
        start = time.monotonic()
        checks.equal(call(kit.strange, f"wait {given}", **told)[0], status, f"wait {given}: {status}")
        checks.between(time.monotonic() - start, least, least + 5, f"wait {given}: in time")
    status, _, err = call(kit.host, "wait --wait-driver load=on -t 200ms")
    checks.ok(status == 3 and b"timed out" in err, "no driver that comes: status 3", err)


@scenario
def late(kit, checks):
    """wait --wait-driver: a driver that comes, goes and comes; --for: a line that bounces back."""
    with ToolBoard(kit, bind=False, checks=checks) as guest:
        checks.equal(guest.tool("version")[1].splitlines()[1:], ["driver not loaded", "specification 1"],
                     "version, without the driver")
        with background(guest, "(sleep 2; insmod /modules/battguard.ko)"):
            checks.equal(guest.tool("wait --wait-driver load=on -t 30s 2>/dev/null")[0], 0,
                         "a driver that comes late")
        text = guest.tool("version")[1].splitlines()
        checks.ok(re.fullmatch(r"driver \d+\.\d+\S*", text[1]) and
                  text[2] == "specification 1, that of the driver 1", "version, with it", text)
        with background(guest, "(sleep 1; rmmod battguard; insmod /modules/battguard.ko; "
                               "battguardctl set mute 1)"):
            status, text = guest.tool("wait --wait-driver house-bank mute=1 'pre_alarms<1' -t 30s")
            checks.equal(status, 0, f"one that goes and comes again {text}")
        with background(guest, "(sleep 1; battguardctl set mute 0; battguardctl set mute 1)"):
            start = time.monotonic()
            checks.equal(guest.tool("wait --for 3s mute=1 -t 60s")[0], 0, "--for 3s")
            checks.between(time.monotonic() - start, 3.8, 15, "counts anew after each break")
        guest.lines.set(low_cell=True)
        guest.lines.wait(pre_alarm=HIGH)
        checks.equal(guest.tool("wait --any load=off state=pre-alarm -t 5s")[0], 0, "--any")
        checks.between(int(guest.sh("battguardctl get pre_alarm_remaining_ms")) / 1000, 10, 30,
                       "get: a number")
        checks.equal(json.loads(guest.sh("battguardctl sh -j"))["state"], "pre-alarm", "sh is show")
