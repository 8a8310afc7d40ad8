/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - a firmware node in userspace: properties that are bytes, as in a
 * devicetree, except that numbers are in the order of this machine
 */
#ifndef BATTGUARD_SHIM_PROPERTY_H
#define BATTGUARD_SHIM_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct property_entry - a property
 * @name: its name, NULL = the end of the list
 * @value: its bytes
 * @length: their number, 0 = it is just there
 * @refused: it cannot be read
 */
struct property_entry {
	const char *name;
	const void *value;
	size_t length;
	bool refused;
};

#define PROPERTY_ENTRY_BOOL(n)		{ (n), NULL, 0, false }
#define PROPERTY_ENTRY_U32(n, v)	{ (n), &(const uint32_t) { v }, 4, false }
#define PROPERTY_ENTRY_U32_ARRAY(n, v)	{ (n), (v), sizeof(v), false }
#define PROPERTY_ENTRY_STRING(n, v)	{ (n), (v), strlen(v) + 1, false }

struct fwnode_handle {
	const struct property_entry *props;
};

struct fwnode_handle *
fwnode_create_software_node(const struct property_entry *props,
			    const struct fwnode_handle *parent);
void fwnode_remove_software_node(struct fwnode_handle *fwnode);

bool fwnode_property_present(const struct fwnode_handle *fwnode,
			     const char *name);
int fwnode_property_count_u32(const struct fwnode_handle *fwnode,
			      const char *name);
int fwnode_property_read_u32(const struct fwnode_handle *fwnode,
			     const char *name, uint32_t *value);
int fwnode_property_read_string(const struct fwnode_handle *fwnode,
				const char *name, const char **value);

#endif
