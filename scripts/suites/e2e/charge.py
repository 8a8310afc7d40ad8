# SPDX-License-Identifier: GPL-2.0
"""The charge path and the remote terminals."""

import time

from lab.board import Board
from lab.lines import FLOATING, HIGH
from . import AT_ONCE, WINDOW, scenario
from .discharge import ALL_WELL, SKEW, all_well, warned

STANDBY = {"load": FLOATING, "charger": FLOATING, "pre-alarm": FLOATING}


@scenario
def charge_path(kernel, module, checks):
    """Charging forbidden and permitted; the load is not concerned."""
    with Board(kernel, module, checks=checks) as board:
        lines = board.lines
        all_well(board, checks)
        for round_ in ("first", "second"):
            mark = lines.mark()
            lines.set(allow_charge=False)
            lines.wait(charger=FLOATING)
            checks.between(lines.last("charger", FLOATING) - lines.last_input("allow-charge"),
                           WINDOW - 0.001, AT_ONCE, f"forbidden, {round_}: charger floats at once")
            checks.equal(board.value("charger_off_reasons"), "battery", "reason: battery")
            time.sleep(1.5)
            lines.set(allow_charge=True)
            lines.wait(charger=HIGH)
            checks.between(lines.last("charger", HIGH) - lines.last_input("allow-charge"),
                           1.0 - SKEW, 1.0 + AT_ONCE, f"permitted, {round_}: back after restore")
            checks.equal([(c.name, c.state) for c in lines.changes[mark:]],
                         [("charger", FLOATING), ("charger", HIGH)], "load unaffected")
        # A permission that does not hold is no permission.
        lines.set(allow_charge=False)
        lines.wait(charger=FLOATING)
        mark = lines.mark()
        for _ in range(5):
            lines.set(allow_charge=True)
            time.sleep(0.6)
            lines.set(allow_charge=False)
            time.sleep(0.1)
        lines.poll()
        checks.equal(lines.changes[mark:], [],
                     "a permission that does not hold brings nothing back")


@scenario
def cable_pulled(kernel, module, checks):
    """Both permissions open at once: charger at once, load after the delay."""
    with Board(kernel, module, checks=checks) as board:
        lines = board.lines
        all_well(board, checks)
        lines.set(allow_charge=False, allow_discharge=False)
        lines.wait(charger=FLOATING, pre_alarm=HIGH)
        time.sleep(0.5)
        checks.equal(lines.now(), {"load": HIGH, "charger": FLOATING, "pre-alarm": HIGH},
                     "charger off at once, load still on, pre-alarm")
        checks.equal(board.value("charger_off_reasons"), "battery cable",
                     "reasons: battery cable")


@scenario
def remote(kernel, module, checks):
    """All wirings of L and H, and what remote off does."""
    wirings = [((), False, "neither"), (("remote-l",), True, "L pulled to minus"),
               (("remote-h",), True, "H high"), (("remote-l", "remote-h"), True, "both")]
    with Board(kernel, module, checks=checks) as board:
        lines = board.lines
        all_well(board, checks)
        for asserted, on, text in wirings:
            lines.set(remote_l="remote-l" in asserted, remote_h="remote-h" in asserted)
            time.sleep(1.4)
            checks.equal(lines.now(), ALL_WELL if on else STANDBY,
                         f"remote by {text}: {'on' if on else 'off, all three float'}")
            checks.equal(board.value("remote"), str(int(on)), f"remote by {text}: file remote")
            if not on:
                shown = board.show()
                checks.equal((shown["state"], shown["load_off_reasons"],
                              shown["charger_off_reasons"]), ("standby", "remote", "remote"),
                             "remote off: state and reasons")
        # The wirings from off to each kind of on, and back: off is at once.
        lines.set(remote_l=False, remote_h=False)
        lines.wait(load=FLOATING, charger=FLOATING)
        for name in ("remote-l", "remote-h"):
            key = name.replace("-", "_")
            lines.set(**{key: True})
            time.sleep(0.4)
            shown = board.show()
            checks.equal((shown["remote"], shown["state"], shown["load_off_reasons"]),
                         ("1", "standby", "restore-delay"), f"{name} asserted: not yet counted")
            lines.wait(load=HIGH, charger=HIGH)
            checks.between(lines.last("load", HIGH) - lines.last_input(name), 1.0 - SKEW,
                           1.0 + AT_ONCE, f"{name} asserted: back after the restore time")
            lines.set(**{key: False})
            lines.wait(load=FLOATING, charger=FLOATING)
            checks.between(lines.last("load", FLOATING) - lines.last_input(name), WINDOW - 0.001,
                           AT_ONCE, f"{name} released: load floats at once")
            checks.between(lines.last("charger", FLOATING) - lines.last_input(name),
                           WINDOW - 0.001, AT_ONCE, f"{name} released: charger floats at once")
        lines.set(remote_l=True)
        lines.wait(load=HIGH)
        warned(board, checks, "low-cell", low_cell=True)
        lines.set(remote_l=False)
        lines.wait(**{key.replace("-", "_"): state for key, state in STANDBY.items()})
        checks.between(lines.last("pre-alarm", FLOATING) - lines.last_input("remote-l"),
                       WINDOW - 0.001, AT_ONCE, "remote off in pre-alarm: all three float at once")
        time.sleep(1)
        lines.set(remote_l=True)
        lines.wait(load=HIGH, charger=HIGH, pre_alarm=HIGH)
        checks.ok(True, "remote on with low-cell: load, charger and pre-alarm come back")


@scenario
def remote_wirings(kernel, module, checks):
    """Boards with neither remote line, or with one of them."""
    for drop, asserted, on, text in (
            (("remote-l", "remote-h"), (), True, "no remote line: always on"),
            (("remote-h",), (), False, "only L, open: off"),
            (("remote-h",), ("remote-l",), True, "only L, pulled to minus: on"),
            (("remote-l",), (), False, "only H, low: off"),
            (("remote-l",), ("remote-h",), True, "only H, high: on")):
        changes = {f"{name}-gpios": None for name in drop}
        initial = ("allow-discharge", "allow-charge", *asserted)
        with Board(kernel, module, changes, initial) as board:
            board.sh("sleep 0.3")
            checks.equal(board.lines.now(), ALL_WELL if on else STANDBY, text)
            checks.equal(board.problems(), [], f"{text}: no warning in the log")
