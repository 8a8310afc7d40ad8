# SPDX-License-Identifier: GPL-2.0
"""The cases of the gpio-sim tests: from text to device tree nodes and a plan.

A case in a file *.case is its name, its board and what happens:

  case NAME
  board WORD...         the node; every line named gets a wire of the bank:
                          chains=N            N allow-charge and allow-discharge lines
                          low-cell[=N] remote-l remote-h heartbeat
                          PROPERTY[=NUMBER]   as in the binding
                          active-low          all inputs
                          open-source-load    the load output
                          leds                led_load, led_blocked, led_alarm: LEDs on wires
                          drop=PROPERTY, raw=PROPERTY=VALUE, bank=late
                          at=PROPERTY:BANK,.. these lines are on other banks
  beside WORD...        a second guard, bound and unbound with the first one; its wires
                        and files are 2ac, 2.state and so on
  start [WIRE=LEVEL]    set all permitted (remote L on), then bind
  set WIRE=LEVEL...     ac ac1.. allow-charge, ad.. allow-discharge, lc.. low-cell,
                        rl rh remote: the level at the controller
  bind, unbind, sleep MS, cycle N (bind and unbind N times)
  expect COND...        holds now
  keep MS COND...       holds all the time
  within MIN MAX COND.. becomes true so many ms after the last set, bind or write,
                        and not before
  onset MIN MAX COND..  the same, and "after" counts from there
  after MIN MAX COND..  so many ms after the onset, and not before
  stamp MIN MAX COND..  the same, and the next "after" counts from there
  bounce WIRE MS FOR LAST   toggle it every MS for FOR ms; then it is LAST
            "within")
  steady MS KEY, moves MS KEY   it has one value all the time, or more than one
  logged MIN MAX WORD [OTHERS]   so many lines of the guard's log with the word, and
                        at most so many of others, since the last one of these or
                        the start of the case
  between .FILE MIN MAX, need FILE, told WORD, sysfs PATH TEXT
  refuse ERRNO WORD     the probe fails (0: with any error), one line of the
                        log has WORD, nothing is left claimed
  defer, attached MS    the probe is put off; it comes by itself
                        (DEVICE stands for the node's platform device)
  took MIN MAX          so many ms have gone since the last set, bind or write
  letgo, gone MIN MAX   begin to unbind; that has come to an end so many ms after
  rattle US STEPS WIRE...   the wires change at random, so many times at most and every
                        so many microseconds in the mean; in the end all are high
  hog PRIORITY MS, scribble FILE ONE OTHER, calm
                        a process takes the processor, with a FIFO priority; one without
                        any writes a file again and again; the end of both
  remember KEY, most FACTOR KEY   a value, and later that it is at most so many times
                        that; KEY as in "between"
  times N, done         what is between these happens so many times
  long                  a case that only the long form of a suite has
  chip BANK FILE VALUE  a file of a bank (hostile.c); VALUE may be wires with
                        commas between, for their mask
  MIN and MAX of "between" also count a bank's file, @BANK/FILE

COND is WIRE=LEVEL (also load, charger, pre_alarm: 1 is on) or .FILE=VALUE in the
power supply's directory, commas for blanks.  A case ends with an unbind, after
which no line may be claimed.  All times are the guest's.
"""

import collections
import dataclasses
import pathlib
import re

from lab.common import Trouble

DIRECTORY = pathlib.Path(__file__).resolve().parent

# Where the wires are on the bank; all boards use the same ones, since only
# one is bound at a time.
ALLOW_CHARGE, ALLOW_DISCHARGE, LOW_CELL = 0, 10, 20
SINGLE = {"remote-l": 30, "remote-h": 31, "load": 32, "charger": 33,
          "pre-alarm": 34, "heartbeat": 35}
# Those of a second board, which is bound beside the first one.
SECOND = {"remote-l": 24, "remote-h": 25, "load": 26, "charger": 27, "pre-alarm": 28,
          "heartbeat": 29}
SHORT = {"remote-l": "rl", "remote-h": "rh", "pre-alarm": "pre_alarm"}
LEDS = {"load": "load-on", "blocked": "charge-blocked", "alarm": "pre-alarm"}
FIRST_LED = 36
NGPIOS = 64
ACTIVE_LOW, OPEN_SOURCE = 1, 2


@dataclasses.dataclass(frozen=True)
class Bank:
    """A controller."""

    device: str                 # where its files are, below the platform devices
    packed: bool = False        # it has few wires: a board takes them one after the other
    weak: bool = False          # its high outputs are inputs as well: nobody pulls at them


# By the label of its node.
BANKS = {"bank": Bank("gpio-sim"), "late": Bank("gpio-sim-late")}

