// SPDX-License-Identifier: GPL-2.0
// into: driver/gpio.c
// expect: context imbalance in 'seed_lock' - wrong count at exit

void seed_lock(spinlock_t *lock);
void seed_lock(spinlock_t *lock)
{
	spin_lock(lock);
}
