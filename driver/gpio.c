// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the lines: getting, reading and setting them
 *
 * The GPIO core handles polarity and open-source outputs. Here a line is
 * asserted or not, and an output is active or not. An output that is not active
 * floats if it is described as open-source.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/gpio/driver.h>
#include <linux/hash.h>
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

/*
 * Calls of all guards that are under way into controllers that do not sleep, by
 * a hash of the controller. A CPU that was stopped in one may hold a lock that
 * nobody will ever give back.
 */
#define BG_CALLS_BITS	4
static atomic_t bg_calls[BIT(BG_CALLS_BITS)];

static atomic_t *bg_gpio_calls(struct gpio_desc *desc)
{
	return &bg_calls[hash_ptr(bg_gpiod_controller(desc), BG_CALLS_BITS)];
}

/* A call begins (1) or is over (-1). Out of line, as each access has two. */
static noinline void bg_gpio_call(struct gpio_desc *desc, int begins)
{
	if (!gpiod_cansleep(desc))
		atomic_add(begins, bg_gpio_calls(desc));
}

/*
 * Where a line may sleep, only its thread comes here. Out of line like all that
 * is used in many places: the code is kept small.
 */
static noinline int bg_gpio_read(struct gpio_desc *desc)
{
	int value;

	if (gpiod_cansleep(desc))
		return gpiod_get_value_cansleep(desc);
	bg_gpio_call(desc, 1);
	value = gpiod_get_value(desc);
	bg_gpio_call(desc, -1);
	return value;
}

/* Direction and level. */
static int bg_gpio_drive(struct gpio_desc *desc, bool value)
{
	int err;

	bg_gpio_call(desc, 1);
	err = gpiod_direction_output(desc, value);
	bg_gpio_call(desc, -1);
	return err;
}

static noinline int bg_gpio_write(struct gpio_desc *desc, bool value)
{
	int err;

	if (gpiod_cansleep(desc))
		return bg_gpiod_set_cansleep(desc, value);
	bg_gpio_call(desc, 1);
	err = bg_gpiod_set(desc, value);
	bg_gpio_call(desc, -1);
	return err;
}

/**
 * bg_gpio_put() - set the level of an output
 * @gpio: lines
 * @out: output
 * @value: its level
 *
 * Return: 0, or an error.
 */
int bg_gpio_put(const struct bg_gpio *gpio, unsigned int out, bool value)
{
	return bg_gpio_write(gpio->out[out], value);
}

/**
 * bg_gpio_try() - set an output, and try again at once if that fails
 * @gpio: lines
 * @out: output
 * @value: its level
 * @first: give it its direction too; only in a context that may sleep
 *
 * Unless failing took long. Only at the bind and at the end: in between, the
 * decision says when an output is written again.
 *
 * Return: 0, or an error.
 */
int bg_gpio_try(const struct bg_gpio *gpio, unsigned int out, bool value,
		bool first)
{
	unsigned int try = 0;
	u64 began;
	int err;

	do {
		began = ktime_get_boottime_ns();
		err = first ? bg_gpio_drive(gpio->out[out], value) :
			      bg_gpio_write(gpio->out[out], value);
	} while (err && ktime_get_boottime_ns() - began <= BG_SLOW_NS &&
		 try++ < BG_RETRIES);
	return err;
}

/* The line that permits discharge, if it is the one that permits charging too. */
static u32 bg_gpio_twin(const struct bg_gpio *gpio, unsigned int line)
{
	const u32 shared = gpio->shared;

	return (shared << BG_LINE_CHARGE & BIT(line)) >> BG_LINE_CHARGE;
}

/* One line cannot say two things at one time. */
static noinline bool bg_gpio_like_twin(const struct bg_gpio *gpio,
				       unsigned int line, u32 lines,
				       struct bg_inputs *in)
{
	const u32 twin = lines & bg_gpio_twin(gpio, line);

	if (in->failed & twin)
		in->failed |= BIT(line);
	if (in->level & twin)
		in->level |= BIT(line);
	return twin;
}

/**
 * bg_gpio_sample() - read lines that do not sleep
 * @gpio: lines
 * @lines: which of them
 * @in: where levels and failures go
 *
 * Each line is read once. The decision says when to try again. A line that can be
 * read shows that its controller answers.
 */
