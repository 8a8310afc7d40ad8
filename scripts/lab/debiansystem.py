# SPDX-License-Identifier: GPL-2.0
"""A Debian system in a guest: its service manager, its udev, its programs.

The initramfs of every guest loads what the disk needs and hands over to the
service manager on the image (see images.py); the console is obeyed as before.
"""

import lzma
import pathlib
import re

from .common import BUILD, lock

# From nothing to a mounted ext4 on a virtio disk; the rest follows from these.
DISK_MODULES = ("virtio_mmio", "virtio_blk", "ext4", "crc32c_generic")

SETUP = """
for module in {modules}; do insmod /modules/$module; done
mkdir /debian
mount -t ext4 /dev/vda /debian || exec sh </dev/console >/dev/console 2>&1
mount -t tmpfs -o mode=755 tmpfs /debian/run
mkdir -p /debian/run/bin /debian/run/modules
cp /bin/busybox /debian/run/bin/
for applet in insmod rmmod wget timeout; do ln -s busybox /debian/run/bin/$applet; done
cp /modules/*.ko /debian/run/modules/
[ ! -d /extra ] || cp -r /extra/. /debian/run/
{then}
kill $!
killall cat
umount /sys/kernel/tracing /sys/kernel/debug 2>/dev/null
for place in proc sys dev; do mount --move /$place /debian/$place; done
exec switch_root /debian /lib/systemd/systemd </dev/console >/dev/console 2>&1
"""

CMDLINE = ("systemd.show_status=0 systemd.log_target=journal net.ifnames=0 "
           "systemd.default_timeout_start_sec=300s quiet")


def _plain(module):
    """A module's content; the smallest busybox does not unpack xz."""
    data = pathlib.Path(module).read_bytes()
    return lzma.decompress(data) if module.name.endswith(".xz") else data


def modules_of(kernel, names):
    """The named modules' files, unpacked, in the order in which they load."""
    found = {}

    def add(name):
        name = name.replace("-", "_")
        if name in found:
            return
        data = _plain(kernel.module(name))
        for needed in re.search(rb"\0depends=([^\0]*)\0", data)[1].decode().split(","):
            if needed:
                add(needed)
        target = BUILD / "modules" / kernel.headers.abi / "stock" / f"{name}.ko"
        target.parent.mkdir(parents=True, exist_ok=True)
        with lock("stock-modules"):
            if not target.exists() or target.read_bytes() != data:
                target.write_bytes(data)
        found[name] = target

    for name in names:
        add(name)
    return list(found.values())


def start(kernel, modules, files, script):
    """What the initramfs of a Debian system is made of: (modules, files, script)."""
    needed = modules_of(kernel, DISK_MODULES)
    return ([*needed, *modules], {f"extra/{name}": data for name, data in (files or {}).items()},
            SETUP.format(modules=" ".join(path.name for path in needed), then=script))


def drive(disk):
    """QEMU's options for the image."""
    return ["-drive", f"file={disk},if=none,id=disk,format=raw,snapshot=on",
            "-device", "virtio-blk-device,drive=disk"]
