# SPDX-License-Identifier: GPL-2.0
"""What scripts/sanitize.py runs on kernels that check themselves."""