void bg_gpio_sample(const struct bg_gpio *gpio, u32 lines, struct bg_inputs *in)
{
	unsigned int n;
	int value;

	in->read |= lines;
	for (n = 0; n < BG_LINES_MAX; n++) {
		if (!(lines & BIT(n)) ||
		    bg_gpio_like_twin(gpio, n, lines, in))
			continue;
		value = bg_gpio_read(gpio->in[n]);
		if (value < 0)
			in->failed |= BIT(n);
		else if (value)
			in->level |= BIT(n);
	}
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (gpio->kin[n] & lines & ~in->failed)
			in->out_alive |= BIT(n);
}

/**
 * bg_gpio_read_all() - read lines of a controller in as few transfers as it takes
 * @gpio: lines
 * @lines: which of them
 * @in: where levels and failures go
 *
 * Whoever fails one transfer, fails all of its lines. The driver of the
 * controller does not say which one it was.
 */
void bg_gpio_read_all(const struct bg_gpio *gpio, u32 lines,
		      struct bg_inputs *in)
{
	struct gpio_desc *desc[BG_LINES_MAX];
	DECLARE_BITMAP(level, BG_LINES_MAX);
	unsigned int count = 0, n;
	int err;

	in->read = lines;
	in->report = lines;
	for (n = 0; n < BG_LINES_MAX; n++)
		if ((lines & BIT(n)) && !(lines & bg_gpio_twin(gpio, n)))
			desc[count++] = gpio->in[n];

	bg_gpio_call(desc[0], 1);
	err = gpiod_get_array_value_cansleep(count, desc, NULL, level);
	bg_gpio_call(desc[0], -1);
	if (err) {
		in->failed = lines;
		return;
	}
	count = 0;
	for (n = 0; n < BG_LINES_MAX; n++)
		if ((lines & BIT(n)) &&
		    !bg_gpio_like_twin(gpio, n, lines, in) &&
		    test_bit(count++, level))
			in->level |= BIT(n);
}

/**
 * bg_gpio_switch_irqs() - mask interrupts of lines, and open others
 * @gpio: lines; their interrupts were requested
 * @lines: whose interrupts change
 * @mask: lines of @lines to be masked
 *
 * An interrupt that came while it was masked is raised when it is opened.
 */
void bg_gpio_switch_irqs(const struct bg_gpio *gpio, u32 lines, u32 mask)
{
	unsigned int n;

	for (n = 0; n < BG_LINES_MAX; n++) {
		if (!(lines & BIT(n)))
			continue;
		/* Not synchronous: it may be the one that is being handled. */
		if (mask & BIT(n))
			disable_irq_nosync(gpio->wire[n].irq);
		else
			enable_irq(gpio->wire[n].irq);
	}
}

/**
 * bg_gpio_mask() - mask the interrupts of lines, and open those of others
 * @gpio: lines; their interrupts were requested, unless nothing is masked
 * @lines: which of them to mask
 *
 * Any context, with the lock of the device held. A controller whose interrupts
 * only a thread can mask is one that sleeps, and not meant here.
 */
void bg_gpio_mask(struct bg_gpio *gpio, u32 lines)
{
	const u32 masked = lines & ~(gpio->polled | gpio->irqs_sleep);
	const u32 changed = gpio->masked ^ masked;

	gpio->masked = masked;
	bg_gpio_switch_irqs(gpio, changed, masked);
}

/**
 * bg_gpio_redirect() - let go of lines, with their direction
 * @gpio: lines
 * @outs: which of the outputs
 *
 * Process context, without the device's lock. Off at any time is safe, so no
 * decision can be overtaken by it. What becomes of it is read back.
 */
void bg_gpio_redirect(const struct bg_gpio *gpio, u32 outs)
{
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (outs & BIT(n))
			bg_gpio_drive(gpio->out[n], false);
}

/**
 * bg_gpio_restore() - set levels after bg_gpio_redirect()
 * @gpio: lines
 * @outs: which of the outputs
 * @levels: outputs that shall be active
 *
 * With the device's lock. A failure shows when it is read back.
 */
void bg_gpio_restore(const struct bg_gpio *gpio, u32 outs, u32 levels)
{
	unsigned int n;

	for (n = 0; n < BG_NR_CHECKED_OUTS; n++)
		if (outs & BIT(n))
			bg_gpio_write(gpio->out[n], levels & BIT(n));
}

