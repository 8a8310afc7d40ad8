# SPDX-License-Identifier: GPL-2.0
"""A battery's day, told live: the lines are driven, every change is printed,
and what the outputs do is held against what they should do."""

import os
import sys
import time

from .board import plain_words
from .common import Trouble
from .lines import FLOATING, HIGH

# What the machine may add to a time by being busy; by QEMU's own clock.
SLACK = 1.0

SAY = {
    ("load", HIGH): ("LOAD on", "loads may draw current"),
    ("load", FLOATING): ("LOAD off", "loads are disconnected"),
    ("charger", HIGH): ("CHARGER on", "chargers may charge"),
    ("charger", FLOATING): ("CHARGER off", "chargers must stop"),
    ("pre-alarm", HIGH): ("PRE-ALARM on", "warning: the loads will be disconnected"),
    ("pre-alarm", FLOATING): ("PRE-ALARM off", ""),
}
COLOURS = {"LOAD on": 34, "LOAD off": 31, "CHARGER on": 32, "CHARGER off": 31,
           "PRE-ALARM on": 33, "PRE-ALARM off": 2}


class Teller:
    """Lines of text for a person; plain when that person is a file."""

    def __init__(self, out=sys.stdout):
        self.out = out
        self.live = out.isatty()
        self.coloured = self.live and not os.environ.get("NO_COLOR")
        self._passing = False

    def colour(self, text, code):
        return f"\x1b[{code}m{text}\x1b[0m" if self.coloured else text

    def line(self, text=""):
        if self._passing:
            self.out.write("\r\x1b[K")
            self._passing = False
        self.out.write(text + "\n")
        self.out.flush()

    def passing(self, text):
        """A line that the next one replaces; only on a terminal."""
        if self.live:
            self.out.write("\r\x1b[K" + text)
            self.out.flush()
            self._passing = True


class Story:
    """Drives a board through a story; wrong collects what went otherwise."""

    def __init__(self, board, teller):
        self.board = board
        self.teller = teller
        self.wrong = []
        self.start = time.time()        # QEMU's stamps are of the same clock
        self._seen = 0
        self._expected = []

    # -- telling ---------------------------------------------------------------

    def _at(self, when):
        return f"{max(0.0, when - self.start):6.1f} s  "

    def chapter(self, text):
        self.teller.line()
        self.teller.line(self.teller.colour(text, 1))

    def _tell(self, change):
        word, meaning = SAY.get((change.name, change.state),
                                (f"{change.name} DRIVEN LOW", "must never happen"))
        if change.state == FLOATING and change.name in ("load", "charger"):
            why = plain_words(self.board.value(f"{change.name}_off_reasons"))
            meaning += f": {why}" if why else ""
        text = self.teller.colour(f"{word:14}", COLOURS.get(word, 31))
        self.teller.line(f"{self._at(change.when)}  {text} {meaning}".rstrip())

    def look(self):
        """Print what has changed; anything unexpected is wrong."""
        self.board.lines.poll()
        while self._seen < len(self.board.lines.changes):
            change = self.board.lines.changes[self._seen]
            self._seen += 1
            self._tell(change)
            self._judge(change)

    def _judge(self, change):
        word = f"{change.name} {change.state}"
        for item in self._expected:
            name, state, earliest, latest = item
            if (name, state) == (change.name, change.state):
                self._expected.remove(item)
                if not earliest - 0.005 <= change.when <= latest:
                    due = earliest - change.when if change.when < earliest else change.when - latest
                    self.wrong.append(f"{word} came {due:.2f} s too "
                                      f"{'early' if change.when < earliest else 'late'}")
                return
        self.wrong.append(f"{word} at {change.when - self.start:.1f} s was not to happen")

    # -- acting ----------------------------------------------------------------

    def act(self, text, **inputs):
        """Say what happens to the battery and drive the lines; gives the time."""
        self.look()
        now = time.time()
        self.teller.line(f"{self._at(now)}- {text}")
        self.board.lines.set(**inputs)
        return now

    def expect(self, name, state, since, after=0.0, slack=SLACK):
        """From now on this change is in the story, so long after an instant."""
        self._expected.append((name, state, since + after, since + after + slack))

    def settle(self, timeout=None):
        """Wait until everything expected has happened, or is overdue."""
        while self._expected:
            overdue = max(item[3] for item in self._expected) + 3
            if time.time() > (overdue if timeout is None else timeout):
                break
            self.look()
            time.sleep(0.02)
        self.look()
        for name, state, *_ in self._expected:
            self.wrong.append(f"{name} did not become {state}")
        self._expected.clear()

    def quiet(self, seconds):
        """Time passes; the outputs must stay as they are, but for what is expected."""
        end = time.time() + seconds
        while time.time() < end:
            self.look()
            time.sleep(0.02)

    def countdown(self, until, text, ask=None):
        """Count down to an instant; ask() gives what the driver says of it."""
        told = None
        while (left := until - time.time()) > 0.15:
            self.look()
            whole = int(left + 0.999)
            if whole != told and self.teller.live:
                said = f" ({ask()})" if ask else ""
                self.teller.passing(f"{self._at(time.time())}  {text} in {whole} s{said}")
                told = whole
            elif not self.teller.live and whole % 5 == 0 and whole != told:
                said = f" ({ask()})" if ask else ""
                self.teller.line(f"{self._at(time.time())}  {text} in {whole} s{said}")
                told = whole
            time.sleep(0.05)
        self.settle()

    def check(self, what, have, want):
        """Something the driver says of itself."""
        if have != want:
            self.wrong.append(f"{what} is '{have}', should be '{want}'")

    def last(self, name, state):
        """When an output took a state: of no value if it never did."""
        try:
            return self.board.lines.last(name, state)
        except Trouble:
            return time.time()


