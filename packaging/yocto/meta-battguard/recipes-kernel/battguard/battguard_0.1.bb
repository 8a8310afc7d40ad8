# SPDX-License-Identifier: GPL-2.0
SUMMARY = "Battery protection controller on GPIO lines"
DESCRIPTION = "Makes the board the protection controller of a bank of LiFePO4 \
batteries: disconnects loads and chargers as the signal lines of the batteries demand."
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "file://LICENSES/preferred/GPL-2.0;md5=e6a75371ba4d16749254a51215d13f97"

FILESEXTRAPATHS:prepend := "${BATTGUARD_SOURCES}:"
SRC_URI = " \
    file://Kbuild;subdir=${BP} \
    file://LICENSES;subdir=${BP} \
    file://Makefile;subdir=${BP} \
    file://VERSION;subdir=${BP} \
    file://driver;subdir=${BP} \
    file://include;subdir=${BP} \
"

inherit module

RPROVIDES:${PN} += "kernel-module-battguard"
