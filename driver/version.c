// SPDX-License-Identifier: GPL-2.0
/*
 * The version that modinfo and DKMS show. In a kernel tree there is none but the
 * kernel's, and this file stays out.
 */
#include <linux/build_bug.h>
#include <linux/module.h>

static_assert(sizeof(BATTGUARD_VERSION) > 1, "the file VERSION is missing");
MODULE_VERSION(BATTGUARD_VERSION);
