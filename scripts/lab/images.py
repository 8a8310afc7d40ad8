# SPDX-License-Identifier: GPL-2.0
"""What a guest starts from: an initramfs, and the image of a Debian system.

The initramfs is busybox, modules, and an init that obeys the console; nothing
else is needed. A Debian system is a root file system of unmodified packages, as
an ext4 image: they are resolved, fetched and unpacked with an apt of our own (see
debian.py). Their scripts are not run; the few files these would make are written
here. Such an image never changes, as a guest writes to a private layer, and is
kept under a key made of all that went into it.

Of either, the console carries three kinds of lines, each written whole:
  <n>,<n>,<n>,...;text   a kernel message, as /dev/kmsg has it
  O <id> text            a line of a command's output
  E <id> <status>        the command's end
and takes lines of "<id> <command>". The kernel itself prints on the console
only what is fatal, or all of it while it goes down (nobody could copy it out
then).
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess

from . import debian
from .common import BUILD, Trouble, lock, run, say, setup

# The reader falls behind in a storm of messages, gets an error and must begin
# again; the host drops what it has seen.
READ_LOG = "while :; do cat /dev/kmsg; done 2>/dev/null &\n"
OBEY = r"""echo "E ready 0"
while read -r id command; do
	{ (eval "$command") 2>&1 </dev/null; echo "S $?"; } | {
		status=1
		while IFS= read -r line; do
			case "$line" in
			"S "[0-9]*) status=${line#S } ;;
			*) printf '%s\n' "O $id $line" ;;
			esac
		done
		echo "E $id $status"
	}
done
"""

INIT = r"""#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /tmp /run
/bin/busybox mount -t proc proc /proc
/bin/busybox --install -s /bin
export PATH=/bin
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
dmesg -n 1
stty -echo -onlcr
""" + READ_LOG + """[ -f /setup ] && . /setup
""" + OBEY

CONSOLE = """#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:/run/bin LC_ALL=C
stty -echo -onlcr
""" + READ_LOG + OBEY

def _entry(name, mode, data=b"", rdev=(0, 0), inode=0):
    """One file of a "newc" archive."""
    encoded = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, rdev[0], rdev[1], len(encoded), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
    head += b"\0" * (-len(head) % 4)
    return head + data + b"\0" * (-len(data) % 4)


def _cpio(files):
    """An archive of {path: bytes}; scripts and programs are made executable."""
    out, made = [], set()
    for inode, (name, data) in enumerate(sorted(files.items()), start=1):
        name = name.lstrip("/")
        for parent in reversed(pathlib.PurePath(name).parents):
            if str(parent) != "." and parent not in made:
                made.add(parent)
                out.append(_entry(str(parent), stat.S_IFDIR | 0o755))
        mode = 0o755 if data[:2] == b"#!" or data[:4] == b"\x7fELF" else 0o644
        out.append(_entry(name, stat.S_IFREG | mode, data, inode=inode))
    # Before devtmpfs is there, init needs a console to talk to.
    if pathlib.PurePath("dev") not in made:
        out.append(_entry("dev", stat.S_IFDIR | 0o755))
    out.append(_entry("dev/console", stat.S_IFCHR | 0o600, rdev=(5, 1)))
    out.append(_entry("TRAILER!!!", 0))
    return b"".join(out)


def busybox(arch="arm64"):
    """The static busybox of an architecture."""
    [deb] = debian.fetch(["busybox-static"], arch)
    return debian.unpack(deb, BUILD / "userland" / arch) / "bin/busybox"


def initramfs(target, modules=(), files=None, script="", arch="arm64"):
    """Write an initramfs.

    modules: files laid below /modules, by their names; script: shell lines run
    before the console is open; files: {path in the guest: path, bytes or text}.
    """
    content = {"init": INIT.encode(), "bin/busybox": busybox(arch).read_bytes()}
    for module in map(pathlib.Path, modules):
        content[f"modules/{module.name}"] = module.read_bytes()
    if script:
        content["setup"] = script.encode()
    for name, data in (files or {}).items():
        if isinstance(data, os.PathLike):
            data = pathlib.Path(data).read_bytes()
        content[name.lstrip("/")] = data.encode() if isinstance(data, str) else data
    target = pathlib.Path(target)
    target.write_bytes(_cpio(content))
    return target


IMAGES = BUILD / "rootfs"
SIZE = "320M"

# What installing needs and running does not; perl is there for one script of
# lm-sensors that looks for chips.
LEFT_OUT = re.compile(r"(adduser|debconf|dpkg|gcc-\d+-base|init-system-helpers|libdebconfclient0|"
                      r"libsemanage.*|libsepol2|lsb-base|passwd|perl.*|libperl.*|.*-perl|tar|"
                      r"libgdbm.*|libdb5.3|usrmerge|util-linux-extra|lib(text|file)-.*)")

NOT_UNPACKED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/lib/udev/hwdb.d",
                "lib/udev/hwdb.d")

# Debian's base and the service manager; what a test needs comes on top.
BASE = ("base-files", "base-passwd", "bash", "coreutils", "dash", "grep", "mawk", "sed",
        "mount", "util-linux", "systemd", "udev", "dbus")

# Jobs of a real machine's start that only cost time here.
MASKED = ("dev-hugepages.mount", "dev-mqueue.mount", "getty.target", "kmod-static-nodes.service",
          "modprobe@.service", "systemd-binfmt.service", "systemd-hwdb-update.service",
          "systemd-journal-flush.service", "systemd-machine-id-commit.service",
          "systemd-modules-load.service", "systemd-random-seed.service",
          "systemd-remount-fs.service", "systemd-sysctl.service", "systemd-sysusers.service",
          "systemd-update-done.service", "systemd-update-utmp.service",
          "systemd-pcrphase-sysinit.service", "systemd-pcrphase.service", "systemd-pstore.service",
          "systemd-firstboot.service", "systemd-boot-system-token.service",
          "systemd-udev-trigger.service",
          "systemd-ask-password-console.path", "systemd-ask-password-wall.path",
          "sys-kernel-config.mount", "sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount",
          "proc-sys-fs-binfmt_misc.automount", "timers.target", "systemd-tmpfiles-clean.timer")

CONSOLE_UNIT = """[Unit]
Description=Console of the tests
After=basic.target systemd-udevd.service dbus.socket

