/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - a board with the driver's device on it, and its lines on a bank
 */
#ifndef BATTGUARD_BOARD_H
#define BATTGUARD_BOARD_H

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/platform_device.h>
#include <linux/property.h>

#include "../driver/battguard.h"
#include "bank.h"

struct gpiod_lookup_table;

/* A number that no line has. */
#define BOARD_NOWHERE	77

/* Every line that a board of these tests may have. */
#define BOARD_ALL	(BIT(BANK_LINES) - 1)
/* One chain, and what has to be there. */
#define BOARD_LEAST	(BIT(BANK_DISCHARGE) | BIT(BANK_CHARGE) | \
			 BIT(BANK_LOAD) | BIT(BANK_CHARGER))
/* All of one chain but the heartbeat, which writes unasked. */
#define BOARD_USUAL	(BOARD_LEAST | BIT(BANK_LOW_CELL) | \
			 BIT(BANK_REMOTE_L) | BIT(BANK_PRE_ALARM))

/**
 * struct board - a board
 * @bank: where its lines are
 * @late: where those of @late_lines are instead
 * @late_lines: lines of @late, by BIT()
 * @lost: lines with a number that no line has, by BIT()
 * @one_contact: the line of allow-discharge is in allow-charge too
 * @pdev: its device
 * @lookup: its lines
 * @page: for files
 */
struct board {
	struct bank *bank;
	struct bank *late;
	u32 late_lines;
	u32 lost;
	bool one_contact;
	struct platform_device *pdev;
	struct gpiod_lookup_table *lookup;
	char *page;
};

/**
 * struct rig - what a test has
 * @bank: controller, there from the start
 * @late: controller that the test adds when it wants
 * @board: board
 * @other: a second one
 */
struct rig {
	struct bank bank;
	struct bank late;
	struct board board;
	struct board other;
};

/*
 * Does the controller sleep? The parameter of most tests, by
 * KUNIT_ARRAY_PARAM(rig, rig_sleeps, rig_describe).
 */
extern const bool rig_sleeps[2];
/* The same for tests of lines that do not sleep, and of those that do. */
extern const bool rig_in_place[1];
extern const bool rig_in_thread[1];
void rig_describe(const bool *sleeps, char *desc);

/* What is seen only of lines that are read and set in place. */
#define RIG_NEEDS_PLACE(test)						\
do {									\
	if (IS_ENABLED(CONFIG_PREEMPT_RT))				\
		kunit_skip(test, "on PREEMPT_RT all lines have threads");	\
} while (0)

int rig_init(struct kunit *test);
void rig_exit(struct kunit *test);

void board_make(struct kunit *test, struct board *board, const char *device,
		u32 lines, const struct property_entry *props);
int board_bind(struct board *board);
void board_unbind(struct board *board);
void board_break(struct board *board);
void board_start(struct kunit *test, struct board *board, u32 lines,
		 const struct property_entry *props);

static inline struct battguard *board_guard(struct board *board)
{
	return platform_get_drvdata(board->pdev);
}

void board_settle(struct board *board);
struct bg_snapshot board_now(struct board *board);
bool board_event(struct board *board, u64 seq, struct bg_event *event);
int board_property(struct board *board, enum power_supply_property property);
const char *board_read(struct kunit *test, struct board *board,
		       const char *name);
ssize_t board_write(struct kunit *test, struct board *board, const char *name,
		    const char *text);

#define BOARD_EXPECT_FILE(test, board, name, text) \
	KUNIT_EXPECT_STREQ(test, board_read(test, board, name), text)

/* Did it become true within so many ms? */
#define BOARD_WAIT(ms, condition)					\
({									\
	const unsigned long board_end = jiffies + msecs_to_jiffies(ms);	\
	bool board_is;							\
									\
	while (!(board_is = (condition)) &&				\
	       time_before(jiffies, board_end))				\
		usleep_range(500, 1000);				\
	board_is;							\
})

#endif
