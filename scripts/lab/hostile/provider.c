// SPDX-License-Identifier: GPL-2.0
/*
 * hostile - a GPIO controller that fails, lies, hangs and forgets on demand
 *
 * A controller with the property "sleeps" takes a mutex for each transfer, as one
 * on a bus does; one with "no-interrupts" has none. Both are inputs until told
 * otherwise.
 */
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/gpio/driver.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/spinlock.h>

#include "hostile.h"

#define HOSTILE_FILES	(BIT(HOSTILE_NUMBERS) - 1 - BIT(DROPS) - BIT(OFF))

/**
 * struct hostile - the controller
 * @panel: its files; its lock protects all below @bus
 * @chip: for the GPIO core
 * @domain: interrupts of its wires
 * @fire: raises them, in hard interrupt context
 * @storm: moves wires
 * @bus: held during each transfer, if it sleeps
 * @driven: wires that are driven
 * @high: wires of @driven that are high
 * @pending: interrupts that were not raised yet
 * @unmasked: wires whose interrupts may come
 */
struct hostile {
	struct hostile_panel panel;
	struct gpio_chip chip;
	struct irq_domain *domain;
	struct irq_work fire;
	struct hrtimer storm;
	struct mutex bus;	/* one transfer at a time */
	u64 driven;
	u64 high;
	u64 pending;
	u64 unmasked;
};

/* Called with the lock held. */
static u64 hostile_levels(struct hostile_panel *panel)
{
	const struct hostile *me = container_of(panel, struct hostile, panel);

	return (panel->pulls & ~me->driven) | (me->high & me->driven);
}

/*
 * One transfer: it takes its time, and may hang or fail.
 *
 * Return: with the lock held, 0 or an error.
 */
static int hostile_transfer(struct hostile *me, enum hostile_number count,
			    enum hostile_number fails, u64 lines,
			    unsigned long *flags)
{
	struct hostile_panel *panel = &me->panel;
	u64 delay = READ_ONCE(panel->number[DELAY_US]);
	u64 hang = READ_ONCE(panel->number[HANG_MS]);

	if (me->chip.can_sleep) {
		mutex_lock(&me->bus);
		if (delay)
			fsleep(delay);
		if (hang)
			msleep(hang);
	} else if (delay) {
		udelay(delay);
	}

	raw_spin_lock_irqsave(&panel->lock, *flags);
	panel->number[count]++;
	return hostile_suffer(panel) ?:
	       panel->number[fails] & lines ? -EIO : 0;
}

static void hostile_end(struct hostile *me, unsigned long flags)
{
	raw_spin_unlock_irqrestore(&me->panel.lock, flags);
	if (me->chip.can_sleep)
		mutex_unlock(&me->bus);
}

static int hostile_get(struct gpio_chip *chip, unsigned int line)
{
	struct hostile *me = gpiochip_get_data(chip);
	unsigned long flags;
	int ret;

	ret = hostile_transfer(me, READS, READ_FAILS, BIT_ULL(line), &flags);
	if (!ret)
		ret = !!((hostile_levels(&me->panel) ^
			  me->panel.number[LIES]) & BIT_ULL(line));
	hostile_end(me, flags);
	return ret;
}

static int hostile_get_multiple(struct gpio_chip *chip, unsigned long *mask,
				unsigned long *bits)
{
	struct hostile *me = gpiochip_get_data(chip);
	unsigned long flags;
	int ret;

	ret = hostile_transfer(me, READS, READ_FAILS, *mask, &flags);
	if (!ret)
		*bits = (hostile_levels(&me->panel) ^ me->panel.number[LIES]) &
			*mask;
	hostile_end(me, flags);
	return ret;
}

static int hostile_put(struct gpio_chip *chip, unsigned int line, bool drive,
		       bool high)
{
	struct hostile *me = gpiochip_get_data(chip);
	unsigned long flags;
	u64 before;
	int ret;

	ret = hostile_transfer(me, WRITES, WRITE_FAILS, BIT_ULL(line), &flags);
	before = hostile_levels(&me->panel);
	if (!ret && !(me->panel.number[STUCK] & BIT_ULL(line))) {
		me->driven &= ~BIT_ULL(line);
		me->high &= ~BIT_ULL(line);
		if (drive)
			me->driven |= BIT_ULL(line);
		if (high)
			me->high |= BIT_ULL(line);
	}
	hostile_note_lag(&me->panel, before);
	hostile_end(me, flags);
	return ret;
}