[Service]
ExecStart=/usr/lib/battguard-console
StandardInput=tty-force
StandardOutput=tty
StandardError=journal
TTYPath=/dev/ttyAMA0
KillMode=process
"""

TARGET = """[Unit]
Description=A guest for tests
Requires=basic.target battguard-console.service
After=basic.target
AllowIsolate=yes
"""

# Accounts that packages would have made.
USERS = {"messagebus": 100, "prometheus": 101}
GROUPS = {"systemd-journal": 110, "input": 111, "kvm": 112, "render": 113, "sgx": 114}

FILES = {
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/hostname": "guest\n",
    "etc/fstab": "",
    "etc/machine-id": "5ba7761a4d6b4f0e8f0c3d1e2a9b8c7d\n",
    "etc/systemd/journald.conf": "[Journal]\nStorage=volatile\nRateLimitBurst=0\n",
    "etc/systemd/system/battguard-console.service": CONSOLE_UNIT,
    "etc/systemd/system/battguard-tests.target": TARGET,
    "usr/lib/battguard-console": CONSOLE,
}


def _resolve(packages, arch, suite):
    """Everything that the packages need, as apt would install it."""
    apt = debian.Apt(suite, arch)
    with lock("debian"):
        apt.refresh()
        done = subprocess.run(
            ["apt-get", "-s", "-q", "--no-install-recommends", "install", *packages],
            env=dict(os.environ, APT_CONFIG=str(apt.home / "apt.conf"), LC_ALL="C"),
            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise Trouble(f"apt cannot resolve {' '.join(packages)}:\n{done.stdout[-2000:]}")
    found = re.findall(r"^Inst (\S+) ", done.stdout, re.M)
    return [name for name in found if not LEFT_OUT.fullmatch(name)]


def _unpack(debs, root):
    """All packages into one tree, with /usr merged as Debian's installer has it."""
    for name in ("bin", "sbin", "lib"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    # Relative: an absolute one would lead out of the tree.
    for name, target in (("run", "../run"), ("lock", "../run/lock")):
        (root / "run/lock").mkdir(parents=True, exist_ok=True)
        (root / "var").mkdir(exist_ok=True)
        (root / "var" / name).symlink_to(target)
    for deb in debs:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb],
                              stdout=subprocess.PIPE) as archive:
            status = subprocess.run(
                ["tar", "-C", root, "--keep-directory-symlink",
                 *(f"--exclude=./{name}" for name in NOT_UNPACKED), "-xf", "-"],
                stdin=archive.stdout, check=False).returncode
        if archive.returncode or status:
            raise Trouble(f"{deb.name} does not unpack")


