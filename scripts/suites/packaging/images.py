# SPDX-License-Identifier: GPL-2.0
"""The calls that Buildroot makes of the packages below packaging/."""

import hashlib
import pathlib
import re

from lab.common import ROOT, run

from . import scenario
from .kit import CROSS, HOOKS, INSTALLED, VERSION, environment, files, libnl, version_of

BUILDROOT = ROOT / "packaging/buildroot"
TOOL = [f"usr/{name}" for name in INSTALLED]


@scenario
def buildroot(kit, checks):
    """Buildroot's calls for the packages of its external tree, and what it reads there."""
    variables, flags = libnl()
    made = {}
    for package, init in (("battguard", "busybox"), ("battguardctl", "busybox"),
                          ("battguardctl", "systemd")):
        target = kit.folder(f"buildroot-{init}-{package}")
        top = kit.project("buildroot")
        said = run(["make", "-f", pathlib.Path(__file__).with_name("buildroot.mk"),
                    f"PACKAGE={package}", f"SOURCES={top}", f"TARGET_DIR={target}", f"INIT={init}",
                    f"LINUX_DIR={kit.headers.path}", f"TARGET_CROSS={CROSS}",
                    f"TARGET_LDFLAGS={flags}", "LINUX_WORDS=" + " ".join(kit.headers.make_args)],
                   env=environment(**variables))
        made[package, init] = target, said
    target, said = made["battguard", "busybox"]
    # Stock kernels have their modules compressed.
    [module] = target.glob(f"lib/modules/{kit.headers.abi}/updates/driver/battguard.ko*")
    checks.equal(version_of(module), VERSION, "the module, which tells the version")
    checks.ok((target / "etc/modules-load.d/battguard.conf").is_file(), "init is told to load it")
    wanted = re.findall(r"^needs (CONFIG_\w+)$", said, re.M)
    checks.equal(wanted, ["CONFIG_GPIOLIB", "CONFIG_POWER_SUPPLY"],
                 "the kernel gets the options that the build asks for")
    target, _ = made["battguardctl", "busybox"]
    checks.equal(files(target), TOOL, "the tool, without systemd")
    checks.ok("AArch64" in run(["readelf", "-h", target / "usr/sbin/battguardctl"]),
              "it is for the target")
    checks.equal(files(made["battguardctl", "systemd"][0]), sorted([*HOOKS, *TOOL]),
                 "the tool, with systemd")


@scenario
def buildroot_files(_kit, checks):
    """Names, sums and dependencies in Buildroot's external tree."""
    sourced = re.findall(r'^source "\$BR2_EXTERNAL_BATTGUARD_PATH/(.*)"$',
                         (BUILDROOT / "Config.in").read_text(encoding="utf-8"), re.M)
    there = [str(path.relative_to(BUILDROOT)) for path in sorted(BUILDROOT.rglob("*/Config.in"))]
    checks.equal(sourced, there, "Config.in sources that of each package")
    for folder in sorted((BUILDROOT / "package").iterdir()):
        name, upper = folder.name, folder.name.upper()
        text = (folder / f"{name}.mk").read_text(encoding="utf-8")
        variables = dict(re.findall(r"^([A-Z_]+) = (.*)$", text.replace("\\\n", ""), re.M))
        stray = [key for key in variables if not key.startswith(f"{upper}_")]
        checks.equal(stray, [], f"{name}: its variables have its name")
        config = (folder / "Config.in").read_text(encoding="utf-8")
        checks.ok(f"config BR2_PACKAGE_{upper}\n" in config, f"{name}: has its option")
        selected = re.findall(r"^\tselect BR2_PACKAGE_(\w+)", config, re.M)
        selected = {word.lower() for word in selected}
        needed = {word for word in variables.get(f"{upper}_DEPENDENCIES", "").split()
                  if not word.startswith("host-")}
        checks.equal(selected, needed, f"{name}: selects what it is built with")
        sums = re.findall(r"^sha256  (\w{64})  (.+)$",
                          (folder / f"{name}.hash").read_text(encoding="ascii"), re.M)
        right = [(hashlib.sha256((ROOT / file).read_bytes()).hexdigest(), file)
                 for file in variables[f"{upper}_LICENSE_FILES"].split()]
        checks.equal(sums, right, f"{name}: sums of the licences")
