# SPDX-License-Identifier: GPL-2.0
"""Builds the driver in the kernel's tree, with options off that it can do without.

The driver and its tests are imported into a kernel tree (import-into-tree) and
compiled there at W=1 with warnings as errors, built in or as modules.  Each
line of the table is a test: it passes when the configuration is honoured, the
compiler says nothing and the objects are those that the options ask for.  They
are compiled against allnoconfig plus scripts/lab/configs/tree.config plus the line.

With --full the table is built for every series, by gcc and by clang; the patches
of import-into-tree --series are compiled one after the other; and two kernels are
linked with the driver built in: all options off, and all on.  An option that
takes a function away shows there as an undefined symbol.
"""

import argparse
import collections
import os
import re
import shutil

from lab import common, intree, srckernel, tap, trees
from lab.common import Trouble, lock
from lab.report import note_kernel

HOME = intree.HOME
STRICT = ("W=1", "KCFLAGS=-Werror")

EVERY = ("6.1", "6.12", "7.3")
Cell = collections.namedtuple("Cell", "name arch changes series", defaults=[EVERY])

NO_LEDS = ("CONFIG_LEDS_TRIGGERS=n",)
NO_NET = ("CONFIG_NET=n",)
NO_PM = ("CONFIG_SUSPEND=n", "CONFIG_PM_SLEEP=n")
# Lockdep keeps RT's locks from being what they are there.
RT = ("CONFIG_PREEMPT_RT=y", "CONFIG_PROVE_LOCKING=n")
NO_SMP = ("CONFIG_SMP=n",)
# Lockdep has a use for trace events, too.
NO_TRACE = ("CONFIG_FTRACE=n", "CONFIG_ENABLE_DEFAULT_TRACERS=n", "CONFIG_EVENT_TRACING=n",
            "CONFIG_PROVE_LOCKING=n")
BUILT_IN = ("CONFIG_BATTGUARD=y",)
MODULE = ("CONFIG_BATTGUARD=m", "CONFIG_BATTGUARD_KUNIT_TEST=m",
          "CONFIG_BATTGUARD_DRIVER_KUNIT_TEST=m")
# arm64 is always SMP, and always has a device tree.
ALL_OFF = (*NO_LEDS, *NO_NET, *NO_PM, *NO_TRACE, *NO_SMP, "CONFIG_OF=n", "CONFIG_PRINTK=n",
           "CONFIG_BUG=n", "CONFIG_HIGH_RES_TIMERS=n", "CONFIG_PROC_FS=n", "CONFIG_SYSFS=n",
           "CONFIG_DEBUG_ATOMIC_SLEEP=n", "CONFIG_RTC_CLASS=n", "CONFIG_NEW_LEDS=n",
           "CONFIG_LEDS_CLASS=n", "CONFIG_MODULES=n", "CONFIG_MODULE_UNLOAD=n", "CONFIG_KUNIT=n")

CELLS = (
    Cell("built in", "arm64", BUILT_IN),
    Cell("module", "arm64", MODULE),
    Cell("built in, with module tests", "arm64", ("CONFIG_BATTGUARD=m",
                                                  "CONFIG_BATTGUARD_KUNIT_TEST=m",
                                                  "CONFIG_KUNIT=y")),
    Cell("NET=n", "arm64", (*BUILT_IN, *NO_NET)),
    Cell("LEDS_TRIGGERS=n", "arm64", (*BUILT_IN, *NO_LEDS)),
    Cell("PM_SLEEP=n", "arm64", (*BUILT_IN, *NO_PM)),
    Cell("no tracing", "arm64", (*BUILT_IN, *NO_TRACE)),
    # 6.1 has it by a patch only.
    Cell("PREEMPT_RT", "arm64", (*MODULE, *RT), ("6.12", "7.3")),
    # 7.3 calls it broken.
    Cell("big-endian", "arm64", (*MODULE, "CONFIG_CPU_BIG_ENDIAN=y"), ("6.1", "6.12")),
    Cell("SMP=n", "armhf", (*BUILT_IN, *NO_SMP)),
    Cell("OF=n", "amd64", (*MODULE, "CONFIG_OF=n", "CONFIG_ACPI=y", "CONFIG_PCI=y")),
    Cell("all off", "amd64", (*BUILT_IN, *ALL_OFF)),
)
LINKED = (
    ("all off", "amd64", (*BUILT_IN, *ALL_OFF)),
    ("all on", "arm64", BUILT_IN),
)

# The objects that depend on an option, and those that are there with it.
OPTIONAL = {"leds.o": "CONFIG_LEDS_TRIGGERS", "netlink.o": "CONFIG_NET",
            "tests/fsm_kunit.o": "CONFIG_BATTGUARD_KUNIT_TEST", "core.o": "CONFIG_BATTGUARD"}
# For each of these the patches of the series are compiled one after the other.
PATCHED = tuple((series, name, changes) for series in ("6.12", "7.3")
                for name, changes in (("module", MODULE), ("built in", BUILT_IN)))
# The modules, and a source of each.
MODULES = {"battguard.o": "core.c", "tests/battguard_kunit.o": "tests/fsm_kunit.c",
           "tests/battguard_driver_kunit.o": "tests/bind_kunit.c"}


