/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the latest events of a device (pure)
 */
#ifndef BATTGUARD_RING_H
#define BATTGUARD_RING_H

#include "fsm.h"

#define BG_RING_SIZE	256

/**
 * struct bg_ring - the latest events, the oldest is overwritten
 * @last: number of the newest event, 0 = none yet
 * @slot: event number n is in slot n modulo %BG_RING_SIZE
 *
 * Part of the device, so that recording an event can neither fail nor wait.
 */
struct bg_ring {
	u64 last;
	struct bg_event slot[BG_RING_SIZE];
};

/**
 * bg_ring_put() - record an event
 * @ring: ring
 * @event: event; its number is one more than that of the event before
 */
static inline void bg_ring_put(struct bg_ring *ring,
			       const struct bg_event *event)
{
	ring->slot[event->seq % BG_RING_SIZE] = *event;
	ring->last = event->seq;
}

/**
 * bg_ring_first() - number of the oldest event that is still there
 * @ring: ring
 *
 * Return: a number; one more than @ring->last as long as there is none.
 */
static inline u64 bg_ring_first(const struct bg_ring *ring)
{
	return ring->last > BG_RING_SIZE ? ring->last - BG_RING_SIZE + 1 : 1;
}

/**
 * bg_ring_get() - look up an event
 * @ring: ring
 * @seq: its number
 *
 * Return: the event, or NULL if it is overwritten or still to come.
 */
static inline const struct bg_event *bg_ring_get(const struct bg_ring *ring,
						 u64 seq)
{
	if (seq < bg_ring_first(ring) || seq > ring->last)
		return NULL;
	return &ring->slot[seq % BG_RING_SIZE];
}

#endif
