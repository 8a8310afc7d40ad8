// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - a simulated GPIO controller, and the bank behind it
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/pinctrl/pinconf-generic.h>
#include <linux/preempt.h>

#include "bank.h"

/*
 * Where interrupts are few, as in user mode kernels, a mapping gets the first
 * free number from the line's number on. So begin beyond the numbers in use
 * there.
 */
#define BANK_FIRST_HWIRQ	32

static struct bank *bank_of(struct gpio_chip *chip)
{
	return container_of(chip, struct bank, chip);
}

/* A controller that may sleep does. */
static void bank_doze(struct bank *bank)
{
	const u32 hang = bank_peek(bank, &bank->hang_ms);

	if (!bank->chip.can_sleep)
		return;
	if (hang)
		msleep(hang);
	else
		usleep_range(20, 50);
}

/* Called with the lock held. */
static u32 bank_look(const struct bank *bank)
{
	const u32 high = (bank->pulls & ~bank->driven) |
			 (bank->high & bank->driven);

	return high ^ bank->inverted;
}

/* Called with the lock held. Return: does the line fail this time? */
static bool bank_hiccup(struct bank *bank, unsigned int line)
{
	if (!bank->hiccups[line])
		return false;
	bank->hiccups[line]--;
	return true;
}

static int bank_request(struct gpio_chip *chip, unsigned int line)
{
	struct bank *bank = bank_of(chip);
	unsigned long flags;

	raw_spin_lock_irqsave(&bank->lock, flags);
	bank->claimed |= BIT(line);
	raw_spin_unlock_irqrestore(&bank->lock, flags);
	return 0;
}

static void bank_free(struct gpio_chip *chip, unsigned int line)
{
	struct bank *bank = bank_of(chip);
	unsigned long flags;

	raw_spin_lock_irqsave(&bank->lock, flags);
	bank->claimed &= ~BIT(line);
	raw_spin_unlock_irqrestore(&bank->lock, flags);
}

static int bank_get_direction(struct gpio_chip *chip, unsigned int line)
{
	return bank_of(chip)->driven & BIT(line) ? GPIO_LINE_DIRECTION_OUT :
						   GPIO_LINE_DIRECTION_IN;
}

static int bank_get(struct gpio_chip *chip, unsigned int line)
{
	struct bank *bank = bank_of(chip);
	struct notifier_block *meanwhile = xchg(&bank->meanwhile, NULL);
	unsigned long flags;
	int ret;

	if (meanwhile)
		meanwhile->notifier_call(meanwhile, 0, NULL);
	bank_doze(bank);
	raw_spin_lock_irqsave(&bank->lock, flags);
	bank->reads[line]++;
	ret = !!(bank_look(bank) & BIT(line));
	if ((bank->no_read & BIT(line)) || bank_hiccup(bank, line))
		ret = -EIO;
	raw_spin_unlock_irqrestore(&bank->lock, flags);
	return ret;
}

static int bank_put(struct bank *bank, unsigned int line, enum bank_op op)
{
	struct bank_act act = {
		.line = line,
		.op = op,
		.hard = in_hardirq(),
	};
	unsigned long flags;

	bank_doze(bank);
	raw_spin_lock_irqsave(&bank->lock, flags);
	if (BANK_OUTPUTS & BIT(line)) {
		act.failed = (bank->no_write & BIT(line)) ||
			     bank_hiccup(bank, line);
		if (bank->acts < BANK_ACTS)
			bank->act[bank->acts++] = act;
	}
	if (!act.failed) {
		bank->driven &= ~BIT(line);
		bank->high &= ~BIT(line);
		if (op != BANK_FLOAT)
			bank->driven |= BIT(line);
		if (op == BANK_HIGH)
			bank->high |= BIT(line);
	}
	raw_spin_unlock_irqrestore(&bank->lock, flags);
	return act.failed ? -EIO : 0;
}

static int bank_direction_input(struct gpio_chip *chip, unsigned int line)
{
	return bank_put(bank_of(chip), line, BANK_FLOAT);
}

