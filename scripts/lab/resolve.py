# SPDX-License-Identifier: GPL-2.0
"""The driver's sources as they are for one version of the kernel.

Out of tree, driver/compat.h bridges what differs between versions. A kernel tree
has one version: here the conditions that hang on it are decided, and each name of
compat.h gives way to what it stands for. Everything is taken from compat.h itself,
but for what the compiler sees there and a reader of text does not: whether the
setters of GPIO lines return an error (SETTERS).
"""

import re

from .common import ROOT, Trouble

COMPAT = ROOT / "driver/compat.h"
CONSUMER = "include/linux/gpio/consumer.h"
# What compat.h finds out by a type, if the setters return an error and if not.
SETTERS = {
    True: ("#define bg_gpiod_set(desc, value) gpiod_set_value(desc, value)\n"
           "#define bg_gpiod_set_cansleep(desc, value) gpiod_set_value_cansleep(desc, value)\n"
           "#define bg_if_reported(yes, no) yes\n"),
    False: ("#define bg_gpiod_set(desc, value) (gpiod_set_value(desc, value), 0)\n"
            "#define bg_gpiod_set_cansleep(desc, value) "
            "(gpiod_set_value_cansleep(desc, value), 0)\n"
            "#define bg_if_reported(yes, no) no\n"),
}
VERSION = re.compile(r"LINUX_VERSION_CODE (<|>=) KERNEL_VERSION\((\d+), (\d+), (\d+)\)")
DEFINE = re.compile(r"#define (\w+)(?:\(([^)]*)\))?[ \t]*(.*)", re.S)
INCLUDE = re.compile(r'#include "(?:[\w/.]*/)?compat\.h"\n')


def version_of(tree):
    """(6, 12, 117), as the top Makefile of a kernel tree has it."""
    text = (tree / "Makefile").read_text(encoding="utf-8")
    found = [re.search(rf"^{name} = (\d+)$", text, re.M)
             for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
    if None in found:
        raise Trouble("the tree's Makefile names no version")
    return tuple(int(match[1]) for match in found)


class Resolver:
    """What compat.h says for the version of a tree."""

    def __init__(self, tree):
        self._version = version_of(tree)
        self._known = {"__KERNEL__": True}      # names that are defined, or are not
        self._numbers = {}                      # names that are 0 or 1
        self._macros = {}                       # name: (parameters or None, body)
        text = COMPAT.read_text(encoding="utf-8")
        headers = "".join((tree / f"include/{name}").read_text(encoding="utf-8")
                          for name in re.findall(r"#include <(linux/.*)>", text)
                          if name != "linux/version.h")
        for name in re.findall(r"^#ifndef (\w+)$", text, re.M):
            self._known[name] = bool(re.search(rf"^#define\s+{name}\b", headers, re.M))
        reported = re.search(r"^int gpiod_set_value\(",
                             (tree / CONSUMER).read_text(encoding="utf-8"), re.M)
        for one in (self._conditions(text), SETTERS[bool(reported)]):
            for line in re.sub(r"[ \t]*\\\n\s*", " ", one).splitlines():
                if match := DEFINE.match(line):
                    self._define(*match.groups())
        names = set(re.findall(r"#define (bg_\w+|BG_\w+)", text))
        self._left = re.compile(r"\b(?:" + "|".join(sorted(names)) +
                                r"|LINUX_VERSION_CODE|KERNEL_VERSION)\b|compat\.h|"
                                r"<linux/version|__KERNEL__")

    def _define(self, name, parameters, body):
        if parameters is None and body in ("0", "1"):
            self._numbers[name] = bool(int(body))
        else:
            words = None if parameters is None else [p.strip() for p in parameters.split(",")]
            self._macros[name] = words, body

    def _truth(self, line):
        """Whether a condition holds; None if that is not for us to say."""
        if match := re.fullmatch(r"#if (!?)(\w+)", line):
            if match[2] in self._numbers:
                return self._numbers[match[2]] != bool(match[1])
        elif match := re.fullmatch(r"#(ifn?def) (\w+)", line):
            if match[2] in self._known:
                return self._known[match[2]] == (match[1] == "ifdef")
        elif match := re.fullmatch("#if " + VERSION.pattern, line):
            below = self._version < tuple(map(int, match.groups()[1:]))
            return below == (match[1] == "<")
        return None

    def _conditions(self, text):
        """The text with those branches alone that this version takes."""
        kept, stack = [], []            # stack: what is known of each open condition
        for line in text.splitlines(keepends=True):
            word = re.match(r"#\s*(if|ifdef|ifndef|elif|else|endif)\b", line)
            known = stack[-1] if stack and word and word[1] in ("elif", "else", "endif") else None
            if word and word[1] in ("if", "ifdef", "ifndef"):
                known = self._truth(line.strip())
                stack.append(known)
            elif word and word[1] == "endif":
                stack.pop()
            elif known is not None:
                if word[1] == "elif":
                    raise Trouble(f"cannot resolve: {line.strip()}")
                stack[-1] = not known
            if (not word or known is None) and False not in stack:
                kept.append(line)
        return "".join(kept)

    def _expand(self, text, name):
        """Each use of a macro gives way to what it stands for."""
        parameters, body = self._macros[name]
        if parameters is None:
            return re.sub(rf"\b{name}\b", lambda match: body, text)
        while match := re.search(rf"\b{name}\(", text):
            arguments, end = _arguments(text, match.end())
            if len(arguments) != len(parameters):
                raise Trouble(f"cannot resolve {name}({', '.join(arguments)})")
            given = dict(zip(parameters, arguments))
            done = re.sub(r"\b\w+\b", lambda word: given.get(word[0], word[0]), body)
            done = re.sub(r"\(&(\w[\w>.-]*)\)->", r"\1.", done)
            if statements := re.fullmatch(r"do \{ (.*); \} while \(0\)", done):
                indent = re.search(r"[ \t]*$", text[:match.start()])[0]
                done = re.sub(r";\s*", f";\n{indent}", statements[1])
            if text[:match.start()].endswith("= ") and text[end] == ";":
                done = re.sub(r"^\((.*)\)$", r"\1", done)
            text = text[:match.start()] + done + text[end:]
        return text

    def source(self, text):
        """A source file of the driver, or of its tests, for this version."""
        text = INCLUDE.sub("", self._conditions(text))
        for name in self._macros:
            text = self._expand(text, name)
        text = re.sub(r"\n\treturn ;\n(?=})", "\n", text)
        return re.sub(r"\n{3,}", "\n\n", text)

    def left(self, text):
        """Lines of a file that still look at the version."""
        return [line.strip() for line in text.splitlines() if self._left.search(line)]


def _arguments(text, start):
    """([arguments], where the call ends), from after the opening parenthesis on."""
    arguments, depth, begin = [], 0, start
    for match in re.compile(r'"(?:\\.|[^"\\])*"|[()\[\]{},]').finditer(text, start):
        char = match[0]
        if char in "([{":
            depth += 1
        elif char in ")]}" and depth:
            depth -= 1
        elif depth == 0 and char in "),":
            arguments.append(text[begin:match.start()].strip())
            begin = match.end()
            if char == ")":
                return arguments, match.end()
    raise Trouble("cannot resolve: a call without an end")