/**
 * bg_gpio_set_anew() - set direction and level of an output that failed
 * @gpio: lines
 * @out: output
 * @value: its level
 * @through_input: make it an input first
 *
 * In a thread. A driver that writes only what differs from its own memory is
 * made to write it all on the way through an input. If the controller does not
 * answer, once is enough.
 *
 * Return: 0, or an error.
 */
int bg_gpio_set_anew(const struct bg_gpio *gpio, unsigned int out, bool value,
		     bool through_input)
{
	struct gpio_desc *desc = gpio->out[out];
	int err = 0;

	if (through_input) {
		err = bg_gpio_write(desc, false);
		if (!err)
			err = gpiod_direction_input(desc);
	}
	return err ?: bg_gpio_drive(desc, value);
}

/**
 * bg_gpio_look() - read an output back
 * @gpio: lines
 * @out: output
 * @done: where the level or the failure goes
 */
void bg_gpio_look(const struct bg_gpio *gpio, unsigned int out,
		  struct bg_inputs *done)
{
	int level = bg_gpio_read(gpio->out[out]);

	if (level < 0) {
		done->out_failed |= BIT(out);
		return;
	}
	done->checked |= BIT(out);
	if (level)
		done->out_level |= BIT(out);
}

/*
 * In a hard interrupt only the level can be set; where that did not help, the
 * direction is left to a thread.
 */
static void bg_gpio_set(struct bg_gpio *gpio, const struct bg_result *res,
			unsigned int n, struct bg_inputs *done)
{
	const bool value = res->outputs & BIT(n);
	int err;

	err = gpio->driven ? bg_gpio_put(gpio, n, value) :
			     bg_gpio_try(gpio, n, value, true);
	/* What cannot be read back may be unable to be an input. */
	if (gpio->driven)
		gpio->redirect |= res->through_input & gpio->readable & BIT(n);
	if (n == BG_OUT_PRE_ALARM)
		done->sounded = ktime_get_boottime_ns();
	done->tried |= BIT(n);
	if (n < BG_NR_CHECKED_OUTS)
		done->number[n] = res->number[n];
	if (!err)
		return;
	done->out_failed |= BIT(n);
	/* The write says nothing; the line may. */
	if (gpio->readable & BIT(n))
		bg_gpio_look(gpio, n, done);
}

/**
 * bg_gpio_first() - which output comes first?
 * @outs: outputs to be set, not none
 * @on: they come on
 *
 * Return: the output.
 */
noinline unsigned int bg_gpio_first(u32 outs, bool on)
{
	const u8 *order = on ? bg_on_order : bg_off_order;

	while (!(outs & BIT(*order)))
		order++;
	return *order;
}

/**
 * bg_gpio_apply() - set the outputs that do not sleep as decided, and look at them
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
	u32 off = res->write & ~res->outputs & gpio->in_place;
	u32 on = res->write & res->outputs & gpio->in_place;
	unsigned int n;

	off &= ~BIT(BG_OUT_HEARTBEAT);
	on &= ~BIT(BG_OUT_HEARTBEAT);
	for (; off; off &= ~BIT(n)) {
		n = bg_gpio_first(off, false);
		bg_gpio_set(gpio, res, n, done);
	}
	for (; on; on &= ~BIT(n)) {
		n = bg_gpio_first(on, true);
		bg_gpio_set(gpio, res, n, done);
	}
	/* Last: it signals that the others were written. */
	if (res->write & gpio->in_place & BIT(BG_OUT_HEARTBEAT))
		bg_gpio_set(gpio, res, BG_OUT_HEARTBEAT, done);
	gpio->driven = true;

	/* The decision asks for one or the other of an output. */
	for (n = 0; n < BG_NR_CHECKED_OUTS; n++) {
		if (!(res->check & gpio->readable & gpio->in_place & BIT(n)))
			continue;
		done->tried |= BIT(n);
		done->number[n] = res->number[n];
		bg_gpio_look(gpio, n, done);
	}
}

/**
 * bg_gpio_float() - outputs that do not sleep off, in the usual order
 * @gpio: lines
 *
 * Outputs that were never written are left alone. The heartbeat just stops.
 */