static int bank_direction_output(struct gpio_chip *chip, unsigned int line,
				 int value)
{
	return bank_put(bank_of(chip), line, value ? BANK_HIGH : BANK_LOW);
}

static int bank_set(struct gpio_chip *chip, unsigned int line, int value)
{
	return bank_put(bank_of(chip), line, value ? BANK_HIGH : BANK_LOW);
}

/* For kernels that do not ask how it went. */
static void __maybe_unused bank_set_void(struct gpio_chip *chip,
					 unsigned int line, int value)
{
	bank_set(chip, line, value);
}

/* Does the core ask how it went, when it sets the level of a line? */
#define BANK_SET_TELLS							\
	__builtin_types_compatible_p(					\
		typeof(((struct gpio_chip *)NULL)->set),		\
		typeof(bank_set) *)

/**
 * bank_reports() - does the GPIO core hear of a write that fails?
 * @bank: bank
 *
 * A change of direction always tells, a change of level on newer kernels only.
 *
 * Return: true if it does.
 */
bool bank_reports(const struct bank *bank)
{
	return !bank->push_pull || BANK_SET_TELLS;
}

static int bank_set_config(struct gpio_chip *chip, unsigned int line,
			   unsigned long config)
{
	struct bank *bank = bank_of(chip);

	if (!bank->debounces ||
	    pinconf_to_config_param(config) != PIN_CONFIG_INPUT_DEBOUNCE)
		return -ENOTSUPP;
	bank->debounce_us = pinconf_to_config_argument(config);
	return 0;
}

static int bank_to_irq(struct gpio_chip *chip, unsigned int line)
{
	struct bank *bank = bank_of(chip);

	if (bank->no_irq & BIT(line))
		return -ENXIO;
	return irq_create_mapping(bank->domain, BANK_FIRST_HWIRQ + line);
}

/* Raise what is pending and may come. */
static void bank_fire(struct irq_work *work)
{
	struct bank *bank = container_of(work, struct bank, fire);
	unsigned long flags;
	unsigned int n;
	u32 now;

	raw_spin_lock_irqsave(&bank->lock, flags);
	now = bank->pending & bank->unmasked;
	bank->pending &= ~now;
	raw_spin_unlock_irqrestore(&bank->lock, flags);

	for (n = 0; n < BANK_LINES; n++)
		if (now & BIT(n))
			generic_handle_domain_irq(bank->domain,
						  BANK_FIRST_HWIRQ + n);
}

static u32 bank_irq_bit(struct irq_data *data)
{
	return BIT(irqd_to_hwirq(data) - BANK_FIRST_HWIRQ);
}

static void bank_irq_ack(struct irq_data *data)
{
}

static void bank_irq_mask(struct irq_data *data)
{
	struct bank *bank = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&bank->lock, flags);
	bank->unmasked &= ~bank_irq_bit(data);
	raw_spin_unlock_irqrestore(&bank->lock, flags);
}

static void bank_irq_unmask(struct irq_data *data)
{
	struct bank *bank = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&bank->lock, flags);
	bank->unmasked |= bank_irq_bit(data);
	if (bank->pending & bank_irq_bit(data))
		irq_work_queue(&bank->fire);
	raw_spin_unlock_irqrestore(&bank->lock, flags);
}

static int bank_irq_set_type(struct irq_data *data, unsigned int type)
{
	struct bank *bank = irq_data_get_irq_chip_data(data);

	if (type != IRQ_TYPE_EDGE_BOTH || (bank->no_edges & bank_irq_bit(data)))
		return -EINVAL;
	return 0;
}

static int bank_irq_set_wake(struct irq_data *data, unsigned int on)
{
	struct bank *bank = irq_data_get_irq_chip_data(data);

	if (on && (bank->no_wake & bank_irq_bit(data)))
		return -EIO;
	if (on)
		bank->waking |= bank_irq_bit(data);
	else
		bank->waking &= ~bank_irq_bit(data);
	return 0;
}

