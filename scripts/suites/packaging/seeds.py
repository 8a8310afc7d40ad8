# SPDX-License-Identifier: GPL-2.0
"""What is taken out of the makefiles and packages, and the scenario that has to miss it."""

from lab import seeds

TOP, TOOLS, KBUILD = "Makefile", "tools/Makefile", "driver/Kbuild"
BUILDROOT = "packaging/buildroot/package"
YOCTO = "packaging/yocto/meta-battguard"
MODULE = f"{YOCTO}/recipes-kernel/battguard/battguard_0.1.bb"
TOOL = f"{YOCTO}/recipes-support/battguardctl/battguardctl_0.1.bb"

SEEDS = seeds.table([(name, file, old, new, ("packaging", sight))
                     for sight, rows in {
    "kernel_tree": [
        ("KDIR is not asked", TOP, "$(strip $(KERNEL_SRC)),$(strip $(KDIR))",
         "$(strip $(KERNEL_SRC))"),
        ("an empty KERNEL_SRC stays empty", TOP, "override KERNEL_SRC := ", "KERNEL_SRC := "),
        ("KERNELRELEASE is not asked", TOP, "$(or $(strip \\\n\t$(KERNELRELEASE)),", "$(or "),
        ("blanks are left to kbuild", TOP, "ifneq ($(words $(CURDIR)),1)", "ifneq (1,1)"),
    ],
    "refused": [
        ("GPIOLIB is taken for granted", KBUILD, "option,GPIOLIB POWER_SUPPLY",
         "option,POWER_SUPPLY"),
        ("a kernel is refused to make clean", KBUILD, "ifeq ($(CONFIG_MODULES),y)", "ifeq (y,y)"),
    ],
    "destinations": [
        ("no quotes around DESTDIR", TOOLS, '$(O)/battguardctl "$(DESTDIR)$(SBINDIR)/"',
         "$(O)/battguardctl $(DESTDIR)$(SBINDIR)/"),
        ("the completion is not uninstalled", TOOLS,
         '"$(DESTDIR)$(MANDIR)/man4/battguard.4" "$(DESTDIR)$(COMPLETIONDIR)/battguardctl"',
         '"$(DESTDIR)$(MANDIR)/man4/battguard.4"'),
        ("an empty UNITDIR is one", TOP, 'rules.d/"\nifneq ($(strip $(UNITDIR)),)',
         'rules.d/"\nifneq (,1)'),
        ("TOOLS_O is not heard", TOP, 'O="$(abspath $(TOOLS_O))"', "O="),
    ],
    "reproducible": [
        ("paths stay in warnings", KBUILD, "-fmacro-prefix-map=$(abspath $(src)/..)=.", ""),
        ("paths stay in debug information", TOP, "-fdebug-prefix-map=$(CURDIR)=.", ""),
        ("paths stay in the tool", TOOLS, "$(abspath $(SRC)/..)=.", "$(SRC)/="),
        ("the module has no version", KBUILD, "battguard-y += version.o\n", ""),
    ],
    "cross": [
        ("this machine's libraries for another one", TOOLS,
         "$(if \\\n\t$(PKG_CONFIG_LIBDIR)$(PKG_CONFIG_SYSROOT_DIR),pkg-config)", "pkg-config"),
        ("pkg-config of the target is not looked for", TOOLS,
         "$(shell command -v $(CROSS_COMPILE)pkg-config),", ""),
    ],
    "tarball": [
        ("changes are left out in silence", TOP, '[ -z "$$(git status --porcelain)" ]', "true"),
        ("the tarball's folder has no version", TOP, "--prefix=battguard-$(VERSION)/",
         "--prefix=battguard/"),
    ],
    "debian_packages": [
        ("DKMS has no header", "packaging/debian/rules", "VERSION driver include",
         "VERSION driver"),
        ("lintian has something to say", "packaging/systemd/battguard-pre-alarm@.service",
         "Documentation=man:battguard(4)\n", ""),
        ("make clean wants the tests", "Kbuild", "$(if $(wildcard $(src)/kunit/Kbuild),kunit/)",
         "kunit/"),
    ],
    "buildroot": [
        ("Buildroot's kernel has no GPIOLIB", f"{BUILDROOT}/battguard/battguard.mk",
         "\t$(call KCONFIG_ENABLE_OPT,CONFIG_GPIOLIB)\n", ""),
        ("Buildroot's tool goes to /usr/local", f"{BUILDROOT}/battguardctl/battguardctl.mk",
         " PREFIX=/usr", ""),
    ],
    "buildroot_files": [
        ("the tool's library is not selected", f"{BUILDROOT}/battguardctl/Config.in",
         "\tselect BR2_PACKAGE_LIBNL\n", ""),
        ("a licence has changed", "COPYING", "version 2 only, as", "version 2 only as"),
    ],
    "yocto_module": [
        ("the module's recipe lacks a file", MODULE, "    file://VERSION;subdir=${BP} \\\n", ""),
        ("the tool builds in the kernel's directory", TOP,
         '-C tools O="$(abspath $(TOOLS_O))"', "-C tools"),
    ],
    "yocto_tool": [
        ("the tool's recipe lacks a file", TOOL,
         "    file://packaging/udev;subdir=${BP} \\\n", ""),
        ("objects of another machine are linked", TOOL, "    oe_runmake -C tools clean\n",
         "    :\n"),
        ("the rule is in no package", TOOL, "${nonarch_base_libdir}/udev ${systemd", "${systemd"),
    ],
    "yocto_layer": [
        ("a series is missing", f"{YOCTO}/conf/layer.conf", '"scarthgap ', '"'),
        ("the sum of the licence is another", TOOL, "md5=e6", "md5=e7"),
    ],
    "documented": [
        ("a command that has gone", "Documentation/embedding.rst", "make install install-hooks",
         "make install install-rules"),
        ("an option that has gone", "Documentation/embedding.rst", "BR2_PACKAGE_BATTGUARDCTL=y",
         "BR2_PACKAGE_BATTGUARD_TOOL=y"),
    ],
    "versions": [
        ("dkms.conf's version is forgotten", "dkms.conf", 'VERSION="0.1"', 'VERSION="0.2"'),
        ("a version is forgotten", "CHANGES", "battguard 0.1 ", "battguard 0.0 "),
    ],
}.items() for name, file, old, new in rows])
