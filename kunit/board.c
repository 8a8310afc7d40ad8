// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - a board with the driver's device on it, and its lines on a bank
 *
 * The driver is the one that is loaded or built in. Its device bears a name that
 * it does not match, so that a test binds it and gets the error, if any.
 */
#include <linux/err.h>
#include <linux/gpio/machine.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "board.h"

static const struct {
	const char *name;
	u8 index;
} board_lines[BANK_LINES] = {
	[BANK_DISCHARGE] = { "allow-discharge", 0 },
	[BANK_DISCHARGE2] = { "allow-discharge", 1 },
	[BANK_CHARGE] = { "allow-charge", 0 },
	[BANK_CHARGE2] = { "allow-charge", 1 },
	[BANK_LOW_CELL] = { "low-cell", 0 },
	[BANK_REMOTE_L] = { "remote-l", 0 },
	[BANK_REMOTE_H] = { "remote-h", 0 },
	[BANK_LOAD] = { "load", 0 },
	[BANK_CHARGER] = { "charger", 0 },
	[BANK_PRE_ALARM] = { "pre-alarm", 0 },
	[BANK_HEARTBEAT] = { "heartbeat", 0 },
};

/*
 * Where no line sleeps, outputs are push-pull and the board's node says so: the
 * driver takes all others for open-source. What it says of outputs here is what
 * the look-up table says, which is all that 6.1 asks.
 */
static const struct property_entry board_cells[] = {
	PROPERTY_ENTRY_U32("#gpio-cells", 2),
	{ }
};

static const struct software_node board_bank = {
	.name = "battguard-bank",
	.properties = board_cells,
};

const bool rig_sleeps[2] = { false, true };
const bool rig_in_place[1] = { false };
const bool rig_in_thread[1] = { true };

/**
 * rig_describe() - name a kind of controller
 * @sleeps: does it sleep?
 * @desc: where the name goes
 */
void rig_describe(const bool *sleeps, char *desc)
{
	strscpy(desc, *sleeps ? "lines that sleep" : "lines that do not sleep",
		KUNIT_PARAM_DESC_SIZE);
}

static void rig_settle(struct bank *bank);

/**
 * rig_init() - a controller, of the kind the test runs on
 * @test: test
 *
 * Return: 0, or an error.
 */
int rig_init(struct kunit *test)
{
	const bool *sleeps = test->param_value;
	struct rig *rig = kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);
	int ret;

	if (!rig)
		return -ENOMEM;
	ret = software_node_register(&board_bank);
	if (ret)
		return ret;
	test->priv = rig;
	rig->board.bank = &rig->bank;
	rig->board.late = &rig->late;
	rig->other.bank = &rig->bank;
	rig->other.late = &rig->late;
	bank_init(&rig->bank, board_bank.name, sleeps && *sleeps);
	rig->bank.chip.fwnode = software_node_fwnode(&board_bank);
	rig->bank.push_pull = sleeps && !*sleeps;
	rig->bank.settle = rig_settle;
	bank_init(&rig->late, "battguard-late", sleeps && *sleeps);
	return bank_add(&rig->bank);
}

/**
 * rig_exit() - remove everything that a test has left
 * @test: test
 */
void rig_exit(struct kunit *test)
{
	struct rig *rig = test->priv;

	if (!rig)
		return;
	board_break(&rig->other);
	board_break(&rig->board);
	bank_remove(&rig->late);
	bank_remove(&rig->bank);
	software_node_unregister(&board_bank);
}

static struct gpiod_lookup_table *board_wire(struct kunit *test,
					     const struct board *board,
					     u32 lines)
{
	struct gpiod_lookup_table *lookup;
	unsigned int count = 0, n;

	lookup = kunit_kzalloc(test, struct_size(lookup, table, BANK_LINES + 1),
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, lookup);
	for (n = 0; n < BANK_LINES; n++) {
		const struct bank *bank = board->late_lines & BIT(n) ?
					  board->late : board->bank;
		u16 where = board->lost & BIT(n) ? BOARD_NOWHERE : n;

		if (n == BANK_CHARGE && board->one_contact)
			where = BANK_DISCHARGE;
		if (lines & BIT(n))
			lookup->table[count++] =
				GPIO_LOOKUP_IDX(bank->chip.label, where,
						board_lines[n].name,
						board_lines[n].index,
						(BANK_OUTPUTS & BIT(n)) &&
						!bank->push_pull ?
						GPIO_OPEN_SOURCE :
						GPIO_ACTIVE_HIGH);
	}
	return lookup;
}

