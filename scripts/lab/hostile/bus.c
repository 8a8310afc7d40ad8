// SPDX-License-Identifier: GPL-2.0
/*
 * hostile - an I2C bus that hangs and disturbs, with expanders on it
 *
 * Each node below that of the bus whose type chips.c knows is an expander. Its
 * interrupt line is one of the bus, under the number of its address. The files of
 * an expander are in the folder of its I2C device, which the kernel's own driver
 * binds to.
 *
 * A transfer of an expander that hangs holds up the bus, as one that holds the
 * clock line does.
 */
#include <linux/delay.h>
#include <linux/i2c.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/overflow.h>
#include <linux/property.h>
#include <linux/string.h>

#include "hostile.h"

/* A read of one register at 100 kHz. */
#define HOSTILE_TRANSFER_US	300

#define HOSTILE_ADDRESSES	128

/* The number of the bus, so that tests know where its devices are. */
#define HOSTILE_BUS		7

#define HOSTILE_FILES							\
	(BIT(DELAY_US) | BIT(HANG_MS) | BIT(HANGS) | BIT(FAILS) |	\
	 BIT(DEAF) | BIT(DROPS) | BIT(OFF) | BIT(READS) | BIT(WRITES) |	\
	 BIT(EDGES) | BIT(LAGS) | BIT(LAG_NS) | BIT(LONGEST_LAG_NS) |	\
	 BIT(FORGET) | BIT(RESET))

/**
 * struct hostile_bus - the bus
 * @adapter: for the I2C core, which lets one transfer run at a time
 * @domain: interrupts of the expanders
 * @chips: how many of @chip there are
 * @chip: expanders
 */
struct hostile_bus {
	struct i2c_adapter adapter;
	struct irq_domain *domain;
	unsigned int chips;
	struct hostile_chip chip[];
};

static struct hostile_chip *hostile_chip_at(struct hostile_bus *bus,
					    unsigned int address)
{
	unsigned int n;

	for (n = 0; n < bus->chips; n++)
		if (bus->chip[n].address == address)
			return &bus->chip[n];
	return NULL;
}

static bool hostile_chip_due(const struct hostile_chip *chip)
{
	if (!chip->unmasked)
		return false;
	if (!chip->level)
		return chip->edge;
	return chip->pulled && !chip->swallowed && !chip->panel.number[DEAF];
}

/* The interrupt line follows. Called with the lock held. */
static void hostile_chip_settle(struct hostile_chip *chip, u16 before)
{
	bool pulled;

	if (hostile_chip_levels(chip) != before)
		chip->model->changed(chip, before);

	pulled = !chip->panel.number[OFF] && chip->model->interrupt(chip);
	if (pulled && !chip->pulled) {
		chip->swallowed = hostile_take(&chip->panel, DROPS);
		chip->edge = !chip->swallowed && !chip->panel.number[DEAF];
	}
	chip->pulled = pulled;
	if (hostile_chip_due(chip))
		irq_work_queue(&chip->fire);
}

static void hostile_chip_fire(struct irq_work *work)
{
	struct hostile_chip *chip = container_of(work, struct hostile_chip,
						 fire);
	unsigned long flags;
	bool due;

	raw_spin_lock_irqsave(&chip->panel.lock, flags);
	due = hostile_chip_due(chip);
	chip->edge = false;
	chip->panel.number[EDGES] += due;
	raw_spin_unlock_irqrestore(&chip->panel.lock, flags);
	if (due)
		generic_handle_domain_irq(chip->bus->domain, chip->address);
}

static u64 hostile_chip_panel_levels(struct hostile_panel *panel)
{
	return hostile_chip_levels(container_of(panel, struct hostile_chip,
						panel));
}

static void hostile_chip_move(struct hostile_panel *panel, u64 wires)
{
	struct hostile_chip *chip = container_of(panel, struct hostile_chip,
						 panel);
	const u16 before = hostile_chip_levels(chip);

	panel->pulls ^= wires;
	hostile_chip_settle(chip, before);
}

static void hostile_chip_set(struct hostile_panel *panel,
			     enum hostile_number what)
{
	struct hostile_chip *chip = container_of(panel, struct hostile_chip,
						 panel);
	const u16 before = hostile_chip_levels(chip);

