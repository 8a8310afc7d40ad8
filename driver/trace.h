/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - trace events: an edge, a decision, an output
 *
 * Written after the outputs were set, so that tracing delays nothing.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM battguard

#if !defined(BATTGUARD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define BATTGUARD_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include "battguard.h"
#include "compat.h"
#include "words.h"

/*
 * The numbers behind the names go to user space with the formats: trace-cmd and
 * perf know nothing of this driver's enumerations.
 */
#define bg_trace_enum(member, word)	TRACE_DEFINE_ENUM(member);
BG_STATES(bg_trace_enum, bg_trace_enum)
BG_REASONS(bg_trace_enum, bg_trace_enum)
BG_CHANGES(bg_trace_enum, bg_trace_enum)
BG_CAUSES(bg_trace_enum, bg_trace_enum)
BG_OUTS(bg_trace_enum, bg_trace_enum)

#ifndef BATTGUARD_TRACE_SYMBOLS
#define BATTGUARD_TRACE_SYMBOLS
#define bg_trace_word(member, word)	{ member, word },
#define bg_trace_last_word(member, word)	{ member, word }
#define bg_trace_flag(member, word)	{ BIT(member), word },
#define bg_trace_last_flag(member, word)	{ BIT(member), word }

#define bg_trace_state(state) \
	__print_symbolic(state, BG_STATES(bg_trace_word, bg_trace_last_word))
#define bg_trace_outputs(mask) \
	__print_flags(mask, ",", BG_OUTS(bg_trace_flag, bg_trace_last_flag))
#define bg_trace_reasons(mask) \
	__print_flags(mask, ",", BG_REASONS(bg_trace_flag, bg_trace_last_flag))
#define bg_trace_changes(mask) \
	__print_flags(mask, ",", BG_CHANGES(bg_trace_flag, bg_trace_last_flag))
#define bg_trace_causes(mask) \
	__print_flags(mask, ",", BG_CAUSES(bg_trace_flag, bg_trace_last_flag))

#define bg_trace_number(number) value[BG_VALUE_##number]

/* The longest name of a guard and of a line, with the zero at its end. */
#define BG_TRACE_NAME	32
#define BG_TRACE_LINE	16

/* Out of line: a copy into a place of known size is checked there, at length. */
static noinline void bg_trace_copy(char *to, const char *from, size_t size)
{
	strscpy(to, from, size);
}
#endif

/*
 * What happened to a line: one class for both, as each class is code of its own.
 * Names have a place of fixed size, as strings of any length are more code.
 */
DECLARE_EVENT_CLASS(battguard_line,
	TP_PROTO(const char *name, const char *line, unsigned int index,
		 bool value, bool failed),
	TP_ARGS(name, line, index, value, failed),
	TP_STRUCT__entry(
		__array(char, name, BG_TRACE_NAME)
		__array(char, line, BG_TRACE_LINE)
		__field(unsigned int, index)
		__field(bool, value)
		__field(bool, failed)
	),
	TP_fast_assign(
		bg_trace_copy(__entry->name, name, BG_TRACE_NAME);
		bg_trace_copy(__entry->line, line, BG_TRACE_LINE);
		__entry->index = index;
		__entry->value = value;
		__entry->failed = failed;
	),
	TP_printk("name=%s line=%s index=%u value=%d failed=%d",
		  __entry->name, __entry->line, __entry->index,
		  __entry->value, __entry->failed)
);

/* An edge on an input line, and the level that was read then. */
DEFINE_EVENT(battguard_line, battguard_edge,
	TP_PROTO(const char *name, const char *line, unsigned int index,
		 bool value, bool failed),
	TP_ARGS(name, line, index, value, failed)
);

/* An output that was written. */
DEFINE_EVENT_PRINT(battguard_line, battguard_output,
	TP_PROTO(const char *name, const char *line, unsigned int index,
		 bool value, bool failed),
	TP_ARGS(name, line, index, value, failed),
	TP_printk("name=%s output=%s value=%d failed=%d", __entry->name,
		  __entry->line, __entry->value, __entry->failed)
);

/* A decision that changed something, as its event reports it. */
TRACE_EVENT(battguard_decision,
	TP_PROTO(const struct battguard *bg, const struct bg_event *event),
	TP_ARGS(bg, event),
	TP_STRUCT__entry(
		__array(char, name, BG_TRACE_NAME)
		__field(u64, seq)
		__field(u64, boottime)
		__field(u32, allow_discharge)
		__field(u32, allow_charge)
		__field(u32, low_cell)
		__field(u32, remote)
		__field(u32, faulty_allow_discharge)
		__field(u32, faulty_allow_charge)
		__field(u32, faulty_low_cell)
		__field(u32, faulty_remote)
		__field(u32, faulty_outputs)
		__field(u32, changed)
		__field(u32, cause)
		__field(u32, load_reasons)
		__field(u32, charger_reasons)
		__field(u32, outputs)
		__field(u32, state)
	),
	TP_fast_assign(
		u32 value[BG_NR_SHOWN];

		bg_event_values(bg, event, value);
		bg_trace_copy(__entry->name, bg->name, BG_TRACE_NAME);
		__entry->seq = event->seq;
		__entry->boottime = event->boottime;
		__entry->allow_discharge =
			bg_trace_number(ALLOW_DISCHARGE_CHAINS);
		__entry->allow_charge = bg_trace_number(ALLOW_CHARGE_CHAINS);
		__entry->low_cell = bg_trace_number(LOW_CELL_CHAINS);
		__entry->remote = bg_trace_number(REMOTE);
		__entry->faulty_allow_discharge =
			bg_trace_number(FAULTY_ALLOW_DISCHARGE);
		__entry->faulty_allow_charge =
			bg_trace_number(FAULTY_ALLOW_CHARGE);
		__entry->faulty_low_cell = bg_trace_number(FAULTY_LOW_CELL);
		__entry->faulty_remote = bg_trace_number(FAULTY_REMOTE);
		__entry->faulty_outputs = bg_trace_number(FAULTY_OUTPUTS);
		__entry->changed = event->changed;
		__entry->cause = event->cause;
		__entry->load_reasons = bg_trace_number(LOAD_OFF_REASONS);
		__entry->charger_reasons = bg_trace_number(CHARGER_OFF_REASONS);
		__entry->outputs = bg_trace_number(OUTPUTS);
		__entry->state = bg_trace_number(STATE);
	),
	TP_printk("name=%s seq=%llu boottime=%llu changed=%s cause=%s state=%s outputs=%s allow_discharge=%#x allow_charge=%#x low_cell=%#x remote=%u faulty=%#x/%#x/%#x/%#x faulty_outputs=%s load_reasons=%s charger_reasons=%s",
		  __entry->name, __entry->seq, __entry->boottime,
		  bg_trace_changes(__entry->changed),
		  bg_trace_causes(__entry->cause),
		  bg_trace_state(__entry->state),
		  bg_trace_outputs(__entry->outputs), __entry->allow_discharge,
		  __entry->allow_charge, __entry->low_cell, __entry->remote,
		  __entry->faulty_allow_discharge, __entry->faulty_allow_charge,
		  __entry->faulty_low_cell, __entry->faulty_remote,
		  bg_trace_outputs(__entry->faulty_outputs),
		  bg_trace_reasons(__entry->load_reasons),
		  bg_trace_reasons(__entry->charger_reasons))
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