COMMANDS = ("set", "bind", "unbind", "sleep", "expect", "keep", "within", "onset", "after",
            "stamp", "bounce", "bounced", "write", "try", "deny", "between", "need", "told",
            "sysfs", "refuse", "defer", "attached", "mark", "cycle", "chip", "steady", "moves",
            "logged", "rattle", "remember", "most", "took", "letgo", "gone", "hog", "scribble",
            "calm")


@dataclasses.dataclass
class Case:
    """One case: its node in the device tree and its part of the plan."""

    name: str
    group: str
    number: int
    node: str = ""
    plan: tuple = ()
    long: bool = False          # for the long form of a suite

    @property
    def sleeps(self):
        """Seconds of the guest's time that it sleeps."""
        return sum(int(line.split()[1]) for line in self.plan if line.startswith("sleep ")) / 1000


class Board:
    """The node of one case, and which wires it has."""

    # LEDs are bound from the kernel's start on: each case has wires of its own.
    _next_led = FIRST_LED

    def __init__(self, words, where, banks=None, second=False):
        self._prefix, self._shift = ("2", 5) if second else ("", 0)
        self._single = SECOND if second else SINGLE
        self.wires = {}
        self.properties = {}
        self.banks = banks or BANKS
        self.bank = next(iter(self.banks))
        self._at = dict(place.split(":") for word in words if word.startswith("at=")
                        for place in word[3:].split(","))
        self._bank_of = {}
        self._taken = collections.Counter()
        self._active_low = "active-low" in words
        self._leds = {}
        if "leds" in words:
            self._leds = {led: Board._next_led + n for n, led in enumerate(LEDS)}
            Board._next_led += len(LEDS)
        self._load_flags = OPEN_SOURCE if "open-source-load" in words else 0
        drop, raw, counts, rest = [], {}, {"chains": 1, "low-cell": 0}, []
        for word in words:
            key, _, value = word.partition("=")
            if key in ("active-low", "open-source-load", "leds", "at"):
                continue
            if key == "bank":
                self.bank = value
            elif key == "drop":
                drop.append(value)
            elif key == "raw":
                name, _, text = value.partition("=")
                raw[name] = text.replace("bank", self.bank).replace(",", " ") or None
            elif key in counts:
                counts[key] = int(value or 1)
            else:
                rest.append((key, value))
        self.wires.update({f"led_{led}": line for led, line in self._leds.items()})
        self._lines("allow-charge", "ac", ALLOW_CHARGE, counts["chains"])
        self._lines("allow-discharge", "ad", ALLOW_DISCHARGE, counts["chains"])
        self._lines("low-cell", "lc", LOW_CELL, counts["low-cell"])
        for name in ("load", "charger", "pre-alarm"):
            self._lines(name, SHORT.get(name, name), self._single[name], 1)
        for key, value in rest:
            if key in self._single:
                self._lines(key, SHORT.get(key, key), self._single[key], 1)
            elif value and not value.isdigit():
                raise Trouble(f"{where}: {key} is not a number")
            else:
                self.properties[key] = f"<{value}>" if value else None
        for name in drop:
            del self.properties[name]
        # "<&bank 8 0> <&bank 9 0>": the list's own comma comes back
        self.properties.update({n: t and t.replace("> <", ">, <")
                                for n, t in raw.items()})

    def _lines(self, name, short, first, count):
        if not count:
            return
        output = name in ("load", "charger", "pre-alarm", "heartbeat")
        flags = (self._load_flags if name == "load" else 0) if output else \
            ACTIVE_LOW if self._active_low else 0
        bank = self._at.get(name, self.bank)
        if self.banks[bank].packed:
            first = self._taken[bank]
            self._taken[bank] += count
        elif name not in self._single:
            first += self._shift
        for index in range(count):
            wire = self._prefix + short + (str(index) if index else "")
            self.wires[wire] = first + index
            self._bank_of[wire] = bank
        self.properties[name + "-gpios"] = ", ".join(
            f"<&{bank} {first + index} {flags}>" for index in range(count))

    def lines(self):
        """The plan's lines that say where the wires are."""
        return [f"line {wire} {offset} {self._of(wire).device}"
                for wire, offset in self.wires.items()]

    def _of(self, wire):
        return self.banks[self._bank_of.get(wire, self.bank)]

    def chip(self, words, where):
        """The plan's line for a file of a bank."""
        bank, file, value = words[1:]
        if not value[0].isdigit():
            lines = [self.wires.get(wire) for wire in value.split(",")]
            if None in lines:
                raise Trouble(f"{where}: {value}: not all of them are wires")
            value = hex(sum(1 << line for line in lines))
        return f"sysfs /sys/devices/platform/{self.banks[bank].device}/{file} {value}"

    def node(self, name, label):
        """The device tree node."""
        lines = [f'\t\tcompatible = "gpio-battery-guard";\n\t\tlabel = "{label}";\n']
        lines += [f"\t\t{key}{'' if value is None else ' = ' + value};\n"
                  for key, value in self.properties.items()]
        return f"\t{name} {{\n{''.join(lines)}\t}};\n" + self._led_node(name, label)

    def _led_node(self, name, label):
        if not self._leds:
            return ""
        leds = "".join(f"\t\tled-{led} {{\n\t\t\tgpios = <&{self.bank} {line} 0>;\n"
                       f'\t\t\tlabel = "{label}-{led}";\n'
                       f'\t\t\tlinux,default-trigger = "{label}-{LEDS[led]}";\n\t\t}};\n'
                       for led, line in self._leds.items())
        return f'\tleds-{name} {{\n\t\tcompatible = "gpio-leds";\n{leds}\t}};\n'

    def start(self, changes):
        """The levels of a bank that is well, with changes."""
        levels = {}
        for wire in self.wires:
            kind = wire.removeprefix(self._prefix)[:2]
            if kind in ("ac", "ad", "lc", "rl", "rh"):
                well = kind in ("ac", "ad", "rl")
                levels[wire] = int(well != self._active_low)
            elif self._of(wire).weak:
                levels[wire] = 1
        for change in changes:
            wire, _, level = change.partition("=")
            levels[wire] = int(level)
        return [f"set {' '.join(f'{wire}={level}' for wire, level in levels.items())}"]


