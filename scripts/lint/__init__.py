# SPDX-License-Identifier: GPL-2.0
"""The static checkers that scripts/lint.py runs."""
