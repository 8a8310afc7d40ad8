# SPDX-License-Identifier: GPL-2.0
"""The tool and a kernel that tells what no driver of ours would (strange.c)."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios

from . import host_scenario

NAMES = (b"a b", b"tab\there", b"esc\x1b[31mred\x1b]0;title\x07", b'quote"back\\slash', b"\r\b\x7f",
         "B\u00f6rd-\u20ac-\U0001f50b-with-a-long-name".encode(), b"\xff\xfe\xc3", b"c1\xc2\x9b31m",
         b"x" * 300, b"%s%n%d", b"-j", b"../../etc", b"a=b<c>d")
COMMANDS = ("list", "list -j", "list -p", "explain", "show", "show -j", "show -p", "log", "log -j", "log -u",
            "monitor --timeout 0.05", "monitor -j --timeout 0.05", "wait --timeout 0 load=off",
            "show --watch -n 1", "set mute 1", "mute", "monitor --since 1 -b --timeout 0.05")
# A terminal obeys these; a line's end is ours to write.
OBEYED = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")


def call(tool, words, **told):
    """(status, stdout, stderr); what is freed by the end of the program is no leak."""
    done = subprocess.run([tool, *words.split()], capture_output=True, check=False,
                          stdin=subprocess.DEVNULL,
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0", **told})
    return done.returncode, done.stdout, done.stderr


def _lines_bad(text):
    return OBEYED.search(text) or b"AddressSanitizer" in text or b"runtime error" in text


@host_scenario
def strange_names(kit, checks):
    """Device names with blanks, control characters and worse, from the kernel."""
    tool = kit.strange
    for name in NAMES:
        bad = []
        for words in COMMANDS:
            status, out, err = call(tool, words, STRANGE_NAMES=os.fsdecode(name))
            if status or err or _lines_bad(out):
                bad.append((words, status, out, err))
            elif " -j" in words and not all(json.loads(line) for line in out.splitlines()):
                bad.append((words, out))
        checks.equal(bad, [], f"{name[:24]!r}: every command works and shows it safely")
        status, out, _ = call(tool, "show -j", STRANGE_NAMES=os.fsdecode(name))
        back = json.loads(out)["dev"]
        checks.equal(back, name[:127].decode("utf-8", "replace"), f"{name[:24]!r}: JSON has it")
        status, out, err = call(tool, "show nobody", STRANGE_NAMES=os.fsdecode(name))
        checks.ok(status == 4 and not out and err.count(b"\n") == 1 and not _lines_bad(err),
                  f"{name[:24]!r}: named in an error of one line", err)
    status, out, err = call(tool, "show", STRANGE_NAMES="a b\nc\x1b[2J\n" + "y" * 200)
    checks.ok(status == 1 and b"a\\x20b, c\\x1b[2J, y" in err and err.count(b"\n") == 1,
              "several of them in one error", err)


@host_scenario
def strange_values(kit, checks):
    """States, reasons and lines that do not exist; attributes too short or absent."""
    tool = kit.strange
    for text, told in (("every bit", {"STRANGE_MASK": "0xffffffff"}),
                       ("one unknown", {"STRANGE_MASK": "0x80000000"}),
                       ("no bit", {"STRANGE_MASK": "0"})):
        for words in COMMANDS:
            status, out, err = call(tool, words, STRANGE_NAMES="boat", **told)
            # A load that is off makes a condition false, which is no mistake.
            fine = status in ((0, 3) if "wait" in words else (0,))
            if " -j" in words:
                fine = fine and all(json.loads(line) for line in out.splitlines())
            checks.ok(fine and not _lines_bad(out + err), f"{text}: {words}",
                      f"{status} {out!r} {err!r}")
    _, out, _ = call(tool, "show -j", STRANGE_NAMES="boat", STRANGE_MASK="0x80000000")
    checks.equal(json.loads(out)["load_off_reasons"], ["unknown"], "what is not known is 'unknown'")
    for text, told in (("too short", {"STRANGE_SHORT": "1"}), ("absent", {"STRANGE_BARE": "1"})):
        for words in ("list", "show", "show -j", "log", "set mute 1", "wait load=on"):
            status, out, err = call(tool, words, STRANGE_NAMES="boat", **told)
            checks.ok(status == 2 and not out and err.count(b"\n") == 1 and not _lines_bad(err),
                      f"attributes {text}: {words}: status 2 and one line",
                      f"{status} {out!r} {err!r}")
    for number, word in ((1, b"permitted"), (22, b"Invalid"), (12, b"memory"), (34, b"1 or 0")):
        status, out, err = call(tool, "set mute 1", STRANGE_NAMES="boat",
                                 STRANGE_ERROR=str(number))
        checks.ok(status == 2 and not out and err.count(b"\n") == 1 and word in err,
                  f"refused with error {number}: status 2", err)
    status, _, err = call(tool, "set mute 1", STRANGE_NAMES="boat", STRANGE_ERROR="19")
    checks.ok(status == 4 and err.count(b"\n") == 1, "gone meanwhile: status 4", err)


@host_scenario
def closed_files(kit, checks):
    """Standard input, output and errors that are closed, or full."""
    for words, status, lines in (
            ("list >&-", 2, 1), ("show >&-", 2, 1), ("log >&-", 2, 1), ("help >&-", 2, 1),
            ("monitor --timeout 0.05 >&-", 2, 1), ("show --watch -n 1 >&-", 2, 1),
            ("list >/dev/full", 2, 1), ("log >/dev/full", 2, 1), ("mute >&-", 0, 0),
            ("wait --timeout 0 load=off >&-", 0, 0), ("list <&- >/dev/null", 0, 0),
            ("list 2>&- >/dev/null", 0, 0), ("nonsense 2>&-", 1, 0), ("list <&- >&- 2>&-", 2, 0)):
        done = subprocess.run(["sh", "-c", f"{kit.strange} {words}"], capture_output=True,
                              check=False, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0",
                                                "STRANGE_NAMES": "boat"})
        checks.ok((done.returncode, done.stderr.count(b"\n"), done.stdout) == (status, lines, b""),
                  f"{words}: status {status}", f"{done.returncode} {done.stdout} {done.stderr}")


def on_terminal(tool, words, columns, **told):
    """(status, text) of a program on a terminal of that width.

    The terminal is kept open until all was read. Where the program's end closes it,
    the kernel may answer a reader with an error in place of the last lines.
    """
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    text, over = b"", False
    with subprocess.Popen([tool, *words.split()], stdin=follower, stdout=follower, stderr=follower,
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "TERM": "linux",
                               **told}) as process:
        while not over:
            over = process.poll() is not None
            while select.select([leader], [], [], 0 if over else 0.05)[0]:
                text += os.read(leader, 65536)
    os.close(follower)
    os.close(leader)
    return process.returncode, text.decode("utf-8")


@host_scenario
def narrow(kit, checks):
    """A terminal of 20 columns: nothing is wider, nothing is cut in a character."""
    tool = kit.strange
    for name in ("house-bank", "x" + "\u00f6\u20ac" * 15, "a very long name " * 10):
        for columns in (20, 40, 65, 66, 80):
            for mask in ("0", "0xffffffff"):
                status, text = on_terminal(tool, "show", columns, STRANGE_NAMES=name,
                                            STRANGE_MASK=mask)
                plain = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
                widest = max(map(len, plain))
                # The picture has the times beside it, which a terminal wraps.
                limit = columns if columns < 66 else 90
                checks.ok(status == 0 and widest <= limit and "state" in text,
                          f"show on {columns} columns, {name[:12]}, mask {mask}: {widest} wide",
                          f"status {status}\n{text}")
    _, text = on_terminal(tool, "show --watch -n 2 --timeout 0.3", 20, STRANGE_NAMES="boat")
    checks.ok(text.startswith("\x1b[H\x1b[J"), "show --watch clears the screen first", repr(text))
