# SPDX-License-Identifier: GPL-2.0
"""Scenarios with many events: none is missing that is not told to be lost."""

import json
import time

from lab import board, tracing
from lab.meanwhile import Meanwhile

from . import scenario
from .kit import TINY, ToolBoard, background, build_flood

STORM = 5000            # pairs of events
LISTENERS = 100


def edges_on(lines):
    """Lines that are toggled from outside."""
    return Meanwhile(lambda n: lines.set(allow_charge=bool(n & 1), low_cell=bool(n & 2)), 0.1)


def settled(guest):
    """The number of the latest event, once there are no more."""
    latest = -1
    while latest != (now := guest.json("show")["seq"]):
        latest = now
        time.sleep(1.5)
    return latest


@scenario
def storm(kit, checks):
    """10,000 events: a plain, a tiny and a stopped listener, and one read late."""
    with ToolBoard(kit, checks=checks) as guest:
        guest.sh("mkfifo /tmp/late; : >/tmp/read")
        with background(guest, "battguardctl monitor -b >/tmp/plain"), \
                background(guest, f"battguardctl monitor -b --rcvbuf {TINY} >/tmp/tiny"), \
                background(guest, "battguardctl monitor -j >/tmp/json"), \
                background(guest, "battguardctl monitor -b --rcvbuf 65536 >/tmp/stopped") as stopped, \
                background(guest, "(exec 3</tmp/late; sleep 15; cat <&3 >/tmp/read)"), \
                background(guest, f"(exec battguardctl monitor -b --rcvbuf {TINY} >/tmp/late)"):
            time.sleep(1)
            guest.sh(f"kill -STOP {stopped}")
            with edges_on(guest.lines) as edges:
                guest.sh(f"storm {STORM}", 240)
            latest = settled(guest)
            checks.ok(latest > 2 * STORM, f"{latest} events, with {edges.count} edges from outside")
            guest.sh(f"kill -CONT {stopped}")
            # Nothing more happens that could remind a listener of its loss.
            end = time.monotonic() + 60
            while time.monotonic() < end and min(
                    guest.numbers(f"/tmp/{name}")[3] for name in ("stopped", "read")) < latest:
                time.sleep(1)
            told = {name: guest.numbers(f"/tmp/{name}")
                    for name in ("plain", "tiny", "stopped", "read")}
        for name, (events, lost, wrong, last) in told.items():
            checks.equal((events + lost + 1, wrong, last), (latest, 0, latest),
                         f"{name}: {events} shown once in order, {lost} told to be lost")
        checks.ok(told["stopped"][1], "the stopped one has lost some")
        text = guest.sh("head -n 3 /tmp/json; tail -n 3 /tmp/json; grep -c . /tmp/json")
        values = [json.loads(line) for line in text.splitlines()]
        checks.equal((values[0]["event"], values[5]["seq"]), ("snapshot", latest),
                     "JSON: from the snapshot to the end")


@scenario
def many(kit, checks):
    """A hundred listeners at once; the guard decides as quickly as ever."""
    with ToolBoard(kit, checks=checks) as guest:
        guest.sh(f"mkdir /tmp/m; i=0; while [ $i -lt {LISTENERS} ]; do "
                 "battguardctl monitor -b --rcvbuf 65536 >/tmp/m/$i 2>/tmp/err & i=$((i + 1)); done")
        end = time.monotonic() + 90
        while time.monotonic() < end and int(
                guest.sh("cat /tmp/m/* | grep -c snapshot || true")) < LISTENERS:
            time.sleep(1)
        guest.send("storm 150")
        mark = guest.lines.mark()
        guest.lines.set(remote_h=False)
        guest.lines.wait(load="floating", charger="floating")
        taken = guest.lines.last("load", "floating", mark) - guest.lines.last_input("remote-h")
        checks.between(taken, 0.004, 0.1, "the load goes off at once in between")
        latest = settled(guest)
        end = time.monotonic() + 90
        while time.monotonic() < end and int(
                guest.sh(f"grep -l '#{latest} ' /tmp/m/* | wc -l")) < LISTENERS:
            time.sleep(1)
        told = guest.sh("for file in /tmp/m/*; do order $file; done").splitlines()
        wrong = [line for line in told
                 if sum(map(int, line.split()[:2])) + 1 != latest or line.split()[2] != "0"
                 or int(line.split()[3]) != latest]
        checks.equal((len(told), wrong), (LISTENERS, []),
                     f"each of them tells of all {latest} events")
        guest.sh("killall battguardctl")


