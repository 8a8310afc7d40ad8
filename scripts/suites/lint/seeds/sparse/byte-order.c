// SPDX-License-Identifier: GPL-2.0
// into: driver/netlink.c
// expect: incorrect type in assignment (different base types)

void seed_order(__be32 *to, u32 from);
void seed_order(__be32 *to, u32 from)
{
	*to = from;
}
