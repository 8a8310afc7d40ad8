// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the lines: getting, reading and setting them
 *
 * The GPIO core handles polarity and open-source outputs. Here a line is
 * asserted or not, and an output is active or not. An output that is not active
 * floats if it is described as open-source.
 */
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/interrupt.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include <dt-bindings/gpio/gpio.h>

#include "battguard.h"
#include "compat.h"

/* Further tries to set an output, made at once after the first. */
#define BG_RETRIES	3
/* A transfer that takes longer than this to fail is a slow one. */
#define BG_SLOW_NS	BG_MS(50)
/* Wait between tries of reading back, so that a slow edge is no fault. */
#define BG_RETRY_US	10

/**
 * struct bg_line_group - a property that names input lines
 * @name: name of the property without "-gpios"
 * @first: number of its first line
 * @max: most lines it may name
 * @required: the probe fails without it
 */
struct bg_line_group {
	const char *name;
	u8 first;
	u8 max;
	bool required;
};

static const struct bg_line_group bg_groups[] = {
	{ "allow-discharge", BG_LINE_DISCHARGE, BG_CHAINS_MAX, true },
	{ "allow-charge", BG_LINE_CHARGE, BG_CHAINS_MAX, true },
	{ "low-cell", BG_LINE_LOW_CELL, BG_CHAINS_MAX, false },
	{ "remote-l", BG_LINE_REMOTE_L, 1, false },
	{ "remote-h", BG_LINE_REMOTE_H, 1, false },
};

static const struct {
	const char *name;
	bool required;
} bg_outs[BG_NR_OUTS] = {
	[BG_OUT_LOAD] = { "load", true },
	[BG_OUT_CHARGER] = { "charger", true },
	[BG_OUT_PRE_ALARM] = { "pre-alarm", false },
	[BG_OUT_HEARTBEAT] = { "heartbeat", false },
};

/*
 * Outputs go off before others come on, and the pre-alarm comes on before the
 * load whose end it announces.
 */
static const u8 bg_off_order[] = {
	BG_OUT_CHARGER, BG_OUT_LOAD, BG_OUT_PRE_ALARM
};

static const u8 bg_on_order[] = {
	BG_OUT_PRE_ALARM, BG_OUT_LOAD, BG_OUT_CHARGER
};

/**
 * bg_line_kind() - the property that names a line
 * @line: number of the line
 *
 * Return: the name without "-gpios".
 */
const char *bg_line_kind(unsigned int line)
{
	unsigned int n = ARRAY_SIZE(bg_groups) - 1;

	while (n && line < bg_groups[n].first)
		n--;
	return bg_groups[n].name;
}

/**
 * bg_out_name() - the property that names an output
 * @out: output, see &enum bg_out
 *
 * Return: the name without "-gpios".
 */
const char *bg_out_name(unsigned int out)
{
	return bg_outs[out].name;
}

/**
 * bg_line_index() - which of the lines of its property a line is
 * @line: number of the line
 *
 * Return: its index, the first is 0.
 */
unsigned int bg_line_index(unsigned int line)
{
	return line < BG_LINE_REMOTE_L ? line % BG_CHAINS_MAX : 0;
}

static int bg_gpio_read(const struct bg_gpio *gpio, struct gpio_desc *desc)
{
	return gpio->sleeps ? gpiod_get_value_cansleep(desc) :
			      gpiod_get_value(desc);
}

static int bg_gpio_write(const struct bg_gpio *gpio, struct gpio_desc *desc,
			 bool value)
{
	if (!gpio->driven)
		return gpiod_direction_output(desc, value);
	return gpio->sleeps ? bg_gpiod_set_cansleep(desc, value) :
			      bg_gpiod_set(desc, value);
}

/* Like the one above, but tried again at once if it fails. */
static int bg_gpio_try_write(const struct bg_gpio *gpio, struct gpio_desc *desc,
			     bool value)
{
	unsigned int try;
	int err;

	for (try = 0; try <= BG_RETRIES; try++) {
		err = bg_gpio_write(gpio, desc, value);
		if (!err)
			break;
	}
	return err;
}

/**
 * bg_gpio_sample() - read lines
 * @gpio: lines
 * @lines: which of them
 * @in: where levels and failures go
 *
 * Each line is read once. The decision says when to try again.
 */
