// SPDX-License-Identifier: GPL-2.0
/*
 * hostile - expanders as their data sheets describe them, register by register
 *
 * The PCA9535 pulls its interrupt line while an input differs from what was read
 * last, and lets go of it when the input is read, or comes back. Its two ports are
 * read one after the other.
 *
 * The PCF8574 has no registers. An output that is high is an input as well, with a
 * weak pull-up: here, nobody pulls at a wire whose own level is high. Its interrupt
 * line is as that of the PCA9535.
 *
 * The MCP23017 (here with one interrupt line for both ports) keeps the levels of the
 * moment at which one changed, and pulls the line until they or the present ones are
 * read.
 */
#include <linux/of.h>

#include "hostile.h"

/* Two registers of eight wires as one. */
static u16 hostile_pair(const struct hostile_chip *chip, unsigned int reg)
{
	return chip->reg[reg] | chip->reg[reg + 1] << 8;
}

/* Of these levels, the eight that belong to the register. */
static u8 hostile_port(u16 levels, unsigned int reg)
{
	return levels >> (reg & 1 ? 8 : 0);
}

/**
 * hostile_chip_levels() - what a voltmeter shows
 * @chip: expander, with its lock held
 *
 * Return: levels of the wires.
 */
u16 hostile_chip_levels(const struct hostile_chip *chip)
{
	const u16 inputs = chip->panel.number[OFF] ? U16_MAX :
						     chip->model->inputs(chip);

	return (chip->panel.pulls & inputs) |
	       (chip->model->outputs(chip) & ~inputs);
}

/* These note a change by comparing, not when it happens. */
static void hostile_ignore(struct hostile_chip *chip, u16 before)
{
}

enum {
	PCA_INPUT = 0,
	PCA_OUTPUT = 2,
	PCA_POLARITY = 4,
	PCA_CONFIG = 6,
	PCA_REGISTERS = 8
};

static u16 hostile_pca_inputs(const struct hostile_chip *chip)
{
	return hostile_pair(chip, PCA_CONFIG);
}

static u16 hostile_pca_outputs(const struct hostile_chip *chip)
{
	return hostile_pair(chip, PCA_OUTPUT);
}

static void hostile_pca_reset(struct hostile_chip *chip)
{
	memset(chip->reg, 0, sizeof(chip->reg));
	memset(&chip->reg[PCA_OUTPUT], 0xff, 2);
	memset(&chip->reg[PCA_CONFIG], 0xff, 2);
	chip->pointer = 0;
	chip->seen = hostile_chip_levels(chip);
}

/* A longer transfer alternates between the registers of a pair. */
static void hostile_pca_write(struct hostile_chip *chip, u8 byte, bool first)
{
	if (first) {
		chip->pointer = byte % PCA_REGISTERS;
		return;
	}
	if (chip->pointer >= PCA_OUTPUT)
		chip->reg[chip->pointer] = byte;
	chip->pointer ^= 1;
}

static u8 hostile_pca_read(struct hostile_chip *chip)
{
	const u8 reg = chip->pointer;
	const u16 levels = hostile_chip_levels(chip);
	const u16 port = reg & 1 ? 0xff00 : 0x00ff;

	chip->pointer ^= 1;
	if (reg >= PCA_OUTPUT)
		return chip->reg[reg];
	chip->seen = (chip->seen & ~port) | (levels & port);
	return hostile_port(levels, reg) ^ chip->reg[PCA_POLARITY + reg];
}

static bool hostile_pca_interrupt(const struct hostile_chip *chip)
{
	return (hostile_chip_levels(chip) ^ chip->seen) &
	       hostile_pca_inputs(chip);
}

static u16 hostile_pcf_inputs(const struct hostile_chip *chip)
{
	return chip->reg[0];
}

static u16 hostile_pcf_outputs(const struct hostile_chip *chip)
{
	return 0;
}

static void hostile_pcf_reset(struct hostile_chip *chip)
{
	chip->reg[0] = 0xff;
	chip->seen = hostile_chip_levels(chip);
}

static void hostile_pcf_write(struct hostile_chip *chip, u8 byte, bool first)
{
	chip->reg[0] = byte;
	chip->seen = hostile_chip_levels(chip);
}

static u8 hostile_pcf_read(struct hostile_chip *chip)
{
	chip->seen = hostile_chip_levels(chip);
	return chip->seen;
}

static bool hostile_pcf_interrupt(const struct hostile_chip *chip)
{
	return (hostile_chip_levels(chip) ^ chip->seen) & chip->reg[0];
}

/* Those of the first port; the second one has the odd numbers. */
enum {
	MCP_DIRECTION = 0x00,
	MCP_POLARITY = 0x02,
	MCP_ENABLE = 0x04,
	MCP_DEFAULT = 0x06,
	MCP_COMPARE = 0x08,
	MCP_CONTROL = 0x0a,
	MCP_FLAG = 0x0e,
	MCP_CAPTURE = 0x10,
	MCP_LEVELS = 0x12,
	MCP_LATCH = 0x14,
	MCP_REGISTERS = 0x16
};

