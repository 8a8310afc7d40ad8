# SPDX-License-Identifier: GPL-2.0
"""Times, instances and dumps, most of it with a kernel that is told what to tell (strange.c)."""

import calendar
import json
import re
import time

from . import host_scenario, scenario
from .kit import ToolBoard
from .strange import call

INSTANCE = "0123456789abcdef"
OTHER = "fedcba9876543210"
SECOND = 10**9


def _kernel(**told):
    """What the kernel tells of one guard, and of events five to seven."""
    return {"STRANGE_NAMES": "boat", "STRANGE_INSTANCE": f"0x{INSTANCE}", "STRANGE_FIRST": "5",
            "STRANGE_LAST": "7", **{f"STRANGE_{name.upper()}": str(value)
                                    for name, value in told.items()}}


def _lines(tool, words, told):
    status, out, err = call(tool, words, **told)
    return [json.loads(line) for line in out.splitlines()] if not (status or err) else \
        (status, out, err)


def _numbers(lines):
    return [(line["event"], line["instance"], line["seq"], line.get("count", ""))
            for line in lines if line["event"] != "snapshot"]


def _expected(first, *lost):
    return [*lost, *(("change", INSTANCE, seq, "") for seq in range(first, 8))]


@host_scenario
def since(kit, checks):
    """--since: a number, an instance, one that is gone, one that never was."""
    gone = ("lost", INSTANCE, 1, 4)
    for words, lines in (
            ("7", _expected(7)), ("8", _expected(8)), ("3", _expected(5, ("lost", INSTANCE, 3, 2))),
            ("0", _expected(5, gone)), (f"{INSTANCE}:6", _expected(6)),
            (f"{INSTANCE.upper()}:8", _expected(8)), (f"{INSTANCE}:0", _expected(5, gone)),
            (f"{OTHER}:6", _expected(5, ("lost", OTHER, 6, None), gone)),
            ("f:8", _expected(5, ("lost", "000000000000000f", 8, None), gone)),
            (f"{OTHER}:99", _expected(5, ("lost", OTHER, 99, None), gone)),
            ("9", _expected(5, ("lost", None, 9, None), gone)),
            (f"{INSTANCE}:9", _expected(5, ("lost", INSTANCE, 9, None), gone))):
        for command in ("log -j", "monitor -j --timeout 0.01"):
            have = _lines(kit.strange, f"{command} --since {words}", _kernel())
            checks.equal(_numbers(have), lines, f"{command} --since {words}")
    checks.equal(_numbers(_lines(kit.strange, "log -j", _kernel())), _expected(5, gone),
                 "log says how many events are gone")
    checks.equal(_numbers(_lines(kit.strange, "log -j -n 2", _kernel())), _expected(6),
                 "log -n: only those that are asked for")
    for words, text in ((f"{OTHER}:6", f"#6 lost all further events: instance {OTHER} is gone"),
                        ("9", "#9 lost all further events: this instance never had that number"),
                        ("3", "#3 lost 2 events")):
        _, out, _ = call(kit.strange, f"log --since {words}", **_kernel())
        checks.ok(out.decode().splitlines()[0].endswith(text), f"in words: {text}", out)
    _, out, _ = call(kit.strange, "monitor --timeout 0.01", **_kernel())
    checks.ok(out.decode().splitlines()[0].endswith(f" instance={INSTANCE}"),
              "a snapshot tells the instance", out)
    for words, word in (("x:1", b"x:1"), (":1", b":1"), ("0:1", b"0:1"), (f"{OTHER}:", b"--since"),
                        (f"0{OTHER}:1", b"16"), (f"{OTHER}:x", b"'x'"), (f"{OTHER}:-1", b"'-1'")):
        status, out, err = call(kit.strange, f"log --since {words}", **_kernel())
        checks.ok(status == 1 and not out and err.count(b"\n") == 1 and word in err,
                  f"--since {words}: wrong usage", err)


@host_scenario
def same_number(kit, checks):
    """Another instance with the number of the one before, under a listener that lost all messages."""
    told = _kernel(reload=f"0x{OTHER}")
    lines = _lines(kit.strange, "monitor -j --timeout 0.3", told)
    checks.equal([(line["event"], line["instance"], line["seq"]) for line in lines],
                 [("snapshot", INSTANCE, 7), ("lost", OTHER, 1),
                  *(("change", OTHER, seq) for seq in (5, 6, 7))],
                 "the events of the new one are shown from the first that is kept")


