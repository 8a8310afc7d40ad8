# SPDX-License-Identifier: GPL-2.0
"""System suspend: when it is refused, what wakes, and what is made good after.

Suspend to RAM: devices, timers and the clock are suspended, and the interrupts
of the lines and of the RTC are all that is left to wake the processor. The
part of the firmware is played by scripts/lab/deepsleep.
"""

import time

from lab import kernels, tracing
from lab.board import DRIVER, NODE, SUPPLY, Board
from lab.common import Trouble
from lab.devicetree import guard_node
from lab.lines import FLOATING, HIGH
from . import WINDOW, scenario, virt_only
from .discharge import ALL_WELL, CUT_OFF, SKEW, all_well, warned

WAKES = {"wakeup-source": True}
SLEEP = "echo mem >/sys/power/state"
SLOW = "/sys/module/deepsleep/parameters/slow_ms"

# To wake takes the resume of all devices, one after the other, on a console
# that is slow, besides what a line takes when awake.
RESUMED = 1.0
# An RTC's alarm comes on a whole second, at the end of the one it was set for.
RTC_LATE = 1.1


class Sleeper(Board):
    """A board that can be suspended to RAM."""

    def __init__(self, kernel, module, changes=WAKES, **options):
        super().__init__(kernel, module, changes,
                         helpers=[kernels.build_helper(kernel, "deepsleep")], **options)


def _slept(board):
    """How often the system has slept, and how often it could not."""
    return [int(board.sh(f"cat /sys/power/suspend_stats/{what}")) for what in ("success", "fail")]


def _fall_asleep(board):
    """Suspend; gives the command, which ends when the system is awake again."""
    board.sh("sync")
    key = board.send(SLEEP)
    if not board.busy(key, 2.5):
        raise Trouble(f"the guest does not sleep: {board.done(key)}\n{board.tail()}")
    return key


def _awake(board, checks, key, text):
    """The system wakes, and it has really slept."""
    before = board.slept
    status, output = board.done(key, 30)
    board.slept = _slept(board)
    checks.equal((status, output, board.slept), (0, "", [before[0] + 1, before[1]]),
                 f"{text}: the system slept and is awake")


def _start(board, checks):
    all_well(board, checks)
    board.slept = _slept(board)


def _refused(board, checks, text):
    """Suspend is refused with EBUSY, and nothing moves."""
    mark = board.lines.mark()
    status, output = board.run(SLEEP)
    board.slept = _slept(board)
    checks.ok(status and "busy" in output.lower(), f"{text}: suspend refused with EBUSY",
              f"status {status}: {output}")
    board.lines.poll()
    checks.equal(board.lines.changes[mark:], [], f"{text}: and nothing moves")


def _woken(board, checks, text, outputs, after=0.0, **inputs):
    """Asleep, one input changes: the outputs follow and the system is awake.

    after: the restore time that it takes, which holds the system awake.
    """
    lines = board.lines
    mark = lines.mark()
    key = _fall_asleep(board)
    lines.poll()
    checks.equal(lines.changes[mark:], [], f"{text}: outputs stay while it falls asleep")
    lines.set(**inputs)
    lines.wait(**outputs)
    since = lines.last_input(next(iter(inputs)).replace("_", "-"))
    for name, state in outputs.items():
        name = name.replace("_", "-")
        checks.between(lines.last(name, state) - since,
                       after - SKEW if after else WINDOW - 0.001, after + RESUMED,
                       f"{text}: {name} {state} as it wakes")
    _awake(board, checks, key, text)


