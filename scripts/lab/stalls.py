# SPDX-License-Identifier: GPL-2.0
"""Notices when this machine stands still, or lets a guest wait.

A guest's clock goes on while the machine does not run the guest, so a timer in
it may be late through no fault of the driver. Two watches tell of it: a tiny
process of the guests' own priority sleeps and looks by how much it overslept,
and the kernel's account of each QEMU thread says how long it was ready to run
and did not. A scenario that failed meanwhile is worth a second look.
"""

import contextlib
import pathlib
import signal
import subprocess
import sys
import threading
import time

from .guest import LIBC, running

_NAP, WORTH = 0.005, 0.03
_LOOK = 0.1

_CODE = f"""
import os, time
try:
    os.nice(-10)
except OSError:
    pass
before = time.monotonic()
while True:
    time.sleep({_NAP})
    now = time.monotonic()
    if now - before > {_NAP + WORTH}:
        print(now, now - before - {_NAP}, flush=True)
    before = now
"""


class Stalls:
    """A context manager; longest(since) asks for the worst since an instant."""

    def __enter__(self):
        self._seen = []
        self._stop = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-c", _CODE], stdout=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=lambda: LIBC.prctl(1, signal.SIGKILL))
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._process.kill()
        self._process.wait()

    def _read(self):
        for line in self._process.stdout:
            when, length = map(float, line.split())
            self._seen.append((when, length))

    def _look(self):
        """Add up, in short steps, how long the guests' threads had to wait."""
        before = {}
        while not self._stop.wait(_LOOK):
            now = {}
            for pid in running():
                # A thread, or the guest, may end while we look.
                with contextlib.suppress(OSError, ValueError, IndexError):
                    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                        now[task] = int((task / "schedstat").read_text().split()[1]) / 1e9
            for task, waited in now.items():
                if waited - before.get(task, waited) >= WORTH:
                    self._seen.append((time.monotonic(), waited - before[task]))
            before = now

    def longest(self, since):
        """The longest standstill since an instant of time.monotonic(), in seconds."""
        time.sleep(2 * _LOOK)
        return max((length for when, length in list(self._seen) if when >= since), default=0.0)
