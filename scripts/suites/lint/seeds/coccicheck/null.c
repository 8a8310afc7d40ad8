// SPDX-License-Identifier: GPL-2.0
// into: driver/gpio.c
// expect: is NULL but dereferenced

int seed_null(struct gpio_desc **line);
int seed_null(struct gpio_desc **line)
{
	struct seed { int a; } *p = (void *)line;

	if (!p)
		return p->a;
	return 0;
}