@scenario
@virt_only
def lines_wake(kernel, module, checks):
    """Each input wakes the sleeping system, and is acted upon."""
    with Sleeper(kernel, module, checks=checks) as board:
        lines = board.lines
        _start(board, checks)
        off, on = {"load": FLOATING, "charger": FLOATING}, {"load": HIGH, "charger": HIGH}
        _woken(board, checks, "remote H released", off, remote_h=False)
        _woken(board, checks, "remote L asserted", on, after=1.0, remote_l=True)
        _woken(board, checks, "remote L released", off, remote_l=False)
        _woken(board, checks, "remote H asserted", on, after=1.0, remote_h=True)
        _woken(board, checks, "charging forbidden", {"charger": FLOATING}, allow_charge=False)
        # The restore time holds the system awake, so it is back in time.
        key = _fall_asleep(board)
        lines.set(allow_charge=True)
        lines.wait(charger=HIGH)
        checks.between(lines.last("charger", HIGH) - lines.last_input("allow-charge"),
                       1.0 - SKEW, 1.0 + RESUMED, "charging permitted: back after restore")
        _awake(board, checks, key, "charging permitted")
        _woken(board, checks, "low-cell", {"pre_alarm": HIGH}, low_cell=True)
        onset = lines.last("pre-alarm", HIGH)
        _refused(board, checks, "minimum delay runs")
        time.sleep(max(0, 31 - (time.time() - onset)))
        checks.equal(lines.now(), {**ALL_WELL, "pre-alarm": HIGH}, "low-cell alone: load stays")
        _woken(board, checks, "delay over, discharge forbidden",
               {"load": FLOATING, "pre_alarm": FLOATING}, allow_discharge=False)
        checks.equal(lines.now(), CUT_OFF, "under-voltage leaves the charger on")


@scenario
@virt_only
def sleep_refused(kernel, module, checks):
    """A guard that the lines may not wake does not let the system sleep."""
    with Sleeper(kernel, module, {}, checks=checks) as board:
        _start(board, checks)
        mark = board.mark()
        _refused(board, checks, "no wakeup-source")
        _refused(board, checks, "tried again")
        checks.equal(len(board.log(f"{NODE}: a sleeping system cannot guard", mark)), 1,
                     "and one line says why")
        warned(board, checks, "after that", low_cell=True)
    with Sleeper(kernel, module, checks=checks) as board:
        _start(board, checks)
        wakeup = f"{DRIVER}/{NODE}/power/wakeup"
        checks.equal(board.value("device/power/wakeup"), "enabled", "wakeup-source: enabled")
        board.sh(f"echo disabled >{wakeup}")
        _refused(board, checks, "waking disabled by the user")
        board.sh(f"echo enabled >{wakeup}")
        _woken(board, checks, "enabled again", {"load": FLOATING}, remote_h=False)
        board.sh(f"echo {NODE} >{DRIVER}/unbind")
        checks.equal(board.run(f"[ -e /sys/devices/platform/{NODE}/power/wakeup_count ]")[0], 1,
                     "unbound: no source of waking is left")


@scenario
@virt_only
def held_awake(kernel, module, checks):
    """The minimum delay and the restore times hold the system awake."""
    with Sleeper(kernel, module, {**WAKES, "restore-delay-ms": 4000}, checks=checks) as board:
        lines = board.lines
        _start(board, checks)
        lines.set(allow_charge=False)
        lines.wait(charger=FLOATING)
        lines.set(allow_charge=True)
        time.sleep(0.5)
        _refused(board, checks, "restore time runs")
        # Who asks before, as a service manager may, has to wait.
        key = board.send("cat /sys/power/wakeup_count")
        checks.ok(board.busy(key, 1), "restore time runs: wakeup_count does not answer")
        board.done(key, 30)
        checks.equal(lines.now()["charger"], HIGH, "and answers when the charger is back")
        _woken(board, checks, "low-cell", {"pre_alarm": HIGH}, low_cell=True)
        onset = lines.last("pre-alarm", HIGH)
        key = board.send("cat /sys/power/wakeup_count")
        board.done(key, 60)
        checks.between(time.time() - onset, 30.0 - SKEW, 31.0,
                       "minimum delay: wakeup_count answers at its end")
        _woken(board, checks, "low-cell over", {}, low_cell=False)
        lines.wait(pre_alarm=FLOATING)
        checks.between(lines.last("pre-alarm", FLOATING) - lines.last_input("low-cell"),
                       4.0 - SKEW, 4.0 + RESUMED, "low-cell over: warning ends after restore")


