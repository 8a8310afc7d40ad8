# SPDX-License-Identifier: GPL-2.0
"""What happens next, in one sentence, and what to look at."""

import json
import re
import time

from lab.lines import FLOATING, HIGH

from . import host_scenario, scenario
from .kit import ToolBoard
from .strange import call, on_terminal

# Bits of the words, as the specification numbers them.
UNDERVOLTAGE, BATTERY, CABLE, REMOTE, USER, RECONNECT, RESTORE, LOCKOUT, PRE_ALARM, FAULT = (
    1 << bit for bit in range(10))
NORMAL, WARNING, OFF, STANDBY = range(4)
LOAD, CHARGER = 1, 2
WELL = {"state": NORMAL, "load": LOAD | CHARGER, "chains": 1, "allow_charge_chains": 1,
        "allow_discharge_chains": 1, "remote": 1, "enabled": 1, "pre_alarm_delay_ms": 30000,
        "restore_delay_ms": 1000, "lockout_remaining": 0xffffffff}


def _off(reasons, **more):
    return {"state": OFF, "load": CHARGER, "load_off_reasons": reasons, **more}


def _standby(reasons, **more):
    return {"state": STANDBY, "load": 0, "load_off_reasons": reasons,
            "charger_off_reasons": reasons, **more}


SENTENCES = (
    ("all is well", {}, "nothing is due: a pre-alarm of at least 30 s comes before the batteries "
                        "switch the load off"),
    ("the last chance", {"lockout_remaining": 1, "pre_alarm_delay_ms": 600000},
     "nothing is due: a pre-alarm of at least 10 min 0 s comes before the batteries switch the load "
     "off, which then is locked out"),
    ("a low cell", {"state": WARNING, "pre_alarm_remaining_ms": 27700},
     "the load stays on for at least 27 s more, and then until a battery forbids discharge"),
    ("an empty battery", {"state": WARNING, "pre_alarm_remaining_ms": 27999,
                          "allow_discharge_chains": 0},
     "the load stays on for at least 27 s more, then it goes off unless every battery permits "
     "discharge again"),
    ("the last moments", {"state": WARNING, "pre_alarm_remaining_ms": 799},
     "the load stays on for at least 0.7 s more, and then until a battery forbids discharge"),
    ("the warning is over", {"state": WARNING},
     "the warning time is over: the load goes off as soon as a battery forbids discharge"),
    ("empty", _off(UNDERVOLTAGE),
     "the load returns once every battery has permitted discharge for 1 s"),
    ("empty, without a delay", _off(UNDERVOLTAGE, restore_delay_ms=0),
     "the load returns once every battery permits discharge"),
    ("empty, and the delay", _off(UNDERVOLTAGE | RECONNECT),
     "the load returns once every battery has permitted discharge for 1 s and the delay after the "
     "disconnect is over"),
    ("a cable", _off(CABLE | UNDERVOLTAGE),
     "the load returns once every battery has permitted discharge for 1 s"),
    ("the delay alone", _off(RECONNECT, load_returns_ms=24001),
     "the load returns in 25 s if the batteries go on permitting it"),
    ("the longest delay", _off(RECONNECT | RESTORE, load_returns_ms=7200000),
     "the load returns in 2 h 0 min if the batteries go on permitting it"),
    ("a moment", _off(RESTORE, load_returns_ms=1),
     "the load returns in 0.1 s if the batteries go on permitting it"),
    ("no number at all", _off(RESTORE, load_returns_ms=0xffffffff),
     "the load returns in 1193 h 2 min if the batteries go on permitting it"),
    ("not heard of", _off(RESTORE), "the load returns as soon as its lines have been heard of"),
    ("locked out", _off(LOCKOUT, load_disconnects=3),
     "locked out after repeated disconnects, 3 since bind: the load returns once 'battguardctl disable "
     "boat' and then 'battguardctl enable boat' are given"),
    ("a fault", _off(FAULT), "the load returns once what is faulty is well again"),
    ("a load that does not turn on", {"load": CHARGER, "load_off_reasons": FAULT},
     "the load returns once what is faulty is well again"),
    ("something new", _off(1 << 31), "the load returns once 'unknown' is over"),
    ("the remote switch", _standby(REMOTE, remote=0),
     "the load returns once the remote switch is on"),
    ("the software switch", _standby(USER, enabled=0),
     "the load returns once 'battguardctl enable boat' is given"),
    ("both, and empty", _standby(REMOTE | USER | UNDERVOLTAGE, remote=0, enabled=0),
     "the load returns once the remote switch is on and 'battguardctl enable boat' is given and "
     "every battery has permitted discharge for 1 s"),
    ("just switched on", _standby(RESTORE, load_returns_ms=900),
     "the load returns in 0.9 s if the remote switch stays on and the batteries permit it"),
    ("stuck", {"state": STANDBY, "load_off_reasons": REMOTE, "remote": 0},
     "the load is on although it should be off: look at its switch; it goes off as soon as the "
     "output obeys"),
    ("charging forbidden", {"load": LOAD, "charger_off_reasons": BATTERY},
     "the load stays on, and the charger returns once every battery has permitted charging for 1 s"),
    ("inhibited", {"load": LOAD, "charger_off_reasons": USER},
     "the load stays on, and the charger returns once 'battguardctl set boat charge_behaviour auto' is "
     "given"),
    ("not yet", {"load": LOAD, "charger_off_reasons": RESTORE},
     "the load stays on, and the charger returns within 1 s if the batteries go on permitting it"),
)
# The longest one on every width, the others on two.
WIDTHS, TWO = (20, 40, 65, 66, 80, 200), (20, 80)


