# SPDX-License-Identifier: GPL-2.0
"""The recipes of packaging/yocto: what they fetch, and the calls that their classes make."""

import hashlib
import os
import re
import shutil

from lab.common import ROOT, Trouble, run

from . import scenario
from .kit import CROSS, VERSION, environment, files, libnl, version_of

LAYER = ROOT / "packaging/yocto/meta-battguard"
# What bitbake.conf makes of these, for a root whose /lib is a link.
PATHS = {"prefix": "/usr", "sbindir": "/usr/sbin", "mandir": "/usr/share/man",
         "nonarch_base_libdir": "/usr/lib", "systemd_system_unitdir": "/usr/lib/systemd/system",
         "datadir": "/usr/share"}


class Recipe:
    """What is said in a recipe, without what its classes add."""

    def __init__(self, path):
        self.name, self.version = path.stem.split("_")
        self.bp = f"{self.name}-{self.version}"
        self.folder = path.parent
        self.text = path.read_text(encoding="utf-8").replace("\\\n", "")
        self.variables = dict(re.findall(r'^(\S+) \+?= "(.*)"$', self.text, re.M))

    def function(self, name, **variables):
        """A shell function, with bitbake's variables filled in."""
        body = re.search(rf"^{name}\(\) {{\n(.*?)^}}$", self.text, re.M | re.S)[1]
        systemd = variables.pop("systemd")
        body = re.sub(r"\$\{@bb\.utils\.contains\('DISTRO_FEATURES', 'systemd', 'true', 'false', "
                      r"d\)\}", str(systemd).lower(), body)
        oe_runmake = 'oe_runmake() { make ' + self.variables["EXTRA_OEMAKE"] + ' "$@"; }\n'
        known = {**PATHS, **variables}
        text = re.sub(r"\$\{(\w+)\}", lambda match: known[match[1]], oe_runmake + body)
        if "${" in text:
            raise Trouble(f"bitbake's, and not known here: {text}")
        return text

    def unpack(self, unpackdir):
        """Lay out what SRC_URI names, as the fetcher does; gives S."""
        for uri in self.variables["SRC_URI"].split():
            path, *options = uri.removeprefix("file://").split(";")
            options = dict(option.split("=") for option in options)
            where = unpackdir / options.get("subdir", "").replace("${BP}", self.bp)
            source = self.folder / self.name / path
            if not source.exists():
                source = ROOT / path
            target = where / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.o", "*.ko", ".*"))
            else:
                shutil.copy(source, target)
        return unpackdir / self.bp


def recipes():
    found = map(Recipe, sorted(LAYER.glob("recipes-*/*/*_*.bb")))
    return {recipe.name: recipe for recipe in found}


@scenario
def yocto_module(kit, checks):
    """module.bbclass' calls, with what the recipe fetches and kernel directories like its."""
    recipe = recipes()["battguard"]
    checks.ok("\ninherit module\n" in recipe.text and "\nS = " not in recipe.text,
              "the recipe leaves the calls and S to the class", recipe.text)
    source = recipe.unpack(kit.folder("yocto-module"))
    image = kit.folder("yocto-module-image")
    objects = kit.headers.path
    [kernel] = objects.parent.glob("linux-headers-*-common")
    before = files(objects)
    # As the class exports and passes them. gcc has words of its own there.
    env = environment(ARCH="arm64", CROSS_COMPILE=CROSS, KBUILD_OUTPUT=str(objects), OS="linux",
                      KERNEL_VERSION=kit.headers.abi, LOCALVERSION="")
    tools = [f"CC={CROSS}gcc -fuse-ld=bfd -ffile-prefix-map={source}=/usr/src/debug",
             f"LD={CROSS}ld.bfd", f"OBJCOPY={CROSS}objcopy", f"STRIP={CROSS}strip",
             f"O={objects}", "KBUILD_EXTRA_SYMBOLS="]
    # Debian's trees, not Yocto's, need these.
    theirs = [word for word in kit.headers.make_args if not re.match("ARCH|CROSS_COMPILE|CC", word)]
    common = [f"KERNEL_SRC={kernel}", *tools, *theirs]
    run(["make", f"-j{os.cpu_count()}", *common, f"KERNEL_PATH={kernel}", f"AR={CROSS}ar",
         f"KERNEL_VERSION={kit.headers.abi}"], cwd=source, env=env)
    run(["make", *common, "DEPMOD=echo", f"MODLIB={image}/usr/lib/modules/{kit.headers.abi}",
         f"INSTALL_FW_PATH={image}/usr/lib/firmware", "modules_install"], cwd=source, env=env)
    modules = [name for name in files(image) if ".ko" in name]
    checks.ok(len(modules) == 1 and re.fullmatch(
        rf"usr/lib/modules/{re.escape(kit.headers.abi)}/updates/driver/battguard\.ko(\.xz)?",
        modules[0]), "modules_install puts the module where it belongs", files(image))
    checks.equal(version_of(image / modules[0]), VERSION, "it tells the version")
    checks.ok((source / "Module.symvers").is_file(), "Module.symvers is where the class looks")
    variables, flags = libnl()
    run(["make", "tools", f"O={objects}", f"CROSS_COMPILE={CROSS}", f"LDFLAGS={flags}"],
        cwd=kit.project("yocto-both"), env={**env, **variables})
    left = sorted(set(files(objects)) - set(before))
    for name in left:
        (objects / name).unlink()
    checks.equal(left, [], "nothing is left in the kernel's build directory, "
                 "nor by the tool when it is told of it")


