# SPDX-License-Identifier: GPL-2.0
"""The discharge path: warning, delay, disconnect, recovery."""

import random
import time

from lab import tracing
from lab.board import Board
from lab.lines import FLOATING, HIGH
from . import AT_ONCE, WINDOW, scenario

ALL_WELL = {"load": HIGH, "charger": HIGH, "pre-alarm": FLOATING}
CUT_OFF = {"load": FLOATING, "charger": HIGH, "pre-alarm": FLOATING}

# By QEMU's clock a timer may look early by what two clocks of one host differ.
SKEW = 0.01


def all_well(board, checks):
    """The first row: all permitted, remote on."""
    board.lines.wait(load=HIGH, charger=HIGH)
    checks.equal(board.lines.now(), ALL_WELL,
                 "all permitted, remote on: load and charger high, pre-alarm floating")


def warned(board, checks, what, **inputs):
    """A change of inputs that must raise the pre-alarm at once."""
    board.lines.set(**inputs)
    board.lines.wait(pre_alarm=HIGH)
    late = board.lines.last("pre-alarm", HIGH) - board.lines.last_input(next(iter(inputs))
                                                                       .replace("_", "-"))
    checks.between(late, WINDOW - 0.001, AT_ONCE, f"{what}: pre-alarm high at once")
    checks.equal(board.lines.now()["load"], HIGH, f"{what}: the load stays on")
    return board.lines.last("pre-alarm", HIGH)


def cut_after_delay(board, checks, mark):
    """Wait for the disconnect; it must come 30 s after the pre-alarm began."""
    lines = board.lines
    lines.wait(timeout=60, load=FLOATING, pre_alarm=FLOATING)
    checks.between(tracing.entered(board, "load-off") - tracing.entered(board, "pre-alarm"),
                   30.0, 30.1, "load off 30.0..30.1 s after pre-alarm began, guest's clock")
    onset, cut = lines.last("pre-alarm", HIGH), lines.last("load", FLOATING)
    checks.between(cut - onset, 30.0 - SKEW, 30.1, "the same at the controller")
    last = [(change.name, change.state) for change in lines.changes[mark:]][-2:]
    checks.equal(last, [("load", FLOATING), ("pre-alarm", FLOATING)],
                 "pre-alarm off right behind the load, nothing between")
    checks.equal([group for group in tracing.writes(board) if ("load", "0") in group][-1:],
                 [[("load", "0"), ("pre-alarm", "0")]], "both in one evaluation")
    return cut


@scenario
def low_battery(kernel, module, checks):
    """Warned, discharge forbidden 5 s later, cut, permitted again, back."""
    with Board(kernel, module, checks=checks) as board:
        tracing.start(board)
        lines = board.lines
        all_well(board, checks)
        mark = lines.mark()
        warned(board, checks, "low-cell", low_cell=True)
        checks.equal(board.value("state"), "pre-alarm", "state pre-alarm")
        time.sleep(5)
        lines.set(allow_discharge=False)
        left = int(board.value("pre_alarm_remaining_ms")) / 1000
        checks.between(left, 20, 25.1, "pre_alarm_remaining_ms tells of the delay")
        cut = cut_after_delay(board, checks, mark)
        checks.equal(lines.now(), CUT_OFF, "under-voltage leaves the charger on")
        shown = board.show()
        checks.equal((shown["state"], shown["load"], shown["charger"], shown["pre_alarm"]),
                     ("load-off", "0", "1", "0"), "the files say the same")
        checks.equal(shown["load_off_reasons"], "undervoltage reconnect-delay",
                     "reasons: undervoltage reconnect-delay")
        time.sleep(3)
        mark = lines.mark()
        lines.set(low_cell=False, allow_discharge=True)
        time.sleep(0.5)
        checks.equal(board.value("load_off_reasons"), "reconnect-delay restore-delay",
                     "permitted again: reasons reconnect-delay restore-delay")
        lines.wait(timeout=60, load=HIGH)
        back = lines.last("load", HIGH)
        checks.between(back - cut, 30.0 - SKEW, 30.2, "load back 30 s after the disconnect")
        checks.between(tracing.entered(board, "normal") - tracing.entered(board, "load-off"),
                       30.0, 30.1, "not before, by the guest's clock")
        checks.equal([(c.name, c.state) for c in lines.changes[mark:]], [("load", HIGH)],
                     "and nothing else moved")
        checks.equal(board.value("load_off_reasons"), "none", "no reason is left")


