# SPDX-License-Identifier: GPL-2.0
"""Starting: at power-up in every situation, on bad boards, without a controller."""

import re
import time

from lab import devicetree
from lab.board import DRIVER, NODE, Board
from lab.devicetree import PL061, guard_node
from lab.lines import FLOATING, HIGH
from . import AT_ONCE, scenario, virt_only
from .discharge import ALL_WELL, SKEW

PERMITTED = ("allow-discharge", "allow-charge", "remote-h")


@scenario
def forbidden_at_power_up(kernel, module, checks):
    """Discharge forbidden when the power comes: not one moment of load."""
    with Board(kernel, module, initial=("allow-charge", "remote-h"), checks=checks) as board:
        lines = board.lines
        lines.wait(charger=HIGH)
        time.sleep(33)
        lines.poll()
        checks.equal([(c.name, c.state) for c in lines.changes], [("charger", HIGH)],
                     "discharge forbidden at power-up: load never comes on, charger does")
        shown = board.show()
        checks.equal((shown["state"], shown["load_off_reasons"]), ("load-off", "undervoltage"),
                     "state load-off, reason undervoltage")
        checks.equal(board.value("load_disconnects"), "0", "that is no disconnect")
        lines.set(allow_discharge=True)
        lines.wait(load=HIGH)
        checks.between(lines.last("load", HIGH) - lines.last_input("allow-discharge"),
                       1.0 - SKEW, 1.0 + AT_ONCE,
                       "permitted: load on after the restore time, no reconnect delay")


@scenario
def no_pulse(kernel, module, checks):
    """Bound in every situation: outputs go where they belong and nowhere else."""
    rows = (
        ("all permitted", PERMITTED, {"load": HIGH, "charger": HIGH}),
        ("low-cell", (*PERMITTED, "low-cell"),
         {"load": HIGH, "charger": HIGH, "pre-alarm": HIGH}),
        ("charge forbidden", ("allow-discharge", "remote-h"), {"load": HIGH}),
        ("discharge forbidden", ("allow-charge", "remote-h"), {"charger": HIGH}),
        ("discharge forbidden, low-cell", ("allow-charge", "remote-h", "low-cell"),
         {"charger": HIGH}),
        ("cable pulled", ("remote-h",), {}),
        ("remote off", ("allow-discharge", "allow-charge"), {}),
        ("nothing connected", (), {}),
    )
    with Board(kernel, module, bind=False, checks=checks) as board:
        lines = board.lines
        board.sh("insmod /modules/battguard.ko")
        lines.wait(load=HIGH)
        for text, asserted, wanted in rows:
            board.sh(f"echo {NODE} >{DRIVER}/unbind")
            lines.set(**{name.replace("-", "_"): name in asserted for name in devicetree.INPUTS})
            mark = lines.mark()
            board.sh(f"echo {NODE} >{DRIVER}/bind; sleep 0.3")
            lines.poll()
            changes = lines.changes[mark:]
            checks.equal(sorted((c.name, c.state) for c in changes), sorted(wanted.items()),
                         f"bound with {text}: {', '.join(wanted) or 'nothing'} high, no pulse")


# name of a node, the property that must be named, what is wrong with the node
def _lines(count):
    return ", ".join(f"<{PL061} {line} 0>" for line in (0, 1, 2, 3, 4, 0, 1, 2, 3)[:count])


