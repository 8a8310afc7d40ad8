// SPDX-License-Identifier: GPL-2.0
/*
 * deepsleep - suspend to RAM for QEMU's "virt" machine, whose firmware has none
 *
 * In suspend to idle the timers of a machine without deep idle states go on, so
 * a driver that relies on them is not found out. This takes the place of the
 * firmware and of the unit that wakes: with all devices, timers and the clock
 * suspended, the processor waits for one of the interrupts that may wake.
 */
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/irq.h>
#include <linux/module.h>
#include <linux/suspend.h>

static uint slow_ms;
module_param(slow_ms, uint, 0644);
MODULE_PARM_DESC(slow_ms, "Time that is spent once the devices are suspended");

static int deepsleep_prepare(void)
{
	msleep(slow_ms);
	return 0;
}

#define DEEPSLEEP_IRQS	256

static DECLARE_BITMAP(masked, DEEPSLEEP_IRQS);

static int deepsleep_enter(suspend_state_t state)
{
	struct irq_data *data;
	unsigned int irq;

	bitmap_zero(masked, DEEPSLEEP_IRQS);
	for (irq = 0; irq < DEEPSLEEP_IRQS; irq++) {
		data = irq_get_irq_data(irq);
		if (!data || !irqd_is_started(data) || irqd_irq_masked(data) ||
		    irqd_is_wakeup_set(data) || !data->chip->irq_mask)
			continue;
		data->chip->irq_mask(data);
		__set_bit(irq, masked);
	}

	/* Interrupts are off: one that is pending ends the wait all the same. */
	asm volatile("dsb sy; wfi" : : : "memory");

	for_each_set_bit(irq, masked, DEEPSLEEP_IRQS) {
		data = irq_get_irq_data(irq);
		data->chip->irq_unmask(data);
	}
	return 0;
}

static const struct platform_suspend_ops deepsleep_ops = {
	.valid = suspend_valid_only_mem,
	.prepare = deepsleep_prepare,
	.enter = deepsleep_enter,
};

static int __init deepsleep_init(void)
{
	suspend_set_ops(&deepsleep_ops);
	return 0;
}
module_init(deepsleep_init);

static void __exit deepsleep_exit(void)
{
	suspend_set_ops(NULL);
}
module_exit(deepsleep_exit);

MODULE_DESCRIPTION("Suspend to RAM without firmware, for tests");
MODULE_LICENSE("GPL");