static int hostile_direction_input(struct gpio_chip *chip, unsigned int line)
{
	return hostile_put(chip, line, false, false);
}

static int hostile_direction_output(struct gpio_chip *chip, unsigned int line,
				    int value)
{
	return hostile_put(chip, line, true, value);
}

/* A level alone: it changes nothing on a wire that has become an input. */
static int hostile_set(struct gpio_chip *chip, unsigned int line, int value)
{
	struct hostile *me = gpiochip_get_data(chip);

	return hostile_put(chip, line,
			   READ_ONCE(me->driven) & BIT_ULL(line), value);
}

static void hostile_set_void(struct gpio_chip *chip, unsigned int line,
			     int value)
{
	hostile_set(chip, line, value);
}

/* Some series of the kernel are told of a failure, and some are not. */
#define hostile_setter							\
	__builtin_choose_expr(						\
		__builtin_types_compatible_p(				\
			typeof(((struct gpio_chip *)0)->set),		\
			typeof(&hostile_set)),				\
		hostile_set, hostile_set_void)

static int hostile_get_direction(struct gpio_chip *chip, unsigned int line)
{
	struct hostile *me = gpiochip_get_data(chip);

	return READ_ONCE(me->driven) & BIT_ULL(line) ?
	       GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static int hostile_to_irq(struct gpio_chip *chip, unsigned int line)
{
	struct hostile *me = gpiochip_get_data(chip);

	if (!me->domain)
		return -ENXIO;
	return irq_create_mapping(me->domain, line);
}

static void hostile_fire(struct irq_work *work)
{
	struct hostile *me = container_of(work, struct hostile, fire);
	unsigned long flags;
	unsigned int n;
	u64 now;

	raw_spin_lock_irqsave(&me->panel.lock, flags);
	now = me->pending & me->unmasked;
	me->pending &= ~now;
	me->panel.number[EDGES] += hweight64(now);
	raw_spin_unlock_irqrestore(&me->panel.lock, flags);

	for (n = 0; n < HOSTILE_LINES; n++)
		if (now & BIT_ULL(n))
			generic_handle_domain_irq(me->domain, n);
}

static void hostile_irq_ack(struct irq_data *data)
{
}

static void hostile_irq_mask(struct irq_data *data)
{
	struct hostile *me = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&me->panel.lock, flags);
	me->unmasked &= ~BIT_ULL(irqd_to_hwirq(data));
	raw_spin_unlock_irqrestore(&me->panel.lock, flags);
}

static void hostile_irq_unmask(struct irq_data *data)
{
	struct hostile *me = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&me->panel.lock, flags);
	me->unmasked |= BIT_ULL(irqd_to_hwirq(data));
	if (me->pending & me->unmasked)
		irq_work_queue(&me->fire);
	raw_spin_unlock_irqrestore(&me->panel.lock, flags);
}

static int hostile_irq_set_type(struct irq_data *data, unsigned int type)
{
	return type == IRQ_TYPE_EDGE_BOTH ? 0 : -EINVAL;
}

static struct irq_chip hostile_irq_chip = {
	.name = "hostile",
	.irq_ack = hostile_irq_ack,
	.irq_mask = hostile_irq_mask,
	.irq_unmask = hostile_irq_unmask,
	.irq_set_type = hostile_irq_set_type,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int hostile_map(struct irq_domain *domain, unsigned int irq,
		       irq_hw_number_t hwirq)
{
	irq_set_chip_data(irq, domain->host_data);
	irq_set_chip_and_handler(irq, &hostile_irq_chip, handle_edge_irq);
	return 0;
}

static const struct irq_domain_ops hostile_domain_ops = {
	.map = hostile_map,
};

/* Called with the lock held. */
static void hostile_move(struct hostile_panel *panel, u64 wires)
{
	struct hostile *me = container_of(panel, struct hostile, panel);

	panel->pulls ^= wires;
	wires &= ~(me->driven | panel->number[DEAF]);
	if (!me->domain || !wires)
		return;
	me->pending |= wires;
	irq_work_queue(&me->fire);
}

static enum hrtimer_restart hostile_gust(struct hrtimer *timer)
{
	struct hostile *me = container_of(timer, struct hostile, storm);
	unsigned long flags;
	u64 period;