def make(tree, log, *words):
    """Run make in a tree; Trouble when a compiler, modpost or kbuild complains."""
    log.unlink(missing_ok=True)
    srckernel.make(tree.source, tree.headers.path, *tree.headers.make_args, *words,
                   "-s", f"-j{os.cpu_count()}", log=log)
    found = [line for line in log.read_text(errors="replace").splitlines()
             if re.search(r"\bwarning\b", line, re.I)]
    if found:
        raise Trouble("\n".join(found))


def compile_cell(tree):
    """Compile the driver's directory; Trouble unless the right objects come of it."""
    objects = tree.headers.path
    shutil.rmtree(objects / HOME, ignore_errors=True)
    make(tree, objects / "battguard.log", *STRICT, f"{HOME}/")
    dotconfig = (objects / ".config").read_text(encoding="ascii")
    for name, option in OPTIONAL.items():
        wanted = bool(re.search(rf"^{option}=[ym]$", dotconfig, re.M))
        if (objects / HOME / name).is_file() != wanted:
            raise Trouble(f"{name} is {'missing' if wanted else 'there'} with "
                          f"{option} {'on' if wanted else 'off'}")


def link_cell(tree):
    """Link a kernel with the driver built in; Trouble unless the driver is in it."""
    objects = tree.headers.path
    shutil.rmtree(objects / HOME, ignore_errors=True)
    make(tree, objects / "battguard-link.log", "vmlinux")
    table = (objects / "System.map").read_text(encoding="ascii")
    if not re.search(r" bg_init$", table, re.M):
        raise Trouble("the driver is not in the kernel")


def compile_patch(tree, config):
    """Compile what a patch has made of a tree; Trouble unless the right objects come of it."""
    objects, home = tree.headers.path, tree.source / HOME
    log = objects / "battguard-patch.log"
    shutil.copyfile(config, objects / ".config")
    make(tree, log, "olddefconfig")
    shutil.rmtree(objects / HOME, ignore_errors=True)
    if not home.is_dir():
        make(tree, log, "drivers/power/supply/")
        return
    state = re.search(r"^CONFIG_BATTGUARD=([ym])$", config.read_text(encoding="ascii"), re.M)[1]
    # The option comes with the driver, after the decision.
    option = [] if (home / "Kconfig").exists() else [f"CONFIG_BATTGUARD={state}"]
    make(tree, log, *STRICT, *option, f"{HOME}/")
    wanted = [path.with_suffix(".o").name for path in home.glob("*.c")]
    if state == "m":
        wanted += [name for name, source in MODULES.items() if (home / source).exists()]
    missing = [name for name in wanted if not (objects / HOME / name).exists()]
    if missing:
        raise Trouble(f"not compiled: {', '.join(missing)}")


def compile_patches(series, changes):
    """Compile the driver's directory after each patch of the series."""
    tree = trees.tree(series, "arm64", "gcc", changes, imported=True)
    config = tree.headers.path / "battguard.config"
    shutil.copyfile(tree.headers.path / ".config", config)
    with trees.patches(series) as patches:
        try:
            for patch in patches:
                trees.apply(patch, tree.source)
                compile_patch(tree, config)
        except Trouble as trouble:
            raise Trouble(f"{patch.name}:\n{trouble}") from None
        finally:
            shutil.copyfile(config, tree.headers.path / ".config")


def jobs(options):
    """(name, function) of each test."""
    for series in options.series or (EVERY if options.full else ("6.12",)):
        for compiler in ("gcc", "clang") if options.full else ("gcc",):
            for cell in CELLS:
                if series in cell.series:
                    yield (f"{series} {compiler} {cell.arch}: {cell.name}", lambda s=series,
                           c=compiler, x=cell: compile_cell(trees.tree(s, x.arch, c, x.changes,
                                                                       imported=True)))
    for series, name, changes in PATCHED if options.full else ():
        if series in (options.series or EVERY):
            yield (f"{series} gcc arm64: each patch of the series, {name}",
                   lambda s=series, x=changes: compile_patches(s, x))
    if options.full:
        for name, arch, changes in LINKED:
            yield (f"6.12 gcc {arch}: a kernel links, {name}", lambda a=arch, x=changes:
                   link_cell(trees.tree("6.12", a, "gcc", x, imported=True)))


def main():
    """Run the table; status 1 when a line of it failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true",
                        help="every series and compiler, and kernels that are linked")
    parser.add_argument("--series", action="append", choices=EVERY)
    parser.add_argument("--only", default="", metavar="REGEX", help="lines whose name matches")
    options = parser.parse_args()
    report = tap.Report()
    for name, job in jobs(options):
        if not re.search(options.only, name):
            continue
        complaint = ""
        try:
            # the sources with the driver in them are shared
            with lock("configs"):
                job()
        except Trouble as trouble:
            complaint = "\n".join(str(trouble).splitlines()[-30:])
        report.result(not complaint, name, complaint)
        note_kernel(f"{name.split(':')[0]} (tree)")
    return report.end()


if __name__ == "__main__":
    common.main(main)
