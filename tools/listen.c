// SPDX-License-Identifier: GPL-2.0
/* battguardctl - the start of following: names and sockets */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "battguardctl.h"

/* Room for some thousand events, in case we are held up. */
#define RCVBUF		(4 << 20)

/* A wrong name is a mistake now, and not a device that is yet to come. */
int follow_check_names(struct follow *f)
{
	const struct dev *found;
	struct devs devs;
	int ret = GO_ON;
	int n;

	if (!f->nr_names || f->late)
		return GO_ON;
	if (!dev_dump(f->ask, &f->fam, &devs))
		for (n = 0; ret == GO_ON && n < f->nr_names; n++)
			ret = dev_pick(&devs, f->names[n], &found);
	free(devs.dev);
	return ret;
}

/* Return: GO_ON, or an exit status. */
int follow_open(struct follow *f)
{
	const int size = opt.rcvbuf ? opt.rcvbuf : RCVBUF;
	int ret = nl_open(&f->ask);

	if (!ret)
		ret = nl_open(&f->ctrl);
	if (!ret)
		ret = nl_open(&f->ntf);
	if (ret)
		return fail(EX_REFUSED, "cannot open a netlink socket: %s",
			    strerror(-ret));

	nl_socket_set_nonblocking(f->ctrl);
	nl_socket_set_nonblocking(f->ntf);
	/* Only administrators may exceed the limit for everyone. */
	if (setsockopt(nl_socket_get_fd(f->ntf), SOL_SOCKET, SO_RCVBUFFORCE,
		       &size, sizeof(size)))
		setsockopt(nl_socket_get_fd(f->ntf), SOL_SOCKET, SO_RCVBUF,
			   &size, sizeof(size));
	/* The group "notify" of the controller has the controller's number. */
	ret = nl_socket_add_membership(f->ctrl, GENL_ID_CTRL);
	if (ret)
		return fail(EX_REFUSED, "cannot listen to the kernel: %s",
			    nl_geterror(ret));
	return GO_ON;
}