@scenario
def yocto_tool(kit, checks):
    """The steps of the tool's recipe, with and without systemd; its ptest."""
    recipe = recipes()["battguardctl"]
    variables, flags = libnl()
    env = environment(CC=f"{CROSS}gcc -fstack-protector-strong -Wformat -Werror=format-security",
                      CFLAGS="-O2 -g -pipe", LDFLAGS=f"-Wl,-O1 -Wl,--hash-style=gnu {flags}",
                      MAKEFLAGS="", **variables)
    source = recipe.unpack(kit.folder("yocto-tool"))
    tool = ["usr/sbin/battguardctl", "usr/share/bash-completion/completions/battguardctl",
            "usr/share/man/man4/battguard.4", "usr/share/man/man8/battguardctl.8"]
    hooks = ["usr/lib/systemd/system/battguard-pre-alarm@.service",
             "usr/lib/udev/rules.d/90-battguard.rules"]
    for systemd in (False, True):
        image = kit.folder("yocto-tool-image")
        (source / "tools/main.o").write_text("of another machine", encoding="ascii")
        for step in ("do_configure", "do_compile", "do_install"):
            script = recipe.function(step, D=str(image), systemd=systemd)
            run(["sh", "-e", "-c", script], cwd=source, env=env)
        checks.equal(files(image), sorted(tool + (hooks if systemd else [])),
                     f"what is installed, with{'' if systemd else 'out'} systemd")
    shipped = [PATHS[name] for name in re.findall(r"\$\{(\w+)\}", recipe.variables["FILES:${PN}"])]
    for name in hooks:
        checks.ok(any(f"/{name}".startswith(path) for path in shipped), f"FILES has {name}",
                  shipped)
    here = kit.project("yocto-ptest")
    run(["make", "tools"], cwd=here, env=environment())
    path = f"{here}/tools:{os.environ['PATH']}"
    said = run(["sh", source.parent / "run-ptest"], env={**os.environ, "PATH": path})
    checks.ok(len(said.splitlines()) > 3 and all(line.startswith("PASS: ")
              for line in said.splitlines()), "the ptest passes without a guard", said)


@scenario
def yocto_layer(_kit, checks):
    """Versions, sums, series and documents of the layer."""
    for name, recipe in recipes().items():
        checks.equal(recipe.version, VERSION, f"{name}: the version is in the recipe's name")
        file, md5 = re.fullmatch(r"file://(.*);md5=(\w+)",
                                 recipe.variables["LIC_FILES_CHKSUM"]).groups()
        checks.equal(hashlib.md5((ROOT / file).read_bytes()).hexdigest(), md5,
                     f"{name}: sum of the licence")
        checks.ok(any(f"file://{file}".startswith(uri.split(";")[0])
                      for uri in recipe.variables["SRC_URI"].split()),
                  f"{name}: fetches the licence")
    readme = (LAYER / "README.md").read_text(encoding="utf-8")
    checks.ok(all(re.search(word, readme) for word in ("maintainer", "[Pp]atch", r"\S+@\S+\.\S+")),
              "README has maintainer, patches and an address")
    checks.ok((LAYER / "SECURITY.md").is_file(), "SECURITY.md is there")
    conf = (LAYER / "conf/layer.conf").read_text(encoding="utf-8")
    checks.ok({"scarthgap", "wrynose"} <= set(re.search(
        r'^LAYERSERIES_COMPAT_battguard = "(.*)"$', conf, re.M)[1].split()),
        "the two series with long support are named", conf)
    group = next(LAYER.glob("recipes-*/*/packagegroup-*.bb")).read_text(encoding="utf-8")
    named = set(re.findall(r'^R\w+:\$\{PN\} = "(.*)"$', group, re.M))
    checks.equal(named, {"battguardctl", "kernel-module-battguard"}, "the packagegroup has both")
