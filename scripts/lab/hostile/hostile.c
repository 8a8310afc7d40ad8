// SPDX-License-Identifier: GPL-2.0
/*
 * hostile - a GPIO controller that fails, lies, hangs and forgets on demand
 *
 * Files below its platform device, for the tests:
 *
 *   sim_gpioN/pull     level of a wire that nobody drives: pull-up, pull-down
 *   sim_gpioN/value    level of the wire, as a voltmeter shows it: 1, 0
 *   delay_us           time that each transfer takes; a controller that does not
 *                      sleep spins for it
 *   hang_ms            time after which each transfer fails; 0 = none does
 *   hangs              transfers that hang, then it is well again; 0 = all
 *   read_fails         wires that cannot be read, a mask
 *   write_fails        wires that cannot be set
 *   fails              further transfers that fail, then it is well again
 *   stuck              wires that stay as they are, whatever is written
 *   lies               wires that read as the opposite of their level
 *   deaf               wires whose edges raise no interrupt
 *   storm              wires that change their level by themselves ...
 *   storm_us           ... each time after this; 0 = none does
 *   forget             write: all wires become inputs, as after a brown-out
 *   reset              write: all of the above as at the start
 *   reads, writes      transfers since the start
 *   edges              interrupts raised since the start
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
#include <linux/kstrtox.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>

#define HOSTILE_LINES	40

enum hostile_number {
	DELAY_US,
	HANG_MS,
	HANGS,
	READ_FAILS,
	WRITE_FAILS,
	FAILS,
	STUCK,
	LIES,
	DEAF,
	STORM,
	STORM_US,
	HOSTILE_FAULTS,
	READS = HOSTILE_FAULTS,
	WRITES,
	EDGES,
	FORGET,
	RESET,
	HOSTILE_NUMBERS
};

/**
 * struct hostile_wire - the files of a wire
 * @pull: file of its own level
 * @value: file of what a voltmeter shows
 * @attrs: both
 * @group: the folder
 * @name: name of the folder
 * @line: number of the wire
 */
struct hostile_wire {
	struct device_attribute pull;
	struct device_attribute value;
	struct attribute *attrs[3];
	struct attribute_group group;
	char name[16];
	unsigned int line;
};

/**
 * struct hostile - the controller
 * @chip: for the GPIO core
 * @dev: platform device
 * @domain: interrupts of its wires
 * @fire: raises them, in hard interrupt context
 * @storm: moves wires
 * @bus: held during each transfer, if it sleeps
 * @lock: protects all below
 * @pulls: levels of the wires that nobody drives
 * @driven: wires that are driven
 * @high: wires of @driven that are high
 * @pending: interrupts that were not raised yet
 * @unmasked: wires whose interrupts may come
 * @number: what the files show
 * @wire: files of the wires
 */
struct hostile {
	struct gpio_chip chip;
	struct device *dev;
	struct irq_domain *domain;
	struct irq_work fire;
	struct hrtimer storm;
	struct mutex bus;	/* one transfer at a time */
	raw_spinlock_t lock;	/* see above */
	u64 pulls;
	u64 driven;
	u64 high;
	u64 pending;
	u64 unmasked;
	u64 number[HOSTILE_NUMBERS];
	struct hostile_wire wire[HOSTILE_LINES];
};

/* Called with the lock held. */
static u64 hostile_levels(const struct hostile *me)
{
	return (me->pulls & ~me->driven) | (me->high & me->driven);
}

static bool hostile_take(struct hostile *me, enum hostile_number what)
{
	if (!me->number[what])
		return false;
	me->number[what]--;
	return true;
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
	u64 delay = READ_ONCE(me->number[DELAY_US]);
	u64 hang = READ_ONCE(me->number[HANG_MS]);
	int ret = 0;

	if (me->chip.can_sleep) {
		mutex_lock(&me->bus);
		if (delay)
			fsleep(delay);
		if (hang)
			msleep(hang);
	} else if (delay) {
		udelay(delay);
	}

	raw_spin_lock_irqsave(&me->lock, *flags);
	me->number[count]++;
	if (hang) {
		ret = -ETIMEDOUT;
		if (hostile_take(me, HANGS) && !me->number[HANGS])
			me->number[HANG_MS] = 0;
	}
	if ((me->number[fails] & lines) || hostile_take(me, FAILS))
		ret = ret ?: -EIO;
	return ret;
}

