/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - a simulated GPIO controller, and the bank behind it
 *
 * Lines that a test moves raise interrupts as a controller would. Whatever is
 * done to the outputs is recorded. Everything about it can be made to fail.
 */
#ifndef BATTGUARD_BANK_H
#define BATTGUARD_BANK_H

#include <linux/bits.h>
#include <linux/gpio/driver.h>
#include <linux/irq_work.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct irq_domain;
struct kunit;

enum bank_line {
	BANK_DISCHARGE,
	BANK_DISCHARGE2,
	BANK_CHARGE,
	BANK_CHARGE2,
	BANK_LOW_CELL,
	BANK_REMOTE_L,
	BANK_REMOTE_H,
	BANK_LOAD,
	BANK_CHARGER,
	BANK_PRE_ALARM,
	BANK_HEARTBEAT,
	BANK_LINES
};

/* Those that have to float when the driver lets go; the heartbeat just stops. */
#define BANK_SWITCHES	(BIT(BANK_LOAD) | BIT(BANK_CHARGER) | \
			 BIT(BANK_PRE_ALARM))
#define BANK_OUTPUTS	(BANK_SWITCHES | BIT(BANK_HEARTBEAT))

/* An output that is off floats, or is low where outputs are push-pull. */
enum bank_op {
	BANK_FLOAT,
	BANK_HIGH,
	BANK_LOW
};

/* Done to an output. */
struct bank_act {
	u8 line;
	u8 op;
	bool failed;	/* the controller refused */
	bool hard;	/* in a hard interrupt */
};

#define BANK_ACTS	512

/**
 * struct bank - the controller
 * @chip: for the GPIO core
 * @domain: interrupts of its lines
 * @fire: raises them
 * @lock: protects all below
 * @pulls: level of lines that nobody drives
 * @driven: lines that are driven
 * @high: lines of @driven that are high
 * @inverted: lines that read as the opposite of their level
 * @claimed: lines somebody has
 * @pending: interrupts not yet raised
 * @unmasked: lines whose interrupts may come
 * @waking: lines that may wake the system
 * @push_pull: outputs are not open-source, so that they are low when off
 * @no_irq: lines that have no interrupt
 * @no_edges: lines whose interrupts have no edges
 * @no_wake: lines that cannot wake the system
 * @no_read: lines that cannot be read
 * @no_write: lines that cannot be given a direction
 * @debounces: the controller debounces
 * @debounce_us: the time it was asked for
 * @hang_ms: how long a transfer takes on a controller that may sleep
 * @settle: waits for those who have lines, after an edge
 * @meanwhile: notifier that is called, once, in the next read
 * @hiccups: reads and writes of a line that fail before one works
 * @reads: reads of a line, failed or not
 * @acts: number of entries in @act that are valid
 * @act: what was done to the outputs, the oldest first
 */
struct bank {
	struct gpio_chip chip;
	struct irq_domain *domain;
	struct irq_work fire;
	raw_spinlock_t lock;	/* see above */
	u32 pulls;
	u32 driven;
	u32 high;
	u32 inverted;
	u32 claimed;
	u32 pending;
	u32 unmasked;
	u32 waking;
	bool push_pull;
	u32 no_irq;
	u32 no_edges;
	u32 no_wake;
	u32 no_read;
	u32 no_write;
	bool debounces;
	u32 debounce_us;
	u32 hang_ms;
	void (*settle)(struct bank *bank);
	struct notifier_block *meanwhile;
	u32 hiccups[BANK_LINES];
	u32 reads[BANK_LINES];
	u32 acts;
	struct bank_act act[BANK_ACTS];
};

void bank_init(struct bank *bank, const char *label, bool sleeps);
int bank_add(struct bank *bank);
void bank_remove(struct bank *bank);

void bank_pull(struct bank *bank, u32 lines, bool high);
void bank_edge(struct bank *bank, u32 lines, bool high);
void bank_rattle(struct bank *bank, u32 lines, bool high);
u32 bank_levels(struct bank *bank);
void bank_poke(struct bank *bank, u32 *where, u32 value);
u32 bank_peek(struct bank *bank, const u32 *where);

bool bank_reports(const struct bank *bank);
unsigned int bank_acts(struct bank *bank);
unsigned int bank_count(struct bank *bank, unsigned int from,
			enum bank_line line, enum bank_op op);
void bank_expect(struct kunit *test, struct bank *bank, unsigned int from,
		 const struct bank_act *act, unsigned int count);

#endif