def _told(keys, name="boat"):
    return {"STRANGE_NAMES": name,
            "STRANGE_KEYS": ",".join(f"{key}={value}" for key, value in {**WELL, **keys}.items())}


def _words(text):
    """As one line, without what colours it."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())


@host_scenario
def sentences(kit, checks):
    """show, JSON and explain say what happens next, in each state and on each width."""
    for title, keys, sentence in SENTENCES:
        told = _told(keys)
        widths = WIDTHS if title == "locked out" else TWO
        checks.equal(json.loads(call(kit.strange, "show -j", **told)[1])["next"], sentence,
                     f"{title}: in JSON")
        for words in ("show", "explain"):
            wrong = []
            for width in widths:
                status, text = on_terminal(kit.strange, words, width, **told)
                lines = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
                wide = words == "explain" or width < 66
                if status or sentence not in _words(text) or \
                        wide and max(map(len, lines)) > width:
                    wrong.append((width, status, text))
            checks.equal(wrong, [], f"{title}: {words} on a terminal, {widths} wide")
    told = _told(_standby(USER, enabled=0), "a b")
    text = json.loads(call(kit.strange, "show -j", **told)[1])["next"]
    checks.ok("'battguardctl enable \"a\\x20b\"' is" in text,
              "a name of two words is in quotes")


@host_scenario
def explained(kit, checks):
    """explain: a word, the reasons of a device, what is neither; help reasons."""
    for word, parts in (("undervoltage", ("(reason): ", "Charge the bank.")),
                        ("pre-alarm", ("(state): ", "(reason): ")), ("user", ("(reason): ", "(cause): ")),
                        ("load", ("(output): ", "(change): ")), ("mute", ("(setting): ",)),
                        ("inhibit-charge", ("(charge-behaviour): ",))):
        status, out, err = call(kit.host, f"explain {word}")
        checks.ok(status == 0 and not err and all(part in _words(out.decode()) for part in parts),
                  f"explain {word}, without a driver", (out, err))
    status, out, _ = call(kit.host, "help reasons")
    checks.equal((status, len(re.findall(r"^  [a-z-]+: ", out.decode(), re.M))), (0, 10),
                 "help reasons: all ten")
    told = _told(_off(UNDERVOLTAGE | FAULT | 1 << 31, charger_off_reasons=CABLE,
                      faulty_allow_discharge=1, faulty_outputs=4))
    text = _words(call(kit.strange, "explain boat", **told)[1].decode())
    for part in ("load-off: Load off.", "load_off_reasons: undervoltage: A battery is empty",
                 "Charge the bank.", "unknown: this program is too old", "charger_off_reasons: cable:",
                 "Look at the bank before the cable", "faulty: allow-discharge-0",
                 "faulty: output pre_alarm"):
        checks.ok(part in text, f"explain boat: {part}", text)
    status, out, err = call(kit.strange, "explain yacht", **told)
    checks.ok(status == 4 and not out and b"boat" in err and err.count(b"\n") == 1,
              "neither a word nor a device", err)


def _commands(text):
    """The commands that a sentence names."""
    return re.findall(r"'(battguardctl [^']*)'", text)


@scenario
def foretold(kit, checks):
    """A bank runs empty and is locked out: each sentence comes true, each command works."""
    with ToolBoard(kit, {"load-lockout-count": "<1>"}, checks=checks) as guest:
        guest.sh("battguardctl set restore_delay_ms 500 load_reconnect_delay_ms 6000")
        guest.lines.set(low_cell=True)
        guest.lines.wait(pre_alarm=HIGH)
        first = guest.json("show")["next"]
        checks.ok(re.match(r"the load stays on for at least (29|2\d|30) s more, and then until", first),
                  "at the onset", first)
        guest.sh("battguardctl wait 'pre_alarm_remaining_ms<1' --timeout 60", 90)
        shown = guest.json("show")
        checks.ok(shown["load"] and shown["next"].startswith("the warning time is over: the load "
                                                             "goes off as soon as"),
                  "a low cell for longer than 30 s", shown)
        guest.lines.set(allow_discharge=False)
        guest.lines.wait(load=FLOATING)
        guest.sh("battguardctl wait load=off --timeout 5")
        text = guest.json("show")["next"]
        checks.ok(text.startswith("locked out after repeated disconnects, 1 since bind") and
                  "every battery has permitted discharge for 0.5 s" in text, "the load is off", text)
        guest.lines.set(allow_discharge=True, low_cell=False)
        time.sleep(8)
        text = guest.json("show")["next"]
        checks.equal(_commands(text), ["battguardctl disable house-bank",
                                       "battguardctl enable house-bank"], "locked out: two commands")
        for command in _commands(text):
            guest.sh(command)
        checks.equal(guest.tool("wait load=on --timeout 10")[0], 0, "which bring the load back")
        guest.sh("battguardctl set house-bank charge_behaviour inhibit-charge; "
                 "battguardctl wait charger=off --timeout 5")
        for command in _commands(guest.json("show")["next"]):
            guest.sh(command)
        checks.equal(guest.tool("wait charger=on --timeout 10")[0], 0, "and the command for the charger")
