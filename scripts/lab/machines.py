# SPDX-License-Identifier: GPL-2.0
"""The machines that QEMU plays, and what differs between them."""

import dataclasses

from . import lines


@dataclasses.dataclass(frozen=True)
class Machine:
    """A machine; the defaults are what most have."""

    qemu: tuple                     # program and options
    arch: str                       # Debian's name
    console: str
    cpus: int = 0                   # how many it has, whatever is wanted
    controller: str = ""            # of the lines, in device tree source
    lines: type = lines.Lines
    tree: str = ""                  # of the kernel's sources; none: QEMU's own
    changes: str = ""               # of that tree, before nodes of ours
    known: str = ""                 # in stacks of what the kernel itself does wrong


VIRT = Machine(("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a57"),
               "arm64", "ttyAMA0", controller="&{/pl061@9030000}")

NPCM = Machine(("qemu-system-arm", "-M", "npcm750-evb"), "armhf", "ttyS0", 2,
               "&{/pinctrl@f0800000/gpio@f0010000}", lines.NpcmLines,
               "nuvoton/nuvoton-npcm750-evb.dtb",
               # One processor is enough, and the kernel's configuration for one.
               "\tcpus {\n\t\t/delete-node/ cpu@1;\n\t};\n",
               "npcmgpio_irq_startup")
