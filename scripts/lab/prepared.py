# SPDX-License-Identifier: GPL-2.0
"""Headers where the archive's headers packages alone do not do.

* The next release's build tools want a newer C library than this machine may
  have: they get their own.
* 32-bit arm on a 64-bit machine: modpost knows the layout of device tables of
  the machine it was compiled for. The architecture's own one, run by QEMU's
  user mode, knows the right one.
* No headers package at all: a tree prepared from Debian's source package with
  the architecture's default configuration. Modules built with it show that
  they compile and link; there is no kernel to load them into.
"""

import os
import shutil
import subprocess

from . import debian
from .common import BUILD, Trouble, lock, make, run, say, setup

DEFCONFIG = {"arm": "multi_v7_defconfig", "arm64": "defconfig", "x86_64": "x86_64_defconfig"}

# What is left out of the sources: a module's build needs no driver's code.
LEAVE_OUT = ("Documentation/*/*", "drivers/*.[ch]", "sound/*.[ch]", "fs/*.[ch]", "net/*.c",
             "tools/testing/*", "arch/*/boot/dts/*")


def _root(tree, arch, suite, packages):
    """A directory with these packages' files, to be a program's libraries."""
    root = tree / f"foreign-{arch}"
    for deb in debian.fetch(packages, arch, suite):
        run(["dpkg", "-x", deb, root])
    for name in ("lib", "lib64"):
        if not (root / name).exists() and (root / "usr" / name).is_dir():
            (root / name).symlink_to(f"usr/{name}")
    return root


def _replace(program, root, words):
    """Put a script in a program's place; it finds its own way to the root."""
    way = os.path.relpath(root, program.parent)
    spare = program.with_name(program.name + ".new")
    spare.write_text(f'#!/bin/sh\nhere=${{0%/*}}\nroot=$here/{way}\nexec {words} "$@"\n',
                     encoding="utf-8")
    spare.chmod(0o755)
    spare.replace(program)


def _elf_programs(path):
    for program in sorted(path.rglob("*")):
        if program.is_file() and not program.is_symlink() and os.access(program, os.X_OK) \
                and program.suffix != ".elf" and program.read_bytes()[:4] == b"\x7fELF":
            yield program


def own_libraries(tree, kbuild, suite):
    """Let build tools that this machine's C library is too old for use their own."""
    tools = tree / "usr/lib" / kbuild
    done = subprocess.run([tools / "scripts/mod/modpost.real-lsb-64"], text=True, check=False,
                          stdin=subprocess.DEVNULL, capture_output=True)
    if "GLIBC_" not in done.stderr:
        return
    with lock("headers"):
        root = _root(tree, "amd64", suite, ["libc6", "libelf1t64", "zlib1g", "libzstd1"])
        for program in _elf_programs(tools):
            kept = program.with_name(program.name + ".elf")
            shutil.copy2(program, kept)
            # argv[0] stays: modpost finds its variants by it.
            _replace(program, root, '"$root/lib64/ld-linux-x86-64.so.2" --argv0 "$0" '
                     f'--library-path "$root/usr/lib/x86_64-linux-gnu" "$here/{kept.name}"')


def own_modpost(tree, kbuild, arch, suite):
    """Put the architecture's own modpost in the place of this machine's."""
    with lock("headers"):
        root = _root(tree, arch, suite, [kbuild, "libc6"])
        program = f"usr/lib/{kbuild}/scripts/mod/modpost.real-lsb-32"
        if not (root / program).is_file():
            raise Trouble(f"{kbuild} has no modpost for {arch}")
        _replace(tree / "usr/lib" / kbuild / "scripts/mod/modpost", root,
                 f'qemu-arm -L "$root" "$root/{program}"')


def from_source(series, karch, cross, suite):
    """(release, directory): a tree prepared for modules from linux-source."""
    setup("base", "kernel")
    [deb] = debian.fetch([f"linux-source-{series}"], "amd64", suite)
    version = deb.name.split("_")[1]
    made = BUILD / "kernels" / f"prepared-{version}-{karch}-preempt"
    with lock(f"prepared-{karch}"):
        if not (made / "ready").exists():
            say(f"preparing headers of Linux {version} for {karch} from source")
            shutil.rmtree(made, ignore_errors=True)
            source, name = made / "source", f"linux-source-{series}"
            debian.unpack_source(deb, source, "--wildcards", "--anchored",
                                 *(f"--exclude={name}/{path}" for path in LEAVE_OUT))
            words = (f"O={made}/objects", f"ARCH={karch}", f"CROSS_COMPILE={cross}")
            make(source, *words, DEFCONFIG[karch])
            # As Debian's kernels whose symbols are borrowed are: otherwise
            # might_sleep() asks for one that they have not.
            run([source / "scripts/config", "--file", made / "objects/.config",
                 "-e", "PREEMPT", "-d", "PREEMPT_NONE", "-d", "PREEMPT_VOLUNTARY",
                 "-d", "PREEMPT_LAZY"])
            make(source, *words, "olddefconfig")
            make(source, *words, f"-j{os.cpu_count()}", "modules_prepare")
            (made / "ready").touch()
    release = (made / "objects/include/config/kernel.release").read_text(encoding="ascii")
    return f"{release.strip()}-{karch}", made / "objects"
