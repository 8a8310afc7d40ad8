// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - firmware nodes in userspace, as strict as those of a devicetree
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/property.h>

static const struct property_entry *
fwnode_find(const struct fwnode_handle *fwnode, const char *name)
{
	const struct property_entry *prop;

	for (prop = fwnode->props; prop->name; prop++)
		if (!strcmp(prop->name, name))
			return prop;
	return NULL;
}

struct fwnode_handle *
fwnode_create_software_node(const struct property_entry *props,
			    const struct fwnode_handle *parent)
{
	struct fwnode_handle *fwnode = calloc(1, sizeof(*fwnode));

	(void)parent;
	if (fwnode)
		fwnode->props = props;
	return fwnode;
}

void fwnode_remove_software_node(struct fwnode_handle *fwnode)
{
	free(fwnode);
}

bool fwnode_property_present(const struct fwnode_handle *fwnode,
			     const char *name)
{
	return fwnode_find(fwnode, name);
}

int fwnode_property_count_u32(const struct fwnode_handle *fwnode,
			      const char *name)
{
	const struct property_entry *prop = fwnode_find(fwnode, name);

	if (!prop)
		return -EINVAL;
	if (!prop->length)
		return -ENODATA;
	return prop->length % 4 ? -EINVAL : (int)(prop->length / 4);
}

/* The first of them, if there is one. */
int fwnode_property_read_u32(const struct fwnode_handle *fwnode,
			     const char *name, uint32_t *value)
{
	const struct property_entry *prop = fwnode_find(fwnode, name);

	if (!prop)
		return -EINVAL;
	if (!prop->length)
		return -ENODATA;
	if (prop->length < sizeof(*value))
		return -EOVERFLOW;
	if (prop->refused)
		return -EIO;
	memcpy(value, prop->value, sizeof(*value));
	return 0;
}

/* Not a copy: it has to end within the property. */
int fwnode_property_read_string(const struct fwnode_handle *fwnode,
				const char *name, const char **value)
{
	const struct property_entry *prop = fwnode_find(fwnode, name);

	if (!prop)
		return -EINVAL;
	if (!prop->length)
		return -ENODATA;
	if (!memchr(prop->value, 0, prop->length))
		return -EILSEQ;
	if (prop->refused)
		return -EIO;
	*value = prop->value;
	return 0;
}