@scenario
@virt_only
def eager_sleeper(kernel, module, checks):
    """A system that sleeps whenever it may: warning, cut and return in time."""
    with Sleeper(kernel, module, checks=checks) as board:
        lines = board.lines
        _start(board, checks)
        tracing.start(board)
        # A console that is suspended loses what is sent to it: no word to the
        # guest until the second pre-alarm, which ends the loop.
        board.sh(f"(until grep -qx 2 {SUPPLY}/pre_alarms; do {SLEEP}; sleep 0.2; done) "
                 ">/dev/null 2>&1 &")
        time.sleep(3)
        lines.set(low_cell=True, allow_discharge=False)
        lines.wait(pre_alarm=HIGH)
        checks.between(lines.last("pre-alarm", HIGH) - lines.last_input("low-cell"),
                       WINDOW - 0.001, RESUMED, "asleep, low-cell and forbidden: pre-alarm")
        lines.wait(timeout=60, load=FLOATING, pre_alarm=FLOATING)
        cut = lines.last("load", FLOATING)
        time.sleep(4)
        mark = lines.mark()
        lines.set(low_cell=False, allow_discharge=True)
        lines.wait(timeout=60, load=HIGH)
        checks.between(lines.last("load", HIGH) - cut, 30.0 - SKEW, 30.0 + RTC_LATE,
                       "asleep, woken by the RTC: load back 30 s after the disconnect")
        lines.poll()
        checks.equal([(c.name, c.state) for c in lines.changes[mark:]], [("load", HIGH)],
                     "and nothing else moved")
        time.sleep(3)
        lines.set(low_cell=True)
        lines.wait(pre_alarm=HIGH)
        time.sleep(2)
        decided = tracing.entered(board, "load-off")
        checks.between(decided - tracing.entered(board, "pre-alarm", before=decided),
                       30.0, 30.1, "held awake: load off after 30 s")
        slept, could_not = _slept(board)
        checks.ok(slept >= 4 and could_not >= 20, "it slept in between, and could not in delays",
                  f"slept {slept}, refused {could_not}")


@scenario
@virt_only
def reconnect_asleep(kernel, module, checks):
    """The reconnect delay: the RTC wakes for its end; without one, resume judges."""
    rtc = guard_node({**WAKES, "load-reconnect-delay-ms": 20000}, NODE)
    none = "\t/delete-node/ pl031@9010000;\n" + guard_node(
        {**WAKES, "load-reconnect-delay-ms": 6000}, NODE)
    for nodes, text in ((rtc, "with RTC"), (none, "without RTC")):
        with Sleeper(kernel, module, nodes=nodes) as board:
            lines = board.lines
            _start(board, checks)
            warned(board, checks, text, allow_discharge=False)
            lines.wait(timeout=60, load=FLOATING)
            cut = lines.last("load", FLOATING)
            lines.set(allow_discharge=True)
            time.sleep(1.2)
            mark = lines.mark()
            key = _fall_asleep(board)
            if text == "with RTC":
                lines.wait(timeout=30, load=HIGH)
                checks.between(lines.last("load", HIGH) - cut, 20.0 - SKEW, 20.0 + RTC_LATE,
                               "asleep: the RTC wakes, load back at the end of the delay")
            else:
                time.sleep(8)
                lines.poll()
                checks.equal(lines.changes[mark:], [], "no RTC, asleep: nothing moves")
                lines.set(low_cell=True)
                lines.wait(load=HIGH, pre_alarm=HIGH)
                checks.between(lines.last("load", HIGH) - lines.last_input("low-cell"), 0,
                               RESUMED, "woken by low-cell: load back as it wakes, with warning")
            _awake(board, checks, key, text)
            checks.equal(board.value("load_off_reasons"), "none", f"{text}: no reason is left")
            checks.equal(board.problems(), [], f"{text}: no warning in the log")