static struct irq_chip bank_irq_chip = {
	.name = "battguard-bank",
	.irq_ack = bank_irq_ack,
	.irq_mask = bank_irq_mask,
	.irq_unmask = bank_irq_unmask,
	.irq_set_type = bank_irq_set_type,
	.irq_set_wake = bank_irq_set_wake,
};

static int bank_map(struct irq_domain *domain, unsigned int irq,
		    irq_hw_number_t hwirq)
{
	irq_set_chip_data(irq, domain->host_data);
	irq_set_chip_and_handler(irq, &bank_irq_chip, handle_edge_irq);
	return 0;
}

static const struct irq_domain_ops bank_domain_ops = {
	.map = bank_map,
};

/**
 * bank_init() - a bank that is well, and a controller that does all it can
 * @bank: bank
 * @label: name of the controller
 * @sleeps: its lines may sleep
 */
void bank_init(struct bank *bank, const char *label, bool sleeps)
{
	raw_spin_lock_init(&bank->lock);
	bank->fire = IRQ_WORK_INIT_HARD(bank_fire);
	bank->pulls = BIT(BANK_DISCHARGE) | BIT(BANK_DISCHARGE2) |
		      BIT(BANK_CHARGE) | BIT(BANK_CHARGE2) | BIT(BANK_REMOTE_L);
	bank->chip = (struct gpio_chip) {
		.label = label,
		.owner = THIS_MODULE,
		.base = -1,
		.ngpio = BANK_LINES,
		.can_sleep = sleeps,
		.request = bank_request,
		.free = bank_free,
		.get_direction = bank_get_direction,
		.direction_input = bank_direction_input,
		.direction_output = bank_direction_output,
		.get = bank_get,
		.set = __builtin_choose_expr(BANK_SET_TELLS, bank_set,
					     bank_set_void),
		.set_config = bank_set_config,
		.to_irq = bank_to_irq,
	};
}

/**
 * bank_add() - add the controller
 * @bank: bank
 *
 * Return: 0, or an error.
 */
int bank_add(struct bank *bank)
{
	int ret;

	bank->domain = irq_domain_create_linear(NULL,
						BANK_FIRST_HWIRQ + BANK_LINES,
						&bank_domain_ops, bank);
	if (!bank->domain)
		return -ENOMEM;
	ret = gpiochip_add_data(&bank->chip, bank);
	if (ret) {
		irq_domain_remove(bank->domain);
		bank->domain = NULL;
	}
	return ret;
}

/**
 * bank_remove() - remove the controller
 * @bank: bank; nobody has a line of it
 */
void bank_remove(struct bank *bank)
{
	unsigned int n;

	if (!bank->domain)
		return;
	irq_work_sync(&bank->fire);
	gpiochip_remove(&bank->chip);
	for (n = 0; n < BANK_LINES; n++)
		irq_dispose_mapping(irq_find_mapping(bank->domain,
						     BANK_FIRST_HWIRQ + n));
	irq_domain_remove(bank->domain);
	bank->domain = NULL;
}

/**
 * bank_pull() - lines change their level, and nobody notices
 * @bank: bank
 * @lines: lines, by BIT()
 * @high: to high, or low
 */
void bank_pull(struct bank *bank, u32 lines, bool high)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&bank->lock, flags);
	if (high)
		bank->pulls |= lines;
	else
		bank->pulls &= ~lines;
	raw_spin_unlock_irqrestore(&bank->lock, flags);
}

/**
 * bank_rattle() - lines change their level, and raise their interrupts
 * @bank: bank
 * @lines: lines, by BIT()
 * @high: to high, or low
 *
 * Returns when the handlers have returned.
 */
void bank_rattle(struct bank *bank, u32 lines, bool high)
{
	unsigned long flags;
	unsigned int n;

	raw_spin_lock_irqsave(&bank->lock, flags);
	if (high)
		bank->pulls |= lines;
	else
		bank->pulls &= ~lines;
	bank->pending |= lines;
	irq_work_queue(&bank->fire);
	raw_spin_unlock_irqrestore(&bank->lock, flags);

	irq_work_sync(&bank->fire);
	for (n = 0; n < BANK_LINES; n++) {
		unsigned int irq = irq_find_mapping(bank->domain,
						    BANK_FIRST_HWIRQ + n);

		if (irq)
			synchronize_irq(irq);
	}
}

