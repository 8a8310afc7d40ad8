# SPDX-License-Identifier: GPL-2.0
"""Debian's stock kernels and kernel headers, and battguard.ko built for them.

A series ("6.1", "6.12", "7.3") is looked up in the archive's present state;
what it meant the first time is kept, with the packages, in the cache.
"""

import dataclasses
import functools
import pathlib
import re
import shutil

from . import debian, prepared
from .common import BUILD, ROOT, Trouble, lock, make, run, say, setup

SERIES = ("6.1", "6.12", "7.3")

# Debian's name of the plain kernel of an architecture, the kernel's own name
# of that architecture, and the compiler's prefix ("" on the same machine).
ARCHES = {
    "amd64": ("amd64", "x86_64", ""),
    "arm64": ("arm64", "arm64", "aarch64-linux-gnu-"),
    "armhf": ("armmp", "arm", "arm-linux-gnueabihf-"),
}
# Options that lead to compiler flags which an older compiler does not know.
NEWER_COMPILER = ("CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT",)
COMPILER_GROUP = {"amd64": "base", "arm64": "cross", "armhf": "arm"}

# Meta packages of this Debian release; other series have none that fits and
# are found by the packages' names in the next release and its backports.
META = {"6.1": "linux-{kind}-{flavour}", "6.12": "linux-{kind}-6.12-{flavour}"}
NEXT = "trixie-backports"
# The oldest sublevel that this release's archive still has.
OLDEST = "6.1-oldest"


@dataclasses.dataclass(frozen=True)
class Headers:
    """Unpacked kernel headers that modules can be built with."""

    series: str
    arch: str
    abi: str                    # as in `uname -r`
    path: pathlib.Path          # KERNEL_SRC
    make_args: tuple


@dataclasses.dataclass(frozen=True)
class Kernel:
    """A stock kernel that can be booted, with its headers."""

    headers: Headers
    image: pathlib.Path
    modules: pathlib.Path       # lib/modules/<abi>
    ending: object = None       # called with each board that ends alive

    @property
    def series(self):
        return self.headers.series

    @property
    def arch(self):
        return self.headers.arch

    def module(self, name):
        """The file of a module of this kernel, by its name."""
        stem = name.replace("_", "-")
        for path in self.modules.rglob("*.ko*"):
            if path.name.split(".ko")[0].replace("_", "-") == stem:
                return path
        raise Trouble(f"{self.headers.abi} has no module {name}")


def _package(kind, series, arch, fresh):
    """(name, suite) of the image, modules or headers package of a series."""
    flavour = ARCHES[arch][0]
    if series == OLDEST:
        name = debian.oldest(rf"linux-{kind}-6\.1\.0-\d+-{flavour}", arch, fresh=fresh)
        if not name:
            raise Trouble(f"no Debian {kind} package of Linux 6.1 for {arch}")
        return name, "bookworm"
    if series in META:
        try:
            meta = META[series].format(kind=kind, flavour=flavour)
            return debian.resolve(meta, arch, fresh=fresh), "bookworm"
        except Trouble:
            pass                # not on this architecture: the next release's
    pattern = rf"linux-{kind}-{re.escape(series)}\.[^-]*-{flavour}"
    name = debian.newest(pattern, arch, NEXT, fresh=fresh)
    if not name:
        raise Trouble(f"no Debian {kind} package of Linux {series} for {arch}")
    return name, NEXT


def _fetch(kind, series, arch):
    """The package file; one that the archive gave up since is looked up anew."""
    name, suite = _package(kind, series, arch, fresh=False)
    try:
        return debian.fetch([name], arch, suite)[0], name, suite
    except Trouble:
        again, suite = _package(kind, series, arch, fresh=True)
        if again == name:
            raise
        return debian.fetch([again], arch, suite)[0], again, suite


def _unpack_headers(series, arch, deb, name, suite):
    abi = name.removeprefix("linux-headers-")
    tree = BUILD / "kernels" / name
    wanted = [package for package in debian.depends(deb)
              if package.startswith(("linux-headers-", "linux-kbuild-"))]
    # The common part has no architecture; the build tools are this machine's.
    parts = [deb]
    for package in wanted:
        tools = package.startswith("linux-kbuild-")
        parts += debian.fetch([package], "amd64" if tools else arch, suite)
    for part in parts:
        debian.unpack(part, tree)
    kbuild = next(package for package in wanted if package.startswith("linux-kbuild-"))
    prepared.own_libraries(tree, kbuild, suite)
    if arch == "armhf":
        prepared.own_modpost(tree, kbuild, arch, suite)
    source = tree / "usr/src"
    makefile = source / name / "Makefile"
    with lock("headers"):
        # The one absolute path; right again where the cache has moved.
        text = makefile.read_text(encoding="ascii")
        right = re.sub(r"/(?:[^\s=]*/)?usr/src/(?=linux-headers-)", f"{source}/", text)
        if right != text:
            makefile.write_text(right, encoding="ascii")
    return Headers(series, arch, abi, source / name, _make_args(source / name, arch))


def _make_args(path, arch):
    """What `make -C path` must be told to build with the compiler we have."""
    _, karch, cross = ARCHES[arch]
    # Debian's modules carry BTF, made with a tool and a vmlinux that need not
    # be here; ours do without.
    args = [f"ARCH={karch}", f"CROSS_COMPILE={cross}", "CONFIG_DEBUG_INFO_BTF_MODULES="]
    config = (path / "include/config/auto.conf").read_text(encoding="ascii")
    theirs = int(re.search(r"^CONFIG_GCC_VERSION=(\d+)", config, re.M)[1]) // 10000
    # The tool's version matters for BTF alone, and is complained of otherwise.
    if pahole := re.search(r"^CONFIG_PAHOLE_VERSION=(\d+)", config, re.M):
        args.append(f"PAHOLE_VERSION={pahole[1]}")
    if not shutil.which(f"{cross}gcc-{theirs}"):
        args.append(f"CC={cross}gcc")
        # The configuration remembers what the kernel's compiler could do.
        if int(run([f"{cross}gcc", "-dumpversion"]).split(".")[0]) < theirs:
            args += [f"{option}=" for option in NEWER_COMPILER]
    return tuple(args)