	if (what == FORGET || what == OFF)
		chip->model->reset(chip);
	if (what == RESET)
		panel->number[DELAY_US] = HOSTILE_TRANSFER_US;
	hostile_chip_settle(chip, before);
}

/* The bytes of a transfer, with the lock held. */
static void hostile_chip_talk(struct hostile_chip *chip,
			      const struct i2c_msg *msg)
{
	const u16 before = hostile_chip_levels(chip);
	unsigned int n;

	for (n = 0; n < msg->len; n++)
		if (msg->flags & I2C_M_RD)
			msg->buf[n] = chip->model->read(chip);
		else
			chip->model->write(chip, msg->buf[n], !n);
	hostile_note_lag(&chip->panel, before);
	hostile_chip_settle(chip, before);
}

/* Half of the time comes before the levels are taken over, and half after. */
static int hostile_chip_transfer(struct hostile_chip *chip,
				 const struct i2c_msg *msgs, int count)
{
	struct hostile_panel *panel = &chip->panel;
	const u64 half = READ_ONCE(panel->number[DELAY_US]) / 2;
	const u64 hang = READ_ONCE(panel->number[HANG_MS]);
	unsigned long flags;
	int ret, n;

	fsleep(half);
	if (hang)
		msleep(hang);

	raw_spin_lock_irqsave(&panel->lock, flags);
	panel->number[msgs[count - 1].flags & I2C_M_RD ? READS : WRITES]++;
	ret = hostile_suffer(panel);
	if (panel->number[OFF])
		ret = -ENXIO;
	for (n = 0; !ret && n < count; n++)
		hostile_chip_talk(chip, &msgs[n]);
	raw_spin_unlock_irqrestore(&panel->lock, flags);

	fsleep(half);
	return ret ?: count;
}

static int hostile_bus_transfer(struct i2c_adapter *adapter,
				struct i2c_msg *msgs, int count)
{
	struct hostile_bus *bus = i2c_get_adapdata(adapter);
	struct hostile_chip *chip = hostile_chip_at(bus, msgs[0].addr);

	return chip ? hostile_chip_transfer(chip, msgs, count) : -ENXIO;
}

static u32 hostile_bus_functions(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm hostile_bus_algorithm = {
	.master_xfer = hostile_bus_transfer,
	.functionality = hostile_bus_functions,
};

static void hostile_chip_mask(struct irq_data *data)
{
	struct hostile_chip *chip = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&chip->panel.lock, flags);
	chip->unmasked = false;
	raw_spin_unlock_irqrestore(&chip->panel.lock, flags);
}

static void hostile_chip_unmask(struct irq_data *data)
{
	struct hostile_chip *chip = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&chip->panel.lock, flags);
	chip->unmasked = true;
	if (hostile_chip_due(chip))
		irq_work_queue(&chip->fire);
	raw_spin_unlock_irqrestore(&chip->panel.lock, flags);
}

static void hostile_chip_ack(struct irq_data *data)
{
}

static int hostile_chip_set_type(struct irq_data *data, unsigned int type)
{
	struct hostile_chip *chip = irq_data_get_irq_chip_data(data);

	if (type != IRQ_TYPE_LEVEL_LOW && type != IRQ_TYPE_EDGE_FALLING)
		return -EINVAL;
	chip->level = type == IRQ_TYPE_LEVEL_LOW;
	irq_set_handler_locked(data, chip->level ? handle_level_irq :
						   handle_edge_irq);
	return 0;
}

