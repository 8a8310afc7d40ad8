# SPDX-License-Identifier: GPL-2.0
"""A controller's lines, driven and watched from the host.

Inputs are driven through QEMU's qtest protocol (`set_irq_in` is a wire).
Outputs are read from the controller model's own trace: each change of its
direction and data registers with QEMU's time stamp, so a busy host blurs no
measurement, and a terminal that floats (the line is an input at the
controller) is told from one that is driven low.

On a board a resistor pulls a floating output low. QEMU's PL061 keeps the last
driven level on such a line instead, until something outside drives it, so a
driver reading back at once would see a stale 1. The model can be told of
pull-downs, but applies them to the outside only: so each output is wired back
to its own input inside QEMU, where no driver is quicker. The npcm7xx takes
an outside level for lines that it does not drive, and that does.
"""

import dataclasses
import json
import re
import socket
import threading
import time

from .common import Trouble
from .devicetree import INPUTS, OUTPUTS

FLOATING, LOW, HIGH = "floating", "low", "high"
_PL061 = re.compile(rb"@(\d+\.\d+):pl061_update \S+ GPIODIR 0x([0-9a-f]+) GPIODATA 0x([0-9a-f]+)")
_NPCM = re.compile(rb"@(\d+\.\d+):npcm7xx_gpio_(write|set_input) +(\S+) "
                   rb"(?:offset: 0x|line: )([0-9a-f]+) (?:value 0x|level: )([0-9a-f]+)")


@dataclasses.dataclass(frozen=True)
class Change:
    """A terminal changed, by QEMU's clock (seconds)."""

    when: float
    name: str
    state: str


def _connect(path, alive, timeout=60):
    end = time.monotonic() + timeout
    while True:
        wire = socket.socket(socket.AF_UNIX)
        try:
            wire.connect(str(path))
            return wire
        except OSError:
            wire.close()
            if not alive() or time.monotonic() > end:
                raise Trouble("QEMU does not open its control sockets") from None
            time.sleep(0.02)


