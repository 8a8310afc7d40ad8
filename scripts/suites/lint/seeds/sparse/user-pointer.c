// SPDX-License-Identifier: GPL-2.0
// into: driver/values.c
// expect: dereference of noderef expression

int seed_user(int __user *p);
int seed_user(int __user *p)
{
	return *p;
}
