// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the power supply
 *
 * A bank without a gauge: the properties show what its lines say, and nothing
 * that would have to be made up. No property ever fails, since one that does
 * makes clients drop the whole supply.
 */
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/power_supply.h>
#include <linux/property.h>
#include <linux/string.h>

#include "battguard.h"
#include "compat.h"

static const enum power_supply_property bg_psy_properties[] = {
	POWER_SUPPLY_PROP_STATUS,
	POWER_SUPPLY_PROP_PRESENT,
	POWER_SUPPLY_PROP_HEALTH,
	POWER_SUPPLY_PROP_CAPACITY_LEVEL,
	POWER_SUPPLY_PROP_CHARGE_BEHAVIOUR,
	POWER_SUPPLY_PROP_SCOPE,
	POWER_SUPPLY_PROP_TECHNOLOGY,
	POWER_SUPPLY_PROP_MODEL_NAME,
};

static int bg_psy_health(const struct bg_view *view,
			 const struct bg_config *cfg)
{
	const u32 permissions = cfg->lines &
				(BG_LINES_DISCHARGE | BG_LINES_CHARGE);
	const u32 open = permissions & ~view->lines;
	const u32 both = open & BG_LINES_DISCHARGE & (open >> BG_LINE_CHARGE);

	if (!open)
		return POWER_SUPPLY_HEALTH_GOOD;
	if (view->faulty || view->out_faulty || (both & ~cfg->shared))
		return POWER_SUPPLY_HEALTH_UNSPEC_FAILURE;
	/* Over-voltage and temperature share a line. */
	return POWER_SUPPLY_HEALTH_UNKNOWN;
}

static int bg_psy_level(const struct bg_view *view, u32 lines)
{
	switch (view->state) {
	case BG_LOAD_OFF:
		return POWER_SUPPLY_CAPACITY_LEVEL_CRITICAL;
	case BG_PRE_ALARM:
		return POWER_SUPPLY_CAPACITY_LEVEL_LOW;
	case BG_NORMAL:
		return POWER_SUPPLY_CAPACITY_LEVEL_NORMAL;
	default:
		/* A switch that is off is not a state of the bank. */
		if (lines & BG_LINES_DISCHARGE & ~view->lines)
			return POWER_SUPPLY_CAPACITY_LEVEL_CRITICAL;
		if (view->lines & BG_LINES_LOW_CELL)
			return POWER_SUPPLY_CAPACITY_LEVEL_LOW;
		return POWER_SUPPLY_CAPACITY_LEVEL_NORMAL;
	}
}

#if !BG_CLASS_TELLS_DESIGN
/* Design values in a simple battery's node, for a class that ignores them. */
static const struct {
	enum power_supply_property property;
	const char *name;
} bg_psy_designs[] = {
	{ POWER_SUPPLY_PROP_ENERGY_FULL_DESIGN,
	  "energy-full-design-microwatt-hours" },
	{ POWER_SUPPLY_PROP_CHARGE_FULL_DESIGN,
	  "charge-full-design-microamp-hours" },
	{ POWER_SUPPLY_PROP_VOLTAGE_MIN_DESIGN,
	  "voltage-min-design-microvolt" },
	{ POWER_SUPPLY_PROP_VOLTAGE_MAX_DESIGN,
	  "voltage-max-design-microvolt" },
	{ POWER_SUPPLY_PROP_PRECHARGE_CURRENT,
	  "precharge-current-microamp" },
	{ POWER_SUPPLY_PROP_CHARGE_TERM_CURRENT,
	  "charge-term-current-microamp" },
	{ POWER_SUPPLY_PROP_CONSTANT_CHARGE_CURRENT_MAX,
	  "constant-charge-current-max-microamp" },
	{ POWER_SUPPLY_PROP_CONSTANT_CHARGE_VOLTAGE_MAX,
	  "constant-charge-voltage-max-microvolt" },
};

/**
 * struct bg_psy_designed - description of a supply with design values
 * @desc: description
 * @properties: properties in @desc, with those the design adds
 * @design: design values of the bank, in the units of the class
 */
struct bg_psy_designed {
	struct power_supply_desc desc;
	enum power_supply_property properties[ARRAY_SIZE(bg_psy_properties) +
					      ARRAY_SIZE(bg_psy_designs)];
	u32 design[ARRAY_SIZE(bg_psy_designs)];
};

static int bg_psy_get_design(const struct power_supply *psy,
			     enum power_supply_property property,
			     union power_supply_propval *val)
{
	const struct bg_psy_designed *designed =
		container_of(psy->desc, struct bg_psy_designed, desc);
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(bg_psy_designs); n++) {
		if (bg_psy_designs[n].property == property) {
			val->intval = designed->design[n];
			return 0;
		}
	}
	return -EINVAL;
}

/* Register the supply with those design values that are there. */
static struct power_supply *
bg_psy_register_designed(struct battguard *bg,
			 const struct power_supply_config *cfg)
{
	struct bg_psy_designed *designed;
	struct fwnode_handle *battery;
	unsigned int n;

	designed = devm_kzalloc(bg->dev, sizeof(*designed), GFP_KERNEL);
	if (!designed)
		return ERR_PTR(-ENOMEM);
	designed->desc = bg->psy_desc;
	designed->desc.properties = designed->properties;
	memcpy(designed->properties, bg_psy_properties,
	       sizeof(bg_psy_properties));

	battery = fwnode_find_reference(dev_fwnode(bg->dev),
					"monitored-battery", 0);
	for (n = 0; !IS_ERR(battery) && n < ARRAY_SIZE(bg_psy_designs); n++)
		if (!fwnode_property_read_u32(battery, bg_psy_designs[n].name,
					      &designed->design[n]))
			designed->properties[designed->desc.num_properties++] =
				bg_psy_designs[n].property;
	if (!IS_ERR(battery))
		fwnode_handle_put(battery);
	return devm_power_supply_register(bg->dev, &designed->desc, cfg);
}
#endif

