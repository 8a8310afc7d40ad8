// SPDX-License-Identifier: GPL-2.0
/* battguardctl - text for people: what is wrong, widths, colours */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "battguardctl.h"

#define NARROWEST	16

/* Print an error in one line. Return: the status, for the caller to return. */
int fail(int status, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fflush(stdout);
	fprintf(stderr, "battguardctl: %s\n", text);
	return status;
}

/* Return: length of the character at @text, 0 when it is no UTF-8. */
unsigned int text_utf8(const unsigned char *text, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int len, n;

	if (*text < 0x80) {
		*code = *text;
		return 1;
	}
	len = *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;
	if (*text < 0xc2 || *text > 0xf4)
		return 0;
	*code = *text & (0x7f >> len);
	for (n = 1; n < len; n++) {
		if ((text[n] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[n] & 0x3f);
	}
	/* No overlong form, no surrogate, nothing beyond the last. */
	if (*code < least[len] || (*code >= 0xd800 && *code < 0xe000) ||
	    *code > 0x10ffff)
		return 0;
	return len;
}

/*
 * A name as it can be shown. Characters that a terminal would obey are escaped,
 * and so are blanks, which would split a column. Good for four names in one
 * line.
 */
const char *safe(const char *text)
{
	static char ring[4][4 * NAME_LEN + 1];
	static unsigned int slot;
	const unsigned char *c = (const unsigned char *)text;
	char *out = ring[slot++ % ARRAY_SIZE(ring)];
	char *start = out;
	unsigned int len;
	uint32_t code;

	for (; *c && c < (const unsigned char *)text + NAME_LEN; c += len) {
		len = text_utf8(c, &code);
		if (!len || code <= 0x20 || code == '\\' ||
		    (code >= 0x7f && code < 0xa0)) {
			out += sprintf(out, "\\x%02x", *c);
			len = 1;
		} else {
			memcpy(out, c, len);
			out += len;
		}
	}
	*out = '\0';
	return start;
}

/*
 * A name as a command takes it: in quotes if a shell would not leave it alone.
 * Good for one in a line.
 */
const char *quoted(const char *text)
{
	static char in_quotes[4 * NAME_LEN + 3];
	const char *c = text;

	while (isalnum((unsigned char)*c) || (*c && strchr("._-+:@%,/", *c)))
		c++;
	if (*text && !*c)
		return safe(text);
	snprintf(in_quotes, sizeof(in_quotes), "\"%s\"", safe(text));
	return in_quotes;
}

/* The escape sequence, if colours are wanted. */
const char *colour(const char *code)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	bool wanted = opt.colour == WHEN_ALWAYS;

	if (opt.colour == WHEN_AUTO)
		wanted = isatty(STDOUT_FILENO) && !(no && *no) &&
			 term && *term && strcmp(term, "dumb");
	return wanted ? code : "";
}

const char *state_colour(uint32_t state)
{
	static const char * const codes[] = {
		[BATTGUARD_STATE_NORMAL] = "\033[32m",
		[BATTGUARD_STATE_PRE_ALARM] = "\033[1;33m",
		[BATTGUARD_STATE_LOAD_OFF] = "\033[1;31m",
		[BATTGUARD_STATE_STANDBY] = "\033[2m",
	};

	return state < ARRAY_SIZE(codes) ? colour(codes[state]) : "";
}

unsigned int text_width(void)
{
	const char *columns = getenv("COLUMNS");
	unsigned int width = 0;
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		width = size.ws_col;
	else if (columns)
		width = strtoul(columns, NULL, 10);
	if (!width || width > 1000)
		width = 80;
	return width < NARROWEST ? NARROWEST : width;
}

/* Return: bytes of @text that fill that many columns, or all of them. */
static size_t fitting(const char *text, unsigned int columns)
{
	size_t len = 0;
	uint32_t code;

	while (columns-- && text[len])
		len += text_utf8((const unsigned char *)text + len, &code) ?: 1;
	return len;
}

/*
 * Print a text that wraps at blanks, from a column on where the next lines
 * begin as well; each line is ended.
 */
void text_hang(unsigned int indent, unsigned int width, const char *text)
{
	while (*text) {
		const size_t room = fitting(text, width - indent);
		size_t len = room;

		if (text[len]) {
			while (len && text[len] != ' ')
				len--;
			if (!len)
				len = room;
		}
		printf("%.*s\n", (int)len, text);
		text += len;
		text += strspn(text, " ");
		if (*text)
			printf("%*s", (int)indent, "");
	}
}

/* The same, with the first line indented too. */
void text_wrap(unsigned int indent, unsigned int width, const char *text)
{
	if (indent > width / 2)
		indent = width / 2;
	if (*text)
		printf("%*s", (int)indent, "");
	text_hang(indent, width, text);
}

/*
 * Flush the output. A reader that went away, or a signal to end, is no failure.
 * Return: GO_ON, or an exit status.
 */
int text_flush(void)
{
	static bool over;

	if (over)
		return EX_DONE;
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return GO_ON;
	over = true;
	if (errno == EPIPE || loop_stopped())
		return EX_DONE;
	return fail(EX_REFUSED, "cannot write the output: %s", strerror(errno));
}
