// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - LED triggers
 *
 * The product has a blue indicator for the load and a red one for a battery
 * that keeps the charger off. Here they are triggers, for whatever LEDs the
 * board has; the driver owns none.
 */
#include <linux/device.h>
#include <linux/leds.h>
#include <linux/slab.h>

#include "battguard.h"

static const char * const bg_led_suffixes[BG_NR_LEDS] = {
	[BG_LED_LOAD_ON] = "load-on",
	[BG_LED_CHARGE_BLOCKED] = "charge-blocked",
	[BG_LED_PRE_ALARM] = "pre-alarm",
};

static enum led_brightness bg_led_brightness(const struct bg_led *led)
{
	return READ_ONCE(led->on) ? LED_FULL : LED_OFF;
}

/* A LED that is added later starts with what the others show. */
static int bg_led_activate(struct led_classdev *cdev)
{
	struct bg_led *led = container_of(cdev->trigger, struct bg_led,
					  trigger);

	led_set_brightness(cdev, bg_led_brightness(led));
	return 0;
}

/**
 * bg_leds_register() - offer the triggers
 * @bg: device, with a name
 *
 * Return: 0, or an error.
 */
int bg_leds_register(struct battguard *bg)
{
	unsigned int n;
	int ret;

	for (n = 0; n < BG_NR_LEDS; n++) {
		struct bg_led *led = &bg->leds[n];

		led->trigger.name = devm_kasprintf(bg->dev, GFP_KERNEL,
						   "%s-%s", bg->name,
						   bg_led_suffixes[n]);
		if (!led->trigger.name)
			return -ENOMEM;
		led->trigger.activate = bg_led_activate;
		ret = devm_led_trigger_register(bg->dev, &led->trigger);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * bg_leds_show() - let the LEDs show what was decided
 * @bg: device
 * @view: what was decided
 *
 * Process context.
 */
void bg_leds_show(struct battguard *bg, const struct bg_view *view)
{
	unsigned int shown = 0;
	unsigned int n;

	if (view->outputs & BIT(BG_OUT_LOAD))
		shown |= BIT(BG_LED_LOAD_ON);
	if (view->charge_blocked)
		shown |= BIT(BG_LED_CHARGE_BLOCKED);
	if (view->outputs & BIT(BG_OUT_PRE_ALARM))
		shown |= BIT(BG_LED_PRE_ALARM);

	for (n = 0; n < BG_NR_LEDS; n++) {
		struct bg_led *led = &bg->leds[n];
		const bool on = shown & BIT(n);

		if (led->on == on)
			continue;
		WRITE_ONCE(led->on, on);
		led_trigger_event(&led->trigger, bg_led_brightness(led));
	}
}
