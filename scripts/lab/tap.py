# SPDX-License-Identifier: GPL-2.0
"""Checks, told as TAP lines; scenarios may run side by side.

The checks of a scenario are told together at its end. One that failed while
the machine let a guest wait is done again: time is what is measured here, and
a guest that was not run says nothing of the driver. One that fails while all
ran, or a third time, has failed.
"""

import concurrent.futures
import os
import signal
import threading
import time
import traceback

from . import guest, stalls
from .common import Trouble

TRIES = 3


class Report:
    """Prints, numbers and counts the results of a suite."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self._lock = threading.RLock()

    def result(self, good, text, detail="", why=False):
        """Print a result, with its details if it is bad or they say why it is good."""
        with self._lock:
            self.passed += bool(good)
            self.failed += not good
            print(f"{'ok' if good else 'not ok'} {self.passed + self.failed} - {text}")
            for line in str(detail).splitlines() if why or not good else ():
                print(f"# {line}")
            print(end="", flush=True)
        return bool(good)

    def skip(self, text, why):
        """A result that there is none of, and why."""
        with self._lock:
            self.skipped += 1
            print(f"ok - {text} # SKIP {why}", flush=True)

    def tell(self, checks):
        """Print what a scenario has found, in one piece."""
        with self._lock:
            for found in checks.found:
                self.result(*found)

    def remark(self, text):
        with self._lock:
            print("".join(f"# {line}\n" for line in str(text).splitlines()), end="", flush=True)

    def end(self):
        """The closing line; gives the exit status."""
        if self.skipped:
            print(f"# {self.skipped} skipped")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 0 if self.passed and not self.failed else 1


class Checks:
    """The checks of one scenario."""

    def __init__(self, prefix):
        self.found = []
        self._prefix = prefix

    def ok(self, good, text, detail=""):
        self.found.append((bool(good), f"{self._prefix}: {text}", detail))

    def equal(self, have, want, text):
        self.ok(have == want, text, f"have {have!r}\nwant {want!r}")

    def between(self, value, low, high, text):
        self.ok(low <= value <= high, f"{text} ({value:.4f} s)",
                f"{value:.6f} is not in {low}..{high}")

    @property
    def good(self):
        return all(good for good, _, _ in self.found)


def _attempt(name, job):
    checks = Checks(name)
    try:
        job(checks)
    except Trouble as trouble:
        checks.ok(False, "runs to its end", trouble)
    except Exception:           # a fault of the test must not pass in silence
        checks.ok(False, "runs to its end", traceback.format_exc())
    if not checks.found:
        checks.ok(False, "checks something")
    return checks


def _settle(name, job, report, watch, stop, timed):
    """Run a scenario until it counts, and tell of it."""
    for attempt in range(1, TRIES + 1):
        if stop.is_set():
            return
        start = time.monotonic()
        checks = _attempt(name, job)
        still = timed and watch.longest(start)
        if checks.good or not still or attempt == TRIES:
            report.tell(checks)
            return
        failed, why = next((text, why) for good, text, why in checks.found if not good)
        last = "; ".join(str(why).strip().splitlines()[-2:])[-200:]
        report.remark(f"again: a guest had to wait for {still * 1000:.0f} ms ({failed}: {last})")


def run(report, jobs, workers, timed=True):
    """Run (name, function) jobs side by side; a job gets its Checks.

    timed: whether one that fails while the machine stands still is done again.
    """
    stop = threading.Event()
    with stalls.Stalls() as watch, concurrent.futures.ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(_settle, *job, report, watch, stop, timed) for job in jobs]
        try:
            for item in waiting:
                item.result()
        except KeyboardInterrupt:
            # Threads cannot be ended, and theirs may be in the middle of a
            # minute's sleep: what must not stay behind are the guests.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            stop.set()
            guest.end_all()
            print("# interrupted", flush=True)
            os._exit(130)
