// SPDX-License-Identifier: GPL-2.0
/*
 * The version that modinfo and DKMS show. In a kernel tree there is none but the
 * kernel's, and this file stays out.
 */
#include <linux/module.h>

MODULE_VERSION(BATTGUARD_VERSION);
