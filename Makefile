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
SUITES := source netlink host-test binding-check matrix kunit kunit-in-tree \
	simtest e2e clients tooltest ynl nlfuzz

HOST_O = $(or $(BATTGUARD_BUILD),$(CURDIR)/build)/host

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
	@echo '  host-test        state machine in userspace'
	@echo '  fuzz             the same, fuzzed (SECONDS=60)'
	@echo '  kunit            KUnit suites in QEMU'
	@echo '  kunit-in-tree    the same, imported into a kernel tree, by its kunit.py'
	@echo '  simtest          end to end with gpio-sim, in warped time, in QEMU'
	@echo '  e2e              end to end on stock kernels, lines driven from outside'
	@echo '  tooltest         battguardctl, on a stock kernel in QEMU'
	@echo '  binding-check    devicetree binding'
	@echo '  netlink          generated files against the netlink specification'
	@echo '  ynl              the kernel'"'"'s own netlink client against battguardctl'
	@echo '  nlfuzz           malformed netlink messages, on a kernel with KASAN'
	@echo '  nlfuzz-long      the same, a million of each user (COUNT=1000000)'
	@echo '  source           the kernel'"'"'s checkers of sources'
	@echo '  matrix           builds for all kernels and architectures'

demo:
	@$(PYTHON) scripts/demo.py $(if $(KERNEL),--kernel $(KERNEL)) \
		$(if $(filter-out 0,$(INTERACTIVE)),--interactive)

check:
	@$(PYTHON) scripts/check

verify:
	@$(PYTHON) scripts/check --full

$(SUITES):
	@$(PYTHON) scripts/check $@

nlfuzz-long:
	@$(PYTHON) scripts/nlfuzz.py --count $(or $(COUNT),1000000)

fuzz:
	@scripts/setup base clang
	$(MAKE) -C kunit/host O=$(HOST_O) $(if $(SECONDS),SECONDS=$(SECONDS)) fuzz

.PHONY: all modules modules_install clean tools install help demo check verify \
	fuzz nlfuzz-long $(SUITES)