void bg_gpio_float(struct bg_gpio *gpio)
{
	u32 outs = gpio->in_place & ~BIT(BG_OUT_HEARTBEAT);
	unsigned int n;

	if (!gpio->driven)
		return;

	for (; outs; outs &= ~BIT(n)) {
		n = bg_gpio_first(outs, false);
		bg_gpio_try(gpio, n, false, false);
	}
}

/**
 * bg_gpio_float_now() - outputs off, where that can be done without waiting
 * @gpio: lines
 *
 * For a kernel that ends: other CPUs were stopped, wherever they were. Outputs
 * stay as they are on a controller that may sleep, on one into which a call was
 * under way, and where they are switched by their direction.
 */
void bg_gpio_float_now(struct bg_gpio *gpio)
{
	u32 outs = gpio->atomic & ~BIT(BG_OUT_HEARTBEAT);
	unsigned int n;

	for (; outs; outs &= ~BIT(n)) {
		n = bg_gpio_first(outs, false);
		if (!atomic_read(bg_gpio_calls(gpio->out[n])))
			gpiod_set_value(gpio->out[n], false);
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

/* Who has a line, the kernel says in this file only. */
static int bg_gpio_refused(struct device *dev, const char *name, int line,
			   int err)
{
	if (err == -EBUSY)
		return dev_err_probe(dev, err,
				     "%s-gpios: line %d is in use, see /sys/kernel/debug/gpio\n",
				     name, line);
	return dev_err_probe(dev, err, "%s-gpios: line %d cannot be had\n",
			     name, line);
}

/* Most cells after the controller in the specifier of a line. */
#define BG_GPIO_CELLS	3

/* What the firmware says of a line. The controller is not held. */
static bool bg_gpio_reference(struct device *dev, const char *name,
			      unsigned int line,
			      struct fwnode_reference_args *args)
{
	char prop[BG_PROPERTY_SIZE];

	if (!bg_gpio_property(dev, name, prop) ||
	    fwnode_property_get_reference_args(dev_fwnode(dev), prop,
					       "#gpio-cells", BG_GPIO_CELLS,
					       line, args))
		return false;
	fwnode_handle_put(args->fwnode);
	return true;
}

/*
 * A battery with one contact for everything: the board names the same line, of
 * the same polarity, in both lists.
 */
static bool bg_gpio_one_line(struct device *dev, const char *a, const char *b,
			     unsigned int line)
{
	struct fwnode_reference_args of_a, of_b;

	return bg_gpio_reference(dev, a, line, &of_a) &&
	       bg_gpio_reference(dev, b, line, &of_b) &&
	       of_a.fwnode == of_b.fwnode && of_a.nargs == of_b.nargs &&
	       !memcmp(of_a.args, of_b.args,
		       of_a.nargs * sizeof(of_a.args[0]));
}

static int bg_gpio_get_group(struct device *dev, struct bg_gpio *gpio,
			     const struct bg_line_group *group, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		unsigned int n = group->first + i;
		struct gpio_desc *desc;

		if (n >= BG_LINE_CHARGE && n < BG_LINE_LOW_CELL &&
		    bg_gpio_one_line(dev, bg_line_kind(BG_LINE_DISCHARGE),
				     group->name, i)) {
			gpio->in[n] = gpio->in[BG_LINE_DISCHARGE + i];
			gpio->lines |= BIT(n);
			gpio->shared |= BIT(i);
			continue;
		}

		desc = devm_gpiod_get_index(dev, group->name, i, GPIOD_IN);
		if (IS_ERR(desc))
			return bg_gpio_refused(dev, group->name, i,
					       PTR_ERR(desc));
		gpio->in[n] = desc;
		gpio->lines |= BIT(n);
	}
	return 0;
}

/*
 * An open-source or open-drain output is switched by its direction. For that a
 * pin controller may take a mutex, although gpiod_cansleep() says no. The kernel
 * does not tell which of them do, so each is taken for one; so is an output that
 * the firmware does not describe.
 */
static bool bg_gpio_single_ended(struct device *dev, const char *name)
{
	/* Software nodes have flags of their own. There, this is open source. */
	const u64 flags = GPIO_SINGLE_ENDED | GPIO_LINE_OPEN_DRAIN;
	struct fwnode_reference_args args;

	/* The flags are the last cell, after the number of the line. */
	return !bg_gpio_reference(dev, name, 0, &args) || args.nargs < 2 ||
	       (args.args[args.nargs - 1] & flags);
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
		return bg_gpio_refused(dev, name, 0, PTR_ERR(desc));
	gpio->out[n] = desc;
	if (!gpiod_cansleep(desc) && !bg_gpio_single_ended(dev, name))
		gpio->atomic |= BIT(n);
	if (n < BG_NR_CHECKED_OUTS && gpiod_get_value_cansleep(desc) >= 0)
		gpio->readable |= BIT(n);
	return 0;
}

static noinline bool bg_gpio_same(struct gpio_desc *a, struct gpio_desc *b)
{
	return a && b && bg_gpiod_controller(a) == bg_gpiod_controller(b);
}

/* Has the controller of a line an output that may sleep? */
static bool bg_gpio_sleeps(const struct bg_gpio *gpio, struct gpio_desc *desc)
{
	unsigned int n;

	if (gpiod_cansleep(desc) || IS_ENABLED(CONFIG_PREEMPT_RT))
		return true;
	for (n = 0; n < BG_NR_OUTS; n++)
		if (!(gpio->atomic & BIT(n)) &&
		    bg_gpio_same(gpio->out[n], desc))
			return true;
	return false;
}

/*
 * One thread for each controller that may sleep has all of its lines. On
 * PREEMPT_RT all may: the locks of their drivers do.
 */
static void bg_gpio_sort(struct bg_gpio *gpio)
{
	const u32 both = BIT(BG_OUT_LOAD) | BIT(BG_OUT_PRE_ALARM);
	unsigned int n, i;

	for (n = 0; n < BG_LINES_MAX; n++) {
		if (!gpio->in[n])
			continue;
		if (bg_gpio_sleeps(gpio, gpio->in[n]))
			gpio->slow |= BIT(n);
		if (gpiod_cansleep(gpio->in[n]))
			gpio->irqs_sleep |= BIT(n);
	}
	for (n = 0; n < BG_NR_OUTS; n++) {
		if (!gpio->out[n])
			continue;
		if (bg_gpio_sleeps(gpio, gpio->out[n]))
			gpio->out_slow |= BIT(n);
		else
			gpio->in_place |= BIT(n);
		/* Which inputs show that its controller answers? */
		for (i = 0; n < BG_NR_CHECKED_OUTS && i < BG_LINES_MAX; i++)
			if (bg_gpio_same(gpio->in[i], gpio->out[n]))
				gpio->kin[n] |= BIT(i);
	}
	gpio->split = gpio->out[BG_OUT_PRE_ALARM] && (gpio->out_slow & both) &&
		      !bg_gpio_same(gpio->out[BG_OUT_LOAD],
				    gpio->out[BG_OUT_PRE_ALARM]);
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
	bg_gpio_sort(gpio);
	return 0;
}

static irqreturn_t bg_gpio_irq(int irq, void *data)
{
	struct bg_wire *wire = data;

	bg_edge(wire->bg, wire->lines);
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
 * Inputs whose controller has no interrupts are polled, if the board says so.
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
		const u32 twin = bg_gpio_twin(gpio, n);
		const char *name;
		int ret;

		if (!(gpio->lines & BIT(n)))
			continue;
		if (twin) {
			struct bg_wire *other =
				&gpio->wire[n - BG_LINE_CHARGE];

			/* Its handler is there already, and does for both. */
			wire->irq = other->irq;
			continue;
		}
		name = bg_gpio_irq_name(bg, n);
		if (!name)
			return -ENOMEM;

		wire->bg = bg;
		wire->lines = BIT(n);
		if (n < BG_LINE_CHARGE && (gpio->shared & BIT(n)))
			wire->lines |= BIT(n + BG_LINE_CHARGE);
		wire->irq = gpiod_to_irq(gpio->in[n]);
		ret = wire->irq;
		if (ret < 0 && ret != -EPROBE_DEFER && bg->params.poll) {
			gpio->polled |= wire->lines;
			continue;
		}
		if (ret > 0)
			ret = devm_request_any_context_irq(bg->dev, ret,
							   bg_gpio_irq,
							   edges | IRQF_NO_THREAD,
							   name, wire);
		if (ret < 0)
			return dev_err_probe(bg->dev, ret,
					     "%s-gpios: no interrupt, and no poll-interval-ms\n",
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