static struct irq_chip hostile_bus_irq_chip = {
	.name = "hostile-bus",
	.irq_ack = hostile_chip_ack,
	.irq_mask = hostile_chip_mask,
	.irq_unmask = hostile_chip_unmask,
	.irq_set_type = hostile_chip_set_type,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int hostile_bus_map(struct irq_domain *domain, unsigned int irq,
			   irq_hw_number_t hwirq)
{
	struct hostile_chip *chip = hostile_chip_at(domain->host_data, hwirq);

	if (!chip)
		return -ENXIO;
	irq_set_chip_data(irq, chip);
	irq_set_chip_and_handler(irq, &hostile_bus_irq_chip, handle_level_irq);
	return 0;
}

static const struct irq_domain_ops hostile_bus_domain_ops = {
	.map = hostile_bus_map,
	.xlate = irq_domain_xlate_twocell,
};

/* Before the bus is there, as its drivers talk to them at once. */
static void hostile_init_chip(struct hostile_bus *bus, unsigned int address,
			      const struct hostile_model *model)
{
	struct hostile_chip *chip = &bus->chip[bus->chips++];

	chip->model = model;
	chip->bus = bus;
	chip->address = address;
	chip->fire = IRQ_WORK_INIT_HARD(hostile_chip_fire);
	chip->panel.wires = model->wires;
	chip->panel.files = HOSTILE_FILES;
	chip->panel.levels = hostile_chip_panel_levels;
	chip->panel.move = hostile_chip_move;
	chip->panel.set = hostile_chip_set;
	chip->panel.number[DELAY_US] = HOSTILE_TRANSFER_US;
	raw_spin_lock_init(&chip->panel.lock);
	model->reset(chip);
}

static void hostile_init_chips(struct hostile_bus *bus, struct device_node *of)
{
	struct device_node *node;
	u32 address;

	for_each_child_of_node(of, node) {
		const struct hostile_model *model = hostile_model(node);

		if (model && !of_property_read_u32(node, "reg", &address))
			hostile_init_chip(bus, address, model);
	}
}

static int hostile_add_chip(struct device *dev, void *data)
{
	const struct i2c_client *client = i2c_verify_client(dev);
	struct hostile_chip *chip;

	chip = client ? hostile_chip_at(data, client->addr) : NULL;
	return chip ? hostile_add_panel(dev, &chip->panel) : 0;
}

static void hostile_bus_remove_domain(void *data)
{
	struct hostile_bus *bus = data;
	unsigned int n;

	for (n = 0; n < bus->chips; n++) {
		irq_work_sync(&bus->chip[n].fire);
		irq_dispose_mapping(irq_find_mapping(bus->domain,
						     bus->chip[n].address));
	}
	irq_domain_remove(bus->domain);
}

static void hostile_bus_remove_adapter(void *data)
{
	struct hostile_bus *bus = data;

	i2c_del_adapter(&bus->adapter);
}

static int hostile_bus_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct hostile_bus *bus;
	int ret;

	bus = devm_kzalloc(dev, struct_size(bus, chip,
					    of_get_child_count(dev->of_node)),
			   GFP_KERNEL);
	if (!bus)
		return -ENOMEM;
	hostile_init_chips(bus, dev->of_node);

	bus->domain = irq_domain_create_linear(dev_fwnode(dev),
					       HOSTILE_ADDRESSES,
					       &hostile_bus_domain_ops, bus);
	if (!bus->domain)
		return -ENOMEM;
	ret = devm_add_action_or_reset(dev, hostile_bus_remove_domain, bus);
	if (ret)
		return ret;

	bus->adapter.owner = THIS_MODULE;
	bus->adapter.algo = &hostile_bus_algorithm;
	bus->adapter.dev.parent = dev;
	bus->adapter.dev.of_node = dev->of_node;
	bus->adapter.nr = HOSTILE_BUS;
	strscpy(bus->adapter.name, "hostile", sizeof(bus->adapter.name));
	i2c_set_adapdata(&bus->adapter, bus);
	ret = i2c_add_numbered_adapter(&bus->adapter);
	if (ret)
		return ret;
	ret = devm_add_action_or_reset(dev, hostile_bus_remove_adapter, bus);
	if (ret)
		return ret;
	return device_for_each_child(&bus->adapter.dev, bus, hostile_add_chip);
}

static const struct of_device_id hostile_bus_of_match[] = {
	{ .compatible = "hostile-i2c" },
	{ }
};

static struct platform_driver hostile_bus_driver = {
	.probe = hostile_bus_probe,
	.driver = {
		.name = "hostile-bus",
		.of_match_table = hostile_bus_of_match,
		.suppress_bind_attrs = true,
	},
};

static struct platform_driver * const hostile_drivers[] = {
	&hostile_provider_driver,
	&hostile_bus_driver,
};

static int __init hostile_init(void)
{
	return platform_register_drivers(hostile_drivers,
					 ARRAY_SIZE(hostile_drivers));
}
module_init(hostile_init);

static void __exit hostile_exit(void)
{
	platform_unregister_drivers(hostile_drivers,
				    ARRAY_SIZE(hostile_drivers));
}
module_exit(hostile_exit);

MODULE_DESCRIPTION("GPIO controllers that misbehave on demand, for tests");
MODULE_LICENSE("GPL");
