# SPDX-License-Identifier: GPL-2.0
SUMMARY = "Tool for the battery protection controller battguard"
DESCRIPTION = "Shows the state of a battery guard and the reasons for it, follows its \
events, waits for a condition, and changes what may be changed at run time."
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "file://LICENSES/preferred/GPL-2.0;md5=e6a75371ba4d16749254a51215d13f97"

DEPENDS = "libnl"

FILESEXTRAPATHS:prepend := "${BATTGUARD_SOURCES}:"
SRC_URI = " \
    file://LICENSES;subdir=${BP} \
    file://Makefile;subdir=${BP} \
    file://VERSION;subdir=${BP} \
    file://include;subdir=${BP} \
    file://packaging/systemd;subdir=${BP} \
    file://packaging/udev;subdir=${BP} \
    file://tools;subdir=${BP} \
    file://run-ptest \
"

inherit bash-completion pkgconfig ptest

EXTRA_OEMAKE = " \
    PREFIX=${prefix} SBINDIR=${sbindir} MANDIR=${mandir} \
    UDEVDIR=${nonarch_base_libdir}/udev UNITDIR=${systemd_system_unitdir} \
"

# The sources may have been built in, for another machine.
do_configure() {
    oe_runmake -C tools clean
}

do_compile() {
    oe_runmake tools
}

# Its udev rule starts a unit, so that both go with systemd.
do_install() {
    oe_runmake install DESTDIR=${D}
    if ${@bb.utils.contains('DISTRO_FEATURES', 'systemd', 'true', 'false', d)}; then
        oe_runmake install-hooks DESTDIR=${D}
    fi
}

FILES:${PN} += "${nonarch_base_libdir}/udev ${systemd_system_unitdir}"
RRECOMMENDS:${PN} = "kernel-module-battguard"
