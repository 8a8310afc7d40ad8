# SPDX-License-Identifier: GPL-2.0
"""The lab: stock kernels, small guests and GPIO lines driven from outside.

debian   packages from Debian's archive, cached, without touching the machine
kernels  stock kernels and headers made of those packages; builds the module
machines what differs between the boards that QEMU plays
guest    initramfs, device tree, QEMU and its serial console
lines    a controller's lines, driven and watched from the host
acpi     a PC whose guard ACPI describes
"""