@scenario
def streaming(kit, checks):
    """Into a pipe at once, -n, --timeout, --since, broken pipe, signals."""
    with ToolBoard(kit, checks=checks) as guest:
        guest.sh("battguardctl set mute 1; battguardctl set mute 0")     # events 2 and 3
        lines = guest.json_lines("battguardctl monitor -j --since 1 --timeout 0.5")
        checks.equal([(line["event"], line["seq"]) for line in lines],
                     [("bind", 1), ("setting", 2), ("setting", 3), ("snapshot", 3)],
                     "--since 1: all of the past, then the present")
        lines = guest.json_lines("battguardctl monitor -j --since 3 --timeout 0.5")
        checks.equal([line["seq"] for line in lines], [3, 3], "--since 3")
        lines = guest.json_lines("battguardctl monitor -j --since 77 --timeout 0.5")
        checks.equal([(line["event"], line["seq"]) for line in lines],
                     [("lost", 77), ("bind", 1), ("setting", 2), ("setting", 3), ("snapshot", 3)],
                     "--since a number that never was: lost, then all that is kept")
        with background(guest, "(sleep 1; battguardctl set mute 1; battguardctl set mute 0; "
                               "battguardctl set mute 1)"):
            status, text = guest.tool("monitor -n 2 --timeout 20")
            checks.equal((status, [line.split(" ")[4] for line in text.splitlines()]),
                         (0, ["snapshot:", "setting", "setting"]), "-n 2 ends after two events")
        status, text = guest.tool("monitor -n 1 --timeout 500ms")
        checks.ok(status == 3 and text.endswith("timed out after 0 of 1 events"),
                  "-n with too few: status 3 and why", text)
        checks.equal(guest.tool("monitor --timeout 0.5")[0], 0, "--timeout alone: status 0")

        with background(guest, "(battguardctl monitor -j | while read -r line; do "
                               "echo \"$line\" >>/tmp/seen; done)"):
            time.sleep(1)
            guest.sh("battguardctl set mute 0; sleep 1")
            checks.equal(guest.sh("tail -n 1 /tmp/seen | grep -c '\"settings\":\\[\"mute\"\\]'"), "1",
                         "a line is in the pipe as soon as it happened")
        # Who reads one line only must not leave a monitor behind.
        guest.sh("killall battguardctl; battguardctl monitor 2>/tmp/err | head -n 1; sleep 1; "
                 "[ ! -s /tmp/err ]")
        checks.ok(guest.run("pidof battguardctl")[0], "a broken pipe ends it, quietly")
        status, text = guest.run("(battguardctl monitor --since 1; echo $? >/tmp/status) | "
                                 "true; sleep 1; cat /tmp/status")
        checks.equal((status, text), (0, "0"), "and with status 0")
        for name, number in (("INT", 2), ("TERM", 15)):
            text = guest.sh("battguardctl monitor >/tmp/out & pid=$!; sleep 1; "
                            f"kill -{name} $pid; wait $pid; echo $?")
            # A shell lets its background commands ignore SIGINT; ours asks for it.
            # The shell may say so as well, if it is quick.
            checks.equal(text.splitlines()[-1], str(128 + number), f"it dies by SIG{name}")
        text = guest.sh("mkfifo /tmp/fifo; (exec 3</tmp/fifo; sleep 20) >/tmp/err 2>&1 & "
                        "(battguardctl monitor >/tmp/fifo; echo $? >/tmp/ended) 2>/tmp/err & sleep 1; "
                        "storm 1000; killall -TERM battguardctl; sleep 1; cat /tmp/ended")
        checks.equal(text, "143", "SIGTERM ends it while its reader does not read")
        status, text = guest.run("battguardctl show --watch -n 3 --timeout 30 & pid=$!; sleep 1; "
                                 "battguardctl disable; battguardctl enable; wait $pid; echo $?")
        checks.ok(text.count("state normal") >= 1 and text.endswith("0"),
                  "show --watch shows each change", text)