/* Most properties that a test gives a board. */
#define BOARD_PROPS	10

/* The properties of a test, and those of lines of which the node matters. */
static int board_describe(struct board *board, u32 lines,
			  const struct property_entry *props)
{
	const bool one_contact = board->one_contact;
	const bool push_pull = board->bank->push_pull;
	const struct {
		enum bank_line line;
		const char *name;
		bool described;
	} nodes[] = {
		{ BANK_DISCHARGE, "allow-discharge-gpios", one_contact },
		{ BANK_CHARGE, "allow-charge-gpios", one_contact },
		{ BANK_LOAD, "load-gpios", push_pull },
		{ BANK_CHARGER, "charger-gpios", push_pull },
		{ BANK_PRE_ALARM, "pre-alarm-gpios", push_pull },
		{ BANK_HEARTBEAT, "heartbeat-gpios", push_pull },
	};
	struct property_entry all[BOARD_PROPS + ARRAY_SIZE(nodes) + 1] = { };
	struct software_node_ref_args refs[ARRAY_SIZE(nodes)];
	unsigned int count = 0, n;

	for (; props[count].name; count++) {
		if (count == BOARD_PROPS)
			return -E2BIG;
		all[count] = props[count];
	}
	for (n = 0; n < ARRAY_SIZE(nodes); n++) {
		const enum bank_line line = nodes[n].line;
		u32 where = board->lost & BIT(line) ? BOARD_NOWHERE : line;

		if (!nodes[n].described || !(lines & ~board->late_lines & BIT(line)))
			continue;
		if (line == BANK_CHARGE)
			where = BANK_DISCHARGE;
		refs[n] = SOFTWARE_NODE_REFERENCE(&board_bank, where,
						  GPIO_ACTIVE_HIGH);
		all[count++] = PROPERTY_ENTRY_REF_ARRAY_LEN(nodes[n].name,
							    &refs[n], 1);
	}
	return device_create_managed_software_node(&board->pdev->dev, all,
						   NULL);
}

/**
 * board_make() - put a device on a board, not bound
 * @test: test
 * @board: board; its late and lost lines are set before
 * @device: name of the device; one that is the driver's is bound by the kernel
 * @lines: lines that the board names, by BIT()
 * @props: its other properties
 */
void board_make(struct kunit *test, struct board *board, const char *device,
		u32 lines, const struct property_entry *props)
{
	int ret;

	board->page = kunit_kzalloc(test, 2 * PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, board->page);
	board->pdev = platform_device_alloc(device, PLATFORM_DEVID_NONE);
	KUNIT_ASSERT_NOT_NULL(test, board->pdev);
	ret = board_describe(board, lines, props);
	KUNIT_ASSERT_EQ(test, ret, 0);
	board->lookup = board_wire(test, board, lines);
	board->lookup->dev_id = device;
	gpiod_add_lookup_table(board->lookup);
	ret = platform_device_add(board->pdev);
	if (ret) {
		gpiod_remove_lookup_table(board->lookup);
		platform_device_put(board->pdev);
		board->pdev = NULL;
	}
	KUNIT_ASSERT_EQ(test, ret, 0);
}

/**
 * board_bind() - bind the driver
 * @board: board
 *
 * Return: 0, or the error of the probe.
 */
int board_bind(struct board *board)
{
	struct device_driver *driver = driver_find("battguard",
						   &platform_bus_type);

	if (!driver)
		return -ENODEV;
	return device_driver_attach(driver, &board->pdev->dev);
}

/**
 * board_unbind() - let the driver go
 * @board: board
 */
void board_unbind(struct board *board)
{
	device_release_driver(&board->pdev->dev);
}

/**
 * board_break() - remove a board, if it is there
 * @board: board
 */
void board_break(struct board *board)
{
	if (!board->pdev)
		return;
	platform_device_unregister(board->pdev);
	gpiod_remove_lookup_table(board->lookup);
	board->pdev = NULL;
}

/**
 * board_start() - a board that is bound
 * @test: test
 * @board: board
 * @lines: lines that the board names, by BIT()
 * @props: its other properties
 */
void board_start(struct kunit *test, struct board *board, u32 lines,
		 const struct property_entry *props)
{
	board_make(test, board, "battguard-board", lines, props);
	KUNIT_ASSERT_EQ(test, board_bind(board), 0);
}