	raw_spin_lock_irqsave(&me->panel.lock, flags);
	period = me->panel.number[STORM_US] * NSEC_PER_USEC;
	if (period)
		hostile_move(&me->panel, me->panel.number[STORM]);
	raw_spin_unlock_irqrestore(&me->panel.lock, flags);

	if (!period)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime(period));
	return HRTIMER_RESTART;
}

/* Called with the lock held. */
static void hostile_set_number(struct hostile_panel *panel,
			       enum hostile_number what)
{
	struct hostile *me = container_of(panel, struct hostile, panel);

	if (what == FORGET || what == RESET) {
		me->driven = 0;
		me->high = 0;
	}
	if (what == STORM_US && panel->number[STORM_US])
		hrtimer_start(&me->storm,
			      ns_to_ktime(panel->number[STORM_US] *
					  NSEC_PER_USEC),
			      HRTIMER_MODE_REL_HARD);
}

static void hostile_remove_domain(void *data)
{
	struct hostile *me = data;
	unsigned int n;

	hrtimer_cancel(&me->storm);
	irq_work_sync(&me->fire);
	for (n = 0; n < HOSTILE_LINES; n++)
		irq_dispose_mapping(irq_find_mapping(me->domain, n));
	irq_domain_remove(me->domain);
}

static void hostile_init_storm(struct hrtimer *timer)
{
#ifdef HOSTILE_OLD_HRTIMER
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer->function = hostile_gust;
#else
	hrtimer_setup(timer, hostile_gust, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_HARD);
#endif
}

static int hostile_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct hostile *me;
	int ret;

	me = devm_kzalloc(dev, sizeof(*me), GFP_KERNEL);
	if (!me)
		return -ENOMEM;
	mutex_init(&me->bus);
	raw_spin_lock_init(&me->panel.lock);
	me->fire = IRQ_WORK_INIT_HARD(hostile_fire);
	hostile_init_storm(&me->storm);
	me->panel.wires = HOSTILE_LINES;
	me->panel.files = HOSTILE_FILES;
	me->panel.levels = hostile_levels;
	me->panel.move = hostile_move;
	me->panel.set = hostile_set_number;
	/* Nobody uses a wire yet, and the files go with the device. */
	ret = hostile_add_panel(dev, &me->panel);
	if (ret)
		return ret;

	if (!device_property_read_bool(dev, "no-interrupts")) {
		me->domain = irq_domain_create_linear(dev_fwnode(dev),
						      HOSTILE_LINES,
						      &hostile_domain_ops, me);
		if (!me->domain)
			return -ENOMEM;
		ret = devm_add_action_or_reset(dev, hostile_remove_domain, me);
		if (ret)
			return ret;
	}

	me->chip = (struct gpio_chip) {
		.label = dev_name(dev),
		.parent = dev,
		.owner = THIS_MODULE,
		.base = -1,
		.ngpio = HOSTILE_LINES,
		.can_sleep = device_property_read_bool(dev, "sleeps"),
		.get_direction = hostile_get_direction,
		.direction_input = hostile_direction_input,
		.direction_output = hostile_direction_output,
		.get = hostile_get,
		.get_multiple = hostile_get_multiple,
		.set = hostile_setter,
		.to_irq = hostile_to_irq,
	};
	return devm_gpiochip_add_data(dev, &me->chip, me);
}

static const struct of_device_id hostile_of_match[] = {
	{ .compatible = "hostile-gpio" },
	{ }
};

struct platform_driver hostile_provider_driver = {
	.probe = hostile_probe,
	.driver = {
		.name = "hostile",
		.of_match_table = hostile_of_match,
		.suppress_bind_attrs = true,
	},
};
