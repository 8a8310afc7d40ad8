# SPDX-License-Identifier: GPL-2.0
"""The expanders that people use, on a bus of the tests, with the kernel's own drivers.

Debian's kernels have the driver of the PCA9535 built in. Those of the PCF8574 and the
MCP23017 they have not: these are compiled here from the sources of the same kernel,
as they are.
"""

import functools
import shutil

from lab import kernels, srckernel
from lab.common import BUILD, lock
from suites.simtest.simplan import Bank

BUS = "hostile-bus/i2c-7"           # lab/hostile/bus.c gives it the number

# Each has its interrupt line at the bus, under the number of its address.
LEVEL_LOW, EDGE_FALLING = 8, 2
# label: compatible, address, type of interrupt, more properties, driver.
CHIPS = {
    "pca": ("nxp,pca9535", 0x20, LEVEL_LOW, "", "pca953x"),
    "pcf": ("nxp,pcf8574", 0x21, EDGE_FALLING, "", "pcf857x"),
    "mcp": ("microchip,mcp23017", 0x22, LEVEL_LOW,
            "microchip,irq-mirror; interrupt-controller; #interrupt-cells = <2>;", "mcp230xx"),
}

# Modules to build: {name: sources below drivers/}, in the order of their loading.
DRIVERS = {
    "gpio-pcf857x": ("gpio/gpio-pcf857x.c",),
    "pinctrl-mcp23s08": ("pinctrl/pinctrl-mcp23s08.c", "pinctrl/pinctrl-mcp23s08.h"),
    "pinctrl-mcp23s08_i2c": ("pinctrl/pinctrl-mcp23s08_i2c.c",),
}


# What is on the bus: an expander of each type, {name: (label, address)}.
ALL = {label: (label, chip[1]) for label, chip in CHIPS.items()}
# From here on there is room for more of them.
MORE = 1 + max(address for _, address in ALL.values())


def client(address):
    """The name of a device on the bus."""
    return f"7-{address:04x}"


# The PCF8574 has no other outputs than weak ones.
BANKS = {label: Bank(f"{BUS}/{client(address)}", packed=True, weak=label == "pcf")
         for label, address in ALL.values()}


def _node(name, label, address):
    compatible, _, kind, more, _ = CHIPS[label]
    return (f'\t\t{name}: gpio@{address:x} {{\n\t\t\tcompatible = "{compatible}";\n'
            f"\t\t\treg = <{address}>;\n\t\t\tgpio-controller;\n"
            "\t\t\t#gpio-cells = <2>;\n\t\t\t"
            f"interrupts = <{address} {kind}>;\n"
            f"\t\t\t{more}\n\t\t}};\n")


def nodes(chips):
    """The device tree text: the bus and what is on it."""
    text = "".join(_node(name, *chip) for name, chip in chips.items())
    return ('\tbus: hostile-bus {\n\t\tcompatible = "hostile-i2c";\n'
            "\t\t#address-cells = <1>;\n\t\t#size-cells = <0>;\n"
            "\t\tinterrupt-controller;\n\t\t#interrupt-cells = <2>;\n"
            f"\t\tinterrupt-parent = <&bus>;\n{text}\t}};\n")


def rebound(label):
    """Lines of a plan: a driver that remembers what it wrote starts anew."""
    driver = f"/sys/bus/i2c/drivers/{CHIPS[label][4]}"
    return (f"finally /sys/devices/platform/{BANKS[label].device}/forget 1",
            f"finally {driver}/unbind {client(CHIPS[label][1])}",
            f"finally {driver}/bind {client(CHIPS[label][1])}")


@functools.cache
def build_drivers(kernel):
    """The kernel's own drivers of the expanders; gives the paths of their modules."""
    made = kernel.headers
    wanted = [f"drivers/{source}" for sources in DRIVERS.values() for source in sources]
    _, tree = srckernel.source_tree(kernel.series, "expanders", wanted)
    out = BUILD / "modules" / f"{made.abi}-expanders"
    with lock(f"module-{made.abi}-expanders"):
        out.mkdir(parents=True, exist_ok=True)
        for sources in DRIVERS.values():
            for source in sources:
                target = out / source.rpartition("/")[2]
                if not target.is_file() \
                        or target.read_bytes() != (tree / "drivers" / source).read_bytes():
                    shutil.copyfile(tree / "drivers" / source, target)
        (out / "Kbuild").write_text(f"obj-m := {' '.join(f'{name}.o' for name in DRIVERS)}\n",
                                    encoding="ascii")
        kernels.make_modules(made, out)
    return [out / f"{name}.ko" for name in DRIVERS]
