# SPDX-License-Identifier: GPL-2.0
"""The device tree of QEMU's "virt" machine with nodes of ours added."""

import pathlib

from .common import run, setup

PL061 = "&{/pl061@9030000}"

# Terminals of the guard on the PL061's eight lines.
INPUTS = {"allow-discharge": 0, "allow-charge": 1, "low-cell": 2, "remote-l": 3, "remote-h": 4}
OUTPUTS = {"load": 5, "charger": 6, "pre-alarm": 7}

ACTIVE_LOW, OPEN_SOURCE = 1, 2      # GPIO flags, as in dt-bindings/gpio/gpio.h


def guard_properties():
    """A fully wired board: every terminal, every setting at its default."""
    made = {"compatible": '"gpio-battery-guard"', "label": '"house-bank"'}
    for name, line in INPUTS.items():
        flags = ACTIVE_LOW if name == "remote-l" else 0
        made[f"{name}-gpios"] = f"<{PL061} {line} {flags}>"
    for name, line in OUTPUTS.items():
        made[f"{name}-gpios"] = f"<{PL061} {line} {OPEN_SOURCE}>"
    return made


def guard_node(changes=None, name="battery-guard"):
    """The guard's node; changes sets properties, True for a flag, None drops one."""
    properties = guard_properties()
    properties.update(changes or {})
    lines = []
    for key, value in properties.items():
        if value is True:
            lines.append(f"\t\t{key};")
        elif isinstance(value, int):
            lines.append(f"\t\t{key} = <{value}>;")
        elif value is not None:
            lines.append(f"\t\t{key} = {value};")
    return "\t" + name + " {\n" + "\n".join(lines) + "\n\t};\n"


def build(work, nodes, machine="virt", options=(), cpus=1):
    """Compile the machine's own tree plus nodes (text below "/"); gives the dtb."""
    setup("qemu", "dt")
    work = pathlib.Path(work)
    plain, source, made = work / "plain.dtb", work / "guest.dts", work / "guest.dtb"
    run(["qemu-system-aarch64", "-M", f"{machine},dumpdtb={plain}", "-cpu", "cortex-a57",
         "-smp", str(cpus), "-m", "512", "-nic", "none", "-display", "none", *options])
    text = run(["dtc", "-q", "-I", "dtb", "-O", "dts", plain])
    # The power button of the machine sits on a line that we use.
    source.write_text(text + "\n/ {\n\t/delete-node/ gpio-keys;\n" + nodes + "};\n",
                      encoding="ascii")
    run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", made, source])
    return made