/**
 * bank_edge() - lines change their level, and all that follows is done
 * @bank: bank
 * @lines: lines, by BIT()
 * @high: to high, or low
 *
 * Returns when those who have lines have nothing more to do at once.
 */
void bank_edge(struct bank *bank, u32 lines, bool high)
{
	bank_rattle(bank, lines, high);
	if (bank->settle)
		bank->settle(bank);
}

/**
 * bank_levels() - what a voltmeter would show
 * @bank: bank
 *
 * Return: lines that are high, by BIT(); outputs that float are low.
 */
u32 bank_levels(struct bank *bank)
{
	unsigned long flags;
	u32 levels;

	raw_spin_lock_irqsave(&bank->lock, flags);
	levels = (bank->pulls & ~bank->driven) | (bank->high & bank->driven);
	raw_spin_unlock_irqrestore(&bank->lock, flags);
	return levels;
}

/**
 * bank_poke() - change something of the bank
 * @bank: bank
 * @where: what
 * @value: its new value
 *
 * Evaluations may be under way on another CPU.
 */
void bank_poke(struct bank *bank, u32 *where, u32 value)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&bank->lock, flags);
	*where = value;
	raw_spin_unlock_irqrestore(&bank->lock, flags);
}

/**
 * bank_peek() - look at something of the bank
 * @bank: bank
 * @where: what
 *
 * Return: its value.
 */
u32 bank_peek(struct bank *bank, const u32 *where)
{
	unsigned long flags;
	u32 value;

	raw_spin_lock_irqsave(&bank->lock, flags);
	value = *where;
	raw_spin_unlock_irqrestore(&bank->lock, flags);
	return value;
}

/**
 * bank_acts() - how much was done to the outputs so far
 * @bank: bank
 *
 * Return: a number to count or to expect from.
 */
unsigned int bank_acts(struct bank *bank)
{
	return bank_peek(bank, &bank->acts);
}

/* What is done to switch an output off depends on what it drives. */
static u8 bank_op_of(const struct bank *bank, u8 op)
{
	return op == BANK_FLOAT && bank->push_pull ? BANK_LOW : op;
}

/**
 * bank_count() - how often something was done to an output, or tried
 * @bank: bank
 * @from: first act that counts
 * @line: output
 * @op: what
 *
 * Return: number of times.
 */
unsigned int bank_count(struct bank *bank, unsigned int from,
			enum bank_line line, enum bank_op op)
{
	const unsigned int acts = bank_acts(bank);
	unsigned int count = 0, n;

	for (n = from; n < acts; n++)
		if (bank->act[n].line == line &&
		    bank->act[n].op == bank_op_of(bank, op))
			count++;
	return count;
}

/**
 * bank_expect() - exactly this was done to the outputs, in this order
 * @test: test
 * @bank: bank
 * @from: first act that counts
 * @act: what is expected
 * @count: number of entries in @act
 */
void bank_expect(struct kunit *test, struct bank *bank, unsigned int from,
		 const struct bank_act *act, unsigned int count)
{
	const unsigned int acts = bank_acts(bank) - from;
	unsigned int n;

	KUNIT_EXPECT_EQ(test, acts, count);
	for (n = 0; n < min(acts, count); n++) {
		const struct bank_act *did = &bank->act[from + n];

		KUNIT_EXPECT_EQ_MSG(test, did->line, act[n].line,
				    "line of act %u", n);
		KUNIT_EXPECT_EQ_MSG(test, did->op,
				    bank_op_of(bank, act[n].op),
				    "what was done in act %u", n);
		KUNIT_EXPECT_EQ_MSG(test, did->failed, act[n].failed,
				    "failure of act %u", n);
		KUNIT_EXPECT_EQ_MSG(test, did->hard, act[n].hard,
				    "context of act %u", n);
	}
}
