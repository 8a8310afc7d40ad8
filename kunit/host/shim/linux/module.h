/* SPDX-License-Identifier: GPL-2.0 */
#include <assert.h>

#define MODULE_DESCRIPTION(text)	static_assert(sizeof(text) > 1, text)
#define MODULE_LICENSE(text)		static_assert(sizeof(text) > 1, text)
