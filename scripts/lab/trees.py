# SPDX-License-Identifier: GPL-2.0
"""Kernel trees that modules can be compiled against, in any configuration.

Stock headers are configured for gcc and for one choice of options. A tree made
here is Debian's kernel source after "modules_prepare" with a configuration and
a compiler of our choice: allnoconfig plus configs/tree.config plus the
changes asked for. No kernel is built, so there is nothing to load a module into
and modpost knows no exported symbol; stock headers are there to check these.
"""

import contextlib
import dataclasses
import hashlib
import os
import shutil
import sys

from . import intree, kernels, srckernel
from .common import BUILD, ROOT, Trouble, lock, run, say, setup

CLANG = "19"
# What each architecture's configuration starts from besides the fragment.
ARCH_LINES = {
    "amd64": ("CONFIG_64BIT=y",),
    "arm64": (),
    "armhf": ("CONFIG_MMU=y", "CONFIG_ARCH_MULTIPLATFORM=y", "CONFIG_ARCH_MULTI_V7=y",
              "CONFIG_ARCH_VIRT=y", "CONFIG_VFP=y"),
}


@dataclasses.dataclass(frozen=True)
class Tree:
    """A prepared tree: headers for modules, and where its sources are."""

    headers: kernels.Headers
    source: object


def compiler_args(arch, compiler):
    """What make is told for gcc or clang."""
    _, karch, cross = kernels.ARCHES[arch]
    if compiler == "clang":
        return (f"ARCH={karch}", f"LLVM=-{CLANG}")
    return (f"ARCH={karch}", f"CROSS_COMPILE={cross}")


def _version(arch, compiler):
    command = f"clang-{CLANG}" if compiler == "clang" else kernels.ARCHES[arch][2] + "gcc"
    return run([command, "--version"]).splitlines()[0]


def _lines(arch, changes):
    """The configuration's lines, a later one in the place of an earlier one."""
    lines = {}
    for line in (*srckernel.fragment_lines("tree"), *ARCH_LINES[arch], *changes):
        lines[line.split("=")[0]] = line
    return list(lines.values())


def tree(series, arch, compiler="gcc", changes=(), imported=False):
    """A Tree of a series; made when it is not there.

    With "imported" the driver is part of the sources, for builds in the tree.
    """
    setup("base", "kernel", "clang19" if compiler == "clang" else kernels.COMPILER_GROUP[arch])
    version, source = imported_tree(series) if imported else srckernel.source_tree(series)
    lines = _lines(arch, changes)
    words = compiler_args(arch, compiler)
    digest = hashlib.sha256("\n".join([version, _version(arch, compiler), str(imported),
                                       *lines]).encode()).hexdigest()
    name = f"tree-{series}-{arch}-{compiler}-{digest[:12]}"
    objects = BUILD / "kernels" / name
    with lock(name):
        if not (objects / "ready").exists():
            _prepare(source, objects, words, lines, f"{version} ({arch}, {compiler})")
    # Of the symbols nothing is known: modpost is to look for all the rest.
    return Tree(kernels.Headers(series, arch, name, objects,
                                (*words, "KBUILD_MODPOST_WARN=1")), source)


def _prepare(source, objects, words, lines, what):
    say(f"linux {what}: preparing a tree")
    shutil.rmtree(objects, ignore_errors=True)
    objects.mkdir(parents=True)
    fragment = objects / "wanted.config"
    fragment.write_text("\n".join(lines) + "\n", encoding="ascii")
    log = objects / "prepare.log"
    srckernel.make(source, objects, *words, f"KCONFIG_ALLCONFIG={fragment}", "allnoconfig",
                   log=log)
    lost = srckernel.lost_lines(lines, objects / ".config")
    if lost:
        raise Trouble(f"linux {what} does not honour: " + ", ".join(lost))
    srckernel.make(source, objects, *words, f"-j{os.cpu_count()}", "modules_prepare", log=log)
    (objects / "Module.symvers").touch()
    (objects / "ready").touch()


def imported_tree(series):
    """(version, directory): a kernel's sources with the driver imported."""
    version, source = srckernel.source_tree(series)
    copy = BUILD / "in-tree" / version
    importer = ROOT / "scripts/import-into-tree"
    with lock("in-tree"):
        if not copy.is_dir():
            # hard links: the import replaces files and never writes into one
            spare = copy.with_name(copy.name + ".part")
            shutil.rmtree(spare, ignore_errors=True)
            spare.parent.mkdir(parents=True, exist_ok=True)
            run(["cp", "-al", source, spare])
            spare.rename(copy)
        run([sys.executable, "-B", importer, copy])
    return version, copy


@contextlib.contextmanager
def patches(series):
    """The patches for the tree of a series, that tree being without the driver meanwhile."""
    version, source = srckernel.source_tree(series)
    copy, folder = imported_tree(series)[1], BUILD / "in-tree" / f"{version}.patches"
    importer = [sys.executable, "-B", ROOT / "scripts/import-into-tree"]
    shutil.rmtree(folder, ignore_errors=True)
    run([*importer, "--maintainer", "A Maintainer <maintainer@example.org>",
         "--series", folder, copy])
    for name in intree.files(copy, None):
        (copy / name).unlink(missing_ok=True)
        if (source / name).exists():
            os.link(source / name, copy / name)
    shutil.rmtree(copy / intree.HOME)
    try:
        yield sorted(folder.glob("*.patch"))[1:]
    finally:
        run([*importer, copy])


def apply(patch, tree):
    """Apply a patch to a tree that is no repository, whatever lies around it."""
    run(["git", "apply", patch], cwd=tree,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)})