static bool board_rests(const struct battguard *bg)
{
	unsigned int n;

	for (n = 0; n < bg->nr_ports; n++) {
		raw_spinlock_t *lock = &bg->ports[n].controller->lock;
		unsigned long flags;
		bool idle;

		raw_spin_lock_irqsave(lock, flags);
		idle = bg_port_idle(&bg->ports[n]);
		raw_spin_unlock_irqrestore(lock, flags);
		if (!idle)
			return false;
	}
	return true;
}

/**
 * board_settle() - wait until the threads of a board's lines have nothing to do
 * @board: board, there or not
 *
 * Nobody else may bind or unbind it meanwhile.
 */
void board_settle(struct board *board)
{
	if (board->pdev && board->pdev->dev.driver)
		BOARD_WAIT(10000, board_rests(board_guard(board)));
}

static void rig_settle(struct bank *bank)
{
	struct rig *rig = container_of(bank, struct rig, bank);

	board_settle(&rig->board);
	board_settle(&rig->other);
}

/**
 * board_now() - what was decided last
 * @board: board, bound
 *
 * Return: a copy.
 */
struct bg_snapshot board_now(struct board *board)
{
	struct battguard *bg = board_guard(board);
	struct bg_snapshot now;
	unsigned long flags;

	raw_spin_lock_irqsave(&bg->snapshot_lock, flags);
	now = bg->snapshot;
	raw_spin_unlock_irqrestore(&bg->snapshot_lock, flags);
	return now;
}

/**
 * board_event() - look up an event
 * @board: board, bound
 * @seq: its number
 * @event: the event
 *
 * Return: is there one?
 */
bool board_event(struct board *board, u64 seq, struct bg_event *event)
{
	struct battguard *bg = board_guard(board);
	const struct bg_event *found;
	unsigned long flags;

	raw_spin_lock_irqsave(&bg->snapshot_lock, flags);
	found = bg_ring_get(&bg->ring, seq);
	if (found)
		*event = *found;
	raw_spin_unlock_irqrestore(&bg->snapshot_lock, flags);
	return found;
}

/**
 * board_property() - a property of the power supply
 * @board: board, bound
 * @property: which
 *
 * Return: its value, or an error.
 */
int board_property(struct board *board, enum power_supply_property property)
{
	union power_supply_propval val = { .intval = -1 };
	int ret;

	ret = power_supply_get_property(board_guard(board)->psy, property,
					&val);
	return ret ?: val.intval;
}

static struct device_attribute *board_file(struct kunit *test,
					   struct device *dev, const char *name)
{
	const struct attribute_group **group;
	struct attribute **attr;

	for (group = dev->groups; group && *group; group++)
		for (attr = (*group)->attrs; *attr; attr++)
			if (!strcmp((*attr)->name, name))
				return container_of(*attr,
						    struct device_attribute,
						    attr);
	KUNIT_FAIL(test, "there is no file %s", name);
	return NULL;
}

/**
 * board_read() - read a file of the driver
 * @test: test
 * @board: board, bound
 * @name: name of the file
 *
 * Return: its text without the newline, until the next is read.
 */
const char *board_read(struct kunit *test, struct board *board,
		       const char *name)
{
	struct device *dev = &board_guard(board)->psy->dev;
	struct device_attribute *file = board_file(test, dev, name);
	char *page = PTR_ALIGN(board->page, PAGE_SIZE);
	ssize_t len;

	KUNIT_ASSERT_NOT_NULL(test, file);
	len = file->show(dev, file, page);
	KUNIT_ASSERT_GT(test, len, 1);
	KUNIT_ASSERT_EQ(test, page[len - 1], '\n');
	page[len - 1] = '\0';
	return page;
}

/**
 * board_write() - write a file of the driver
 * @test: test
 * @board: board, bound
 * @name: name of the file
 * @text: what to write
 *
 * Return: 0, or an error.
 */
ssize_t board_write(struct kunit *test, struct board *board, const char *name,
		    const char *text)
{
	struct device *dev = &board_guard(board)->psy->dev;
	struct device_attribute *file = board_file(test, dev, name);
	ssize_t len;

	KUNIT_ASSERT_NOT_NULL(test, file);
	KUNIT_ASSERT_NOT_NULL(test, file->store);
	len = file->store(dev, file, text, strlen(text));
	board_settle(board);
	return len == strlen(text) ? 0 : len;
}