def _utc(nanoseconds):
    """As RFC 3339 has it, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(nanoseconds // SECOND))


@host_scenario
def clock_set(kit, checks):
    """A board that woke in 1970, and one whose clock was right."""
    boot = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - 3 * SECOND
    true = time.time_ns() - 3 * SECOND
    near = {_utc(true - SECOND // 2), _utc(true), _utc(true + SECOND // 2)}
    for text, stamp, corrected in (
            ("started in 1970", 600 * SECOND, 1), ("a clock that was ahead", true + 7200 * SECOND, 1),
            ("set by 1.5 s", true - 3 * SECOND // 2, 1), ("set by half a second", true - SECOND // 2, 0),
            ("never set", true, 0)):
        told = _kernel(boottime=boot, realtime=stamp)
        line = _lines(kit.strange, "log -j -n 1", told)[0]
        shown = near if corrected else {_utc(stamp)}
        checks.ok(line["time"][:19] in shown and line["time"][19] == "." and
                  line["time"].endswith("Z") and len(line["time"]) == 27,
                  f"{text}: the time in JSON", line["time"])
        checks.equal((line["realtime_ns"], line["time_corrected"], line["boottime_ns"]),
                     (stamp, corrected, boot), f"{text}: as it was stamped, and whether that counts")
        for words in ("log -n 1 --utc", "log -n 1"):
            _, out, _ = call(kit.strange, words, TZ="UTC", **told)
            first = out.decode().split(" boat ")[0].replace(" ", "T")
            checks.ok(first[:19] in shown and first.endswith("~") == bool(corrected),
                      f"{text}: {words}", out)
        _, out, _ = call(kit.strange, "log -n 1 -b", **told)
        checks.equal(out.decode().split(" boat ")[0].strip(), f"{boot // 1000 / 1e6:.6f}",
                     f"{text}: the boot-time clock has no mark")
        shown = _lines(kit.strange, "show -j", told)[0]
        checks.ok(all(shown[f"{name}_since_ns"] == boot and shown[f"{name}_since"][:19] in near
                      for name in ("state", "load", "charger", "pre_alarm")),
                  f"{text}: since when", shown)
        now = time.time_ns()
        checks.ok(shown["time"][:19] in {_utc(now - SECOND), _utc(now)},
                  f"{text}: the time of the answer", shown["time"])
        _, out, _ = call(kit.strange, "show", TZ="UTC", COLUMNS="90", **told)
        checks.ok(any(f"since {when[11:]}" in out.decode() or
                      f"since {when.replace('T', ' ')}" in out.decode() for when in near),
                  f"{text}: show has the true time", out)


@host_scenario
def interrupted(kit, checks):
    """A dump during which a device came or went is asked for again; nothing of it is shown."""
    commands = ("list", "list -j", "show", "show -j", "log", "log -j", "wait load=off",
                "set mute 1", "monitor --timeout 0.05", "monitor -j --since 1 --timeout 0.05")
    for words in commands:
        told = _kernel(boottime=time.clock_gettime_ns(time.CLOCK_BOOTTIME))
        _, plain, _ = call(kit.strange, words, **told)
        status, out, err = call(kit.strange, words, **told, STRANGE_TORN="3")
        checks.ok(status == 0 and not err and b"torn" not in out and
                  out.count(b"\n") == plain.count(b"\n"), f"{words}: asked again", (out, err))
        status, out, err = call(kit.strange, words, **told, STRANGE_TORN="99")
        checks.ok(status == 2 and not out and err.count(b"\n") == 1 and b"cannot read" in err,
                  f"{words}: not for ever: status 2", (status, out, err))


@scenario
def woke_in_1970(kit, checks):
    """A guest whose clock is set after things happened: log and since are true all the same."""
    with ToolBoard(kit, bind=False, checks=checks) as guest:
        guest.sh("date -s @600 && insmod /modules/battguard.ko && battguardctl set mute 1")
        stamped = guest.json("log -n 1")
        checks.ok(stamped["time"].startswith("1970-01-01T00:1") and not stamped["time_corrected"],
                  "as long as nobody sets the clock, it is 1970", stamped["time"])
        now = int(time.time())
        guest.sh(f"date -s @{now}")
        after = guest.json("log -n 1")
        checks.equal((after["realtime_ns"], after["time_corrected"]), (stamped["realtime_ns"], 1),
                     "set: the stamp stays, and is marked")
        for text, told in (("event", after["time"]), ("state", guest.json("show")["state_since"])):
            seconds = calendar.timegm(time.strptime(told[:19], "%Y-%m-%dT%H:%M:%S"))
            checks.between(seconds - now, -60, 5, f"{text}: the true time")
        line = guest.sh("battguardctl log -n 1 --utc")
        checks.ok(re.match(r"2\d{3}-.*\d{6}Z~ house-bank ", line), "with a mark, as text", line)
        picture = guest.sh("COLUMNS=100 battguardctl show")
        checks.ok("1970" not in picture and " since " in picture, "show knows no 1970", picture)
        guest.sh("battguardctl set mute 0")
        checks.equal(guest.json("log -n 1")["time_corrected"], 0, "what happens now needs none")
        guest.sh(f"date -s @{now - 86400}")
        lines = guest.json("log")
        checks.equal([line["time"] for line in lines], sorted(line["time"] for line in lines),
                     "set back: the log is in order")
        checks.equal([line["time_corrected"] for line in lines], [1] * len(lines), "all are marked")
