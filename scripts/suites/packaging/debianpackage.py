# SPDX-License-Identifier: GPL-2.0
"""Debian's packages: built and looked at here, installed in a system of their own."""

import os
import re
import subprocess

from lab import debian
from lab.common import BUILD, lock, run

from . import long, scenario
from .documented import blocks
from .kit import VERSION, commit, environment, files, must_make

# What lintian may say, and why. It fails the run as well when lintian says it no more.
SAID = {
    "initial-upload-closes-no-bugs": "nobody has asked Debian for the packages yet",
    "debian-watch-file-is-missing": "there is no public place to watch",
    "no-homepage-field": "nor one to name",
    "upstream-metadata-file-is-missing": "nor a tracker or a repository to name",
}
BINARIES = {
    "battguard-dkms": [f"usr/src/battguard-{VERSION}/{name}" for name in
                       ("Kbuild", "VERSION", "dkms.conf", "driver/Kbuild", "driver/version.c",
                        "driver/decision/fsm.c", "include/uapi/linux/battguard.h")],
    "battguardctl": ["usr/sbin/battguardctl", "usr/share/man/man8/battguardctl.8.gz",
                     "usr/share/man/man4/battguard.4.gz", "lib/udev/rules.d/90-battguard.rules",
                     "usr/share/bash-completion/completions/battguardctl",
                     "lib/systemd/system/battguard-pre-alarm@.service"],
    "battguard-doc": ["usr/share/doc/battguard-doc/battguard.rst.gz",
                      "usr/share/doc/battguard-doc/examples/on-pre-alarm"],
}
# What the system of its own is made of besides Debian's least one.
SYSTEM = ("dkms", "make", "gcc", "linux-headers-amd64", "libnl-genl-3-200")
# Where packages are not the only ones to write: what they leave elsewhere is theirs.
LEFT_OUT = ("proc", "sys", "dev", "run", "tmp", "srv", "var/log", "var/cache", "var/lib/dpkg",
            "var/lib/apt")
# Of depmod, and of DKMS, which makes a key when it first signs.
OTHERS = re.compile(r"/lib/modules/[^/]+/modules\.|/var/lib/dkms/mok\.(key|pub)$")


