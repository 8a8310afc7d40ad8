# SPDX-License-Identifier: GPL-2.0
"""The rig that the suites, the demonstration and the other programs stand on.

Kernels
  debian, download   packages from Debian's archive, cached, without touching the machine
  kernels, prepared  stock kernels and headers made of those packages; builds the module
  srckernel, trees   kernels and trees built from source, with the fragments in configs/
  intree, series, resolve   the driver as a part of a kernel's tree
Guests
  images             what a guest starts from: an initramfs, or a Debian system
  guest, klog        QEMU, the console, and the kernel's log
  debiansystem       what differs when Debian runs in a guest
  machines, lines, devicetree   boards that QEMU plays, and their GPIO lines
  board, acpi        a guest with a guard, described by a device tree or by ACPI
  meanwhile, tracing what goes on beside a scenario, and what the driver decided
  kunit, hostbuild   the KUnit suites in a guest, the decision's tests in userspace
Suites
  suite, tap, stalls the command line of a suite, its results, and when to look again
  seeds              seeded faults, which the checks have to see
  report             the table of all suites, and the page made of it
Demonstration
  story, panel       what it plays, or lets its user play
"""