static void hostile_end(struct hostile *me, unsigned long flags)
{
	raw_spin_unlock_irqrestore(&me->lock, flags);
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
		ret = !!((hostile_levels(me) ^ me->number[LIES]) &
			 BIT_ULL(line));
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
		*bits = (hostile_levels(me) ^ me->number[LIES]) & *mask;
	hostile_end(me, flags);
	return ret;
}

static int hostile_put(struct gpio_chip *chip, unsigned int line, bool drive,
		       bool high)
{
	struct hostile *me = gpiochip_get_data(chip);
	unsigned long flags;
	int ret;

	ret = hostile_transfer(me, WRITES, WRITE_FAILS, BIT_ULL(line), &flags);
	if (!ret && !(me->number[STUCK] & BIT_ULL(line))) {
		me->driven &= ~BIT_ULL(line);
		me->high &= ~BIT_ULL(line);
		if (drive)
			me->driven |= BIT_ULL(line);
		if (high)
			me->high |= BIT_ULL(line);
	}
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

	raw_spin_lock_irqsave(&me->lock, flags);
	now = me->pending & me->unmasked;
	me->pending &= ~now;
	me->number[EDGES] += hweight64(now);
	raw_spin_unlock_irqrestore(&me->lock, flags);

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

	raw_spin_lock_irqsave(&me->lock, flags);
	me->unmasked &= ~BIT_ULL(irqd_to_hwirq(data));
	raw_spin_unlock_irqrestore(&me->lock, flags);
}

static void hostile_irq_unmask(struct irq_data *data)
{
	struct hostile *me = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&me->lock, flags);
	me->unmasked |= BIT_ULL(irqd_to_hwirq(data));
	if (me->pending & me->unmasked)
		irq_work_queue(&me->fire);
	raw_spin_unlock_irqrestore(&me->lock, flags);
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
static void hostile_move(struct hostile *me, u64 wires)
{
	me->pulls ^= wires;
	wires &= ~(me->driven | me->number[DEAF]);
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

	raw_spin_lock_irqsave(&me->lock, flags);
	period = me->number[STORM_US] * NSEC_PER_USEC;
	if (period)
		hostile_move(me, me->number[STORM]);
	raw_spin_unlock_irqrestore(&me->lock, flags);

	if (!period)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime(period));
	return HRTIMER_RESTART;
}

static ssize_t pull_store(struct device *dev, struct device_attribute *attr,
			  const char *text, size_t count)
{
	struct hostile_wire *wire = container_of(attr, struct hostile_wire,
						 pull);
	struct hostile *me = dev_get_drvdata(dev);
	const u64 bit = BIT_ULL(wire->line);
	unsigned long flags;
	bool up;

	up = sysfs_streq(text, "pull-up");
	if (!up && !sysfs_streq(text, "pull-down"))
		return -EINVAL;

	raw_spin_lock_irqsave(&me->lock, flags);
	if (up != !!(me->pulls & bit))
		hostile_move(me, bit);
	raw_spin_unlock_irqrestore(&me->lock, flags);
	return count;
}

static ssize_t value_show(struct device *dev, struct device_attribute *attr,
			  char *text)
{
	struct hostile_wire *wire = container_of(attr, struct hostile_wire,
						 value);
	struct hostile *me = dev_get_drvdata(dev);
	unsigned long flags;
	u64 levels;

	raw_spin_lock_irqsave(&me->lock, flags);
	levels = hostile_levels(me);
	raw_spin_unlock_irqrestore(&me->lock, flags);
	return sysfs_emit(text, "%d\n", !!(levels & BIT_ULL(wire->line)));
}

/* A file of the controller, and which number it shows. */
struct hostile_file {
	struct device_attribute attr;
	enum hostile_number what;
};

static ssize_t number_show(struct device *dev, struct device_attribute *attr,
			   char *text)
{
	struct hostile_file *file = container_of(attr, struct hostile_file,
						 attr);
	struct hostile *me = dev_get_drvdata(dev);
	unsigned long flags;
	u64 value;

	raw_spin_lock_irqsave(&me->lock, flags);
	value = me->number[file->what];
	raw_spin_unlock_irqrestore(&me->lock, flags);
	return sysfs_emit(text, "%llu\n", value);
}