class Lines:
    """All lines of a PL061; given to a Guest, which starts and stops it.

    initial: asserted inputs at power-up, by name. The default is a board where
    all is well, with remote on through terminal H. push_pull: a high-side switch
    stands between each output and its terminal, which floats while the line is low.
    """

    def __init__(self, initial=("allow-discharge", "allow-charge", "remote-h"),
                 push_pull=False):
        self._low = FLOATING if push_pull else LOW
        self.inputs = {name: name in initial for name in INPUTS}
        self.outputs = dict.fromkeys(OUTPUTS, FLOATING)
        self.changes = []           # every Change of an output since power-up
        self.input_changes = []     # and of an input, as HIGH or LOW
        self._lock = threading.RLock()
        self._levels = {}           # of the inputs, as last seen at the controller
        self._rising = {}           # outputs seen driven low a moment ago
        self._rest = b""
        self._qmp = self._qtest = self._trace = None

    # -- start and stop, called by the guest --------------------------------------

    def options(self, work):
        """QEMU's options; it starts halted, so that inputs are there first."""
        self._work = work
        return ["-S", "-qmp", f"unix:{work}/qmp,server=on,wait=off",
                "-qtest", f"unix:{work}/qtest,server=on,wait=off", "-qtest-log", "/dev/null",
                "-D", f"{work}/trace", "-msg", "timestamp=on", *self._controller_options()]

    @staticmethod
    def _controller_options():
        pulldowns = sum(1 << line for line in OUTPUTS.values())
        return ["-global", "pl061.pullups=0", "-global", f"pl061.pulldowns={pulldowns}",
                "-trace", "pl061_update"]

    def start(self, alive):
        self._qmp = _connect(self._work / "qmp", alive)
        self._qmp_file = self._qmp.makefile("rb")
        self._qmp_file.readline()                       # the greeting
        self._command("qmp_capabilities")
        self._qtest = _connect(self._work / "qtest", alive)
        self._qtest.settimeout(60)
        self._qtest_file = self._qtest.makefile("rb")
        self.path = self._find()
        for name, asserted in self.inputs.items():
            self._wire(INPUTS[name], self._level(name, asserted))
        self._pull_down()
        self._trace = open(self._work / "trace", "rb")
        self._command("cont")

    def stop(self):
        self.poll()
        for part in (self._qmp, self._qtest, self._trace):
            if part:
                part.close()
        self._trace = None

    def _command(self, name, **arguments):
        self._qmp.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
        while line := self._qmp_file.readline():
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise Trouble(f"QEMU refused {name}: {answer['error']['desc']}")
        raise Trouble("QEMU has closed its control socket")

    def _find(self):
        """The controller's path: devices made by the board have no names."""
        for item in self._command("qom-list", path="/machine/unattached"):
            if item["type"] == "child<pl061>":
                return f"/machine/unattached/{item['name']}"
        raise Trouble("this machine has no PL061")

    def _pull_down(self):
        for line in OUTPUTS.values():
            self._command("qom-set", path=self.path, property=f"unnamed-gpio-out[{line}]",
                          value=f"{self.path}/unnamed-gpio-in[{line}]")
            self._wire(line, 0)

    # -- qtest ---------------------------------------------------------------------

    def _ask(self, request):
        with self._lock:
            try:
                self._qtest.sendall(request.encode() + b"\n")
                answer = self._qtest_file.readline().split()
            except OSError:
                answer = []
        if not answer:
            raise Trouble("QEMU has closed its test socket")
        if answer[0] != b"OK":
            raise Trouble(f"QEMU refused '{request}': {answer}")

    def _wire(self, line, level):
        self._ask(f"set_irq_in {self.path} unnamed-gpio-in {line} {int(level)}")

    # -- driving -------------------------------------------------------------------

    @staticmethod
    def _level(name, asserted):
        return asserted != (name == "remote-l")     # L is active when pulled to minus

    def set(self, **asserted):
        """Assert (True) or release (False) inputs: set(low_cell=True)."""
        for key, value in asserted.items():
            name = key.replace("_", "-")
            self._wire(INPUTS[name], self._level(name, value))
            self.inputs[name] = bool(value)

    def force(self, output, level):
        """Drive an output's line from outside, as a short would, while it floats."""
        self._wire(OUTPUTS[output], level)

    # -- watching ------------------------------------------------------------------

    def poll(self):
        """Take in what the trace has got since; gives the new output changes."""
        with self._lock:
            if not self._trace:
                return []
            *lines, self._rest = (self._rest + self._trace.read()).split(b"\n")
            first = len(self.changes)
            for line in lines:
                self._parse(line)
            return self.changes[first:]

    def _parse(self, line):
        if match := _PL061.search(line):
            self._take(float(match[1]), int(match[2], 16), int(match[3], 16))

    def _take(self, when, direction, data):
        for name, line in OUTPUTS.items():
            state = FLOATING
            if direction >> line & 1:
                state = HIGH if data >> line & 1 else self._low
            if state != self.outputs[name]:
                self._output(when, name, state)
        for name, line in INPUTS.items():
            level = HIGH if data >> line & 1 else LOW
            if level != self._levels.setdefault(name, level):
                self._levels[name] = level
                self.input_changes.append(Change(when, name, level))

    def _output(self, when, name, state):
        """Record an output's change.

        The controller takes a level only after the direction, so its driver
        passes through "driven low" for an instant when a line goes from
        floating to high: that is not worth a record, staying there is.
        """
        self.outputs[name] = state
        since = self._rising.pop(name, None)
        if state == LOW:
            self._rising[name] = when
            return
        if since is not None and (state != HIGH or when - since > 0.1):
            self.changes.append(Change(since, name, LOW))
        self.changes.append(Change(when, name, state))

    def now(self):
        """The outputs' states, by name."""
        self.poll()
        return dict(self.outputs)

    def wait(self, timeout=20, **states):
        """Wait until outputs have these states: wait(pre_alarm="high")."""
        wanted = {key.replace("_", "-"): value for key, value in states.items()}
        end = time.monotonic() + timeout
        while True:
            state = self.now()
            if all(state[name] == value for name, value in wanted.items()):
                return
            if time.monotonic() > end:
                raise Trouble(f"outputs within {timeout} s: wanted {_words(wanted)}, "
                              f"have {_words(state)}")
            time.sleep(0.01)

    def last(self, name, state, since=0):
        """When the terminal last took this state (QEMU's clock)."""
        self.poll()
        for change in reversed(self.changes[since:]):
            if (change.name, change.state) == (name, state):
                return change.when
        raise Trouble(f"{name} was never {state}")

    def last_input(self, name):
        """When the input last changed (QEMU's clock)."""
        self.poll()
        return next(c.when for c in reversed(self.input_changes) if c.name == name)

    def mark(self):
        """A place in the record of changes, for since=."""
        self.poll()
        return len(self.changes)


class NpcmLines(Lines):
    """The first bank of an npcm7xx: the same, from what is written to it."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._enabled = self._data = self._outside = 0

    @staticmethod
    def _controller_options():
        return ["-trace", "npcm7xx_gpio_write", "-trace", "npcm7xx_gpio_set_input"]

    def _find(self):
        return "/machine/soc/gpio[0]"

    def _pull_down(self):
        # Resistors, as strong as they must be beside pull-ups within.
        for line in OUTPUTS.values():
            self._wire(line, 0)

    def _parse(self, line):
        match = _NPCM.search(line)
        if not match or match[3].decode() != self.path:
            return
        when, value = float(match[1]), int(match[5], 16)
        if match[2] == b"set_input":
            bit = 1 << int(match[4])
            self._outside = self._outside | bit if value else self._outside & ~bit
        elif (register := int(match[4], 16)) == 0x0c:
            self._data = value
        elif register == 0x10:
            self._enabled = value
        elif register == 0x68:
            self._data |= value
        elif register == 0x6c:
            self._data &= ~value
        elif register == 0x70:
            self._enabled |= value
        elif register == 0x74:
            self._enabled &= ~value
        else:
            return
        self._take(when, self._enabled,
                   self._data & self._enabled | self._outside & ~self._enabled)


def _words(states):
    return ", ".join(f"{name} {state}" for name, state in states.items())