void bg_gpio_sample(const struct bg_gpio *gpio, u32 lines, struct bg_inputs *in)
{
	unsigned int n;
	u64 began;
	int value;

	in->read = lines;
	for (n = 0; n < BG_LINES_MAX; n++) {
		if (!(lines & BIT(n)))
			continue;

		began = gpio->sleeps ? ktime_get_boottime_ns() : 0;
		value = bg_gpio_read(gpio, gpio->in[n]);
		if (value > 0)
			in->level |= BIT(n);
		if (value >= 0)
			continue;
		in->failed |= BIT(n);
		if (gpio->sleeps &&
		    ktime_get_boottime_ns() - began > BG_SLOW_NS)
			in->slow |= BIT(n);
	}
}

/**
 * bg_gpio_mask() - mask the interrupts of lines, and open those of others
 * @gpio: lines; their interrupts were requested, unless nothing is masked
 * @lines: which of them to mask
 *
 * An interrupt that came while it was masked is raised when it is opened. Runs
 * in the contexts of bg_evaluate(), with the lock held. A controller whose
 * interrupts can only be masked by a thread is one that sleeps.
 */
void bg_gpio_mask(struct bg_gpio *gpio, u32 lines)
{
	const u32 changed = gpio->masked ^ lines;
	unsigned int n;

	gpio->masked = lines;
	for (n = 0; n < BG_LINES_MAX; n++) {
		if (!(changed & BIT(n)))
			continue;
		/* Not synchronous: it may be the one that is being handled. */
		if (lines & BIT(n))
			disable_irq_nosync(gpio->wire[n].irq);
		else
			enable_irq(gpio->wire[n].irq);
	}
}

static void bg_gpio_put(struct bg_gpio *gpio, unsigned int n, bool value,
			struct bg_inputs *done)
{
	int level, err;

	err = bg_gpio_try_write(gpio, gpio->out[n], value);
	if (n == BG_OUT_PRE_ALARM)
		done->sounded = ktime_get_boottime_ns();

	done->tried |= BIT(n);
	if (err) {
		done->out_failed |= BIT(n);
		level = bg_gpio_read(gpio, gpio->out[n]);
		if (level >= 0)
			value = level;
	}
	if (value)
		done->out_level |= BIT(n);
}

static void bg_gpio_verify(struct bg_gpio *gpio, unsigned int n, bool value,
			   struct bg_inputs *done)
{
	unsigned int try;
	int level;

	level = bg_gpio_read(gpio, gpio->out[n]);
	for (try = 0; level != value && try < BG_RETRIES; try++) {
		bg_gpio_write(gpio, gpio->out[n], value);
		udelay(BG_RETRY_US);
		level = bg_gpio_read(gpio, gpio->out[n]);
	}

	done->tried |= BIT(n);
	done->checked |= BIT(n);
	done->out_failed &= ~BIT(n);
	done->out_level &= ~BIT(n);
	if (level != value)
		done->out_failed |= BIT(n);
	/* If it cannot be read, the level that was set is the best guess. */
	if (level < 0 ? value : level)
		done->out_level |= BIT(n);
}

/**
 * bg_gpio_apply() - set the outputs as decided, and look at them
 * @gpio: lines
 * @res: decision
 * @done: what became of it
 *
 * The first call gives the lines their direction and, in the same write, the
 * level decided, so that no output moves unnecessarily. It may sleep.
 */
void bg_gpio_apply(struct bg_gpio *gpio, const struct bg_result *res,
		   struct bg_inputs *done)
{
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(bg_off_order); i++) {
		n = bg_off_order[i];
		if (gpio->out[n] && (res->write & ~res->outputs & BIT(n)))
			bg_gpio_put(gpio, n, false, done);
	}
	for (i = 0; i < ARRAY_SIZE(bg_on_order); i++) {
		n = bg_on_order[i];
		if (gpio->out[n] && (res->write & res->outputs & BIT(n)))
			bg_gpio_put(gpio, n, true, done);
	}
	/* Last: it signals that the others were written. */
	if (gpio->out[BG_OUT_HEARTBEAT] &&
	    (res->write & BIT(BG_OUT_HEARTBEAT)) &&
	    bg_gpio_write(gpio, gpio->out[BG_OUT_HEARTBEAT],
			  res->outputs & BIT(BG_OUT_HEARTBEAT)))
		done->out_failed |= BIT(BG_OUT_HEARTBEAT);
	gpio->driven = true;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (res->check & gpio->readable & BIT(n))
			bg_gpio_verify(gpio, n, res->outputs & BIT(n), done);
}

