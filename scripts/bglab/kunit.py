# SPDX-License-Identifier: GPL-2.0
"""The KUnit suites in a guest, and what the kernel's log says of them."""

import re
import time

from . import guest, kernels, srckernel
from .common import Trouble, say

# 6.1 writes "ok 1 - name", later kernels "ok 1 name"
RESULT = re.compile(r"( *)(ok|not ok) (\d+) (?:- )?([^#]*?)(?: *# (.*))?$")


class Results:
    """What the kernel's log says of the suites (KTAP)."""

    def __init__(self, texts):
        self.counts = {"ok": 0, "not ok": 0, "skip": 0}
        self.out = []
        self.suites = {}            # name -> whether the suite as a whole is ok
        self._rows = 0
        self._suite = None
        self._planned = self._seen = 0
        for text in texts:
            self._take(text)
        if self._suite is not None:
            self._count(False, f"{self._suite} # the suite did not end")

    def _count(self, good, text):
        self.counts["ok" if good else "not ok"] += 1
        self.out.append(f"{'ok' if good else 'not ok'} - {text}")

    def _take(self, text):
        if match := re.match(r"    # Subtest: (\S+)", text):
            self._suite, self._planned, self._seen, self._rows = match[1], 0, 0, 0
        elif (match := re.match(r"    1\.\.(\d+)$", text)) and self._suite:
            self._planned = int(match[1])
        elif match := RESULT.match(text):
            self._result(len(match[1]), match[2] == "ok", match[4], match[5] or "")
        elif self._suite and text.startswith("    ") and not re.match(
                r" *(# (module:|\S+: pass:|Totals:|Subtest:|speed)|KTAP|1\.\.\d)", text):
            # what a failed expectation expected and saw
            self.out.append("# " + text.strip().removeprefix("# "))

    def _result(self, depth, good, name, note):
        if self._suite is None:
            return
        if depth >= 8:
            self._rows += 1
            if not good:
                self.out.append(f"# row failed: {name}")
        elif depth == 4:
            self._seen += 1
            rows, self._rows = f" ({self._rows} rows)" if self._rows else "", 0
            if note.startswith("SKIP"):
                self.counts["skip"] += 1
                self.out.append(f"ok - {self._suite}: {name} # {note}")
            else:
                self._count(good, f"{self._suite}: {name}{rows}")
        elif name == self._suite:
            if self._seen != self._planned or not self._seen:
                self._count(False, f"{name} # {self._seen} results of {self._planned}")
            self.suites[name] = good
            self._suite = None


def run_series(series, config="sim-kunit", ending=None, **options):
    """Run the suites on one kernel; gives the counts.

    ending: called with the guest when the module is gone; options: the guest's.
    """
    kernel = srckernel.build(series, config)
    label = srckernel.label(series, config)
    module = kernels.build_module(kernel, extra=("BATTGUARD_KUNIT=m",))
    tests = module.parents[1] / "kunit/battguard_kunit.ko"
    if not tests.is_file():
        raise Trouble(f"the build for {label} made no kunit/battguard_kunit.ko")
    start = time.monotonic()
    with guest.Guest(kernel.image, modules=[tests], **{**options, "cmdline":
                     "kunit.enable=1 " + options.get("cmdline", "")}) as vm:
        mark = vm.mark()
        status, output = vm.run("insmod /modules/battguard_kunit.ko", timeout=300)
        listed = vm.sh("ls /sys/kernel/debug/kunit").split()
        unload, _ = vm.run("rmmod battguard_kunit")
        texts = [message.text for message in vm.log(since=mark)]
        if ending:
            ending(vm)
        vm.poweroff()
        splats = srckernel.complaints(vm)
    found = Results(texts)
    for line in found.out:
        print(line.replace(" - ", f" - {label} ", 1) if line[0] != "#" else line)

    def also(good, text):
        found.counts["ok" if good else "not ok"] += 1
        print(f"{'ok' if good else 'not ok'} - {label} {text}")

    also(status == 0, f"loads{'' if status == 0 else ' # ' + output}")
    also(unload == 0, "unloads")
    lost = sorted(set(listed) ^ set(found.suites))
    also(listed and not lost, f"every suite reported: {' '.join(listed) or 'none'}"
         + (f" # but {' '.join(lost)}" if lost else ""))
    bad = [name for name, good in found.suites.items() if not good]
    also(not bad, "the kernel calls every suite ok" + (f" # not {' '.join(bad)}" if bad else ""))
    for text in splats[:20]:
        print(f"# kernel: {text}")
    also(not splats, "no complaint in the kernel's log")
    say(f"{label}: {time.monotonic() - start:.0f} s")
    return found.counts
