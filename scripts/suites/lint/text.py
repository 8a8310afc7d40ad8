# SPDX-License-Identifier: GPL-2.0
"""Checkers of shell scripts, YAML, man pages and spelling."""

import re

from lab.common import ROOT, tracked

from .common import Finding, messages, told

# As for the device trees' bindings, whose length of a line it has.
YAML = ("{extends: default, rules: {document-start: disable, "
        "line-length: {max: 110, allow-non-breakable-words: true}, "
        "comments: {min-spaces-from-content: 1}, brackets: {min-spaces-inside: 0, "
        "max-spaces-inside: 1}}}")
# Not written by us, or made to be found.
LEFT_OUT = r"^(LICENSES/|scripts/suites/lint/seeds\.py$)"
# Words that are right: .Nd of a man page.
WORDS = "nd"


def shell():
    """shellcheck for every script of a shell, and for the completion."""
    scripts = {}
    for name in tracked(r""):
        if re.match(LEFT_OUT, name):
            continue
        with open(ROOT / name, encoding="utf-8", errors="replace") as file:
            first = re.match(r"#!.*/(?:env )?(sh|dash|bash)\b", file.readline())
        if first or "bash-completion/" in name:
            scripts[name] = first[1] if first else "bash"
    found = []
    for name, kind in scripts.items():
        said = told(["shellcheck", "-s", kind, "-f", "gcc", name], ROOT, (0, 1))
        # Its notes are findings, those of compilers belong to others.
        found += messages(said.replace(": note: ", ": style: "), str(ROOT))
    return found, set(scripts), set(scripts)


def spelling():
    """codespell, in all that we wrote."""
    names = [name for name in tracked(r"") if not re.match(LEFT_OUT, name)]
    text = told(["codespell", "-L", WORDS, *names], ROOT, None)
    return messages(text, str(ROOT)), set(names), set(names)


def yaml():
    """yamllint for the netlink specification; binding-check has the binding."""
    names = tracked(r"^Documentation/.*\.yaml$")
    text = told(["yamllint", "-f", "parsable", "-d", YAML, *names], ROOT, (0, 1, 2))
    return messages(text, str(ROOT)), set(names), set(names)


def man():
    """mandoc's warnings and matters of style, in the man pages."""
    names = tracked(r"^tools/man/")
    found = []
    for name in names:
        text = told(["mandoc", "-T", "lint", "-W", "style", name], ROOT, None)
        for line in text.splitlines():
            match = re.match(r"mandoc: ([^:]+):(\d+):\d+: (.*)$", line)
            # Manuals that are not installed here: our own two, or libnl's.
            if not match or "referenced manual not found" not in match[3]:
                found.append(Finding(match[1] if match else name,
                                     int(match[2]) if match else 0,
                                     match[3] if match else line))
    return found, set(names), set(names)
