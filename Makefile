# SPDX-License-Identifier: GPL-2.0
#
# The module is built by the kernel's kbuild, from the Kbuild files. This file
# forwards to it, the way Yocto's module class and Buildroot's kernel-module
# infrastructure call it, and starts the demo and the tests.
#
#   KERNEL_SRC or KDIR   a configured kernel tree, or its headers
#   KERNELRELEASE        or the release of an installed kernel
#                        (default: the running one)
#   ARCH, CROSS_COMPILE, O, INSTALL_MOD_PATH
#                        as for the kernel
#   CC, PKG_CONFIG, CFLAGS, LDFLAGS, DESTDIR, PREFIX   for the tool, see tools/
#   TOOLS_O              where to build the tool (default: tools/)
#   UDEVDIR, UNITDIR     where install-hooks puts a udev rule and its unit; UNITDIR=
#                        leaves out the unit
#   DIST                 where dist puts the tarball (default: build/dist)
#   KERNEL               demo: series of the kernel to boot, 6.12 or 6.1
#   INTERACTIVE=1        demo: you move the lines
#   BATTGUARD_BUILD      where tests keep downloads and builds (default: build/)

# A variable that is set but empty is one that is not set, wherever it was set.
override KERNEL_SRC := $(or $(strip $(KERNEL_SRC)),$(strip $(KDIR)),/lib/modules/$(or $(strip \
	$(KERNELRELEASE)),$(shell uname -r))/build)
VERSION := $(shell cat VERSION)
INSTALL ?= install
UDEVDIR ?= /usr/lib/udev
UNITDIR ?= /usr/lib/systemd/system
DIST ?= $(or $(BATTGUARD_BUILD),build)/dist

PYTHON ?= python3 -B
# scripts/suites/table.py says what each of them runs.
SUITES := source netlink binding-check lint lint-faults host-test coverage \
	mutation fuzz-faults proof proof-faults proof-cover matrix configs \
	kunit kunit-in-tree kunit-faults simtest hostile e2e npcm acpi suspend \
	sanitize gcov clients tooltest ynl test-faults nlfuzz packaging hardware

all: modules

# Debug information names no directory of the machine that builds. driver/Kbuild cannot
# see to that, since kbuild compiles a file of its own, battguard.mod.c, without it.
modules modules_install clean: kernel-tree
	$(MAKE) -C "$(KERNEL_SRC)" M="$(CURDIR)" \
		KCFLAGS="$(strip $(KCFLAGS) -fdebug-prefix-map=$(CURDIR)=.)" $@

kernel-tree:
ifneq ($(words $(CURDIR)),1)
	@echo 'kbuild builds no module in a directory with a blank: $(CURDIR)' >&2; exit 1
endif
	@[ -d "$(KERNEL_SRC)" ] || { echo 'no kernel tree in $(KERNEL_SRC):' \
		'name one in KERNEL_SRC, or install its headers' >&2; exit 1; }

# O is the kernel's, if it is anything here.
to_tools = $(MAKE) -C tools O="$(abspath $(TOOLS_O))"

tools:
	$(to_tools) all

# The tool, its man pages and completion; the module has modules_install.
install uninstall:
	$(to_tools) $@

install-hooks:
	$(INSTALL) -d "$(DESTDIR)$(UDEVDIR)/rules.d"
	$(INSTALL) -m 644 packaging/udev/90-battguard.rules "$(DESTDIR)$(UDEVDIR)/rules.d/"
ifneq ($(strip $(UNITDIR)),)
	$(INSTALL) -d "$(DESTDIR)$(UNITDIR)"
	$(INSTALL) -m 644 packaging/systemd/battguard-pre-alarm@.service "$(DESTDIR)$(UNITDIR)/"
endif

uninstall-hooks:
	rm -f "$(DESTDIR)$(UDEVDIR)/rules.d/90-battguard.rules"
ifneq ($(strip $(UNITDIR)),)
	rm -f "$(DESTDIR)$(UNITDIR)/battguard-pre-alarm@.service"
endif

# What is committed, and nothing else: the same bytes from each clone.
dist:
	@[ -z "$$(git status --porcelain)" ] || { \
		echo 'there are changes that are not committed' >&2; exit 1; }
	mkdir -p "$(DIST)"
	git -c core.autocrlf=false archive --format=tar --prefix=battguard-$(VERSION)/ HEAD | \
		gzip -9n >"$(DIST)/battguard-$(VERSION).tar.gz"

help:
	@echo 'Module:'
	@echo '  modules          build battguard.ko (default)'
	@echo '  modules_install  install it below INSTALL_MOD_PATH'
	@echo '  clean            remove what these two left here'
	@echo 'Tool:'
	@echo '  tools            build battguardctl'
	@echo '  install          install it below DESTDIR and PREFIX'
	@echo '  install-hooks    install a udev rule and a unit that start your job at a pre-alarm'
	@echo '  uninstall, uninstall-hooks'
	@echo '                   remove what these two have installed'
	@echo 'Sources:'
	@echo '  dist             a tarball of the sources, the same bytes from each clone'
	@echo 'On a Debian 12 machine, as root:'
	@echo '  demo             watch a battery run down and come back, in QEMU'
	@echo '  check            run every test, the long ones in a short form'
	@echo '  verify           run every test in full, some hours'
	@echo '  fuzz             every fuzzer, for SECONDS=60 each'
	@echo '  nlfuzz-long      malformed netlink messages, COUNT=1000000 of each user'
	@echo 'and each suite by itself, as described in Documentation/verification.rst:'
	@echo '$(SUITES)' | fold -s -w 74 | sed 's/^/  /'

demo:
	@$(PYTHON) scripts/demo $(if $(KERNEL),--kernel $(KERNEL)) \
		$(if $(filter-out 0,$(INTERACTIVE)),--interactive)

check:
	@$(PYTHON) scripts/check

verify:
	@$(PYTHON) scripts/check --full

$(SUITES):
	@$(PYTHON) scripts/check $@

nlfuzz-long:
	@$(PYTHON) scripts/check nlfuzz --count $(or $(COUNT),1000000)

fuzz:
	@$(PYTHON) scripts/check fuzz --seconds $(or $(SECONDS),60)

.PHONY: all modules modules_install clean kernel-tree tools install uninstall install-hooks \
	uninstall-hooks dist help demo check verify fuzz nlfuzz-long $(SUITES)