def _since(guest):
    """Since when state and outputs are as they are."""
    shown = guest.json("show")
    return [shown[f"{name}_since_ns"] for name in ("state", "load", "charger", "pre_alarm")]


@scenario
def overwritten(kit, checks):
    """What the ring has not kept is lost, with the exact count."""
    with ToolBoard(kit, checks=checks) as guest:
        before = _since(guest)
        guest.sh("storm 400")
        gone, *log = guest.json_lines("battguardctl log -j")
        latest = settled(guest)
        first = log[0]["seq"]
        checks.equal((gone["event"], gone["seq"], gone["count"]), ("lost", 1, first - 1),
                     "log says how many are gone")
        checks.ok(all(before), "since when is told", before)
        checks.equal(_since(guest), before, f"{latest} events later as well")
        checks.equal(guest.sh("COLUMNS=100 battguardctl show").count(" since "), 4,
                     "and in the picture: state and three outputs")
        checks.ok(len(log) >= 256, f"the latest {len(log)} are kept")
        checks.equal([line["seq"] for line in log], list(range(first, latest + 1)), "without a gap")
        checks.equal([line["mute"] for line in log], [line["seq"] % 2 ^ 1 for line in log],
                     "each with what was in force after it")
        lost, event = guest.json_lines("battguardctl log -j --since 10 | head -n 2")
        checks.equal((lost["event"], lost["seq"], lost["count"], event["seq"]),
                     ("lost", 10, first - 10, first), "log --since 10: lost, with the count")
        lines = guest.json_lines(f"battguardctl monitor -j --since 1 --timeout 1 | head -n 2")
        checks.equal((lines[0]["event"], lines[0]["count"], lines[1]["seq"]),
                     ("lost", first - 1, first), "monitor --since 1: the same")
        text = guest.sh("battguardctl log -b --since 1 | head -n 1")
        checks.ok(text.endswith(f"#1 lost {first - 1} events"), "and in words", text)
        checks.equal(guest.sh(f"cat {board.SUPPLY}/state"), "normal", "the guard is at its post")


def _allocations(guest, pairs):
    """{who: how often} memory is asked for while so many pairs of events happen."""
    guest.sh(f"cd {tracing.TRACEFS} && echo 16384 >buffer_size_kb && echo 1 >events/kmem/enable && "
             "echo >trace && echo 1 >tracing_on")
    guest.sh(f"flood {pairs} {board.SUPPLY}/mute; sleep 1; echo 0 >{tracing.TRACEFS}/tracing_on")
    counts = guest.sh(f"cd {tracing.TRACEFS}; for who in 'call_site=__alloc_skb' '\\[battguard\\]' "
                      "'call_site='; do grep \"$who\" trace | grep -c -v 'free:'; done; "
                      "true").split()
    return dict(zip(("messages", "battguard", "all"), map(int, counts)))


@scenario
def unheard(kit, checks):
    """Nothing is sent, and nothing allocated, when nobody listens."""
    pairs = 200
    with ToolBoard(kit, files={"bin/flood": build_flood()}, checks=checks) as guest:
        before = guest.json("show")["seq"]
        alone = _allocations(guest, pairs)
        with background(guest, "battguardctl monitor >/tmp/out"):
            time.sleep(1)
            heard = _allocations(guest, pairs)
        checks.equal(guest.json("show")["seq"], before + 4 * pairs, "all of it has happened")
        checks.ok(alone["all"] and heard["all"], "allocations are traced", f"{alone} {heard}")
        checks.equal(alone["messages"], 0, f"{2 * pairs} events, nobody listens: no message made")
        checks.ok(heard["messages"] >= 2 * pairs,
                  f"the same with a listener: {heard['messages']} messages made", heard)
        checks.equal((alone["battguard"], heard["battguard"]), (0, 0),
                     "an event itself asks for no memory in either case")
