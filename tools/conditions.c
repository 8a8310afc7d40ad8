// SPDX-License-Identifier: GPL-2.0
/* battguardctl - conditions on the values of a guard */
#include <string.h>

#include "battguardctl.h"

/* Those of two characters before those they begin with. */
static const char * const operators[] = {
	[OP_NOT] = "!=",
	[OP_LESS_EQUAL] = "<=",
	[OP_MORE_EQUAL] = ">=",
	[OP_EQUAL] = "=",
	[OP_LESS] = "<",
	[OP_MORE] = ">",
};

bool is_condition(const char *text)
{
	return strpbrk(text, "=<>");
}

static bool holds(const struct condition *cond, const struct dev *dev)
{
	const int64_t value = key_value(cond->key, dev);
	bool same = value == cond->value;

	/* It is one of several words; no word is the word "none". */
	if (cond->key->type == TYPE_WORDS && cond->value)
		same = value & cond->value;

	switch (cond->op) {
	case OP_EQUAL:
		return same;
	case OP_NOT:
		return !same;
	case OP_LESS:
		return value < cond->value;
	case OP_LESS_EQUAL:
		return value <= cond->value;
	case OP_MORE_EQUAL:
		return value >= cond->value;
	default:
		return value > cond->value;
	}
}

/* Whether all hold, or with --any one of them. */
bool conditions_hold(const struct conditions *conds, const struct dev *dev)
{
	unsigned int n;

	for (n = 0; n < conds->n; n++)
		if (holds(&conds->cond[n], dev) == opt.any)
			return opt.any;
	return !opt.any;
}

/* Take KEY, an operator and VALUE apart. Return: GO_ON, or an exit status. */
int conditions_add(struct conditions *conds, const char *text)
{
	struct condition *cond = &conds->cond[conds->n];
	const size_t len = strcspn(text, "=!<>");
	const char *rest = text + len;
	char name[64];
	size_t op = 0;

	if (conds->n == MAX_CONDITIONS)
		return fail(EX_WRONG, "more than %u conditions", MAX_CONDITIONS);
	while (op < ARRAY_SIZE(operators) &&
	       strncmp(rest, operators[op], strlen(operators[op])))
		op++;
	if (op == ARRAY_SIZE(operators))
		return fail(EX_WRONG, "'%s' is no condition, write KEY=VALUE such as load=off",
			    safe(text));
	cond->op = op;
	rest += strlen(operators[op]);

	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	cond->key = key_find(name);
	if (!cond->key)
		return fail(EX_WRONG, "no key '%s', 'battguardctl help keys' lists them",
			    safe(name));
	if (op != OP_EQUAL && op != OP_NOT && cond->key->type != TYPE_NUMBER &&
	    cond->key->type != TYPE_SIGNED)
		return fail(EX_WRONG, "'%s' is no number: only = and != can be asked",
			    name);
	if (!key_parse(cond->key, rest, &cond->value))
		return fail(EX_WRONG, "'%s' cannot be '%s', it takes: %s",
			    name, safe(rest), key_takes(cond->key));
	if (cond->key->set == SET_DEV)
		conds->asks = true;
	conds->n++;
	return GO_ON;
}
