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

#include <linux/tracepoint.h>

#include "compat.h"
#include "decision/fsm.h"

#ifndef BATTGUARD_TRACE_SYMBOLS
#define BATTGUARD_TRACE_SYMBOLS
#define bg_trace_state(state)						\
	__print_symbolic(state,						\
			 { BG_NORMAL, "normal" },			\
			 { BG_PRE_ALARM, "pre-alarm" },			\
			 { BG_LOAD_OFF, "load-off" },			\
			 { BG_STANDBY, "standby" })

#define bg_trace_output(output)						\
	__print_symbolic(output,					\
			 { BG_OUT_LOAD, "load" },			\
			 { BG_OUT_CHARGER, "charger" },			\
			 { BG_OUT_PRE_ALARM, "pre-alarm" },		\
			 { BG_OUT_HEARTBEAT, "heartbeat" })

#define bg_trace_reasons(mask)						\
	__print_flags(mask, ",",					\
		      { BIT(BG_WHY_UNDERVOLTAGE), "undervoltage" },	\
		      { BIT(BG_WHY_BATTERY), "battery" },		\
		      { BIT(BG_WHY_CABLE), "cable" },			\
		      { BIT(BG_WHY_REMOTE), "remote" },			\
		      { BIT(BG_WHY_USER), "user" },			\
		      { BIT(BG_WHY_RECONNECT_DELAY), "reconnect-delay" }, \
		      { BIT(BG_WHY_RESTORE_DELAY), "restore-delay" },	\
		      { BIT(BG_WHY_LOCKOUT), "lockout" },		\
		      { BIT(BG_WHY_PRE_ALARM), "pre-alarm" },		\
		      { BIT(BG_WHY_FAULT), "fault" })
#endif

DECLARE_EVENT_CLASS(battguard_line,
	TP_PROTO(const char *name, unsigned int number, bool value, bool failed),
	TP_ARGS(name, number, value, failed),
	TP_STRUCT__entry(
		__string(name, name)
		__field(unsigned int, number)
		__field(bool, value)
		__field(bool, failed)
	),
	TP_fast_assign(
		bg_trace_assign_name(name);
		__entry->number = number;
		__entry->value = value;
		__entry->failed = failed;
	),
	TP_printk("name=%s line=%u value=%d failed=%d", __get_str(name),
		  __entry->number, __entry->value, __entry->failed)
);

/* An edge on an input line, and the level that was read then. */
DEFINE_EVENT(battguard_line, battguard_edge,
	TP_PROTO(const char *name, unsigned int number, bool value, bool failed),
	TP_ARGS(name, number, value, failed)
);

/* An output that was written. */
DEFINE_EVENT_PRINT(battguard_line, battguard_output,
	TP_PROTO(const char *name, unsigned int number, bool value, bool failed),
	TP_ARGS(name, number, value, failed),
	TP_printk("name=%s output=%s value=%d failed=%d", __get_str(name),
		  bg_trace_output(__entry->number), __entry->value,
		  __entry->failed)
);

TRACE_EVENT(battguard_decision,
	TP_PROTO(const char *name, const struct bg_event *event),
	TP_ARGS(name, event),
	TP_STRUCT__entry(
		__string(name, name)
		__field(u64, seq)
		__field(u64, boottime)
		__field(u32, lines)
		__field(u32, faulty)
		__field(u16, changed)
		__field(u16, cause)
		__field(u16, load_reasons)
		__field(u16, charger_reasons)
		__field(u8, outputs)
		__field(u8, state)
	),
	TP_fast_assign(
		bg_trace_assign_name(name);
		__entry->seq = event->seq;
		__entry->boottime = event->boottime;
		__entry->lines = event->view.lines;
		__entry->faulty = event->view.faulty;
		__entry->changed = event->changed;
		__entry->cause = event->cause;
		__entry->load_reasons = event->view.load_reasons;
		__entry->charger_reasons = event->view.charger_reasons;
		__entry->outputs = event->view.outputs;
		__entry->state = event->view.state;
	),
	TP_printk("name=%s seq=%llu boottime=%llu state=%s outputs=%#x lines=%#x faulty=%#x changed=%#x cause=%#x load_reasons=%s charger_reasons=%s",
		  __get_str(name), __entry->seq, __entry->boottime,
		  bg_trace_state(__entry->state), __entry->outputs,
		  __entry->lines, __entry->faulty, __entry->changed,
		  __entry->cause, bg_trace_reasons(__entry->load_reasons),
		  bg_trace_reasons(__entry->charger_reasons))
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
