# SPDX-License-Identifier: GPL-2.0
"""Scenarios with a guard: what is shown, waited for, set and refused."""

import json
import re
import time

from lab import board, devicetree
from lab.lines import FLOATING, HIGH

from . import scenario
from .kit import ToolBoard, background

# Keys of JSON that are the names of files in sysfs.
FILES = ("state", "load", "charger", "pre_alarm", "allow_charge", "allow_discharge", "low_cell",
         "remote", "allow_charge_chains", "allow_discharge_chains", "low_cell_chains",
         "load_off_reasons", "charger_off_reasons", "load_returns_ms", "lockout_remaining",
         "enabled", "mute", "pre_alarm_delay_ms",
         "restore_delay_ms", "load_reconnect_delay_ms", "pre_alarms", "load_disconnects",
         "charger_disconnects", "faults")
SETTINGS = ("enabled", "charge_behaviour", "mute", "pre_alarm_delay_ms", "restore_delay_ms",
            "load_reconnect_delay_ms")
EVENT_KEYS = {"event", "dev", "instance", "seq", "boottime_ns", "realtime_ns", "time",
              "time_corrected", "changed", "cause"}


def _as_file(value):
    """A JSON value the way its file shows it."""
    if isinstance(value, list):
        return " ".join(value) or "none"
    return str(value)


def _like_sysfs(guest, checks, when):
    shown = guest.json("show")
    files = guest.show(*FILES)
    checks.equal({name: _as_file(shown.get(name)) for name in FILES}, files,
                 f"{when}: JSON is what the files say")
    behaviour = guest.value("charge_behaviour")
    # The class of 6.1 shows the bare word, later ones all with the present in brackets.
    checks.ok(behaviour == shown["charge_behaviour"]
              or f"[{shown['charge_behaviour']}]" in behaviour,
              f"{when}: charge_behaviour", behaviour)
    return shown


@scenario
def showing(kit, checks):
    """list, show and log in every state, as picture and as JSON."""
    with ToolBoard(kit, checks=checks) as guest:
        shown = _like_sysfs(guest, checks, "all well")
        checks.equal((shown["dev"], shown["seq"]), ("house-bank", 1), "it has its name and number")
        checks.equal(guest.json("list")[0]["dev"], "house-bank", "list: an array")
        checks.equal(json.loads(guest.sh("battguardctl list -p"))[0]["state"], "normal",
                     "list -p: the same, indented")
        checks.equal(guest.sh("battguardctl list"),
                     "house-bank: normal, load on, charger on", "list: a line")
        picture = guest.sh("battguardctl show")
        checks.ok(re.search(r"\(\*\) load +on", picture) and "state normal" in picture,
                  "the picture shows the load on", picture)
        guest.lines.set(low_cell=True, allow_charge=False)
        guest.lines.wait(pre_alarm=HIGH, charger=FLOATING)
        shown = _like_sysfs(guest, checks, "low cell, no charging")
        checks.between(shown["pre_alarm_remaining_ms"] / 1000, 20, 30, "the countdown runs")
        checks.ok(shown["next"].startswith("the load stays on for at least 2"), "next in JSON",
                  shown["next"])
        picture = guest.sh("battguardctl show house-bank")
        checks.ok("the load stays on for at least 2" in picture and "(battery)" in picture and
                  re.search(r"\(\*\) pre-alarm +on", picture), "the picture tells of it", picture)
        guest.lines.set(remote_h=False)
        guest.lines.wait(load=FLOATING)
        _like_sysfs(guest, checks, "remote off")
        checks.ok("the remote switch is off" in guest.sh("battguardctl show"), "and why")
        checks.ok("\x1b" not in guest.sh("TERM=linux battguardctl show"), "no colour in a pipe")
        guest.sh("openvt -c 5 -w env TERM=linux battguardctl show")
        screen = guest.sh("fold -w 80 </dev/vcs5; echo")
        checks.ok("state standby" in screen and "[3" not in screen, "on a terminal", screen)
        colours = guest.sh("dd if=/dev/vcsa5 bs=1 skip=5 2>/dev/null | fold -w 160 | md5sum; "
                           "openvt -c 6 -w env TERM=linux NO_COLOR=1 battguardctl show; "
                           "dd if=/dev/vcsa6 bs=1 skip=5 2>/dev/null | fold -w 160 | md5sum")
        checks.equal(len(set(colours.splitlines())), 2, "in colour, and without with NO_COLOR")
        narrow = guest.sh("COLUMNS=20 battguardctl show")
        checks.ok(max(map(len, narrow.splitlines())) <= 20 and "standby" in narrow,
                  "fits 20 columns", narrow)
        guest.sh("COLUMNS=x battguardctl show; COLUMNS=0 battguardctl show; "
                 "COLUMNS=999999999999999999999 battguardctl show")

        log = guest.json("log")
        checks.equal([event["seq"] for event in log], list(range(1, len(log) + 1)),
                     "log: every event")
        checks.ok(all(EVENT_KEYS <= set(event) for event in log), "each has all keys")
        checks.equal((log[0]["event"], log[-1]["cause"]), ("bind", ["line"]), "bind, then lines")
        checks.equal(guest.json("log -n 1")["seq"], len(log), "log -n: the latest")
        checks.equal(guest.json("log --since 2")[0]["seq"], 2, "log --since")
        lost, *rest = guest.json("log --since 99")
        checks.equal((lost["event"], lost["seq"], lost["count"], rest), ("lost", 99, None, log),
                     "log --since a number that never was: lost, and all that is kept")
        _times(guest, checks, log)


