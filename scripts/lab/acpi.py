# SPDX-License-Identifier: GPL-2.0
"""A PC with a guard described by ACPI: an SSDT, and gpio-sim as the controller.

QEMU's PCs have no GPIO controller that Linux has a driver for, so lines are
gpio-sim's, and are driven from inside the guest. gpio-sim is a stock module in
7.3. Up to 6.12 Debian leaves it out: there the kernel's own source of it is
compiled for the stock kernel. Both nodes are PRP0001 devices, found by
"compatible" as in a device tree. ACPI cannot say that a line is open-source: an
output that is off is driven low.
"""

import time

from . import debiansystem, guest, kernels, machines, srckernel
from .board import SHOW, SUPPLY, Board
from .common import BUILD, Trouble, lock, run, setup
from .devicetree import INPUTS, OUTPUTS

PC = machines.Machine(("qemu-system-x86_64", "-M", "q35", "-cpu", "qemu64"), "amd64", "ttyS0")
LINES = {**INPUTS, **OUTPUTS}
BANK = "/sys/devices/platform/PRP0001:00/gpiochip*"
PROPERTIES = 'ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301")'

# Sources of gpio-sim in a kernel's tree. What it takes from elsewhere in the
# kernel is not exported to modules; the same can be had in another way.
SIM = ("drivers/gpio/gpio-sim.c", "kernel/irq/irq_sim.c")
SIM_IRQ = """#include <linux/irq.h>
#include <linux/module.h>
#define irq_to_desc(irq) irq_data_to_desc(irq_get_irq_data(irq))
#include "irq_sim.c"
MODULE_LICENSE("GPL");
"""


def _gpio_sim(kernel):
    """The modules of gpio-sim for a kernel, in the order in which they load."""
    if kernel.series not in srckernel.SERIES:
        return debiansystem.modules_of(kernel, ["gpio-sim"])
    _, source = srckernel.source_tree(kernel.series)
    out = BUILD / "modules" / f"{kernel.headers.abi}-gpio-sim"
    with lock(f"module-{kernel.headers.abi}-gpio-sim"):
        out.mkdir(parents=True, exist_ok=True)
        for path in SIM:
            name = path.rsplit("/", maxsplit=1)[1]
            (out / name).write_bytes((source / path).read_bytes())
        (out / "sim-irq.c").write_text(SIM_IRQ, encoding="ascii")
        (out / "Kbuild").write_text("obj-m := sim-irq.o gpio-sim.o\n"
                                    f"ccflags-y := -I{source}/drivers/gpio\n", encoding="utf-8")
        kernels.make_modules(kernel.headers, out)
    return [*debiansystem.modules_of(kernel, ["configfs"]), out / "sim-irq.ko", out / "gpio-sim.ko"]


def prepare(series):
    """What a PcBoard needs of a series: (kernel, gpio-sim and battguard.ko)."""
    setup("base", "acpi", "headers", "kernel")
    kernel = kernels.stock(series, "amd64")
    return kernel, [*_gpio_sim(kernel), kernels.build_module(kernel)]


def guard(changes=None, name="BGRD", controller="\\\\_SB.SIM0.BNK0"):
    """A guard's device; changes as for devicetree.guard_node, numbers and text."""
    properties = {"compatible": "gpio-battery-guard", "label": "house-bank"}
    for number, line in enumerate(LINES):
        properties[f"{line}-gpios"] = [f"^{name}", number, 0, int(line == "remote-l")]
    properties.update(changes or {})
    resources = "".join(f'GpioIo (Exclusive, PullNone, 0, 0, IoRestrictionNone, "{controller}") '
                        f"{{ {line} }}\n" for line in LINES.values())
    return f"""Device ({name}) {{
Name (_HID, "PRP0001")
Name (_UID, "{name}")
Name (_CRS, ResourceTemplate () {{
{resources}}})
{_properties(properties)}}}
"""


def _properties(values):
    made = []
    for key, value in values.items():
        if isinstance(value, list):
            value = f"Package () {{ {', '.join(map(str, value))} }}"
        elif isinstance(value, str):
            value = f'"{value}"'
        if value is not None:
            made.append(f'Package (2) {{ "{key}", {value} }}')
    body = ",\n".join(made)
    return f"Name (_DSD, Package () {{ {PROPERTIES}, Package () {{\n{body}\n}} }})\n"


def table(work, devices):
    """Compile an SSDT with the controller and these devices; gives the file."""
    source = work / "guard.asl"
    source.write_text(
        'DefinitionBlock ("", "SSDT", 2, "BGUARD", "BOARD", 1) {\nScope (\\_SB) {\n'
        'Device (SIM0) {\nName (_HID, "PRP0001")\nName (_UID, "SIM0")\n'
        + _properties({"compatible": "gpio-simulator"})
        + "Device (BNK0) {\nName (_ADR, 0)\n" + _properties({"ngpios": 8}) + "}\n}\n"
        + devices + "}\n}\n", encoding="ascii")
    run(["iasl", "-p", work / "guard", source])
    return work / "guard.aml"


class PcBoard(guest.Guest):
    """A PC with guards on gpio-sim; modules: see prepare; devices: what guard() gives."""

    def __init__(self, kernel, modules, devices=guard, **options):
        self._kernel = kernel
        self._devices = devices
        load = "".join(f"insmod /modules/{path.name}\n" for path in modules)
        super().__init__(kernel, None, modules, {"bin/show": SHOW}, load,
                         machine=PC, **options)

    def _command_line(self, machine, *rest):
        # 6.1 knows the controller by the device of its driver, later ones by
        # the node of the bank.
        path = "\\\\_SB.SIM0" if self._kernel.series == "6.1" else "\\\\_SB.SIM0.BNK0"
        aml = table(self._work, self._devices(controller=path))
        return [*super()._command_line(machine, *rest), "-acpitable", f"file={aml}"]

    value = Board.value
    show = Board.show

    def set(self, **asserted):
        """Assert or release inputs, all in one command."""
        words = []
        for key, value in asserted.items():
            name = key.replace("_", "-")
            up = bool(value) != (name == "remote-l")
            words.append(f"echo pull-{'up' if up else 'down'} >sim_gpio{LINES[name]}/pull")
        self.sh(f"cd {BANK} && {' && '.join(words)}")

    def now(self):
        """The outputs' levels, by name."""
        text = self.sh(f"cd {BANK} && cat " + " ".join(f"sim_gpio{LINES[name]}/value"
                                                        for name in OUTPUTS))
        return dict(zip(OUTPUTS, map(int, text.split())))

    def wait(self, timeout=20, **levels):
        """Wait until outputs have these levels."""
        wanted = {key.replace("_", "-"): value for key, value in levels.items()}
        end = time.monotonic() + timeout
        while not wanted.items() <= (have := self.now()).items():
            if time.monotonic() > end:
                raise Trouble(f"outputs within {timeout} s: wanted {wanted}, have {have}; "
                              f"{SUPPLY}: {self.run('show state load_off_reasons')[1]}")
            time.sleep(0.05)
