# SPDX-License-Identifier: GPL-2.0
"""The makefiles, as scripts call them."""

import os
import shutil

from lab.common import run

from . import scenario
from .kit import CROSS, HOOKS, INSTALLED, VERSION, files, libnl, must_make, try_make, version_of

# A kernel tree that only tells how it was called.
TELLER = 'modules modules_install clean:\n\t@echo "in $(CURDIR) M=$(M) $@"\n'


@scenario
def kernel_tree(kit, checks):
    """Which kernel is built for: KERNEL_SRC, KDIR, KERNELRELEASE, and empty ones."""
    top = kit.project("which")
    trees = {}
    for name in ("one", "two", "a blank"):
        trees[name] = kit.folder(f"which-{name}")
        (trees[name] / "Makefile").write_text(TELLER, encoding="ascii")
    one, two = trees["one"], trees["two"]

    def told(want, text, *words, **variables):
        status, said = try_make(top, "--no-print-directory", "modules", *words, **variables)
        checks.ok(want in said.splitlines() if want.startswith("in ") else status and want in said,
                  text, said)

    here = f"M={top} modules"
    told(f"in {one} {here}", "KERNEL_SRC", f"KERNEL_SRC={one}")
    told(f"in {one} {here}", "KDIR", f"KDIR={one}")
    told(f"in {one} {here}", "KERNEL_SRC goes before KDIR", f"KERNEL_SRC={one}", f"KDIR={two}")
    told(f"in {one} {here}", "KDIR, with an empty KERNEL_SRC", "KERNEL_SRC=", f"KDIR={one}")
    told(f"in {one} {here}", "KDIR, both from the environment", KERNEL_SRC="", KDIR=str(one))
    told(f"in {one} {here}", "KERNEL_SRC, with an empty KDIR", f"KERNEL_SRC={one}", "KDIR=")
    told(f"in {trees['a blank']} {here}", "a kernel tree with a blank",
         f"KERNEL_SRC={trees['a blank']}")
    told("no kernel tree in /lib/modules/9.9.9-none/build", "KERNELRELEASE",
         "KERNELRELEASE=9.9.9-none")
    told("no kernel tree in /lib/modules/9.9.9-none/build", "KERNELRELEASE, the others empty",
         "KERNEL_SRC=", "KDIR=", KERNELRELEASE="9.9.9-none")
    running = f"/lib/modules/{os.uname().release}/build"
    status, said = try_make(top, "-n", "modules", "KERNELRELEASE=", "KERNEL_SRC=")
    checks.ok(running in said, "nothing at all is the running kernel", (status, said))
    blank = kit.folder("a project") / "with blanks"
    shutil.copytree(top, blank)
    status, said = try_make(blank, "modules", f"KERNEL_SRC={one}")
    checks.ok(status and "in a directory with a blank" in said,
              "a project in a directory with a blank: told in words", said)
    status, said = try_make(blank, "tools")
    checks.equal(status, 0, "the tool builds there all the same")


@scenario
def refused(kit, checks):
    """A kernel without GPIOLIB or POWER_SUPPLY is refused by name when it is built for."""
    top = kit.project("refused")
    for option in ("GPIOLIB", "POWER_SUPPLY"):
        tree = kit.tree(lambda text, line=f"CONFIG_{option}=y\n": text.replace(line, ""))
        words = [*kit.headers.make_args, f"KERNEL_SRC={tree}"]
        status, said = try_make(top, "modules", *words)
        checks.ok(status and f"battguard needs a kernel with CONFIG_{option}" in said,
                  f"without {option} it does not build, and says why", said)
        checks.equal([name for name in files(top) if name.endswith(".o")], [],
                     f"without {option} nothing is compiled")
        status, said = try_make(top, "clean", *words)
        checks.ok(status == 0, f"without {option} it can be cleaned", said)