/**
 * bg_gpio_float() - all outputs off, in the usual order
 * @gpio: lines
 *
 * Outputs that were never written are left alone. The heartbeat just stops.
 */
void bg_gpio_float(struct bg_gpio *gpio)
{
	unsigned int i;

	if (!gpio->driven)
		return;

	for (i = 0; i < ARRAY_SIZE(bg_off_order); i++) {
		struct gpio_desc *desc = gpio->out[bg_off_order[i]];

		if (desc)
			bg_gpio_try_write(gpio, desc, false);
	}
}

/* Longest name of a property of lines, with room to spare. */
#define BG_PROPERTY_SIZE	32

/* Find the property of lines by either of its suffixes. */
static bool bg_gpio_property(struct device *dev, const char *name, char *prop)
{
	scnprintf(prop, BG_PROPERTY_SIZE, "%s-gpios", name);
	if (device_property_present(dev, prop))
		return true;
	/* The singular is the older spelling. */
	prop[strlen(prop) - 1] = '\0';
	return device_property_present(dev, prop);
}

/* Count the lines of a property; its absence is an error if it is required. */
static int bg_gpio_count(struct device *dev, const char *name, bool required,
			 int max)
{
	int count = gpiod_count(dev, name);
	char prop[BG_PROPERTY_SIZE];

	/* gpiod_count() returns this for a broken property too. */
	if (count == -ENOENT && bg_gpio_property(dev, name, prop))
		return dev_err_probe(dev, -EINVAL, "%s-gpios: not valid\n",
				     name);
	if (count == -ENOENT && !required)
		return 0;
	if (count == -ENOENT)
		return dev_err_probe(dev, -EINVAL, "%s-gpios: missing\n", name);
	if (count < 0)
		return dev_err_probe(dev, count, "%s-gpios: cannot be had\n",
				     name);
	if (count < 1 || count > max)
		return dev_err_probe(dev, -EINVAL,
				     "%s-gpios: %d lines, 1 to %d are allowed\n",
				     name, count, max);
	return count;
}

static int bg_gpio_get_group(struct device *dev, struct bg_gpio *gpio,
			     const struct bg_line_group *group, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		unsigned int n = group->first + i;
		struct gpio_desc *desc;

		desc = devm_gpiod_get_index(dev, group->name, i, GPIOD_IN);
		if (IS_ERR(desc))
			return dev_err_probe(dev, PTR_ERR(desc),
					     "%s-gpios: line %d cannot be had\n",
					     group->name, i);
		gpio->in[n] = desc;
		gpio->lines |= BIT(n);
		gpio->sleeps |= gpiod_cansleep(desc);
	}
	return 0;
}

/*
 * An open-source output is switched by its direction. If a pin controller
 * routes the lines of a GPIO controller, a change of direction takes a mutex of
 * the pin controller, although gpiod_cansleep() says no.
 */
static bool bg_gpio_direction_sleeps(struct device *dev, const char *name)
{
	struct fwnode_reference_args args;
	char prop[BG_PROPERTY_SIZE];
	bool sleeps;

	if (!bg_gpio_property(dev, name, prop) ||
	    fwnode_property_get_reference_args(dev_fwnode(dev), prop,
					       "#gpio-cells", 0, 0, &args))
		return false;

	sleeps = args.nargs &&
		 (args.args[args.nargs - 1] & GPIO_SINGLE_ENDED) &&
		 fwnode_property_present(args.fwnode, "gpio-ranges");
	fwnode_handle_put(args.fwnode);
	return sleeps;
}

static int bg_gpio_get_out(struct device *dev, struct bg_gpio *gpio,
			   unsigned int n)
{
	const char *name = bg_outs[n].name;
	struct gpio_desc *desc;

	/* Left as it is until the first decision: no pulse on any output. */
	desc = devm_gpiod_get_optional(dev, name, GPIOD_ASIS);
	if (!desc)
		return 0;
	if (IS_ERR(desc))
		return dev_err_probe(dev, PTR_ERR(desc),
				     "%s-gpios: cannot be had\n", name);
	gpio->out[n] = desc;
	gpio->sleeps |= gpiod_cansleep(desc) ||
			bg_gpio_direction_sleeps(dev, name);
	if (n < BG_NR_CHECKED_OUTS && gpiod_get_value_cansleep(desc) >= 0)
		gpio->readable |= BIT(n);
	return 0;
}

