# SPDX-License-Identifier: GPL-2.0
SUMMARY = "Battery protection controller: module and tool"

# The module belongs to the machine's kernel.
PACKAGE_ARCH = "${MACHINE_ARCH}"

inherit packagegroup

RDEPENDS:${PN} = "battguardctl"
# There is no such package where the kernel has the driver built in.
RRECOMMENDS:${PN} = "kernel-module-battguard"