BAD_BOARDS = (
    ("pre-alarm-delay-ms", {"pre-alarm-delay-ms": 29999}),
    ("pre-alarm-delay-ms", {"pre-alarm-delay-ms": 600001}),
    ("pre-alarm-delay-ms", {"pre-alarm-delay-ms": 0}),
    ("pre-alarm-delay-ms", {"pre-alarm-delay-ms": '"3000000"'}),
    ("pre-alarm-delay-ms", {"pre-alarm-delay-ms": "<30000 30000>"}),
    ("restore-delay-ms", {"restore-delay-ms": 60001}),
    ("restore-delay-ms", {"restore-delay-ms": 0xffffffff}),
    ("load-reconnect-delay-ms", {"load-reconnect-delay-ms": 7200001}),
    ("debounce-delay-ms", {"debounce-delay-ms": 1001}),
    ("label", {"label": '"house bank"'}),
    ("label", {"label": '"-bank"'}),
    ("load-lockout-count", {"load-lockout-count": 17}),
    ("load-lockout-window-ms", {"load-lockout-window-ms": 59999}),
    ("load-lockout-window-ms", {"load-lockout-window-ms": 86400001}),
    ("poll-interval-ms", {"poll-interval-ms": 19}),
    ("poll-interval-ms", {"poll-interval-ms": 1001}),
    ("allow-charge-gpios", {"allow-charge-gpios": None}),
    ("allow-discharge-gpios", {"allow-discharge-gpios": None}),
    ("load-gpios", {"load-gpios": None}),
    ("charger-gpios", {"charger-gpios": None}),
    ("allow-charge-gpios", {"allow-discharge-gpios": _lines(2)}),
    ("allow-discharge-gpios", {"allow-discharge-gpios": _lines(9)}),
    ("low-cell-gpios", {"low-cell-gpios": _lines(9)}),
    ("remote-l-gpios", {"remote-l-gpios": _lines(2)}),
    ("load-gpios", {"load-gpios": _lines(2)}),
)


def _claims(board):
    """Lines of the controller that somebody holds.

    Not what newer kernels hold themselves: lines that several nodes name.
    """
    text = board.sh("cat /sys/kernel/debug/gpio")
    return [line.strip() for line in text.splitlines()
            if line.strip().startswith("gpio-") and "|shared " not in line]


def _shares(board):
    """Whether this kernel lets nodes share the lines that several of them name."""
    return "|shared " in board.sh("cat /sys/kernel/debug/gpio")


@scenario
@virt_only
def bad_boards(kernel, module, checks):
    """Properties out of range, missing or contradictory: no guard, and a word why."""
    nodes = "".join(guard_node(changes, f"bad-{number}")
                    for number, (_, changes) in enumerate(BAD_BOARDS))
    with Board(kernel, module, nodes=nodes, bind=False, checks=checks) as board:
        mark = board.mark()
        board.sh("insmod /modules/battguard.ko")
        for number, (name, changes) in enumerate(BAD_BOARDS):
            what = ", ".join(f"{key} = {'none' if value is None else value}"
                             for key, value in changes.items()).replace(PL061, "&gpio")
            said = [m.text for m in board.log(rf"\bbad-{number}\b", mark)]
            failed = [text for text in said if "failed with error -22" in text]
            ours = [text for text in said if text not in failed]
            checks.ok(len(failed) == 1 and len(ours) == 1 and name in ours[0],
                      f"{what}: -EINVAL and one line that names {name}", "\n".join(said))
        checks.equal(board.sh(f"ls {DRIVER} | grep bad-; true"), "", "no device is bound")
        checks.equal(board.sh("ls /sys/class/power_supply"), "", "no power supply is left")
        checks.equal(_claims(board), [], "no line is left claimed")
        checks.equal(board.sh("grep -c battguard /proc/interrupts; true"), "0",
                     "no interrupt is left")
        board.lines.poll()
        checks.equal(board.lines.changes, [], "no output ever moved")
        board.sh("rmmod battguard")