@scenario
def late_recovery(kernel, module, checks):
    """Permitted again when the reconnect delay is over: the restore time remains."""
    delays = {"load-reconnect-delay-ms": 2000, "restore-delay-ms": 3000}
    with Board(kernel, module, delays, checks=checks) as board:
        tracing.start(board)
        lines = board.lines
        all_well(board, checks)
        mark = lines.mark()
        warned(board, checks, "discharge forbidden first", allow_discharge=False)
        cut_after_delay(board, checks, mark)
        time.sleep(4)
        checks.equal(lines.now()["load"], FLOATING, "reconnect delay over, still forbidden: off")
        lines.set(allow_discharge=True)
        since = lines.last_input("allow-discharge")
        lines.wait(load=HIGH)
        checks.between(lines.last("load", HIGH) - since, 3.0 - SKEW, 3.0 + AT_ONCE,
                       "load back after the restore time")


@scenario
def no_low_cell_line(kernel, module, checks):
    """An older battery has no warning line: the guard makes the warning."""
    with Board(kernel, module, {"low-cell-gpios": None}, checks=checks) as board:
        tracing.start(board)
        all_well(board, checks)
        mark = board.lines.mark()
        warned(board, checks, "discharge forbidden, no low-cell line", allow_discharge=False)
        cut_after_delay(board, checks, mark)
        checks.equal(board.lines.now(), CUT_OFF, "load 30 s later, the charger stays on")


@scenario
def delay_already_over(kernel, module, checks):
    """Discharge forbidden when the warning has lasted longer than the delay."""
    with Board(kernel, module, checks=checks) as board:
        tracing.start(board)
        lines = board.lines
        all_well(board, checks)
        warned(board, checks, "low-cell", low_cell=True)
        time.sleep(35)
        checks.equal(lines.now(), {**ALL_WELL, "pre-alarm": HIGH},
                     "low-cell alone never cuts the load")
        checks.equal(board.value("pre_alarm_remaining_ms"), "0", "no delay is left")
        lines.set(allow_discharge=False)
        lines.wait(load=FLOATING, pre_alarm=FLOATING)
        checks.between(lines.last("load", FLOATING) - lines.last_input("allow-discharge"),
                       WINDOW - 0.001, AT_ONCE, "delay over, then forbidden: load off at once")


def _bounce(board, seconds, shortest, longest):
    """Toggle the discharge line; at the end all is permitted and nothing low.

    Gives what the outputs did until then.
    """
    mark = board.lines.mark()
    chance = random.Random(20)
    end, level = time.monotonic() + seconds, False
    while time.monotonic() < end:
        level = not level
        board.lines.set(allow_discharge=level)
        time.sleep(chance.uniform(shortest, longest))
    board.lines.set(low_cell=False, allow_discharge=True)
    ended = board.lines.last_input("allow-discharge")
    return [(c.name, c.state) for c in board.lines.changes[mark:] if c.when <= ended]


@scenario
def bouncing_fast(kernel, module, checks):
    """The discharge line bounces for a minute, quicker than the filter."""
    with Board(kernel, module, checks=checks) as board:
        tracing.start(board)
        all_well(board, checks)
        warned(board, checks, "low-cell", low_cell=True)
        board.sh("echo 0 >/sys/kernel/tracing/events/battguard/battguard_edge/enable")
        lines = board.lines
        checks.equal(_bounce(board, 60, 0.0005, 0.004),
                     [("load", FLOATING), ("pre-alarm", FLOATING)],
                     "bouncing for a minute: one warning, one disconnect, no flutter")
        checks.between(lines.last("load", FLOATING) - lines.last("pre-alarm", HIGH),
                       30.0 - SKEW, 30.1, "load off at 30 s all the same")
        checks.between(tracing.entered(board, "load-off") - tracing.entered(board, "pre-alarm"),
                       30.0, 30.1, "the same by the guest's clock")
        lines.wait(timeout=40, load=HIGH)
        checks.equal(lines.now(), ALL_WELL, "when the line is quiet all comes back")


