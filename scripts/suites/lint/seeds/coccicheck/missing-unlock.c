// SPDX-License-Identifier: GPL-2.0
// into: driver/netlink.c
// expect: preceding lock on line

int seed_unlock(struct mutex *lock, int wrong);
int seed_unlock(struct mutex *lock, int wrong)
{
	mutex_lock(lock);
	if (wrong)
		return -EINVAL;
	mutex_unlock(lock);
	return 0;
}
