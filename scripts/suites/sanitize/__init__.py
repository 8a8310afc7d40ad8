# SPDX-License-Identifier: GPL-2.0
"""What runs on kernels that check themselves."""
