# SPDX-License-Identifier: GPL-2.0
"""A guest that runs Debian: its service manager, its udev, its programs.

The initramfs of every guest loads what the disk needs and hands over to the
service manager on the image of rootfs.py; the console is obeyed as before.
"""

import lzma
import pathlib
import re

from . import guest
from .common import BUILD, lock

# From nothing to a mounted ext4 on a virtio disk; the rest follows from these.
DISK_MODULES = ("virtio_mmio", "virtio_blk", "ext4", "crc32c_generic")

SETUP = """
for module in {modules}; do insmod /modules/$module; done
mkdir /debian
mount -t ext4 /dev/vda /debian || exec sh </dev/console >/dev/console 2>&1
mount -t tmpfs -o mode=755 tmpfs /debian/run
mkdir -p /debian/run/bglab/bin /debian/run/modules
cp /bin/busybox /debian/run/bglab/bin/
for applet in insmod rmmod wget timeout; do ln -s busybox /debian/run/bglab/bin/$applet; done
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


class DebianGuest(guest.Guest):
    """A guest with Debian's service manager as its first process.

    disk: image of rootfs.py; kernel: a stock kernel; nodes, lines: as for a
    Guest; modules: files that the guest finds below /run/modules; run: {path:
    content} below /run, where rules and units may live as well; bind: load
    battguard.ko before the service manager starts.
    """

    def __init__(self, kernel, disk, nodes=None, modules=(), run=None, lines=None, bind=True,
                 memory=768, **options):
        needed = modules_of(kernel, DISK_MODULES)
        script = SETUP.format(modules=" ".join(path.name for path in needed),
                              then="insmod /modules/battguard.ko" if bind else "")
        files = {f"extra/{name}": data for name, data in (run or {}).items()}
        drive = ["-drive", f"file={disk},if=none,id=disk,format=raw,snapshot=on",
                 "-device", "virtio-blk-device,drive=disk"]
        super().__init__(kernel.image, nodes, [*needed, *modules], files, setup_script=script,
                         lines=lines, memory=memory, cmdline=CMDLINE, options=drive, **options)
