// SPDX-License-Identifier: GPL-2.0
/*
 * battguard - the guard of a proof, and its observer
 */
#include "proof.h"

struct bg_fsm fsm;
struct bg_config cfg;
struct bg_inputs in;
struct bg_result res;
struct observer o;
