# SPDX-License-Identifier: GPL-2.0
"""A small initramfs: busybox, modules, and an init that obeys the console.

The console carries three kinds of lines, each written whole:
  <n>,<n>,<n>,...;text   a kernel message, as /dev/kmsg has it
  O <id> text            a line of a command's output
  E <id> <status>        the command's end
and takes lines of "<id> <command>". The kernel itself prints on the console
only what is fatal, or all of it while it goes down (nobody could copy it out
then).
"""

import os
import pathlib
import stat

from . import debian
from .common import BUILD

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
# The reader falls behind in a storm of messages, gets an error and must begin
# again; the host drops what it has seen.
while :; do cat /dev/kmsg; done 2>/dev/null &
[ -f /setup ] && . /setup
echo "E ready 0"
while read -r id command; do
	{ (eval "$command") 2>&1 </dev/null; echo "S $?"; } | {
		status=1
		while IFS= read -r line; do
			case "$line" in
			"S "[0-9]*) status=${line#S } ;;
			*) echo "O $id $line" ;;
			esac
		done
		echo "E $id $status"
	}
done
"""


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


def build(target, modules=(), files=None, setup="", arch="arm64"):
    """Write an initramfs.

    modules: files laid below /modules, by their names; setup: shell lines run
    before the console is open; files: {path in the guest: path, bytes or text}.
    """
    content = {"init": INIT.encode(), "bin/busybox": busybox(arch).read_bytes()}
    for module in map(pathlib.Path, modules):
        content[f"modules/{module.name}"] = module.read_bytes()
    if setup:
        content["setup"] = setup.encode()
    for name, data in (files or {}).items():
        if isinstance(data, os.PathLike):
            data = pathlib.Path(data).read_bytes()
        content[name.lstrip("/")] = data.encode() if isinstance(data, str) else data
    target = pathlib.Path(target)
    target.write_bytes(_cpio(content))
    return target