static int bg_psy_get(struct power_supply *psy,
		      enum power_supply_property property,
		      union power_supply_propval *val)
{
	struct battguard *bg = power_supply_get_drvdata(psy);
	const struct bg_snapshot now = bg_snapshot(bg);
	const u32 lines = bg->params.cfg.lines;

	switch (property) {
	case POWER_SUPPLY_PROP_STATUS:
		val->intval = now.event.view.outputs & BIT(BG_OUT_CHARGER) ?
			      POWER_SUPPLY_STATUS_UNKNOWN :
			      POWER_SUPPLY_STATUS_NOT_CHARGING;
		return 0;
	case POWER_SUPPLY_PROP_PRESENT:
		val->intval = 1;
		return 0;
	case POWER_SUPPLY_PROP_HEALTH:
		val->intval = bg_psy_health(&now.event.view, &bg->params.cfg);
		return 0;
	case POWER_SUPPLY_PROP_CAPACITY_LEVEL:
		val->intval = bg_psy_level(&now.event.view, lines);
		return 0;
	case POWER_SUPPLY_PROP_CHARGE_BEHAVIOUR:
		val->intval = now.event.view.inhibit ?
			      POWER_SUPPLY_CHARGE_BEHAVIOUR_INHIBIT_CHARGE :
			      POWER_SUPPLY_CHARGE_BEHAVIOUR_AUTO;
		return 0;
	case POWER_SUPPLY_PROP_SCOPE:
		val->intval = bg->params.system_scope ?
			      POWER_SUPPLY_SCOPE_SYSTEM :
			      POWER_SUPPLY_SCOPE_DEVICE;
		return 0;
	case POWER_SUPPLY_PROP_TECHNOLOGY:
		val->intval = POWER_SUPPLY_TECHNOLOGY_LiFe;
		return 0;
	case POWER_SUPPLY_PROP_MODEL_NAME:
		val->strval = "gpio-battery-guard";
		return 0;
	default:
#if BG_CLASS_TELLS_DESIGN
		return -EINVAL;
#else
		return bg_psy_get_design(psy, property, val);
#endif
	}
}

static int bg_psy_set(struct power_supply *psy,
		      enum power_supply_property property,
		      const union power_supply_propval *val)
{
	struct battguard *bg = power_supply_get_drvdata(psy);

	if (property != POWER_SUPPLY_PROP_CHARGE_BEHAVIOUR)
		return -EINVAL;

	switch (val->intval) {
	case POWER_SUPPLY_CHARGE_BEHAVIOUR_AUTO:
		return bg_set(bg, BG_SET_CHARGE_BEHAVIOUR, false);
	case POWER_SUPPLY_CHARGE_BEHAVIOUR_INHIBIT_CHARGE:
		return bg_set(bg, BG_SET_CHARGE_BEHAVIOUR, true);
	default:
		return -EINVAL;
	}
}

static int bg_psy_writeable(struct power_supply *psy,
			    enum power_supply_property property)
{
	return property == POWER_SUPPLY_PROP_CHARGE_BEHAVIOUR;
}

static const struct power_supply_desc bg_psy_desc = {
	.type = POWER_SUPPLY_TYPE_BATTERY,
	.properties = bg_psy_properties,
	.num_properties = ARRAY_SIZE(bg_psy_properties),
	.get_property = bg_psy_get,
	.set_property = bg_psy_set,
	.property_is_writeable = bg_psy_writeable,
#if BG_CLASS_LISTS_BEHAVIOURS
	.charge_behaviours = BIT(POWER_SUPPLY_CHARGE_BEHAVIOUR_AUTO) |
			     BIT(POWER_SUPPLY_CHARGE_BEHAVIOUR_INHIBIT_CHARGE),
#endif
};

static int bg_psy_has_name(BG_PSY_ITEM *psy, void *name)
{
	return !strcmp(bg_psy_item_name(psy), name);
}

/**
 * bg_psy_named() - is there a power supply of this name?
 * @name: name
 *
 * For a name that is taken the class would print a stack trace. It still does for
 * one that is taken between this question and the registration. Nobody else's
 * supply is held: one that is used when it is unregistered makes the class warn.
 *
 * Return: true if there is.
 */
bool bg_psy_named(const char *name)
{
	return bg_for_each_psy((void *)name, bg_psy_has_name);
}

/**
 * bg_psy_register() - let the class show the device
 * @bg: device, with a snapshot that is valid
 *
 * Return: 0, or an error.
 */
int bg_psy_register(struct battguard *bg)
{
	const struct power_supply_config cfg = {
		.fwnode = dev_fwnode(bg->dev),
		.drv_data = bg,
		.attr_grp = bg_sysfs_groups,
	};

	bg->psy_desc = bg_psy_desc;
	bg->psy_desc.name = bg->name;
#if BG_CLASS_TELLS_DESIGN
	bg->psy = devm_power_supply_register(bg->dev, &bg->psy_desc, &cfg);
#else
	bg->psy = bg_psy_register_designed(bg, &cfg);
#endif
	return PTR_ERR_OR_ZERO(bg->psy);
}
