// SPDX-License-Identifier: GPL-2.0
// into: driver/gpio.c
// expect: result from function 'ERR_PTR' is unused [linuxkernel-must-check-errs]

void seed_unchecked(void);
void seed_unchecked(void)
{
	ERR_PTR(-EINVAL);
}
