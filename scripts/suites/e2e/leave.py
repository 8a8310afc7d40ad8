# SPDX-License-Identifier: GPL-2.0
"""Letting go: unbind, removal, reboot, power-off and panic, in every state."""

import random

from lab.board import DRIVER, NODE, Board
from lab.lines import FLOATING, HIGH
from lab.meanwhile import Meanwhile
from . import scenario, virt_only
from .discharge import ALL_WELL
from .probe import PERMITTED

FLOAT = {"load": FLOATING, "charger": FLOATING, "pre-alarm": FLOATING}

# How each state is come by: inputs asserted at the bind, then what changes.
STATES = {
    "normal": (PERMITTED, {}, {"load": HIGH, "charger": HIGH}),
    "pre-alarm": (PERMITTED, {"low_cell": True},
                  {"load": HIGH, "charger": HIGH, "pre-alarm": HIGH}),
    "load-off": (("allow-charge", "remote-h"), {}, {"charger": HIGH}),
    "standby": (PERMITTED, {"remote_h": False}, {}),
}


def _enter(board, state, checks):
    """Bring a bound guard into a state; gives the place in the record."""
    _, changes, high = STATES[state]
    board.lines.set(**changes)
    board.lines.wait(**{name.replace("-", "_"): value
                        for name, value in {**FLOAT, **high}.items()})
    have = board.value("state")
    if have != state:
        checks.ok(False, f"the guard gets into {state}", f"state is {have}")
    return board.lines.mark()


def _released(board, mark, state, checks, text):
    """What was high floats, what floated never moved."""
    board.lines.poll()
    high = STATES[state][2]
    checks.equal(board.lines.outputs, FLOAT, f"{text} in {state}: outputs float")
    checks.equal(sorted((c.name, c.state) for c in board.lines.changes[mark:]),
                 sorted((name, FLOATING) for name in high), f"{text} in {state}: nothing pulsed")


@scenario
def unbound(kernel, module, checks):
    """Unbind and module removal in every state."""
    with Board(kernel, module, bind=False, checks=checks) as board:
        for state, (asserted, _, _) in STATES.items():
            for text, come, leave in (
                    ("unbind", f"echo {NODE} >{DRIVER}/bind", f"echo {NODE} >{DRIVER}/unbind"),
                    ("rmmod", "insmod /modules/battguard.ko", "rmmod battguard")):
                board.lines.set(**{name.replace("-", "_"): name in asserted
                                   for name in board.lines.inputs})
                if text == "unbind":
                    board.sh(f"insmod /modules/battguard.ko; echo {NODE} >{DRIVER}/unbind")
                board.sh(come)
                mark = _enter(board, state, checks)
                board.sh(leave)
                _released(board, mark, state, checks, text)
                board.sh("rmmod battguard 2>/dev/null; true")
        claims = board.sh("cat /sys/kernel/debug/gpio")
        checks.ok("|" not in claims, "no line is left claimed", claims)


def _go_down(kernel, module, checks, ways):
    for state, (asserted, _, _) in STATES.items():
        for text, command in ways:
            with Board(kernel, module, initial=asserted, memory=256) as board:
                mark = _enter(board, state, checks)
                board.poweroff(command)
                _released(board, mark, state, checks, text)
                checks.equal(board.problems(), [], f"{text} in {state}: no warning in the log")


@scenario
@virt_only
def rebooted(kernel, module, checks):
    """Reboot and power-off in every state, each on a fresh board."""
    _go_down(kernel, module, checks, (("reboot", "reboot -f"), ("power-off", "poweroff -f")))


def _killed(kernel, module, checks, key, what):
    """The kernel ends without a shutdown, by a key of sysrq."""
    for state in ("normal", "pre-alarm"):
        asserted = STATES[state][0]
        with Board(kernel, module, initial=asserted, memory=256, push_pull=True) as board:
            mark = _enter(board, state, checks)
            board.poweroff(f"echo {key} >/proc/sysrq-trigger")
            _released(board, mark, state, checks, what)


@scenario
@virt_only
def panicked(kernel, module, checks):
    """A panic: best effort, and the PL061 may be written in any context."""
    _killed(kernel, module, checks, "c", "panic")
    # To change a direction a pin controller may take a mutex.
    with Board(kernel, module, memory=256, push_pull=False) as board:
        mark = _enter(board, "normal", checks)
        board.poweroff("echo c >/proc/sysrq-trigger")
        board.lines.poll()
        checks.equal(board.lines.changes[mark:], [], "panic: open-source outputs stay as they are")


@scenario
@virt_only
def restarted(kernel, module, checks):
    """A restart without shutdown, as of sysrq-b: a handler of the guard comes first."""
    _killed(kernel, module, checks, "b", "sysrq-b")


@scenario
def bound_often(kernel, module, checks):
    """A hundred times bound and unbound while edges arrive on every input."""
    with Board(kernel, module, checks=checks) as board:
        lines = board.lines
        lines.wait(load=HIGH)
        chance = random.Random(100)

        def rattle(_):
            name = chance.choice(list(lines.inputs))
            lines.set(**{name.replace("-", "_"): chance.random() < 0.5})

        with Meanwhile(rattle, lambda: chance.uniform(0.0002, 0.004)):
            board.sh(f"n=0; while [ $n -lt 100 ]; do echo {NODE} >{DRIVER}/unbind; "
                     f"echo {NODE} >{DRIVER}/bind; n=$((n+1)); done", timeout=300)
        checks.equal(len(board.log("failed with error")), 0, "every one of 100 binds works")
        lines.poll()
        checks.ok(len(lines.input_changes) > 100, "edges arrived all the while",
                  f"{len(lines.input_changes)} edges")
        board.sh(f"echo {NODE} >{DRIVER}/unbind")
        checks.equal(lines.now(), FLOAT, "unbound at last: outputs float")
        claims = board.sh("cat /sys/kernel/debug/gpio")
        checks.ok("|" not in claims, "no line is left claimed", claims)
        lines.set(**{name.replace("-", "_"): name in PERMITTED for name in lines.inputs})
        board.sh(f"echo {NODE} >{DRIVER}/bind")
        lines.wait(load=HIGH, charger=HIGH, pre_alarm=FLOATING)
        checks.equal(lines.now(), ALL_WELL, "bound once more: works as on the first day")
