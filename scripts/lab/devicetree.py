# SPDX-License-Identifier: GPL-2.0
"""The device tree of a machine with nodes of ours added."""

import pathlib

from .common import run, setup

PL061 = "&{/pl061@9030000}"

# Terminals of the guard on the first eight lines of a controller.
INPUTS = {"allow-discharge": 0, "allow-charge": 1, "low-cell": 2, "remote-l": 3, "remote-h": 4}
OUTPUTS = {"load": 5, "charger": 6, "pre-alarm": 7}

ACTIVE_LOW, OPEN_SOURCE = 1, 2      # GPIO flags, as in dt-bindings/gpio/gpio.h


def guard_properties(controller=PL061, push_pull=False):
    """A fully wired board: every terminal, every setting at its default.

    push_pull: the outputs drive high-side switches, else they are open-source.
    """
    made = {"compatible": '"gpio-battery-guard"', "label": '"house-bank"'}
    for name, line in INPUTS.items():
        flags = ACTIVE_LOW if name == "remote-l" else 0
        made[f"{name}-gpios"] = f"<{controller} {line} {flags}>"
    for name, line in OUTPUTS.items():
        flags = 0 if push_pull else OPEN_SOURCE
        made[f"{name}-gpios"] = f"<{controller} {line} {flags}>"
    return made


def guard_node(changes=None, name="battery-guard", controller=PL061, push_pull=False):
    """The guard's node; changes sets properties, True for a flag, None drops one."""
    properties = guard_properties(controller, push_pull)
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


def build(work, nodes, tree=None, cpus=1):
    """Compile a machine's tree plus nodes (text below "/"); gives the dtb.

    tree: the machine's tree, compiled; none: the one QEMU makes for "virt"
    with so many processors.
    """
    setup("qemu", "dt")
    work = pathlib.Path(work)
    source, made = work / "guest.dts", work / "guest.dtb"
    if not tree:
        tree = work / "plain.dtb"
        run(["qemu-system-aarch64", "-M", f"virt,dumpdtb={tree}", "-cpu", "cortex-a57",
             "-smp", str(cpus), "-m", "512", "-nic", "none", "-display", "none"])
        # The power button of the machine sits on a line that we use.
        nodes = "\t/delete-node/ gpio-keys;\n" + nodes
    text = run(["dtc", "-q", "-I", "dtb", "-O", "dts", tree])
    source.write_text(text + "\n/ {\n" + nodes + "};\n", encoding="ascii")
    run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", made, source])
    return made
