# SPDX-License-Identifier: GPL-2.0
"""Notices when this machine stands still.

A guest's clock goes on while the machine does not run the guest, so a timer in
it may be late through no fault of the driver. A tiny process of the guests'
own priority sleeps and looks by how much it overslept; a scenario that failed
while it did is worth a second look.
"""

import signal
import subprocess
import sys
import threading
import time

from .guest import LIBC

_NAP, WORTH = 0.005, 0.03

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
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-c", _CODE], stdout=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL, preexec_fn=lambda: LIBC.prctl(1, signal.SIGKILL))
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def _read(self):
        for line in self._process.stdout:
            when, length = map(float, line.split())
            self._seen.append((when, length))

    def longest(self, since):
        """The longest standstill since an instant of time.monotonic(), in seconds."""
        time.sleep(2 * _NAP)
        return max((length for when, length in list(self._seen) if when >= since), default=0.0)