def _read(path):
    """(where, name, lines) of each case in a file."""
    found = []
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if line.startswith("case "):
            found.append((f"{path.name}:{number}", line[5:], []))
        elif line:
            found[-1][2].append(line)
    return found


def unrolled(lines):
    """The lines, what is to happen several times as often as that."""
    made, times, again = [], 0, []
    for line in lines:
        words = line.split()
        if words[0] == "times":
            times, again = int(words[1]), []
        elif words[0] == "done":
            made, times = made + times * again, 0
        else:
            (again if times else made).append(line)
    return made


def load(directory=DIRECTORY, banks=None):
    """All cases, in the order of their files."""
    cases = []
    for path in sorted(pathlib.Path(directory).glob("*.case")):
        for where, name, lines in _read(path):
            if not lines or lines[0].split()[0] != "board":
                raise Trouble(f"{where}: a case begins with its board")
            board = Board(lines[0].split()[1:], where, banks)
            number = len(cases) + 1
            device = f"guard-{number}"
            plan = [f"case {name}", f"device {device} sim{number}"]
            plan += board.lines()
            second = next((Board(line.split()[1:], where, banks, second=True)
                           for line in lines if line.startswith("beside ")), None)
            if second:
                board.wires.update(second.wires)
                plan += second.lines()
            for line in unrolled(lines[1:]):
                words = line.split()
                if words[0] in ("long", "beside"):
                    continue
                if words[0] == "start":
                    plan += [*board.start(words[1:]), "bind"]
                    if second:
                        plan += [*second.start(()), f"beside {device}b"]
                elif words[0] == "chip":
                    plan.append(board.chip(words, where))
                elif words[0] in COMMANDS:
                    _check_wires(words, board, where)
                    line = re.sub(r"(?<= )2\.", f"@{device}b/power_supply/sim{number}b/", line)
                    plan.append(line.replace("DEVICE", device))
                else:
                    raise Trouble(f"{where}: no command {words[0]}")
            node = board.node(device, f"sim{number}")
            if second:
                node += second.node(f"{device}b", f"sim{number}b")
            cases.append(Case(name, path.stem, number, node, (*plan, "end"), "long" in lines))
    names = [case.name for case in cases]
    if len(set(names)) != len(names):
        raise Trouble("two cases have one name")
    return cases


def _check_wires(words, board, where):
    """A misspelt wire must stop the run, not let a condition pass."""
    if words[0] in ("sysfs", "chip"):
        return
    for word in words[1:]:
        match = re.match(r"(2?[a-z][a-z_0-9]*)=[01]$", word)
        if match and match[1] not in board.wires:
            raise Trouble(f"{where}: this board has no wire {match[1]}")
    for word in words[3:] if words[0] == "rattle" else ():
        if word not in board.wires:
            raise Trouble(f"{where}: this board has no wire {word}")


def nodes(cases):
    """The device tree text: the banks, and a node for each case."""
    text = ""
    for label, bank in BANKS.items():
        text += (f'\t{bank.device} {{\n\t\tcompatible = "gpio-simulator";\n\t\t{label}: bank {{\n'
                 f"\t\t\tgpio-controller;\n\t\t\t#gpio-cells = <2>;\n"
                 f"\t\t\tngpios = <{NGPIOS}>;\n\t\t}};\n\t}};\n")
    return text + "".join(case.node for case in cases)


def plan(cases):
    """The plan that the player in the guest reads."""
    return "".join(f"{line}\n" for case in cases for line in case.plan)
