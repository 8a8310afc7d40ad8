# SPDX-License-Identifier: GPL-2.0
# into: Documentation/examples/wait-for-load
# expect: Double quote to prevent globbing and word splitting

rm $1
