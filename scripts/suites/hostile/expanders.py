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


def _client(label):
    return f"7-{CHIPS[label][1]:04x}"


# The PCF8574 has no other outputs than weak ones.
BANKS = {label: Bank(f"{BUS}/{_client(label)}", packed=True, weak=label == "pcf")
         for label in CHIPS}


def nodes():
    """The device tree text: the bus and what is on it."""
    text = "".join(f'\t\t{label}: gpio@{address:x} {{\n\t\t\tcompatible = "{compatible}";\n'
                   f"\t\t\treg = <{address}>;\n\t\t\tgpio-controller;\n"
                   "\t\t\t#gpio-cells = <2>;\n\t\t\t"
                   f"interrupts = <{address} {kind}>;\n"
                   f"\t\t\t{more}\n\t\t}};\n"
                   for label, (compatible, address, kind, more, _) in CHIPS.items())
    return ('\tbus: hostile-bus {\n\t\tcompatible = "hostile-i2c";\n'
            "\t\t#address-cells = <1>;\n\t\t#size-cells = <0>;\n"
            "\t\tinterrupt-controller;\n\t\t#interrupt-cells = <2>;\n"
            f"\t\tinterrupt-parent = <&bus>;\n{text}\t}};\n")


def rebound(label):
    """Lines of a plan: a driver that remembers what it wrote starts anew."""
    driver = f"/sys/bus/i2c/drivers/{CHIPS[label][4]}"
    return (f"finally /sys/devices/platform/{BANKS[label].device}/forget 1",
            f"finally {driver}/unbind {_client(label)}",
            f"finally {driver}/bind {_client(label)}")


@functools.cache
def build_drivers(kernel):
    """The kernel's own drivers of the expanders; gives the paths of their modules."""
    made = kernel.headers
    _, tree = srckernel.source_tree(kernel.series)
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