@scenario
@virt_only
def alarm_falling_asleep(kernel, module, checks):
    """The end of the reconnect delay comes once devices sleep: that is no sleep."""
    with Sleeper(kernel, module, {**WAKES, "load-reconnect-delay-ms": 8000},
                 checks=checks) as board:
        lines = board.lines
        _start(board, checks)
        warned(board, checks, "with RTC", allow_discharge=False)
        lines.wait(timeout=60, load=FLOATING)
        cut = lines.last("load", FLOATING)
        lines.set(allow_discharge=True)
        # The RTC's interrupt comes and goes while it is not one that wakes yet.
        board.sh(f"echo 12000 >{SLOW}")
        time.sleep(1.2)
        key = board.send(SLEEP)
        lines.wait(timeout=30, load=HIGH)
        checks.between(lines.last("load", HIGH) - cut, 8.0 - SKEW, 12.0 + 1.2 + 2 * RESUMED,
                       "falling asleep: load back when the last device would sleep")
        status, output = board.done(key, 30)
        checks.ok(status and "busy" in output.lower(), "suspend ends with EBUSY",
                  f"status {status}: {output}")
        checks.equal(_slept(board), [board.slept[0], board.slept[1] + 1], "it did not sleep")


@scenario
@virt_only
def falling_asleep(kernel, module, checks):
    """A line that changes at any moment of falling asleep is acted upon."""
    with Sleeper(kernel, module, {**WAKES, "debounce-delay-ms": 50}, checks=checks) as board:
        lines = board.lines
        _start(board, checks)
        # Other devices take a while, after the guard has agreed to sleep. An
        # edge then opens a window, and must not be slept on.
        board.sh(f"echo 150 >{SLOW}")
        level, late, slept = True, [], 0
        for step in range(60):
            key = board.send(SLEEP)
            time.sleep(0.005 * step)
            level = not level
            lines.set(remote_h=level)
            try:
                # On counts a second after the edge.
                lines.wait(timeout=4 if level else 2, load=HIGH if level else FLOATING)
            except Trouble:
                late.append(5 * step)
            if board.busy(key, 0.5):
                slept += 1
                level = not level
                lines.set(remote_h=level)
                lines.wait(load=HIGH if level else FLOATING)
            board.done(key)
        checks.equal(late, [], "60 edges, 0..295 ms after suspend began: outputs follow each")
        had = _slept(board)
        checks.ok(all(had), "some came when it slept, some before", f"slept, refused: {had}")


@scenario
@virt_only
def test_levels(kernel, module, checks):
    """The levels of pm_test and suspend to idle: none upsets the guard."""
    with Sleeper(kernel, module, checks=checks) as board:
        lines = board.lines
        _start(board, checks)
        board.sh("echo 1 >/sys/module/suspend/parameters/pm_test_delay")
        level = True
        for test in ("freezer", "devices", "platform", "processors", "core"):
            board.sh(f"echo {test} >/sys/power/pm_test")
            mark = lines.mark()
            status, output = board.run(SLEEP)
            checks.equal((status, output), (0, ""), f"{test}: goes there and back")
            lines.poll()
            checks.equal(lines.changes[mark:], [], f"{test}: nothing moves")
            key = board.send(SLEEP)
            board.busy(key, 0.5)
            level = not level
            lines.set(remote_h=level)
            lines.wait(load=HIGH if level else FLOATING)
            followed = lines.last("load", lines.now()["load"]) - lines.last_input("remote-h")
            checks.between(followed, WINDOW - 0.001, (3.0 if level else 2.0) + RESUMED,
                           f"{test}: a line that changes there is followed")
            board.done(key)
        board.sh("echo none >/sys/power/pm_test")
        lines.set(remote_h=True)
        lines.wait(load=HIGH)
        board.slept = _slept(board)
        _woken(board, checks, "after them", {"load": FLOATING}, remote_h=False)
        board.sh("echo s2idle >/sys/power/mem_sleep")
        _woken(board, checks, "suspend to idle", {"load": HIGH}, after=1.0, remote_h=True)
        checks.equal(board.sh(f"cat {SUPPLY}/faults"), "0", "no line or output was at fault")
