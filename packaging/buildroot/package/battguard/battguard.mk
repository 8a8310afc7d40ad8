################################################################################
#
# battguard
#
################################################################################

BATTGUARD_VERSION = 0.1
# The sources that this tree is part of.
BATTGUARD_SITE = $(BR2_EXTERNAL_BATTGUARD_PATH)/../..
BATTGUARD_SITE_METHOD = local
BATTGUARD_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = \
	--exclude /build --exclude '*.o' --exclude '*.ko' --exclude /tools/battguardctl
BATTGUARD_LICENSE = GPL-2.0
BATTGUARD_LICENSE_FILES = COPYING LICENSES/preferred/GPL-2.0

define BATTGUARD_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_GPIOLIB)
	$(call KCONFIG_ENABLE_OPT,CONFIG_POWER_SUPPLY)
endef

# Where neither udev nor mdev loads it by its alias, init does.
define BATTGUARD_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0644 $(BATTGUARD_PKGDIR)/modules-load.conf \
		$(TARGET_DIR)/etc/modules-load.d/battguard.conf
endef

$(eval $(kernel-module))
$(eval $(generic-package))
