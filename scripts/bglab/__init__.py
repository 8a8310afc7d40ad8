# SPDX-License-Identifier: GPL-2.0
"""The lab: stock kernels, small guests and GPIO lines driven from outside.

debian   packages from Debian's archive, cached, without touching the machine
kernels  stock kernels and headers made of those packages; builds the module
guest    initramfs, device tree, QEMU and its serial console
lines    the PL061's lines, driven and watched from the host
"""
