# SPDX-License-Identifier: GPL-2.0
"""A guest in QEMU: its life, its console and its kernel log."""

import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from . import debiansystem, devicetree, images, machines, report
from .common import Trouble, setup
from .klog import PROBLEM, Message, ended, foreign, reports

# Everything a run may take when the machine is busy; no test waits this long
# for something that it expects.
HARD_LIMIT = 900

# A boot keeps a processor busy for seconds: one at a time, or several in one
# process would disturb what the others measure.
_BOOTING = threading.Lock()
TRIES = 3                   # to read a report of the kernel to its end

# Guests of this process that have not ended.
_RUNNING = set()

LIBC = ctypes.CDLL(None)


def _die_with_parent():
    """In the child: no QEMU outlives us, however we end."""
    LIBC.prctl(1, signal.SIGKILL)
    # A guest idles nearly always; when it does wake, what it does is timed.
    with contextlib.suppress(OSError):
        os.nice(-10)


def running():
    """The process numbers of the QEMUs of this process."""
    return [guest.pid for guest in list(_RUNNING) if guest.pid]


def end_all():
    """Stop every guest of this process at once, whatever its thread is doing."""
    for guest in list(_RUNNING):
        guest.kill()


class Guest:
    """A running guest; a context manager that never leaves a QEMU behind.

    kernel: a kernels.Kernel; nodes: device tree text below "/" (None: the machine's
    own tree); modules, files, script: see images.initramfs; disk: image of a Debian
    system that is handed over to, with files below /run and modules in /run/modules;
    lines: a lines.Lines that drives the GPIO lines; warp: guest time jumps ahead when
    it idles (drive lines from inside the guest only); cpus: how many it has; machine:
    what QEMU plays; tree: its device tree, compiled, where QEMU does not make it;
    checks: those of a scenario, at whose end the kernel must have said nothing bad.
    """

    def __init__(self, kernel, nodes=None, modules=(), files=None, script="", disk=None,
                 lines=None, warp=False, memory=512, cmdline="", options=(),
                 limit=HARD_LIMIT, cpus=1, machine=machines.VIRT, tree=None,
                 checks=None):
        self.lines = lines
        self.messages = []          # the kernel log
        self.raw = []               # everything else on the console
        self.on_message = []        # called with each Message
        self.status = None          # QEMU's exit status
        self._checks = checks
        self._limit = limit
        self._changed = threading.Condition()
        self._answers = {}          # command id -> [lines, status or None]
        self._next = 0
        self._process = None
        self._image = kernel.image
        self._known = machine.known
        setup("qemu")
        self._work = pathlib.Path(tempfile.mkdtemp(prefix="battguard-"))
        try:
            if disk:
                modules, files, script = debiansystem.start(kernel, modules, files, script)
                options = [*options, *debiansystem.drive(disk)]
                cmdline, memory = f"{debiansystem.CMDLINE} {cmdline}", max(memory, 768)
            initrd = images.initramfs(self._work / "initrd", modules, files, script,
                                      machine.arch)
            self._argv = self._command_line(machine, initrd, warp, memory, cmdline, cpus)
            if nodes is not None:
                self._argv += ["-dtb", str(devicetree.build(
                    self._work, machine.changes + nodes, tree, cpus))]
            if self.lines:
                self._argv += self.lines.options(self._work)
            self._argv += options
        except BaseException:
            shutil.rmtree(self._work, ignore_errors=True)
            raise

    def _command_line(self, machine, initrd, warp, memory, cmdline, cpus):
        argv = [*machine.qemu, "-smp", str(machine.cpus or cpus), "-m", str(memory),
                "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot",
                "-kernel", str(self._image), "-initrd", str(initrd),
                "-append", f"console={machine.console} loglevel=1 panic=-1 log_buf_len=1M "
                           f"printk.devkmsg=on {cmdline}"]
        if warp:
            argv += ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"]
        else:
            argv += ["-accel", "tcg"]
        return argv

    # -- life ------------------------------------------------------------------

    def __enter__(self):
        try:
            with _BOOTING:
                self._boot()
        except BaseException:
            self._end()
            raise
        return self

    def _boot(self):
        _RUNNING.add(self)
        self._process = subprocess.Popen(
            self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent)
        threading.Thread(target=self._read, daemon=True).start()
        self._watchdog = threading.Timer(self._limit, self._process.kill)
        self._watchdog.daemon = True
        self._watchdog.start()
        if self.lines:
            self.lines.start(self.lives)
        self._wait_answer("ready", 180)

    def __exit__(self, kind, *_):
        try:
            if self._checks and not kind:
                self._checks.equal(self.problems(), [], "no warning in the log")
        finally:
            self._end()

    def _end(self):
        _RUNNING.discard(self)
        if self._process:
            self._process.kill()
            self._process.wait()
            self._watchdog.cancel()
        report.note_boot(self._image, [message.text for message in self.messages])
        if self.lines:
            self.lines.stop()
        shutil.rmtree(self._work, ignore_errors=True)

    def kill(self):
        """The end, without a word to the guest; the working files go too."""
        if self._process:
            self._process.kill()
        shutil.rmtree(self._work, ignore_errors=True)

    @property
    def pid(self):
        return self._process.pid if self._process else None

    def lives(self):
        """Whether QEMU runs."""
        return self._process.poll() is None

    def poweroff(self, command="poweroff -f", timeout=120):
        """Let the kernel go down and QEMU end; all of the log is read then."""
        self.send(f"dmesg -n 8; {command}")
        self.wait_end(timeout)

    def wait_end(self, timeout=120):
        try:
            self.status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Trouble(f"the guest does not go down\n{self.tail()}") from None
        with self._changed:
            self._changed.wait_for(lambda: self._closed, 30)
        if self.lines:
            self.lines.poll()

    # -- console ---------------------------------------------------------------

    _closed = False
    _marks = 0

    def _read(self):
        for raw in self._process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            with self._changed:
                self._take(line)
                self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take(self, line):
        if match := re.match(r"(\d+),(\d+),(\d+),[^;]*;(.*)", line):
            number = int(match[2])
            if self.messages and number <= self.messages[-1].number:
                return              # the reader in the guest began again
            message = Message(int(match[1]) & 7, number, int(match[3]) / 1e6, match[4])
            self.messages.append(message)
            for call in self.on_message:
                call(message)
        elif match := re.match(r"O (\S+) ?(.*)", line):
            self._answers.setdefault(match[1], [[], None])[0].append(match[2])
        elif match := re.match(r"E (\S+) (\d+)$", line):
            self._answers.setdefault(match[1], [[], None])[1] = int(match[2])
        elif not line.startswith(" "):      # those are further fields of a message
            self.raw.append(line)

    def _wait_answer(self, key, timeout):
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._answers.get(key, [0, None])[1] is not None, timeout)
            lines, status = self._answers.pop(key, ([], None))
        if status is None:
            why = "has ended" if self._closed else f"did not answer within {timeout} s"
            raise Trouble(f"the guest {why}\n{self.tail()}")
        return lines, status

    def send(self, command):
        """Start a command; gives its id."""
        if "\n" in command:
            raise ValueError("one line only")
        with self._changed:
            self._next += 1
            key = str(self._next)
        try:
            self._process.stdin.write(f"{key} {command}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Trouble(f"the guest has ended\n{self.tail()}") from None
        return key

    def done(self, key, timeout=120):
        """(status, output) of a command that was started."""
        lines, status = self._wait_answer(key, timeout)
        return status, "\n".join(lines)

    def busy(self, key, seconds):
        """Whether a command that was started has not ended after this time."""
        with self._changed:
            return not self._changed.wait_for(
                lambda: self._closed or self._answers.get(key, [0, None])[1] is not None, seconds)

    def run(self, command, timeout=120):
        """(status, output) of a shell command in the guest."""
        return self.done(self.send(command), timeout)

    def sh(self, command, timeout=120):
        """Output of a shell command that must succeed."""
        status, output = self.run(command, timeout)
        if status:
            raise Trouble(f"in the guest, '{command}' failed ({status}): {output}")
        return output

    def tail(self, count=25):
        """The last of the log and the console, for a report of trouble."""
        with self._changed:
            log = [f"[{m.seconds:.6f}] {m.text}" for m in self.messages[-count:]]
            return "\n".join(log + self.raw[-count:])

    # -- kernel log ------------------------------------------------------------

    def uptime(self):
        """The guest's boot clock in seconds."""
        return float(self.sh("read a b < /proc/uptime; echo $a"))

    def mark(self):
        """A place in the kernel log, for since=."""
        return len(self.messages)

    def _catch_up(self):
        """Have all that the kernel has said so far: its log comes a way of its own."""
        if self._closed or self._process.poll() is not None:
            return
        self._marks += 1
        text = f"battguard mark {self._marks}"
        self.sh(f"echo '<7>{text}' >/dev/kmsg")
        self.wait_log(f"^{text}$")

    def log(self, pattern="", since=0):
        """Kernel messages that match."""
        self._catch_up()
        with self._changed:
            return [m for m in self.messages[since:] if re.search(pattern, m.text)]

    def wait_log(self, pattern, since=0, timeout=60):
        """The first kernel message that matches, waited for."""
        def seen():
            return next((m for m in self.messages[since:] if re.search(pattern, m.text)), None)

        with self._changed:
            self._changed.wait_for(lambda: seen() or self._closed, timeout)
            found = seen()
        if not found:
            raise Trouble(f"no kernel message '{pattern}' within {timeout} s\n{self.tail()}")
        return found

    def problems(self, since=0):
        """What a healthy kernel would not have said."""
        for _ in range(TRIES):
            self._catch_up()
            with self._changed:
                found = reports([m.text for m in self.messages[since:]] + self.raw)
            if all(map(ended, found)):
                break
            time.sleep(0.5)
        # One that comes to no end may be ours.
        return [text for told in found if not (foreign(told) and ended(told))
                for text in told if PROBLEM.search(text)
                and not (self._known and any(self._known in line for line in told))]
