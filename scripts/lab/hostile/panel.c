// SPDX-License-Identifier: GPL-2.0
/*
 * hostile - the files of a controller, for the tests
 *
 * In the folder of a controller, which has those of them that it can do:
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
 *   deaf               wires whose edges raise no interrupt; of an expander: its
 *                      interrupt line is not connected
 *   drops              further interrupts that get lost
 *   off                1: an expander has no power. All that it knew is lost
 *   storm              wires that change their level by themselves ...
 *   storm_us           ... each time after this; 0 = none does
 *   forget             write: registers as after a brown-out, all wires are inputs
 *   reset              write: all of the above as at the start; an expander keeps
 *                      its registers
 *   reads, writes      transfers since the start
 *   edges              interrupts raised since the start
 *   lags               outputs that went off after a wire was moved
 *   lag_ns             time from the one to the other, of all of them together
 *   longest_lag_ns     and the longest
 */
#include <linux/delay.h>
#include <linux/kstrtox.h>
#include <linux/minmax.h>
#include <linux/timekeeping.h>

#include "hostile.h"

static const char * const hostile_names[HOSTILE_NUMBERS] = {
	[DELAY_US] = "delay_us",
	[HANG_MS] = "hang_ms",
	[HANGS] = "hangs",
	[READ_FAILS] = "read_fails",
	[WRITE_FAILS] = "write_fails",
	[FAILS] = "fails",
	[STUCK] = "stuck",
	[LIES] = "lies",
	[DEAF] = "deaf",
	[DROPS] = "drops",
	[OFF] = "off",
	[STORM] = "storm",
	[STORM_US] = "storm_us",
	[READS] = "reads",
	[WRITES] = "writes",
	[EDGES] = "edges",
	[LAGS] = "lags",
	[LAG_NS] = "lag_ns",
	[LONGEST_LAG_NS] = "longest_lag_ns",
	[FORGET] = "forget",
	[RESET] = "reset",
};

static ssize_t pull_store(struct device *dev, struct device_attribute *attr,
			  const char *text, size_t count)
{
	struct hostile_wire *wire = container_of(attr, struct hostile_wire,
						 pull);
	struct hostile_panel *panel = wire->panel;
	const u64 bit = BIT_ULL(wire->line);
	unsigned long flags;
	bool up;

	up = sysfs_streq(text, "pull-up");
	if (!up && !sysfs_streq(text, "pull-down"))
		return -EINVAL;

	raw_spin_lock_irqsave(&panel->lock, flags);
	if (up != !!(panel->pulls & bit)) {
		panel->moved = ktime_get_ns();
		panel->move(panel, bit);
	}
	raw_spin_unlock_irqrestore(&panel->lock, flags);
	return count;
}

static ssize_t value_show(struct device *dev, struct device_attribute *attr,
			  char *text)
{
	struct hostile_wire *wire = container_of(attr, struct hostile_wire,
						 value);
	unsigned long flags;
	u64 levels;

	raw_spin_lock_irqsave(&wire->panel->lock, flags);
	levels = wire->panel->levels(wire->panel);
	raw_spin_unlock_irqrestore(&wire->panel->lock, flags);
	return sysfs_emit(text, "%d\n", !!(levels & BIT_ULL(wire->line)));
}

static ssize_t number_show(struct device *dev, struct device_attribute *attr,
			   char *text)
{
	struct hostile_file *file = container_of(attr, struct hostile_file,
						 attr);
	unsigned long flags;
	u64 value;

	raw_spin_lock_irqsave(&file->panel->lock, flags);
	value = file->panel->number[file->what];
	raw_spin_unlock_irqrestore(&file->panel->lock, flags);
	return sysfs_emit(text, "%llu\n", value);
}

static ssize_t number_store(struct device *dev, struct device_attribute *attr,
			    const char *text, size_t count)
{
	struct hostile_file *file = container_of(attr, struct hostile_file,
						 attr);
	struct hostile_panel *panel = file->panel;
	unsigned long flags;
	u64 value;
	int ret;

	ret = kstrtou64(text, 0, &value);
	if (ret)
		return ret;

	raw_spin_lock_irqsave(&panel->lock, flags);
	panel->number[file->what] = value;
	if (file->what == RESET)
		memset(panel->number, 0, sizeof(panel->number));
	panel->set(panel, file->what);
	raw_spin_unlock_irqrestore(&panel->lock, flags);
	return count;
}

static void hostile_add_file(struct hostile_panel *panel,
			     enum hostile_number what)
{
	struct hostile_file *file = &panel->file[what];
	unsigned int n;

	file->panel = panel;
	file->what = what;
	file->attr = (struct device_attribute)__ATTR(number, 0644, number_show,
						     number_store);
	file->attr.attr.name = hostile_names[what];
	sysfs_attr_init(&file->attr.attr);
	for (n = 0; panel->attrs[n]; n++)
		;
	panel->attrs[n] = &file->attr.attr;
}

static void hostile_add_wire(struct hostile_panel *panel, unsigned int line)
{
	struct hostile_wire *wire = &panel->wire[line];

	wire->panel = panel;
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
	panel->groups[line + 1] = &wire->group;
}

/**
 * hostile_add_panel() - make the files
 * @dev: device that gets them; they go with it
 * @panel: zeroed, with the lock and what precedes it filled in
 *
 * Return: 0 or an error.
 */
int hostile_add_panel(struct device *dev, struct hostile_panel *panel)
{
	unsigned int n;

	for (n = 0; n < HOSTILE_NUMBERS; n++)
		if (panel->files & BIT(n))
			hostile_add_file(panel, n);
	panel->group.attrs = panel->attrs;
	panel->groups[0] = &panel->group;
	for (n = 0; n < panel->wires; n++)
		hostile_add_wire(panel, n);
	return device_add_groups(dev, panel->groups);
}

/**
 * hostile_note_lag() - something was written
 * @panel: of the controller, locked
 * @before: levels of the wires before that
 */
void hostile_note_lag(struct hostile_panel *panel, u64 before)
{
	u64 lag;

	if (!panel->moved || !(before & ~panel->levels(panel)))
		return;
	lag = ktime_get_ns() - panel->moved;
	panel->moved = 0;
	panel->number[LAGS]++;
	panel->number[LAG_NS] += lag;
	panel->number[LONGEST_LAG_NS] = max(panel->number[LONGEST_LAG_NS], lag);
}

/**
 * hostile_take() - count one down
 * @panel: of the controller, locked
 * @what: the number
 *
 * Return: true if it was not 0.
 */
bool hostile_take(struct hostile_panel *panel, enum hostile_number what)
{
	if (!panel->number[what])
		return false;
	panel->number[what]--;
	return true;
}

/**
 * hostile_suffer() - a transfer fails if it was told to
 * @panel: of the controller, locked; the time of a hang is over
 *
 * Return: 0 or an error.
 */
int hostile_suffer(struct hostile_panel *panel)
{
	if (panel->number[HANG_MS]) {
		if (hostile_take(panel, HANGS) && !panel->number[HANGS])
			panel->number[HANG_MS] = 0;
		return -ETIMEDOUT;
	}
	return hostile_take(panel, FAILS) ? -EIO : 0;
}
