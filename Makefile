# SPDX-License-Identifier: GPL-2.0
#
# The module is built by the kernel's kbuild, from the Kbuild files. This file
# forwards to it, the way Yocto's module class and Buildroot's kernel-module
# infrastructure call it, and starts the demo and the tests.
#
#   KERNEL_SRC or KDIR   a configured kernel tree, or its headers
#                        (default: those of the running kernel)
#   ARCH, CROSS_COMPILE  as for the kernel
#   INSTALL_MOD_PATH     as for the kernel's modules_install
#   CC, PKG_CONFIG, CFLAGS, LDFLAGS, DESTDIR, PREFIX   for the tool, see tools/
#   KERNEL               demo: series of the kernel to boot, 6.12 or 6.1
#   INTERACTIVE=1        demo: you move the lines
#   BATTGUARD_BUILD      where tests keep downloads and builds (default: build/)

KERNEL_SRC ?= $(KDIR)
ifeq ($(strip $(KERNEL_SRC)),)
KERNEL_SRC = /lib/modules/$(shell uname -r)/build
endif

PYTHON ?= python3 -B
# scripts/suites/table.py says what each of them runs.
SUITES := source netlink binding-check lint lint-faults host-test coverage \
	mutation fuzz-faults proof proof-faults proof-cover matrix configs \
	kunit kunit-in-tree kunit-faults simtest hostile e2e npcm acpi suspend \
	sanitize gcov clients tooltest ynl test-faults nlfuzz

all: modules

modules modules_install clean:
	$(MAKE) -C $(KERNEL_SRC) M=$(CURDIR) $@

tools:
	$(MAKE) -C tools all

# The tool, its man pages and completion; the module has modules_install.
install:
	$(MAKE) -C tools install

help:
	@echo 'Module:'
	@echo '  modules          build battguard.ko (default)'
	@echo '  modules_install  install it below INSTALL_MOD_PATH'
	@echo '  clean            remove what these two left here'
	@echo 'Tool:'
	@echo '  tools            build battguardctl'
	@echo '  install          install it below DESTDIR and PREFIX'
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

.PHONY: all modules modules_install clean tools install help demo check verify \
	fuzz nlfuzz-long $(SUITES)