@scenario
def destinations(kit, checks):
    """install and uninstall: any DESTDIR, just what belongs there, and nothing left."""
    top = kit.project("install")
    dest = kit.folder("root") / "with a blank"
    before = files(top)
    words = (f"DESTDIR={dest}", "PREFIX=/usr")
    must_make(top, "tools", "TOOLS_O=objects")
    checks.ok((top / "objects/battguardctl").is_file(), "TOOLS_O is where the tool is built")
    for again in ("", " again"):
        _, said = try_make(top, "install", "install-hooks", "TOOLS_O=objects", *words)
        checks.ok(files(dest) == sorted([*HOOKS, *(f"usr/{name}" for name in INSTALLED)]),
                  f"all is installed{again}", said)
    checks.equal([name for name in files(top) if not name.startswith("objects/")], before,
                 "the sources are as before")
    (dest / "usr/sbin/another").touch()
    must_make(top, "uninstall", "uninstall-hooks", *words)
    checks.equal(files(dest), ["usr/sbin/another"], "uninstall takes that and nothing else")
    must_make(top, "install-hooks", "UNITDIR=", f"DESTDIR={dest}", "UDEVDIR=/lib/udev")
    checks.ok((dest / "lib/udev/rules.d/90-battguard.rules").is_file()
              and not list(dest.rglob("*.service")), "UDEVDIR, and no unit with an empty UNITDIR",
              files(dest))


@scenario
def reproducible(kit, checks):
    """The same bytes from any directory, with and without debug information."""
    tops = [kit.project("here"), kit.project("somewhere/else")]
    modules, plain = [], []
    for top in tops:
        must_make(top, "-s", f"-j{os.cpu_count()}", "modules", *kit.words())
        modules.append(top / "driver/battguard.ko")
        plain.append(top / "stripped.ko")
        run([f"{CROSS}strip", "-g", "-o", plain[-1], modules[-1]])
    checks.ok(b".debug_info" in modules[0].read_bytes(), "the module has debug information")
    checks.ok(modules[0].read_bytes() == modules[1].read_bytes(), "the module is the same")
    for path in (*modules, *plain):
        checks.ok(str(kit.work).encode() not in path.read_bytes().replace(
            str(kit.headers.path).encode(), b""), f"{path.name} of {path.parent.name} names no "
            "directory of the project")
    checks.ok(plain[0].read_bytes() == plain[1].read_bytes(), "so is what strip -g leaves of it")
    checks.equal(version_of(modules[0]), VERSION, "modinfo tells the version")
    for flags in ("-O2", "-O2 -g"):
        tools = []
        for top in tops:
            must_make(top, "tools", f"CFLAGS={flags}")
            tools.append((top / "tools/battguardctl").read_bytes())
            must_make(top / "tools", "clean")
        checks.ok(tools[0] == tools[1], f"the tool is the same, {flags}")
        checks.ok(str(kit.work).encode() not in tools[0], f"it names no directory, {flags}")


@scenario
def cross(kit, checks):
    """The tool for another machine: its pkg-config, or a word about what is missing."""
    top = kit.project("cross")
    path = f"{kit.folder('cross-bin')}"
    status, said = try_make(top, "tools", f"CROSS_COMPILE={CROSS}", PATH=f"{path}:{_without(kit)}")
    checks.ok(status and f"there is no {CROSS}pkg-config" in said and "PKG_CONFIG_LIBDIR" in said,
              "without a pkg-config of the target it does not take this machine's", said)
    checks.equal([name for name in files(top) if name.endswith(".o")], [], "nothing is compiled")
    variables, flags = libnl()
    words = ("tools", f"CROSS_COMPILE={CROSS}", f"LDFLAGS={flags}")
    must_make(top, *words, PATH=f"{path}:{_without(kit)}", **variables)
    checks.ok("AArch64" in run(["readelf", "-h", top / "tools/battguardctl"]),
              "PKG_CONFIG_LIBDIR of the target")
    must_make(top / "tools", "clean")
    wrapper = kit.folder("cross-bin") / f"{CROSS}pkg-config"
    wrapper.write_text("#!/bin/sh\n" + "".join(f"{key}={value} " for key, value in
                       variables.items()) + 'exec pkg-config "$@"\n', encoding="ascii")
    wrapper.chmod(0o755)
    must_make(top, *words, PATH=f"{path}:{os.environ['PATH']}")
    checks.ok("AArch64" in run(["readelf", "-h", top / "tools/battguardctl"]),
              f"{CROSS}pkg-config is found")


def _without(kit):
    """The PATH, without a pkg-config of the target that this machine may have."""
    made = kit.folder("host-bin")
    for folder in os.environ["PATH"].split(":"):
        for program in os.listdir(folder) if os.path.isdir(folder) else ():
            if program != f"{CROSS}pkg-config" and not (made / program).is_symlink():
                (made / program).symlink_to(os.path.join(folder, program))
    return made
