################################################################################
#
# battguardctl
#
################################################################################

BATTGUARDCTL_VERSION = 0.1
# The sources that this tree is part of.
BATTGUARDCTL_SITE = $(BR2_EXTERNAL_BATTGUARD_PATH)/../..
BATTGUARDCTL_SITE_METHOD = local
BATTGUARDCTL_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = \
	--exclude /build --exclude '*.o' --exclude '*.ko' --exclude /tools/battguardctl
BATTGUARDCTL_LICENSE = GPL-2.0
BATTGUARDCTL_LICENSE_FILES = COPYING LICENSES/preferred/GPL-2.0
BATTGUARDCTL_DEPENDENCIES = host-pkgconf libnl

define BATTGUARDCTL_BUILD_CMDS
	$(TARGET_MAKE_ENV) $(TARGET_CONFIGURE_OPTS) $(MAKE) -C $(@D) tools
endef

define BATTGUARDCTL_INSTALL_TARGET_CMDS
	$(TARGET_MAKE_ENV) $(TARGET_CONFIGURE_OPTS) $(MAKE) -C $(@D) install \
		DESTDIR=$(TARGET_DIR) PREFIX=/usr
endef

define BATTGUARDCTL_INSTALL_INIT_SYSTEMD
	$(TARGET_MAKE_ENV) $(MAKE) -C $(@D) install-hooks DESTDIR=$(TARGET_DIR)
endef

$(eval $(generic-package))
