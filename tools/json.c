// SPDX-License-Identifier: GPL-2.0
/* battguardctl - a small writer of JSON */
#include "battguardctl.h"

static void json_text(struct json *js, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	uint32_t code;
	unsigned int len;

	fputc('"', js->out);
	for (; *c; c += len) {
		len = text_utf8(c, &code);
		if (!len) {
			/* Not UTF-8: JSON cannot express such a byte. */
			fputs("\\ufffd", js->out);
			len = 1;
		} else if (code == '"' || code == '\\') {
			fprintf(js->out, "\\%c", (int)code);
		} else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			fprintf(js->out, "\\u%04x", code);
		} else {
			fwrite(c, 1, len, js->out);
		}
	}
	fputc('"', js->out);
}

static void json_newline(struct json *js)
{
	unsigned int n;

	if (!js->pretty)
		return;
	fputc('\n', js->out);
	for (n = 0; n < js->depth; n++)
		fputs("  ", js->out);
}

/* What comes before each value. */
static void json_begin(struct json *js, const char *key)
{
	if (js->members++)
		fputc(',', js->out);
	if (js->depth)
		json_newline(js);
	if (key) {
		json_text(js, key);
		fputs(js->pretty ? ": " : ":", js->out);
	}
}

void json_open(struct json *js, const char *key, char bracket)
{
	json_begin(js, key);
	fputc(bracket, js->out);
	js->depth++;
	js->members = 0;
}

void json_close(struct json *js, char bracket)
{
	js->depth--;
	if (js->members)
		json_newline(js);
	fputc(bracket, js->out);
	/* Whatever follows now has a member before it. */
	js->members = 1;
}

void json_string(struct json *js, const char *key, const char *text)
{
	json_begin(js, key);
	json_text(js, text);
}

void json_number(struct json *js, const char *key, int64_t value)
{
	json_begin(js, key);
	fprintf(js->out, "%lld", (long long)value);
}

void json_count(struct json *js, const char *key, uint64_t value)
{
	json_begin(js, key);
	fprintf(js->out, "%llu", (unsigned long long)value);
}

void json_null(struct json *js, const char *key)
{
	json_begin(js, key);
	fputs("null", js->out);
}

/* One value a line, and the next one begins anew. */
void json_end(struct json *js)
{
	fputc('\n', js->out);
	js->members = 0;
}
