# SPDX-License-Identifier: GPL-2.0
"""The static checkers of this project."""
