# SPDX-License-Identifier: GPL-2.0
"""The KUnit suites in a guest, and what the kernel's log says of them."""

import re
import time

from . import guest, kernels, klog, srckernel
from .common import Trouble, say

# 6.1 writes "ok 1 - name", later kernels "ok 1 name"
RESULT = re.compile(r"( *)(ok|not ok) (\d+) (?:- )?([^#]*?)(?: *# (.*))?$")


class Results:
    """What the kernel's log says of the suites (KTAP)."""

    def __init__(self, texts):
        self.found = []             # (good, or None: skipped; what; what was seen)
        self.suites = {}            # name -> whether the suite as a whole is ok
        self._rows = 0
        self._said = []
        self._suite = None
        self._planned = self._seen = 0
        for text in texts:
            self._take(text)
        if self._suite is not None:
            self._count(False, f"{self._suite}: the suite ends")

    def _count(self, good, text, detail=""):
        self.found.append((good, text, detail or "\n".join(self._said)))
        self._said = []

    def _take(self, text):
        if match := re.match(r"    # Subtest: (\S+)", text):
            self._suite, self._planned, self._seen, self._rows = match[1], 0, 0, 0
        elif (match := re.match(r"    1\.\.(\d+)$", text)) and self._suite:
            self._planned = int(match[1])
        elif match := RESULT.match(text):
            self._result(len(match[1]), match[2] == "ok", match[4], match[5] or "")
        elif self._suite and text.startswith("    ") and not re.match(
                r" *(# (module:|\S+: pass:|Totals:|Subtest:|speed|\S+: Test should be marked slow)|"
                r"KTAP|1\.\.\d)", text):
            # what a failed expectation expected and saw
            self._said.append(text.strip().removeprefix("# "))

    def _result(self, depth, good, name, note):
        if self._suite is None:
            return
        if depth >= 8:
            self._rows += 1
            if not good:
                self._said.append(f"row failed: {name}")
        elif depth == 4:
            self._seen += 1
            rows, self._rows = f" ({self._rows} rows)" if self._rows else "", 0
            if note.startswith("SKIP"):
                self._count(None, f"{self._suite}: {name}", note.removeprefix("SKIP").strip())
            else:
                self._count(good, f"{self._suite}: {name}{rows}")
        elif name == self._suite:
            if self._seen != self._planned or not self._seen:
                self._count(False, f"{name}: {self._seen} results of {self._planned}")
            self.suites[name] = good
            self._suite = None


# What is loaded in one boot, and on how many processors: the pure parts on one,
# the driver itself on one and on two.
RUNS = (
    (("battguard_kunit",), 1),
    (("battguard", "battguard_driver_kunit"), 1),
    (("battguard", "battguard_driver_kunit"), 2),
)

# Where the kernel can: allocations of a task that asks for it fail, in silence.
SETUP = """
if cd /sys/kernel/debug/failslab 2>/dev/null; then
	echo N > ignore-gfp-wait
	echo 0 > verbose
	cd /
fi
"""


def run_series(report, series, config="sim-kunit", ending=None, runs=RUNS, extra=(), **options):
    """Run the suites on one kernel.

    ending: called with each guest when the modules are gone; extra: what make
    is told besides; options: the guests'.
    """
    kernel = srckernel.build(series, config)
    label = srckernel.label(series, config)
    built = kernels.build_module(kernel, extra=("BATTGUARD_KUNIT=m", *extra)).parents[1]
    for names, cpus in runs:
        files = [built / ("driver" if name == "battguard" else "kunit") / f"{name}.ko"
                 for name in names]
        for file in files:
            if not file.is_file():
                raise Trouble(f"the build for {label} made no {file.name}")
        _run_guest(report, kernel, f"{label} on {cpus} CPUs" if cpus > 1 else label, files,
                   ending, {"cpus": cpus, **options})


def _run_guest(report, kernel, label, modules, ending, options):
    names = [module.stem for module in modules]
    start = time.monotonic()
    # On one processor the guest's clock jumps ahead while it idles.
    options = {"warp": options["cpus"] == 1, "script": SETUP, **options,
               "cmdline": "kunit.enable=1 " + options.get("cmdline", "")}
    with guest.Guest(kernel, modules=modules, **options) as vm:
        mark = vm.mark()
        status, output = vm.run(" && ".join(f"insmod /modules/{name}.ko" for name in names),
                                timeout=600)
        listed = vm.sh("ls /sys/kernel/debug/kunit").split()
        unload, _ = vm.run("rmmod " + " ".join(reversed(names)))
        texts = [message.text for message in vm.log(since=mark)]
        if ending:
            ending(vm)
        vm.poweroff()
        splats = klog.complaints(vm)
    found = Results(texts)
    for good, text, detail in found.found:
        if good is None:
            report.skip(f"{label} {text}", detail)
        else:
            report.result(good, f"{label} {text}", detail)
    report.result(status == 0, f"{label} loads", output)
    report.result(unload == 0, f"{label} unloads")
    lost = sorted(set(listed) ^ set(found.suites))
    report.result(listed and not lost, f"{label} every suite reported: {' '.join(listed) or 'none'}",
                  " ".join(lost))
    bad = [name for name, good in found.suites.items() if not good]
    report.result(not bad, f"{label} the kernel calls every suite ok", " ".join(bad))
    report.result(not splats, f"{label} no complaint in the kernel's log", "\n".join(splats[:20]))
    say(f"{label}: {time.monotonic() - start:.0f} s")