static ssize_t number_store(struct device *dev, struct device_attribute *attr,
			    const char *text, size_t count)
{
	struct hostile_file *file = container_of(attr, struct hostile_file,
						 attr);
	struct hostile *me = dev_get_drvdata(dev);
	unsigned long flags;
	u64 value;
	int ret;

	ret = kstrtou64(text, 0, &value);
	if (ret)
		return ret;

	raw_spin_lock_irqsave(&me->lock, flags);
	me->number[file->what] = value;
	if (file->what == FORGET || file->what == RESET) {
		me->driven = 0;
		me->high = 0;
	}
	if (file->what == RESET)
		memset(me->number, 0, sizeof(me->number));
	raw_spin_unlock_irqrestore(&me->lock, flags);
	if (file->what == STORM_US && value)
		hrtimer_start(&me->storm,
			      ns_to_ktime(value * NSEC_PER_USEC),
			      HRTIMER_MODE_REL_HARD);
	return count;
}

#define HOSTILE_FILE(_name, _what)					\
	static struct hostile_file hostile_##_name = {			\
		.attr = __ATTR(_name, 0644, number_show, number_store),	\
		.what = _what,						\
	}

HOSTILE_FILE(delay_us, DELAY_US);
HOSTILE_FILE(hang_ms, HANG_MS);
HOSTILE_FILE(hangs, HANGS);
HOSTILE_FILE(read_fails, READ_FAILS);
HOSTILE_FILE(write_fails, WRITE_FAILS);
HOSTILE_FILE(fails, FAILS);
HOSTILE_FILE(stuck, STUCK);
HOSTILE_FILE(lies, LIES);
HOSTILE_FILE(deaf, DEAF);
HOSTILE_FILE(storm, STORM);
HOSTILE_FILE(storm_us, STORM_US);
HOSTILE_FILE(forget, FORGET);
HOSTILE_FILE(reset, RESET);
HOSTILE_FILE(reads, READS);
HOSTILE_FILE(writes, WRITES);
HOSTILE_FILE(edges, EDGES);

static struct attribute *hostile_attrs[] = {
	&hostile_delay_us.attr.attr,
	&hostile_hang_ms.attr.attr,
	&hostile_hangs.attr.attr,
	&hostile_read_fails.attr.attr,
	&hostile_write_fails.attr.attr,
	&hostile_fails.attr.attr,
	&hostile_stuck.attr.attr,
	&hostile_lies.attr.attr,
	&hostile_deaf.attr.attr,
	&hostile_storm.attr.attr,
	&hostile_storm_us.attr.attr,
	&hostile_forget.attr.attr,
	&hostile_reset.attr.attr,
	&hostile_reads.attr.attr,
	&hostile_writes.attr.attr,
	&hostile_edges.attr.attr,
	NULL
};

static const struct attribute_group hostile_group = {
	.attrs = hostile_attrs,
};

static int hostile_add_wire(struct hostile *me, unsigned int line)
{
	struct hostile_wire *wire = &me->wire[line];

	wire->line = line;
	snprintf(wire->name, sizeof(wire->name), "sim_gpio%u", line);
	wire->pull = (struct device_attribute)__ATTR_WO(pull);
	wire->value = (struct device_attribute)__ATTR_RO(value);
	sysfs_attr_init(&wire->pull.attr);
	sysfs_attr_init(&wire->value.attr);
	wire->attrs[0] = &wire->pull.attr;
	wire->attrs[1] = &wire->value.attr;
	wire->group.name = wire->name;
	wire->group.attrs = wire->attrs;
	return devm_device_add_group(me->dev, &wire->group);
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
	unsigned int n;
	int ret;

	me = devm_kzalloc(dev, sizeof(*me), GFP_KERNEL);
	if (!me)
		return -ENOMEM;
	me->dev = dev;
	mutex_init(&me->bus);
	raw_spin_lock_init(&me->lock);
	me->fire = IRQ_WORK_INIT_HARD(hostile_fire);
	hostile_init_storm(&me->storm);
	platform_set_drvdata(pdev, me);

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
	ret = devm_gpiochip_add_data(dev, &me->chip, me);
	if (ret)
		return ret;

	ret = devm_device_add_group(dev, &hostile_group);
	for (n = 0; !ret && n < HOSTILE_LINES; n++)
		ret = hostile_add_wire(me, n);
	return ret;
}

static const struct of_device_id hostile_of_match[] = {
	{ .compatible = "hostile-gpio" },
	{ }
};
MODULE_DEVICE_TABLE(of, hostile_of_match);

static struct platform_driver hostile_driver = {
	.probe = hostile_probe,
	.driver = {
		.name = "hostile",
		.of_match_table = hostile_of_match,
		.suppress_bind_attrs = true,
	},
};
module_platform_driver(hostile_driver);

MODULE_DESCRIPTION("GPIO controller that misbehaves on demand, for tests");
MODULE_LICENSE("GPL");
