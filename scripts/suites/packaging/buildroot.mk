# SPDX-License-Identifier: GPL-2.0
#
# What Buildroot's infrastructure does with a package, as far as ours need it: the same
# variables, the same calls in the same order. The files of packaging/buildroot are read as
# they are.
#
#   PACKAGE  SOURCES            the package, and a copy of the project to build it in
#   LINUX_DIR  LINUX_WORDS      the kernel, and what its make is told besides
#   TARGET_DIR  TARGET_CROSS  TARGET_LDFLAGS  INIT

all:

BR2_EXTERNAL_BATTGUARD_PATH := $(SOURCES)/packaging/buildroot
name := $(shell echo $(PACKAGE) | tr a-z- A-Z_)
$(name)_PKGDIR := $(BR2_EXTERNAL_BATTGUARD_PATH)/package/$(PACKAGE)
D := $(SOURCES)
INSTALL := install
# Buildroot's make of the target's userspace is told its tools by the environment.
TARGET_MAKE_ENV := GIT_DIR=. PATH="$(PATH)"
TARGET_CONFIGURE_OPTS = $(TARGET_MAKE_ENV) AR="$(TARGET_CROSS)ar" LD="$(TARGET_CROSS)ld" \
	CC="$(TARGET_CROSS)gcc" STRIP="$(TARGET_CROSS)strip" CPPFLAGS="-D_FILE_OFFSET_BITS=64" \
	CFLAGS="-D_FILE_OFFSET_BITS=64 -Os -g0 -D_FORTIFY_SOURCE=1 -fPIC" \
	LDFLAGS="$(TARGET_LDFLAGS)" PKG_CONFIG="$(shell command -v pkg-config)"
LINUX_MAKE_FLAGS = ARCH=arm64 KCFLAGS="-Wno-attribute-alias" INSTALL_MOD_PATH=$(TARGET_DIR) \
	CROSS_COMPILE="$(TARGET_CROSS)" WERROR=0 REGENERATE_PARSERS=1 DEPMOD=true $(LINUX_WORDS)
KCONFIG_ENABLE_OPT = @echo "needs $(1)"
kernel-module = $(eval is_module := yes)
generic-package = $(eval has_package := yes)

include $(BR2_EXTERNAL_BATTGUARD_PATH)/external.mk

kernel_module = $(TARGET_MAKE_ENV) $(MAKE) -C $(LINUX_DIR) $(LINUX_MAKE_FLAGS) PWD=$(SOURCES)/. \
	M=$(SOURCES)/.

all: $(SOURCES)/.done
# In a recipe, as there, $(@D) is the package's build directory.
$(SOURCES)/.done:
	$(if $(has_package),,$(error $(PACKAGE) is no package))
	$($(name)_LINUX_CONFIG_FIXUPS)
	$($(name)_BUILD_CMDS)
	$(if $(filter battguard,$(PACKAGE)),$(if $(is_module),$(kernel_module) modules))
	$($(name)_INSTALL_TARGET_CMDS)
	$(if $(filter systemd,$(INIT)),$($(name)_INSTALL_INIT_SYSTEMD))
	$(if $(filter battguard,$(PACKAGE)),$(if $(is_module),$(kernel_module) modules_install))