def play(board, teller):
    """The whole story; gives what went wrong."""
    story = Story(board, teller)
    lines = board.lines
    story.chapter("A bank of batteries, full and well. The guard starts.")
    now = time.time()
    story.expect("charger", HIGH, now, slack=10)
    story.expect("load", HIGH, now, slack=10)
    board.sh("insmod /modules/battguard.ko")
    story.settle()
    story.quiet(2)
    story.check("state", board.value("state"), "normal")

    story.chapter("The loads draw the bank down.")
    now = story.act("a cell falls below its warning level (3.1 V)", low_cell=True)
    story.expect("pre-alarm", HIGH, now)
    story.settle()
    onset = story.last("pre-alarm", HIGH)
    story.quiet(max(0.0, onset + 5 - time.time()))
    story.act("a cell falls below the lowest level (2.8 V): discharge forbidden",
              allow_discharge=False)
    story.expect("load", FLOATING, onset, after=30.0)
    story.expect("pre-alarm", FLOATING, onset, after=30.0)

    def remaining():
        return f"the guard: {int(board.value('pre_alarm_remaining_ms')) / 1000:.1f} s"

    story.countdown(onset + 30.0, "the loads will be cut", remaining)
    cut = story.last("load", FLOATING)
    teller.line(f"        = the loads had {cut - onset:.2f} s of warning")
    story.check("charger", lines.now()["charger"], HIGH)
    story.check("state", board.value("state"), "load-off")
    teller.line("        = the charger stays on, so that the bank can recover")

    story.chapter("The sun comes out; the bank is charged.")
    story.quiet(2)
    story.act("every cell is above the lowest level: discharge permitted", allow_discharge=True)
    story.expect("load", HIGH, cut, after=30.0)
    story.quiet(1)
    story.act("and above the warning level", low_cell=False)
    story.countdown(cut + 30.0, "the loads come back",
                    lambda: plain_words(board.value("load_off_reasons")))
    story.quiet(1)

    story.chapter("A cell is full before the others.")
    now = story.act("a cell is over 3.75 V: charging forbidden", allow_charge=False)
    story.expect("charger", FLOATING, now)
    story.settle()
    story.quiet(3)
    now = story.act("charging permitted again", allow_charge=True)
    story.expect("charger", HIGH, now, after=1.0)
    story.settle()
    story.quiet(1)

    story.chapter("Someone turns the remote switch.")
    now = story.act("remote off", remote_h=False)
    story.expect("load", FLOATING, now)
    story.expect("charger", FLOATING, now)
    story.settle()
    story.check("state", board.value("state"), "standby")
    story.quiet(2)
    now = story.act("remote on", remote_h=True)
    story.expect("load", HIGH, now, after=1.0)
    story.expect("charger", HIGH, now, after=1.0)
    story.settle()
    story.quiet(1)
    story.wrong += [f"the kernel said: {text}" for text in board.problems()]
    return story.wrong
