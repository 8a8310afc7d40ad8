# SPDX-License-Identifier: GPL-2.0
"""The driver on kernels that check themselves, and faults that they must catch.

sanitize  KASAN, UBSAN, lockdep, atomic sleep, object debugging, kmemleak, failslab
kcsan     data races
rt        PREEMPT_RT with lockdep

On each: the KUnit suites, end to end on gpio-sim and on a PL061, everything at
once on two processors. The kernel's log must stay clean, and a fault of each
kind that is put into a copy of the driver must show in it.
"""

import argparse
import concurrent.futures
import os
import re

from lab import common, kunit, tap
from suites.e2e import sets
from suites.simtest import play, simplan

from . import busy, kit, memory, seeds

# Seconds of everything at once.
STORM = 30
# A case that sleeps longer than this in the guest's time is not for a short run.
LONG = 300


def scenario(config, run, checks):
    """A scenario of e2e, on one of these kernels."""
    kernel, built = kit.modules(config)
    run(kernel, built[0], checks)


def parts(config, short):
    """{name: function(checks)} of what runs side by side on a kernel."""
    jobs = {}
    if not short:
        for name, run in sets.scenarios("lines").items():
            jobs[name] = lambda checks, run=run: scenario(config, run, checks)
        jobs["all at once"] = lambda checks: busy.run(config, checks, STORM)
        if config == "sanitize":
            jobs["failing allocations"] = lambda checks: memory.run(config, checks)
        jobs["no fault"] = lambda checks: seeds.sound(config, checks)
    for number, seed in enumerate(seeds.SEEDS):
        if seed.sight.config == config and (seed.sight.short or not short):
            jobs[f"seeded {seed.name}"] = lambda checks, seed=seed, number=number: \
                seeds.catch(seed, number, checks)
    return jobs


def alone(report, config, short):
    """{name: function()} of what tells its results itself."""
    options = {"config": config, "ending": kit.ending(config)}
    # The driver's cases on two processors as well take minutes of real time.
    runs = [run for run in kunit.RUNS if not short or run[1] == 1]
    chosen = [case for case in simplan.load() if not short or case.sleeps <= LONG]
    return {"kunit": lambda: kunit.run_series(report, kit.SERIES, runs=runs, **options,
                                              **kit.CONFIGS[config]),
            "gpio-sim": lambda: play.play(report, kit.SERIES, chosen, **options,
                                           **kit.TIMED[config])}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", action="append", choices=list(kit.CONFIGS),
                        help="may be repeated (default: all; the first in a short run)")
    parser.add_argument("--short", action="store_true", help="KUnit, gpio-sim, some faults")
    parser.add_argument("-k", metavar="PATTERN", default="", help="only parts that match")
    parser.add_argument("--list", action="store_true", help="name the parts and end")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="guests at a time")
    options = parser.parse_args()
    report, apart, jobs = tap.Report(), [], []
    # A short run builds one kernel only.
    for config in options.kernel or list(kit.CONFIGS)[:1 if options.short else None]:
        wanted = re.compile(options.k)
        for name, part in alone(report, config, options.short).items():
            if not wanted.search(f"{config} {name}"):
                continue
            if options.list:
                print(f"{config} {name}")
            else:
                apart.append(part)
        for name, part in parts(config, options.short).items():
            if wanted.search(f"{config} {name}"):
                jobs.append((f"{config} {name}", part))
    if options.list:
        print("\n".join(name for name, _ in jobs))
        return 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda part: part(), apart))
    tap.run(report, jobs, options.jobs)
    return report.end()


if __name__ == "__main__":
    common.main(main)
