# SPDX-License-Identifier: GPL-2.0
"""Kernels built from Debian's linux-source packages.

Debian's own kernels have neither KUnit nor gpio-sim nor lockdep, so the KUnit
run and the tests in the warped clock use a kernel of their own: allnoconfig
plus the fragment configs/<name>.config. A fragment may begin with
another one ("# include NAME") and then say otherwise.

A built kernel is kept under a key made of the version of the source package,
the fragment and the compiler: it is built again when one of these changes and
at no other time.  A build that was broken off goes on where it stood.
"""

import hashlib
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from . import debian, kernels
from .common import BUILD, Trouble, clean_environment, lock, run, say, setup

CONFIGS = Path(__file__).with_name("configs")
SERIES = ("6.12", "6.1")

# The kernel's own name of an architecture, and what its boot image is called.
ARCHES = {"arm64": ("arm64", "Image"), "armhf": ("arm", "zImage")}

def label(series, config="sim-kunit"):
    """What results of a kernel are named after."""
    return series if config == "sim-kunit" else f"{series} {config}"


def fragment_lines(name):
    """The settings of a fragment and of those it includes; the last word counts."""
    settings = {}
    for line in (CONFIGS / (name + ".config")).read_text().splitlines():
        line = line.strip()
        if line.startswith("# include "):
            for each in fragment_lines(line.split()[2]):
                settings[each.split("=")[0]] = each
        elif line and not line.startswith("#"):
            settings[line.split("=")[0]] = line
    return list(settings.values())


def missing_lines(name, dotconfig):
    """The fragment's settings that the configuration does not honour."""
    return lost_lines(fragment_lines(name), dotconfig)


def lost_lines(lines, dotconfig):
    """Those of the settings that the configuration does not honour."""
    have = set(Path(dotconfig).read_text().splitlines())
    lost = []
    for line in lines:
        if line.endswith("=n"):
            # "is not set", or the symbol is not even offered
            if any(h.startswith(line[:-1]) for h in have):
                lost.append(line)
        elif line not in have:
            lost.append(line)
    return lost


def source_tree(series, name="", parts=()):
    """Fetch and unpack linux-source-SERIES; (version, directory).

    parts: no more than these files are needed, under a name of their own.
    """
    package = "linux-source-" + series
    # The newest series is in the next release only.
    where = ("arm64",) if series in SERIES else ("amd64", kernels.NEXT)
    deb = debian.fetch([package], *where)[0]
    version = deb.name.split("_")[1]
    whole = BUILD / "src" / f"{package}_{version}"
    tree = BUILD / "src" / f"{name or package}_{version}"
    with lock(package):
        # To look for a few files in the archive takes as long as to look for all.
        if whole.is_dir():
            return version, whole
        if not all((tree / part).exists() for part in parts or ("Makefile",)):
            shutil.rmtree(tree, ignore_errors=True)
            debian.unpack_source(deb, tree, parts=parts)
    return version, tree


def compiler(cross):
    """The compiler's version line: another compiler, another kernel."""
    return run([cross + "gcc", "--version"]).splitlines()[0]


def make(source, objects, *words, log, what=None):
    """Run make; its output goes to the log, the progress to the terminal."""
    args = ["make", "-C", str(source), "O=" + str(objects), *words]
    start = shown = time.monotonic()
    steps = 0
    with open(log, "a") as out:
        proc = subprocess.Popen(args, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True,
                                errors="replace",
                                env={**clean_environment(**config_env(words)),
                                     "KBUILD_BUILD_TIMESTAMP": "1970-01-01"})
        for line in proc.stdout:
            out.write(line)
            steps += bool(re.match(r"  [A-Z]+ ", line))
            now = time.monotonic()
            if what and now - shown >= 10:
                shown = now
                say(f"{what}: {steps} steps, {now - start:.0f} s")
    if proc.wait():
        tail = Path(log).read_text(errors="replace").splitlines()[-15:]
        raise Trouble("\n".join([f"make failed, log in {log}:", *tail]))
    return time.monotonic() - start


def config_env(words):
    """KCONFIG_ALLCONFIG goes through the environment, as kconfig reads it."""
    pairs = (w.split("=", 1) for w in words if w.startswith("KCONFIG_"))
    return dict(pairs)


def build(series, config="sim-kunit", arch="arm64", dtb=None):
    """The kernel of a series, as kernels.Kernel; built when it is not there.

    dtb: a device tree of the sources that is built as well, where the images are.
    """
    if series not in SERIES:
        raise Trouble(f"no kernel source for {series}: one of {', '.join(SERIES)}")
    karch, target = ARCHES[arch]
    cross = kernels.ARCHES[arch][2]
    setup("base", "kernel", kernels.COMPILER_GROUP[arch])
    version, source = source_tree(series)
    digest = hashlib.sha256("\n".join(
        [version, compiler(cross), *fragment_lines(config)]).encode()).hexdigest()
    name = f"src-{series}-{config}-{digest[:12]}"
    objects = BUILD / "kernels" / name
    stamp = objects / "battguard-complete"
    words = (f"ARCH={karch}", f"CROSS_COMPILE={cross}")
    # The build directory itself serves as headers: it knows its sources.
    headers = kernels.Headers(series, arch, name, objects, words)
    kernel = kernels.Kernel(headers, objects / f"arch/{karch}/boot/{target}", objects)
    with lock(objects.name):
        if stamp.exists():
            return kernel
        objects.mkdir(parents=True, exist_ok=True)
        log = objects / "battguard-build.log"
        if not (objects / ".config").exists() or missing_lines(
                config, objects / ".config"):
            fragment = objects / "battguard-fragment"
            fragment.write_text("\n".join(fragment_lines(config)) + "\n")
            make(source, objects, *words, f"KCONFIG_ALLCONFIG={fragment}",
                 "allnoconfig", log=log)
        lost = missing_lines(config, objects / ".config")
        if lost:
            (objects / ".config").unlink()
            raise Trouble(f"linux {version} does not honour in "
                          f"{config}.config: " + ", ".join(lost))
        what = f"linux {version} ({config})"
        say(f"{what}: building, some minutes the first time")
        took = make(source, objects, *words, f"-j{os.cpu_count()}",
                    target, "modules", *([dtb] if dtb else []), log=log, what=what)
        stamp.write_text(f"{version}\n{took:.0f} s\n")
        say(f"{what}: built in {took:.0f} s")
        return kernel