def _accounts(root):
    master = root / "usr/share/base-passwd"
    passwd = (master / "passwd.master").read_text(encoding="ascii").replace(":*:", ":x:")
    group = (master / "group.master").read_text(encoding="ascii").replace(":*:", ":x:")
    for name, number in USERS.items():
        passwd += f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n"
    for name, number in {**USERS, **GROUPS}.items():
        group += f"{name}:x:{number}:\n"
    (root / "etc/passwd").write_text(passwd, encoding="ascii")
    (root / "etc/group").write_text(group, encoding="ascii")


def _furnish(root, files):
    _accounts(root)
    for name, text in {**FILES, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    for unit in MASKED:
        path = root / "etc/systemd/system" / unit
        path.unlink(missing_ok=True)
        path.symlink_to("/dev/null")
    for name, target in (("bin/sh", "dash"), ("usr/bin/awk", "mawk"),
                         ("etc/systemd/system/default.target", "battguard-tests.target"),
                         ("etc/mtab", "/proc/self/mounts")):
        path = root / name
        if not path.exists() and not path.is_symlink():
            path.symlink_to(target)
    for name in ("proc", "sys", "dev", "run", "tmp", "root", "var/log"):
        (root / name).mkdir(parents=True, exist_ok=True)


def _key(packages, files, arch, suite):
    """Of what is asked for and of this very file: either may change the image."""
    asked = json.dumps([packages, sorted(files.items()), arch, suite])
    return hashlib.sha256(asked.encode() + pathlib.Path(__file__).read_bytes()).hexdigest()[:16]


def debian_image(name, packages, files=None, arch="arm64", suite="bookworm"):
    """(image, {package: version}) of a system with these packages.

    name: whose older images make room for a new one.

    files: {path: text} added to it, made executable if they are scripts.
    """
    packages, files = [*BASE, *packages], files or {}
    target = IMAGES / f"{name}-{_key(packages, files, arch, suite)}.img"
    notes = target.with_suffix(".json")
    with lock("rootfs"):
        if not (target.is_file() and notes.is_file()):
            setup("image")
            say(f"guest image '{name}': building")
            for old in IMAGES.glob(f"{name}-*.img"):
                old.unlink()
            _build(target, notes, packages, files, arch, suite)
    return target, json.loads(notes.read_text(encoding="ascii"))


def _build(target, notes, packages, files, arch, suite):
    IMAGES.mkdir(parents=True, exist_ok=True)
    debs = [debian.fetch([name], arch, suite)[0] for name in _resolve(packages, arch, suite)]
    versions = dict(re.fullmatch(r"([^_]+)_([^_]+)_.*", deb.name).groups() for deb in debs)
    root, spare = target.with_suffix(".tree"), target.with_suffix(".part")
    shutil.rmtree(root, ignore_errors=True)
    spare.unlink(missing_ok=True)
    _unpack(debs, root)
    _furnish(root, files)
    # mke2fs may be outside an ordinary user's path. A journal protects
    # nothing that is thrown away.
    run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-E", "root_owner=0:0",
         "-d", root, spare, SIZE], env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))
    shutil.rmtree(root)
    notes.write_text(json.dumps({name: version.replace("%3a", ":")
                                 for name, version in sorted(versions.items())}, indent=1) + "\n",
                     encoding="ascii")
    # The name appears only when the image is complete.
    spare.replace(target)