/**
 * bg_gpio_get() - get all lines
 * @dev: device whose node names them
 * @gpio: to be filled in
 *
 * Return: 0, or an error that was logged.
 */
int bg_gpio_get(struct device *dev, struct bg_gpio *gpio)
{
	int counts[ARRAY_SIZE(bg_groups)];
	unsigned int n;
	int ret;

	/* Counted before anything is touched. */
	for (n = 0; n < ARRAY_SIZE(bg_groups); n++) {
		counts[n] = bg_gpio_count(dev, bg_groups[n].name,
					  bg_groups[n].required,
					  bg_groups[n].max);
		if (counts[n] < 0)
			return counts[n];
	}
	/* Discharge and charge, of the same chains. */
	if (counts[0] != counts[1])
		return dev_err_probe(dev, -EINVAL,
				     "allow-charge-gpios: %d lines, but allow-discharge-gpios has %d\n",
				     counts[1], counts[0]);
	for (n = 0; n < BG_NR_OUTS; n++) {
		ret = bg_gpio_count(dev, bg_outs[n].name, bg_outs[n].required,
				    1);
		if (ret < 0)
			return ret;
	}

	for (n = 0; n < ARRAY_SIZE(bg_groups); n++) {
		ret = bg_gpio_get_group(dev, gpio, &bg_groups[n], counts[n]);
		if (ret)
			return ret;
	}
	for (n = 0; n < BG_NR_OUTS; n++) {
		ret = bg_gpio_get_out(dev, gpio, n);
		if (ret)
			return ret;
	}
	return 0;
}

static irqreturn_t bg_gpio_irq(int irq, void *data)
{
	struct bg_wire *wire = data;

	bg_edge(wire->bg, wire->line);
	return IRQ_HANDLED;
}

/* Shown by /proc/interrupts, so that each line has its own count there. */
static const char *bg_gpio_irq_name(struct battguard *bg, unsigned int n)
{
	if (n >= BG_LINE_REMOTE_L)
		return devm_kasprintf(bg->dev, GFP_KERNEL, "%s:%s", bg->name,
				      bg_line_kind(n));
	return devm_kasprintf(bg->dev, GFP_KERNEL, "%s:%s-%u", bg->name,
			      bg_line_kind(n), bg_line_index(n));
}

/**
 * bg_gpio_request_irqs() - let both edges of every input evaluate
 * @bg: device
 *
 * Return: 0, or an error that was logged.
 */
int bg_gpio_request_irqs(struct battguard *bg)
{
	const unsigned long edges = IRQF_TRIGGER_RISING | IRQF_TRIGGER_FALLING;
	struct bg_gpio *gpio = &bg->gpio;
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++) {
		struct bg_wire *wire = &gpio->wire[n];
		const char *name;
		int ret;

		if (!(gpio->lines & BIT(n)))
			continue;
		name = bg_gpio_irq_name(bg, n);
		if (!name)
			return -ENOMEM;

		wire->bg = bg;
		wire->line = n;
		wire->irq = gpiod_to_irq(gpio->in[n]);
		ret = wire->irq;
		if (ret > 0) {
			if (bg->threaded)
				ret = devm_request_threaded_irq(bg->dev, ret,
								NULL,
								bg_gpio_irq,
								edges | IRQF_ONESHOT,
								name, wire);
			else
				ret = devm_request_irq(bg->dev, ret,
						       bg_gpio_irq,
						       edges | IRQF_NO_THREAD,
						       name, wire);
		}
		if (ret < 0)
			return dev_err_probe(bg->dev, ret,
					     "%s-gpios: no interrupt\n",
					     bg_line_kind(n));
	}
	return 0;
}

/**
 * bg_gpio_wake() - let lines wake the system, and others no longer
 * @gpio: lines
 * @lines: which of them shall wake it
 *
 * Return: 0, or an error; then no line wakes the system.
 */
int bg_gpio_wake(struct bg_gpio *gpio, u32 lines)
{
	const u32 changed = gpio->waking ^ lines;
	unsigned int n;
	int err;

	for (n = 0; n < BG_LINES_MAX; n++) {
		if (!(changed & BIT(n)))
			continue;
		err = irq_set_irq_wake(gpio->wire[n].irq, lines & BIT(n));
		if (err && (lines & BIT(n))) {
			bg_gpio_wake(gpio, 0);
			return err;
		}
		gpio->waking ^= BIT(n);
	}
	return 0;
}