#define MCP_CONTROL_STAYS	BIT(5)
#define MCP_CONTROL_MIRROR	BIT(6)

static u16 hostile_mcp_inputs(const struct hostile_chip *chip)
{
	return hostile_pair(chip, MCP_DIRECTION);
}

static u16 hostile_mcp_outputs(const struct hostile_chip *chip)
{
	return hostile_pair(chip, MCP_LATCH);
}

static void hostile_mcp_reset(struct hostile_chip *chip)
{
	memset(chip->reg, 0, sizeof(chip->reg));
	memset(&chip->reg[MCP_DIRECTION], 0xff, 2);
	chip->pointer = 0;
}

static void hostile_mcp_next(struct hostile_chip *chip)
{
	if (chip->reg[MCP_CONTROL] & MCP_CONTROL_STAYS)
		chip->pointer ^= 1;
	else
		chip->pointer = (chip->pointer + 1) % MCP_REGISTERS;
}

static void hostile_mcp_write(struct hostile_chip *chip, u8 byte, bool first)
{
	const u8 reg = chip->pointer;

	if (first) {
		chip->pointer = byte % MCP_REGISTERS;
		return;
	}
	switch (reg & ~1) {
	case MCP_FLAG:
	case MCP_CAPTURE:
		break;
	case MCP_CONTROL:
		/* One register, at two addresses. */
		memset(&chip->reg[MCP_CONTROL], byte, 2);
		break;
	case MCP_LEVELS:
		chip->reg[reg - MCP_LEVELS + MCP_LATCH] = byte;
		break;
	default:
		chip->reg[reg] = byte;
	}
	hostile_mcp_next(chip);
}

static u8 hostile_mcp_read(struct hostile_chip *chip)
{
	const u8 reg = chip->pointer, port = reg & 1;
	u8 byte = chip->reg[reg];

	switch (reg & ~1) {
	case MCP_LEVELS:
		byte = hostile_port(hostile_chip_levels(chip), reg) ^
		       chip->reg[MCP_POLARITY + port];
		fallthrough;
	case MCP_CAPTURE:
		chip->reg[MCP_FLAG + port] = 0;
	}
	hostile_mcp_next(chip);
	return byte;
}

static void hostile_mcp_changed(struct hostile_chip *chip, u16 before)
{
	const u16 levels = hostile_chip_levels(chip);
	const u16 compare = hostile_pair(chip, MCP_COMPARE);
	const u16 other = (levels ^ before) & ~compare;
	const u16 wrong = (levels ^ hostile_pair(chip, MCP_DEFAULT)) & compare;
	const u16 flags = (other | wrong) & hostile_pair(chip, MCP_ENABLE);
	unsigned int port;

	for (port = 0; port < 2; port++) {
		if (chip->reg[MCP_FLAG + port] || !hostile_port(flags, port))
			continue;
		chip->reg[MCP_FLAG + port] = hostile_port(flags, port);
		chip->reg[MCP_CAPTURE + port] =
			hostile_port(levels, port) ^
			chip->reg[MCP_POLARITY + port];
	}
}

static bool hostile_mcp_interrupt(const struct hostile_chip *chip)
{
	return chip->reg[MCP_FLAG] ||
	       (chip->reg[MCP_FLAG + 1] &&
		(chip->reg[MCP_CONTROL] & MCP_CONTROL_MIRROR));
}

static const struct hostile_model hostile_models[] = {
	{
		.compatible = "nxp,pca9535",
		.wires = 16,
		.reset = hostile_pca_reset,
		.inputs = hostile_pca_inputs,
		.outputs = hostile_pca_outputs,
		.write = hostile_pca_write,
		.read = hostile_pca_read,
		.changed = hostile_ignore,
		.interrupt = hostile_pca_interrupt,
	},
	{
		.compatible = "nxp,pcf8574",
		.wires = 8,
		.reset = hostile_pcf_reset,
		.inputs = hostile_pcf_inputs,
		.outputs = hostile_pcf_outputs,
		.write = hostile_pcf_write,
		.read = hostile_pcf_read,
		.changed = hostile_ignore,
		.interrupt = hostile_pcf_interrupt,
	},
	{
		.compatible = "microchip,mcp23017",
		.wires = 16,
		.reset = hostile_mcp_reset,
		.inputs = hostile_mcp_inputs,
		.outputs = hostile_mcp_outputs,
		.write = hostile_mcp_write,
		.read = hostile_mcp_read,
		.changed = hostile_mcp_changed,
		.interrupt = hostile_mcp_interrupt,
	},
};

/**
 * hostile_model() - the type of an expander
 * @node: its node
 *
 * Return: the type, or %NULL.
 */
const struct hostile_model *hostile_model(struct device_node *node)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(hostile_models); n++)
		if (of_device_is_compatible(node,
					    hostile_models[n].compatible))
			return &hostile_models[n];
	return NULL;
}
