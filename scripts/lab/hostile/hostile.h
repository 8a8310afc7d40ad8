/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hostile - controllers that misbehave on demand
 *
 * A controller of our own (provider.c), and a bus (bus.c) with expanders that the
 * kernel's own drivers know (chips.c). panel.c makes the files of all of them.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <linux/bits.h>
#include <linux/device.h>
#include <linux/irq_work.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/types.h>

struct device_node;
struct hostile_bus;
struct hostile_chip;
struct hostile_panel;

#define HOSTILE_LINES	40

/* What the files of a controller show, see panel.c. */
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
	DROPS,
	OFF,
	STORM,
	STORM_US,
	READS,
	WRITES,
	EDGES,
	LAGS,
	LAG_NS,
	LONGEST_LAG_NS,
	FORGET,
	RESET,
	HOSTILE_NUMBERS
};

/**
 * struct hostile_wire - the files of a wire
 * @panel: of its controller
 * @pull: file of its own level
 * @value: file of what a voltmeter shows
 * @attrs: both
 * @group: the folder
 * @name: name of the folder
 * @line: number of the wire
 */
struct hostile_wire {
	struct hostile_panel *panel;
	struct device_attribute pull;
	struct device_attribute value;
	struct attribute *attrs[3];
	struct attribute_group group;
	char name[16];
	unsigned int line;
};

/**
 * struct hostile_file - a file of the controller
 * @panel: of the controller
 * @attr: the file
 * @what: what it shows
 */
struct hostile_file {
	struct hostile_panel *panel;
	struct device_attribute attr;
	enum hostile_number what;
};

/**
 * struct hostile_panel - what the player of a test sees of a controller
 * @wires: how many it has
 * @files: which numbers have a file, by BIT()
 * @levels: gives what a voltmeter shows on all wires; called with @lock held
 * @move: the own level of these wires changes; called with @lock held
 * @set: a number was written; called with @lock held
 * @lock: protects all below, and what the controller adds
 * @pulls: levels of the wires that nobody drives
 * @number: what the files show
 * @moved: when a wire was moved last and no output went off since, in ns; 0 = never
 * @file: files of the numbers
 * @attrs: those of them that there are
 * @group: folder of these, which is that of the controller
 * @wire: files of the wires
 * @groups: all of these
 */
struct hostile_panel {
	unsigned int wires;
	u32 files;
	u64 (*levels)(struct hostile_panel *panel);
	void (*move)(struct hostile_panel *panel, u64 wires);
	void (*set)(struct hostile_panel *panel, enum hostile_number what);
	raw_spinlock_t lock;	/* see above */
	u64 pulls;
	u64 number[HOSTILE_NUMBERS];
	u64 moved;
	struct hostile_file file[HOSTILE_NUMBERS];
	struct attribute *attrs[HOSTILE_NUMBERS + 1];
	struct attribute_group group;
	struct hostile_wire wire[HOSTILE_LINES];
	const struct attribute_group *groups[HOSTILE_LINES + 2];
};

/* panel.c */
int hostile_add_panel(struct device *dev, struct hostile_panel *panel);
void hostile_note_lag(struct hostile_panel *panel, u64 before);
bool hostile_take(struct hostile_panel *panel, enum hostile_number what);
int hostile_suffer(struct hostile_panel *panel);

/**
 * struct hostile_model - a type of expander
 * @compatible: of its node
 * @wires: how many it has
 * @reset: power comes up
 * @inputs: gives the wires that are not driven
 * @outputs: gives the levels of those that are
 * @write: takes a byte; @first: it is the first one of a transfer
 * @read: gives a byte, which may end an interrupt
 * @changed: a level has changed, from @before
 * @interrupt: gives whether its interrupt line is pulled
 */
struct hostile_model {
	const char *compatible;
	unsigned int wires;
	void (*reset)(struct hostile_chip *chip);
	u16 (*inputs)(const struct hostile_chip *chip);
	u16 (*outputs)(const struct hostile_chip *chip);
	void (*write)(struct hostile_chip *chip, u8 byte, bool first);
	u8 (*read)(struct hostile_chip *chip);
	void (*changed)(struct hostile_chip *chip, u16 before);
	bool (*interrupt)(const struct hostile_chip *chip);
};

/**
 * struct hostile_chip - an expander
 * @panel: its files; its lock protects all below
 * @model: its type
 * @bus: that it is on
 * @address: its address there
 * @reg: registers, as the model has them
 * @pointer: register of the next byte
 * @seen: levels when they were last read
 * @pulled: its interrupt line is pulled
 * @swallowed: ... and nobody notices
 * @edge: it was pulled and the interrupt was not raised yet
 * @level: the interrupt is raised as long as the line is pulled
 * @unmasked: the interrupt may come
 * @fire: raises the interrupt, in hard interrupt context
 */
struct hostile_chip {
	struct hostile_panel panel;
	const struct hostile_model *model;
	struct hostile_bus *bus;
	u16 address;
	u8 reg[32];
	u8 pointer;
	u16 seen;
	bool pulled;
	bool swallowed;
	bool edge;
	bool level;
	bool unmasked;
	struct irq_work fire;
};

/* chips.c */
const struct hostile_model *hostile_model(struct device_node *node);
u16 hostile_chip_levels(const struct hostile_chip *chip);

/* provider.c */
extern struct platform_driver hostile_provider_driver;

#endif