@scenario
@virt_only
def line_not_to_be_had(kernel, module, checks):
    """A line that is named but not there, or taken, fails the probe and frees the rest."""
    with Board(kernel, module, {"remote-l-gpios": f"<{PL061} 9 0>"}) as board:
        # To the GPIO core, a line that no controller has may yet come with one.
        checks.equal(board.run(f"[ -e {DRIVER}/{NODE} ]")[0], 1,
                     "a line beyond the controller: not bound")
        waiting = board.sh("cat /sys/kernel/debug/devices_deferred")
        checks.ok(re.search(rf"{NODE}\s.*remote-l-gpios", waiting),
                  "and what it waits for names the property", waiting)
        checks.equal(_claims(board), [], "the lines it had are free again")
        board.lines.poll()
        checks.equal(board.lines.changes, [], "no output moved")
    nodes = guard_node({"label": '"first"'}, NODE) + guard_node({"label": '"second"'}, "taken")
    with Board(kernel, module, nodes=nodes, bind=False, checks=checks) as board:
        # Which of them wins at first is the kernel's choice; then it is ours.
        board.sh("insmod /modules/battguard.ko")
        board.sh(f"for node in {NODE} taken; do [ ! -e {DRIVER}/$node ] || "
                 f"echo $node >{DRIVER}/unbind; done")
        checks.equal(_claims(board), [], "failed and unbound: no line is left claimed")
        if _shares(board):
            # What shares them is a module, and not there.
            waiting = board.sh("cat /sys/kernel/debug/devices_deferred")
            checks.ok(NODE in waiting and "taken" in waiting,
                      "lines that two guards name, nobody to share them: both wait", waiting)
            checks.equal(board.sh("ls /sys/class/power_supply"), "", "neither is there")
            board.lines.poll()
            checks.equal(board.lines.changes, [], "and no output moved")
            checks.equal(board.problems(), [], "no warning in the log")
            return
        board.sh(f"echo {NODE} >{DRIVER}/bind")
        board.lines.wait(load=HIGH, charger=HIGH)
        mark, changes = board.mark(), board.lines.mark()
        status, _ = board.run(f"echo taken >{DRIVER}/bind")
        checks.ok(status and len(board.log(r"taken: .*allow-discharge-gpios: line 0 is in use, "
                                          r"see /sys/kernel/debug/gpio", mark)) == 1,
                  "a line that another guard has: one line that says so", board.tail(5))
        checks.equal(board.sh("ls /sys/class/power_supply"), "first", "the other guard stays")
        board.lines.poll()
        checks.equal(board.lines.changes[changes:], [], "and its outputs do not move")
        board.sh("rmmod battguard")
        checks.equal(_claims(board), [], "no line is left claimed")


@scenario
@virt_only
def one_contact(kernel, module, checks):
    """A battery with one contact that permits both: one line, named twice."""
    both = {"allow-charge-gpios": f"<{PL061} 0 0>", "charge-inhibit-on-pre-alarm": True}
    with Board(kernel, module, both, checks=checks) as board:
        lines = board.lines
        if _shares(board):
            waiting = board.sh("cat /sys/kernel/debug/devices_deferred")
            checks.ok(NODE in waiting, "this kernel shares the line itself: the guard waits for "
                      "what does that", waiting)
            return
        lines.wait(load=HIGH, charger=HIGH)
        checks.equal(len(board.log("charge-inhibit-on-pre-alarm: a line that permits both "
                                   "withdraws both")), 1, "told that the charger cannot be spared")
        checks.equal(board.sh("grep -c house-bank:allow /proc/interrupts"), "1",
                     "one interrupt for both")
        lines.set(allow_discharge=False)
        lines.wait(charger=FLOATING, pre_alarm=HIGH)
        time.sleep(0.5)
        checks.equal(lines.now(), {"load": HIGH, "charger": FLOATING, "pre-alarm": HIGH},
                     "withdrawn: charger off at once, load after the delay")
        lines.set(allow_discharge=True)
        lines.wait(charger=HIGH)
        # The warning lasts until nothing was forbidden for 30 s.
        lines.wait(timeout=60, pre_alarm=FLOATING)
        checks.equal(lines.now(), ALL_WELL, "permitted again: all as before")


@scenario
@virt_only
def controller_comes_late(kernel, module, checks):
    """Deferred probe: the GPIO controller appears after the guard, goes and comes."""
    controller = "/sys/bus/amba/drivers/pl061_gpio"
    with Board(kernel, module, bind=False, checks=checks) as board:
        lines = board.lines
        board.sh(f"echo 9030000.pl061 >{controller}/unbind")
        board.sh("insmod /modules/battguard.ko; sleep 0.5")
        checks.equal(board.run(f"[ -e {DRIVER}/{NODE} ]")[0], 1, "no controller: not bound")
        checks.ok(NODE in board.sh("cat /sys/kernel/debug/devices_deferred"), "but deferred")
        checks.equal(board.log("failed with error"), [], "which is no failure")
        board.sh(f"echo 9030000.pl061 >{controller}/bind")
        lines.wait(load=HIGH, charger=HIGH)
        checks.equal(lines.now(), ALL_WELL, "the controller comes: the guard works")
        board.sh(f"echo 9030000.pl061 >{controller}/unbind")
        lines.wait(load=FLOATING, charger=FLOATING)
        checks.ok(True, "the controller goes: all outputs float")
        board.sh(f"echo 9030000.pl061 >{controller}/bind")
        lines.wait(load=HIGH, charger=HIGH)
        checks.ok(True, "and when it is back the guard is too")
