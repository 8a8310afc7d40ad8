# SPDX-License-Identifier: GPL-2.0
"""The terminals as a picture, and keys that toggle the lines."""

import contextlib
import os
import select
import shutil
import sys
import termios
import time
import tty

from .board import plain_words
from .lines import HIGH

KEYS = {
    "d": ("allow-discharge", "battery permits discharge"),
    "c": ("allow-charge", "battery permits charging"),
    "w": ("low-cell", "a cell is low (warning)"),
    "l": ("remote-l", "remote L pulled to minus"),
    "h": ("remote-h", "remote H high"),
}


@contextlib.contextmanager
def _keys(stream):
    """Keys one by one on a terminal; always put back as it was."""
    if not stream.isatty():
        yield
        return
    before = termios.tcgetattr(stream)
    try:
        tty.setcbreak(stream)
        sys.stdout.write("\x1b[?25l")
        yield
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)
        if sys.stdout.isatty():
            sys.stdout.write("\x1b[?25h")
            sys.stdout.flush()


def _lamp(teller, on, code):
    return teller.colour("(*)", code) if on else teller.colour("( )", 2)


def _picture(board, teller, told):
    """The lines of text of the picture."""
    outputs = board.lines.now()
    lamps = {"load": 34, "charger": 32, "pre-alarm": 33}
    right = [f"{_lamp(teller, outputs[name] == HIGH, code)} {name:10} {outputs[name]}"
             for name, code in lamps.items()]
    left = []
    for key, (name, text) in KEYS.items():
        mark = "[x]" if board.lines.inputs[name] else "[ ]"
        left.append(f"{mark} {key}  {text:26}")
    rows = ["  battery and remote                +----------------+  terminals",
            f"  {left[0]} |                |",
            f"  {left[1]} |                |  {right[0]}",
            f"  {left[2]} |   battguard    |  {right[1]}",
            f"  {left[3]} |                |  {right[2]}",
            f"  {left[4]} |                |",
            "                                    +----------------+", ""]
    state = told.get("state", "")
    left_ms = int(told.get("pre_alarm_remaining_ms") or 0)
    rows.append(f"  state: {state}" + (f"   load may go off in {left_ms / 1000:.1f} s"
                                       if left_ms else ""))
    # A line that wraps would spoil the picture.
    width = shutil.get_terminal_size().columns - 1 if teller.live else None
    for name in ("load", "charger"):
        why = plain_words(told.get(f"{name}_off_reasons", ""))
        rows.append(f"  {name + ':':9}{'off: ' + why if why else 'on'}"[:width])
    return rows


def _draw(rows, teller, again):
    if teller.live:
        text = f"\x1b[{len(rows)}A" if again else ""
        sys.stdout.write(text + "".join(f"\r\x1b[K{row}\n" for row in rows))
        sys.stdout.flush()
    else:
        teller.line("\n".join(rows))


def interact(board, teller, stream=sys.stdin):
    """Until q, the end of the input, or ^C; gives what the kernel complained of."""
    board.sh("insmod /modules/battguard.ko")
    teller.line("keys: d c w l h toggle a line, q ends")
    teller.line()
    shown, asked, told, pending = None, 0.0, {}, ""
    with _keys(stream), contextlib.suppress(KeyboardInterrupt):
        while True:
            if time.monotonic() - asked > 0.25 or board.lines.poll():
                told, asked = board.show(), time.monotonic()
            rows = _picture(board, teller, told)
            if rows != shown and (teller.live or _settled(rows, shown)):
                _draw(rows, teller, shown is not None)
                shown = rows
            if not pending:
                if not select.select([stream], [], [], 0.1)[0]:
                    continue
                pending = os.read(stream.fileno(), 64).decode("ascii", "ignore")
                if not pending:
                    break
            key, pending = pending[0].lower(), pending[1:]
            if key in ("q", "\x04"):
                break
            if key in KEYS:
                name = KEYS[key][0]
                board.lines.set(**{name.replace("-", "_"): not board.lines.inputs[name]})
                asked = 0.0
                time.sleep(0.02)
    teller.line()
    return [f"the kernel said: {text}" for text in board.problems()]


def _settled(rows, shown):
    """A file is not to fill with a countdown: only other changes are told."""
    def steady(lines):
        return [line.split("   load may go off")[0] for line in lines]

    return shown is None or steady(rows) != steady(shown)