def _times(guest, checks, log):
    texts = {words: guest.sh(f"{words} | tail -n 1") for words in
             ("battguardctl log", "battguardctl log --utc", "battguardctl log --boottime",
              "TZ=XYZ-5:30 battguardctl log")}
    seconds = log[-1]["boottime_ns"] // 1000 / 1e6
    checks.equal(texts["battguardctl log --boottime"].split()[0], f"{seconds:.6f}", "--boottime")
    checks.equal((log[-1]["time"], log[-1]["time_corrected"]),
                 (texts["battguardctl log --utc"].split()[0], 0), "the same time in JSON")
    real = log[-1]["realtime_ns"] // 1000
    for words, offset, form, end in (("battguardctl log --utc", 0, "%Y-%m-%dT%H:%M:%S", "Z "),
                                     ("battguardctl log", 0, "%Y-%m-%d %H:%M:%S", " "),
                                     ("TZ=XYZ-5:30 battguardctl log", 19800, "%Y-%m-%d %H:%M:%S",
                                      " ")):
        stamp = time.strftime(form, time.gmtime(real // 10**6 + offset))
        checks.ok(texts[words].startswith(f"{stamp}.{real % 10**6:06d}{end}"), words, texts[words])


@scenario
def setting(kit, checks):
    """set, enable, disable, mute; who may not, and what is no value."""
    with ToolBoard(kit, checks=checks) as guest:
        guest.sh("battguardctl disable")
        guest.lines.wait(load=FLOATING, charger=FLOATING)
        guest.sh("battguardctl enable house-bank")
        guest.lines.wait(load=HIGH)
        for key, value in (("pre_alarm_delay_ms", "45000"), ("restore_delay_ms", "0"),
                           ("load_reconnect_delay_ms", "7200000"),
                           ("charge_behaviour", "inhibit-charge"), ("enabled", "off"),
                           ("enabled", "1"), ("charge_behaviour", "auto")):
            guest.sh(f"battguardctl set {key} {value}")
            want = {"off": "0"}.get(value, value)
            checks.equal(str(guest.json("show")[key]), want, f"set {key} {value}")
        _like_sysfs(guest, checks, "after that")
        seq = guest.json("show")["seq"]
        guest.sh("battguardctl set house-bank restore_delay_ms 0")
        checks.equal(guest.json("show")["seq"], seq, "the value already set makes no event")
        guest.sh("battguardctl set restore_delay_ms 2000 load_reconnect_delay_ms 1000")
        checks.equal((guest.json("show")["seq"], guest.json("log -n 1")["settings"]),
                     (seq + 1, ["restore_delay_ms", "load_reconnect_delay_ms"]),
                     "two settings, one event")
        event = guest.json("log -n 1")
        checks.equal({name: event[name] for name in SETTINGS},
                     {name: guest.json("show")[name] for name in SETTINGS},
                     "an event has all settings after it")
        text = guest.sh("battguardctl log -n 1")
        checks.ok(text.endswith("setting by user: restore_delay_ms=2000 load_reconnect_delay_ms=1000"),
                  "as text: those that changed", text)
        guest.sh("battguardctl set restore_delay_ms 1000")
        checks.equal([event["restore_delay_ms"] for event in guest.json("log -n 2")], [2000, 1000],
                     "and each event its own")
        status, text = guest.tool("set restore_delay_ms 1 pre_alarm_delay_ms 5")
        checks.ok(status == 1 and "30000 to 600000" in text and
                  guest.json("show")["restore_delay_ms"] == 1000, "all or none", text)
        for words, status, word in (
                ("set pre_alarm_delay_ms 29999", 1, "30000 to 600000"),
                ("set restore_delay_ms 60001", 1, "60000"), ("set other mute 1", 4, "house-bank"),
                ("show other", 4, "house-bank"), ("log other", 4, "house-bank"),
                ("wait other load=on", 4, "house-bank"), ("monitor other", 4, "house-bank"),
                ("mute 'a b'", 4, "a\\x20b"), ("show $(printf 'a\\033[31m')", 4, "a\\x1b"),
                ("show ''", 4, "''"),
                (f"show {'x' * 300}", 4, "house-bank"), ("set mute maybe", 1, "maybe"),
                ("set nokey 1", 1, "nokey"), ("set state normal", 1, "state")):
            have, text = guest.tool(words)
            checks.ok(have == status and word in text and text.count("\n") == 0,
                      f"{words[:40]}: status {status}", f"{have}: {text}")
        for words in ("set mute 1", "enable", "disable", "mute"):
            status, text = guest.run(f"nobody {words}")
            checks.ok(status == 2 and "CAP_NET_ADMIN" in text, f"{words} as nobody: refused", text)
        for words in ("list", "show", "log", "monitor --timeout 0.1", "wait load=on"):
            status, text = guest.run(f"nobody {words}")
            checks.equal(status, 0, f"{words} as nobody: granted")
        guest.lines.set(low_cell=True)
        guest.lines.wait(pre_alarm=HIGH)
        guest.sh("battguardctl mute")
        guest.lines.wait(pre_alarm=FLOATING)
        guest.sh("rmmod battguard")
        for words in ("list", "show", "log", "wait load=on", "set mute 1", "enable"):
            status, text = guest.tool(words)
            checks.ok(status == 4 and "modprobe" in text, f"{words} without the driver", text)


@scenario
def stuck_output(kit, checks):
    """A load that is decided off and reads back on: it shows on, and why it should not be."""
    # A line that the board itself drives could not be seen to be forced.
    with ToolBoard(kit, push_pull=False, checks=checks) as guest:
        guest.lines.set(remote_h=False)
        guest.lines.wait(load=FLOATING)
        guest.sh("battguardctl wait load=off load_off_reasons=remote --timeout 5")
        guest.lines.force("load", 1)
        guest.sh("battguardctl wait load=on faulty_outputs=load --timeout 10")
        shown = _like_sysfs(guest, checks, "shorted")
        checks.equal((shown["load"], shown["load_off_reasons"], shown["faulty_outputs"],
                      shown["faults"], shown["state"]), (1, ["remote"], ["load"], 1, "standby"),
                     "the load shows 1, is faulty, and the words stay")
        checks.ok("output load" in guest.sh("battguardctl show"), "the picture tells of it")
        event = guest.json_lines("battguardctl log -j | grep -m 1 '\"faulty_outputs\":.\"load\"'")
        checks.ok("fault" in event[0]["cause"] and "faults" in event[0]["changed"],
                  "one event tells of it", event)
        guest.lines.force("load", 0)
        checks.equal(guest.tool("wait load=off --timeout 10")[0], 0, "it is off again by itself")
        checks.equal(guest.json("show")["faulty_outputs"], [], "and well")


@scenario
def waiting(kit, checks):
    """wait: true at once, true later, a short change, time over, device gone."""
    with ToolBoard(kit, checks=checks) as guest:
        for words, want in (("load=on", 0), ("load=1 state=normal remote!=off", 0),
                            ("load_off_reasons=none", 0), ("allow_charge_chains=0x1", 0),
                            ("pre_alarms=0 'pre_alarm_delay_ms>20000'", 0),
                            ("load=off --timeout 0", 3), ("'pre_alarms>0' --timeout 0.2", 3),
                            ("house-bank charge_behaviour=auto", 0)):
            checks.equal(guest.tool(f"wait {words}")[0], want, f"wait {words}: {want}")
        start = time.monotonic()
        status, text = guest.tool("wait load=off --timeout 1.5")
        checks.ok(status == 3 and "timed out" in text, "time over is told", text)
        checks.between(time.monotonic() - start, 1.4, 6, "and takes that long")

        def later(words, act, want=0):
            key = guest.send(f"battguardctl wait {words} --timeout 40")
            time.sleep(1)
            act()
            status, text = guest.wait(key)
            checks.equal(status, want, f"wait {words}: {want}" + (f" ({text})" if want else ""))

        later("pre_alarm=on", lambda: guest.lines.set(low_cell=True))
        later("'pre_alarm_remaining_ms<26000' state=pre-alarm", lambda: None)
        later("pre_alarm=off", lambda: guest.lines.set(low_cell=False))

        def blink():
            """Off and on again sooner than anybody could ask."""
            guest.lines.set(remote_h=False)
            time.sleep(0.03)
            guest.lines.set(remote_h=True)
            # Only the end of an on that counted is an off to count.
            guest.lines.wait(load=HIGH)

        later("state=standby", blink)
        later("load_off_reasons=remote", blink)
        later("'remote_offs>3'", lambda: (blink(), blink()))
        # The console does one command at a time: this one runs beside it.
        with background(guest, "(sleep 1; battguardctl set restore_delay_ms 5)"):
            checks.equal(guest.tool("wait restore_delay_ms=5 --timeout 20")[0], 0,
                         "a setting is waited for")
        with background(guest, "(sleep 1; rmmod battguard)"):
            status, text = guest.tool("wait load=off --timeout 20", 60)
            checks.ok((status, text.count("\n")) in ((0, 0), (4, 0)),
                      "unloaded meanwhile: the load went off, or the device is gone",
                      f"{status} {text}")


def two_guards():
    """Nodes of two guards that share the eight lines of the controller."""
    spare = {f"{name}-gpios": None for name in ("low-cell", "remote-l", "remote-h", "pre-alarm")}

    def wire(line):
        return f"<{devicetree.PL061} {line} 0>"

    return (devicetree.guard_node(spare, board.NODE) +
            devicetree.guard_node({**spare, "label": '"boat"', "load-gpios": wire(7),
                                   "charger-gpios": wire(4), "allow-discharge-gpios": wire(2),
                                   "allow-charge-gpios": wire(3)}, "boat-guard"))


@scenario
def two_devices(kit, checks):
    """Several devices: named ones, all of them, and none named."""
    with ToolBoard(kit, nodes=two_guards(), checks=checks) as guest:
        names = {dev["dev"] for dev in guest.json("list")}
        checks.equal(names, {"house-bank", "boat"}, "list has both")
        for words in ("show", "log", "wait load=on", "set mute 1", "disable", "show --watch"):
            status, text = guest.tool(words)
            checks.ok(status == 1 and "boat" in text and "house-bank" in text,
                      f"{words}: an error that lists them", text)
        checks.equal(guest.json("show boat")["dev"], "boat", "show boat")
        guest.sh("battguardctl disable boat")
        checks.equal([guest.json(f"show {name}")["enabled"] for name in ("boat", "house-bank")],
                     [0, 1], "disable boat is for boat alone")
        for words, want in (("", names), ("boat", {"boat"}), ("boat house-bank", names)):
            guest.sh(f"battguardctl monitor -j {words} >/tmp/out & pid=$!; sleep 1; "
                     "for name in boat house-bank; do battguardctl set $name mute 1; "
                     "battguardctl set $name mute 0; done; sleep 1; kill $pid")
            lines = guest.json_lines("cat /tmp/out")
            checks.equal({line["dev"] for line in lines}, want, f"monitor {words}: these devices")
            checks.equal(sum(line["event"] == "setting" for line in lines), 2 * len(want),
                         f"monitor {words}: all their events")
        guest.sh(f"echo boat-guard >{board.DRIVER}/unbind")
        checks.equal(guest.json("show")["dev"], "house-bank", "one left: no name is needed")
        guest.sh(f"echo {board.NODE} >{board.DRIVER}/unbind")
        status, text = guest.tool("show")
        checks.ok(status == 4 and "no device" in text, "none left: status 4", text)
        checks.equal(guest.sh("battguardctl list -j"), "[]", "list: an empty array")