@scenario
def bouncing_slow(kernel, module, checks):
    """The discharge line comes and goes slowly enough to be believed."""
    with Board(kernel, module, checks=checks) as board:
        tracing.start(board)
        all_well(board, checks)
        lines = board.lines
        checks.equal(_bounce(board, 60, 0.2, 0.6),
                     [("pre-alarm", HIGH), ("load", FLOATING), ("pre-alarm", FLOATING)],
                     "coming and going for a minute: one warning, one disconnect")
        # Only the level at or after the deadline counts: at the latest the
        # next time the line opens, 0.6 s on.
        checks.between(lines.last("load", FLOATING) - lines.last("pre-alarm", HIGH),
                       30.0 - SKEW, 30.8, "load off at 30 s, or when next forbidden")


@scenario
def warning_ends(kernel, module, checks):
    """A warning that passes; the next one has its own full delay."""
    with Board(kernel, module, checks=checks) as board:
        tracing.start(board)
        lines = board.lines
        all_well(board, checks)
        warned(board, checks, "low-cell", low_cell=True)
        time.sleep(3)
        lines.set(low_cell=False)
        lines.wait(pre_alarm=FLOATING)
        checks.between(lines.last("pre-alarm", FLOATING) - lines.last_input("low-cell"),
                       1.0 - SKEW, 1.0 + AT_ONCE, "warning over after the restore time")
        time.sleep(1)
        mark = lines.mark()
        warned(board, checks, "forbidden anew", allow_discharge=False)
        cut_after_delay(board, checks, mark)


@scenario
def sagging(kernel, module, checks):
    """Discharge forbidden for a moment: the warning lasts until 30 s without that."""
    with Board(kernel, module, checks=checks) as board:
        lines = board.lines
        all_well(board, checks)
        warned(board, checks, "forbidden", allow_discharge=False)
        time.sleep(2)
        lines.set(allow_discharge=True)
        since = lines.last_input("allow-discharge")
        lines.wait(timeout=60, pre_alarm=FLOATING)
        checks.between(lines.last("pre-alarm", FLOATING) - since, 30.0 - SKEW, 30.0 + AT_ONCE,
                       "warning over after 30 s without it")
        checks.equal(lines.now(), ALL_WELL, "the load has stayed on")
        # And again, with a pause that is shorter: cut, as the delay is over.
        warned(board, checks, "forbidden once more", allow_discharge=False)
        onset = lines.last("pre-alarm", HIGH)
        time.sleep(2)
        lines.set(allow_discharge=True)
        time.sleep(max(0, onset + 31 - time.time()))
        checks.equal(lines.now(), {**ALL_WELL, "pre-alarm": HIGH}, "permitted: the load stays on")
        lines.set(allow_discharge=False)
        lines.wait(load=FLOATING, pre_alarm=FLOATING)
        checks.between(lines.last("load", FLOATING) - lines.last_input("allow-discharge"),
                       WINDOW - 0.001, AT_ONCE, "forbidden after a pause below 30 s: cut at once")


@scenario
def intermittent(kernel, module, checks):
    """The intermittent pre-alarm: 0.8 s on, 0.8 s off, beginning with on."""
    with Board(kernel, module, {"pre-alarm-intermittent": True}, checks=checks) as board:
        lines = board.lines
        all_well(board, checks)
        mark = lines.mark()
        warned(board, checks, "low-cell", low_cell=True)
        time.sleep(6.5)
        lines.poll()
        began = lines.changes[mark].when
        halves = [c for c in lines.changes[mark:] if c.when < began + 6]
        checks.equal([c.state for c in halves], [HIGH, FLOATING] * 4,
                     "eight halves in 6 s, on and off in turn")
        # Counted from the onset: one that comes late does not move the next.
        for number, half in enumerate(halves):
            late = half.when - began - 0.8 * number
            if not -SKEW <= late <= AT_ONCE:
                checks.ok(False, "each begins on a multiple of 0.8 s",
                          f"the one of number {number} is {late:.3f} s late")
                break
        else:
            checks.ok(True, "each begins on a multiple of 0.8 s")
        checks.equal(board.value("pre_alarm"), "1", "the file shows the logical output")