def headers(series, arch="arm64"):
    """The headers of a series, ready for `make -C <path> <make_args> M=...`."""
    setup("base", "headers", COMPILER_GROUP[arch])
    try:
        found = _fetch("headers", series, arch)
    except Trouble as trouble:
        if series in META or series == OLDEST:
            raise
        # The newest series may be in the archive as source only.
        say(str(trouble))
        _, karch, cross = ARCHES[arch]
        abi, path = prepared.from_source(series, karch, cross, NEXT)
        _borrow_symbols(path, series, arch)
        return Headers(series, arch, abi, path, (f"ARCH={karch}", f"CROSS_COMPILE={cross}"))
    return _unpack_headers(series, arch, *found)


def _borrow_symbols(path, series, arch):
    """Exported symbols for a prepared tree, so that modpost can look for ours.

    A kernel exports much the same on every architecture: what the series
    exports on arm64, and what an older series has on this architecture only.
    """
    target = path / "Module.symvers"
    if target.exists() and target.stat().st_size:
        return

    def exported(headers_):
        text = (headers_.path / "Module.symvers").read_text(encoding="ascii")
        return {line.split("\t")[1]: line for line in text.splitlines()}

    older = list(META)[-1]
    same, here, there = (exported(headers(*what)) for what in
                         ((series, "arm64"), (older, arch), (older, "arm64")))
    lines = {**{name: line for name, line in here.items() if name not in there}, **same}
    spare = path / "Module.symvers.new"
    spare.write_text("\n".join(lines.values()) + "\n", encoding="ascii")
    spare.replace(target)


def _unpack_image(series, arch):
    """(abi, image, modules, suite) of a series' kernel."""
    if series in META:
        deb, name, suite = _fetch("image", series, arch)
        abi = name.removeprefix("linux-image-")
        parts = [deb]
    else:
        # Since 7.0 image and modules are packages of their own; the unsigned
        # image is in the archive as soon as the headers are, the signed later.
        deb, name, suite = _fetch("modules", series, arch)
        abi = name.removeprefix("linux-modules-")
        parts = [deb, *debian.fetch([f"linux-binary-unsigned-{abi}"], arch, suite)]
    for part in parts:
        tree = debian.unpack(part, BUILD / "kernels" / f"linux-image-{abi}")
    modules = [path for path in (tree / "lib/modules" / abi, tree / "usr/lib/modules" / abi)
               if path.is_dir()]
    images = [path for path in (tree / "boot" / f"vmlinuz-{abi}",
                                *(path / "vmlinuz.unsigned" for path in modules))
              if path.is_file()]
    if not modules or not images:
        raise Trouble(f"{deb.name} holds no kernel {abi}")
    return abi, images[0], modules[0], suite


def stock(series="6.12", arch="arm64"):
    """A stock kernel: image, modules and the headers that belong to it."""
    setup("base", "headers", COMPILER_GROUP[arch])
    abi, image, modules, suite = _unpack_image(series, arch)
    package = f"linux-headers-{abi}"
    [headers_deb] = debian.fetch([package], arch, suite)
    made = _unpack_headers(series, arch, headers_deb, package, suite)
    return Kernel(made, image, modules)


def copy_sources(out):
    """The module's sources, to build from; objects of an earlier build stay."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("Kbuild", "VERSION", "driver", "include", "kunit"):
        _mirror(ROOT / name, out / name)


def make_modules(made, out, *words):
    """Build the modules of a folder for a kernel's headers; what make said."""
    return make(made.path, *made.make_args, *words, f"M={out}", "modules")


def build_module(kernel, out=None, extra=(), change=None):
    """Build battguard.ko for a kernel (or headers); gives its path.

    The sources are copied: objects never land in the source tree, and builds
    for several kernels do not meet. change: called with the copy before it is
    built.
    """
    made = kernel.headers if isinstance(kernel, Kernel) else kernel
    out = pathlib.Path(out or BUILD / "modules" / made.abi)
    with lock(f"module-{made.abi}"):
        copy_sources(out)
        if change:
            change(out)
        make_modules(made, out, *extra)
        module = out / "driver" / "battguard.ko"
        if not module.is_file():
            raise Trouble(f"the build for {made.abi} made no driver/battguard.ko")
        return module


@functools.cache
def build_helper(kernel, name):
    """Build the module lab/NAME/NAME.ko, a part of tests; gives its path."""
    out = BUILD / "modules" / f"{kernel.headers.abi}-{name}"
    with lock(f"module-{kernel.headers.abi}-{name}"):
        _mirror(ROOT / "scripts/lab" / name, out)
        make_modules(kernel.headers, out)
    return out / f"{name}.ko"


def _mirror(source, target):
    """Copy what changed (by content), drop what is gone; keep objects."""
    if source.is_dir():
        target.mkdir(exist_ok=True, parents=True)
        for item in source.iterdir():
            if item.suffix in ("", ".c", ".h", ".S") or item.is_dir():
                _mirror(item, target / item.name)
        for item in target.iterdir():
            if item.suffix in (".c", ".h") and not item.name.endswith(".mod.c") \
                    and not (source / item.name).exists():
                item.unlink()
    elif source.is_file():
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            shutil.copyfile(source, target)