def packages(kit, name, version=VERSION):
    """A folder with the packages, made as documented of the project with this version."""
    top = kit.project(f"{name}/project")
    for file in ("VERSION", "dkms.conf", "CHANGES", "packaging/debian/changelog"):
        text = (top / file).read_text(encoding="utf-8")
        (top / file).write_text(text.replace(VERSION, version, 1), encoding="utf-8")
    commit(top)
    run(["sh", "-e", "-c", blocks("Debian")[1].replace(VERSION, version)], cwd=top,
        env=environment(LC_ALL="C.UTF-8", GIT_CONFIG_COUNT="1",
                        GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*"))
    return top.parent / "packages"


@scenario
def debian_packages(kit, checks):
    """Debian's packages build, lintian agrees, DKMS finds what it needs."""
    out = packages(kit, "debian")
    words = ["--allow-root", "-EvIL", "+pedantic", next(out.glob("*.changes"))]
    done = subprocess.run(["lintian", *words], text=True, capture_output=True, check=False)
    found = re.findall(r"^([A-Z]): [^:]*: (\S+).*$", done.stdout, re.M)
    tags = {tag for kind, tag in found if kind not in "N"}
    checks.equal(sorted(tags), sorted(SAID), "lintian says what is explained, and nothing else")
    for name, wanted in BINARIES.items():
        [deb] = out.glob(f"{name}_*.deb")
        root = kit.folder(f"root-{name}")
        run(["dpkg-deb", "-x", deb, root])
        missing = sorted(set(wanted) - set(files(root)))
        checks.equal(missing, [], f"{name} has what it is for")
        checks.equal(run(["dpkg-deb", "-f", deb, "Version"]).strip(), f"{VERSION}-1",
                     f"{name} has the version")
    dkms_make(kit, checks, kit.work / f"root-battguard-dkms/usr/src/battguard-{VERSION}",
              "of the package")


def dkms_make(kit, checks, sources, what):
    """The calls of DKMS for its copy of the sources, as its dkms.conf has them."""
    conf = dict(re.findall(r'^([A-Z_]+)(?:\[0\])?="(.*)"$',
                           (sources / "dkms.conf").read_text(encoding="ascii"), re.M))
    for file in ("clean", "modules", "clean"):
        must_make(kit.headers.path, *kit.headers.make_args, f"KERNELRELEASE={kit.headers.abi}",
                  f"M={sources}", *([f"-j{os.cpu_count()}"] if file == "modules" else [file]))
        module = sources / conf["BUILT_MODULE_LOCATION"] / f"{conf['BUILT_MODULE_NAME']}.ko"
        checks.equal(module.is_file(), file == "modules",
                     f"DKMS's make {file} {what}: there is {'a' if file == 'modules' else 'no'} "
                     f"{conf['BUILT_MODULE_NAME']}.ko")
    config = (kit.headers.path / "include/config/auto.conf").read_text(encoding="ascii")
    checks.ok(all(f"{option}=" in config for option in conf["BUILD_EXCLUSIVE_CONFIG"].split()),
              "a stock kernel has what dkms.conf asks for", conf)


def _system():
    """A least Debian with DKMS and a kernel's headers, made once."""
    made = BUILD / "packaging" / "debian-system"
    with lock("debian-system"):
        if not (made / "ready").exists():
            run(["mmdebstrap", "--variant=minbase", "--include=" + ",".join(SYSTEM), "bookworm",
                 made, *debian.source_lines("bookworm")])
            (made / "ready").touch()
    return made


class System:
    """That system as long as this lasts; what is changed in it is in memory and goes."""

    def __init__(self, kit, shared):
        self._base, self._work, self._shared = _system(), kit.folder("system"), shared

    def run(self, script):
        """Run a script as its root in it, with the shared folder in /srv; what it said."""
        layers = f"lowerdir={self._base},upperdir=upper,workdir=work"
        mounts = (f"mount -t tmpfs none {self._work}; cd {self._work}; mkdir upper work root; "
                  f"mount -t overlay none -o {layers} root; "
                  f"mount -t proc none root/proc; mount -t sysfs none root/sys; "
                  f"mount --bind {self._shared} root/srv; ")
        return run(["unshare", "--mount", "--net", "sh", "-ec", mounts + 'exec chroot root env -i '
                    'PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive '
                    'sh -ec "$1"', "sh", script])


LIST = ("find / -xdev \\( " + " -o ".join(f"-path /{path}" for path in LEFT_OUT)
        + " \\) -prune -o -print | sort")


@long
@scenario
def debian_system(kit, checks):
    """Packages are installed, upgraded and purged; DKMS builds; dkms add of a clone."""
    shared = kit.folder("shared")
    for name, version in (("old", VERSION), ("new", "9.0")):
        packages(kit, name, version).rename(shared / name)
    kit.project("shared/clone")
    add, install = blocks("Debian")[0].splitlines()
    system = System(kit, shared)
    said = system.run(f"""
        cd /srv
        say() {{ echo; echo "--- $1"; }}
        {LIST} >/tmp/before
        dpkg -i old/*-dkms_*.deb old/battguardctl_*.deb old/*-doc_*.deb
        for kernel in $(ls /lib/modules); do
            say installed; dkms status; modinfo -F version -k $kernel battguard
        done
        say tool; battguardctl version; sh -e clone/packaging/debian/tests/tool; say end
        dpkg -i new/*-dkms_*.deb new/battguardctl_*.deb
        for kernel in $(ls /lib/modules); do
            say upgraded; dkms status; modinfo -F version -k $kernel battguard
        done
        say end
        dpkg --purge battguard-dkms battguardctl battguard-doc
        say purged; {LIST} >/tmp/after; diff /tmp/before /tmp/after | grep '^[<>]' || :
        say end
        cd clone; {add}; {install} -k $(ls /lib/modules)
        say clone; dkms status; modinfo -F version -k $(ls /lib/modules) battguard
        """)
    cut = re.split(r"^\n--- (\w+)\n", said, flags=re.M)
    part = dict(zip(cut[1::2], cut[2::2]))
    checks.ok(re.fullmatch(rf"battguard/{VERSION}, \S+, x86_64: installed\n{VERSION}\n",
                           part.get("installed", "")), "DKMS builds when it is installed", said)
    checks.ok(re.match(rf"battguardctl {VERSION}\n", part.get("tool", "")),
              "the tool runs, and the package's own test of it", part.get("tool"))
    checks.ok(re.fullmatch(r"battguard/9\.0, \S+, x86_64: installed\n9\.0\n",
                           part.get("upgraded", "")), "an upgrade leaves the new module only", said)
    left = [line for line in part.get("purged", "-").splitlines() if not OTHERS.search(line)]
    checks.equal(left, [], "purge leaves nothing")
    checks.ok(re.fullmatch(rf"battguard/{VERSION}, \S+, x86_64: installed\n{VERSION}\n",
                           part.get("clone", "")), "dkms add of a clone", said)
