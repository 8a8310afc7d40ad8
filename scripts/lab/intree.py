# SPDX-License-Identifier: GPL-2.0
"""What the driver is in a kernel tree: which files, and what is in them.

It is one flat directory with the tests below it, like other drivers, written for
the version of that tree (see resolve). The whole comes in PARTS, in this order,
each of which builds with those before it: they become the patches of a series.
"""

import re

from . import resolve
from .common import ROOT, Trouble

HOME = "drivers/power/supply/battguard"
PARTS = ("binding", "interface", "decision", "driver", "kunit", "documents")
SPDX = "# SPDX-License-Identifier: GPL-2.0\n"

# (part, directory here, directory there, patterns)
COPIES = (
    ("binding", "dt-bindings/power/supply", "Documentation/devicetree/bindings/power/supply",
     ("*.yaml",)),
    ("interface", "include/uapi/linux", "include/uapi/linux", ("*.h",)),
    ("interface", "Documentation/netlink/specs", "Documentation/netlink/specs", ("*.yaml",)),
    ("decision", "driver/decision", HOME, ("*.c", "*.h")),
    ("driver", "driver", HOME, ("*.c", "*.h")),
    ("kunit", "kunit", f"{HOME}/tests", ("*.c", "*.h", ".kunitconfig")),
    ("documents", "Documentation", "Documentation/power", ("battguard.rst",)),
    ("documents", "Documentation/ABI/testing", "Documentation/ABI/testing", ("*",)),
)
BINDING = re.compile(r"(?<!bindings/)dt-bindings/(power/supply/\S+\.yaml)")
ALONE = ("driver/compat.h", "driver/version.c")     # have no use in a tree

# lines that join it to the tree: (part, file, lines, the last line they go before)
JOINTS = (
    ("decision", "drivers/power/supply/Makefile",
     "obj-$(CONFIG_BATTGUARD)\t\t+= battguard/\n", None),
    ("driver", "drivers/power/supply/Kconfig",
     f'source "{HOME}/Kconfig"\n\n', "endif # POWER_SUPPLY\n"),
    ("documents", "Documentation/power/index.rst", "    battguard\n", "    charger-manager\n"),
)


def sources(parts=PARTS):
    """{path there: path here} of the files that are copied."""
    found = {}
    for part, here, there, patterns in COPIES:
        items = [item for pattern in patterns for item in sorted((ROOT / here).glob(pattern))
                 if item.is_file() and str(item.relative_to(ROOT)) not in ALONE and part in parts]
        if not items and part in parts:
            raise Trouble(f"nothing in {here}")
        for item in items:
            if found.setdefault(f"{there}/{item.name}", item) != item:
                raise Trouble(f"two files named {item.name} cannot share a directory")
    return found


def _moved(text):
    """A source whose neighbours are where they are in a tree."""
    text = re.sub(r"\bdecision/(?=\w+\.[ch]\b)", "", text)
    text = re.sub(r"(?<=auto-generated )by scripts/\S+ (?=from)", "", text)
    return text.replace('#include "../driver/', '#include "../')


def _personal(name, text, person):
    """A file that names its maintainer. Who brings it into a tree is the one."""
    if not person:
        return text
    if name.endswith(".c"):
        return re.sub(r'(?<=MODULE_AUTHOR\(").*(?="\))', lambda match: person, text)
    if name.endswith(".yaml"):
        return re.sub(r"(?<=^maintainers:\n  - ).*$", lambda match: person, text, flags=re.M)
    return text


def _objects(parts):
    """{symbol: [objects]} of the module, as driver/Kbuild has them."""
    text = (ROOT / "driver/Kbuild").read_text(encoding="utf-8")
    text = text.partition("ifneq ($(KBUILD_EXTMOD),)")[0]       # out of tree
    found = {}
    for symbol, words in re.findall(r"^battguard-(\S+) [:+]= (.*)$", text, re.M):
        for prefix, some in re.findall(r"\$\(addprefix (\S+),(.*?)\)", words):
            words = words.replace(f"$(addprefix {prefix},{some})",
                                  " ".join(prefix + one for one in some.split()))
        part = {True: "decision", False: "driver"}
        found.setdefault(symbol, []).extend(
            one.split("/")[-1] for one in words.split()
            if part[one.startswith("decision/")] in parts)
    if not found.get("y"):
        raise Trouble("driver/Kbuild names no objects")
    return found


def _makefile(parts):
    """Of the driver's directory."""
    lines = [SPDX + "obj-$(CONFIG_BATTGUARD) += battguard.o\n"]
    sign = ":="
    for symbol, objects in _objects(parts).items():
        while objects:
            line = f"battguard-{symbol} {sign if symbol == 'y' else '+='}"
            while objects and len(line) + len(objects[0]) < 79:
                line += f" {objects.pop(0)}"
            lines.append(line)
            sign = "+="
    if "driver" in parts:
        lines.append("\n# define_trace.h includes trace.h by its name\n"
                     "CFLAGS_evaluate.o := -I$(src)")
    if "kunit" in parts:
        lines.append("\nobj-$(CONFIG_BATTGUARD_KUNIT_TEST) += tests/\n"
                     "obj-$(CONFIG_BATTGUARD_DRIVER_KUNIT_TEST) += tests/")
    return "\n".join(lines) + "\n"


def _kconfig(parts):
    """Of the driver's directory."""
    texts = [(ROOT / name / "Kconfig").read_text(encoding="utf-8").removeprefix(SPDX)
             for part, name in (("driver", "driver"), ("kunit", "kunit")) if part in parts]
    return SPDX + "\n".join(texts)


def _tests_makefile():
    """Of the tests' directory: kunit/Kbuild without what is for out of tree."""
    text = (ROOT / "kunit/Kbuild").read_text(encoding="utf-8")
    text, found = re.subn(r"\$\(or (\$\(CONFIG_\w+\)),\$\(BATTGUARD_KUNIT\)\)", r"\1", text)
    text, comment = re.subn(r"# In a kernel tree.*\n", "", text)
    if not found or not comment:
        raise Trouble("kunit/Kbuild does not look as expected")
    return text


def _join(tree, parts):
    """{path: text} of the tree's own files, with no line of ours but of these parts."""
    made = {}
    for part, name, lines, before in JOINTS:
        text = (tree / name).read_text(encoding="utf-8").replace(lines, "")
        if part in parts:
            start, found, rest = (text, "", "") if before is None else text.rpartition(before)
            if before and not found:
                raise Trouble(f"{name} has no line '{before.strip()}'")
            text = start + lines + found + rest
        made[name] = text
    return made


def _entry():
    """(title, lines) of the driver in our own MAINTAINERS; none of files."""
    text = (ROOT / "MAINTAINERS").read_text(encoding="utf-8")
    match = re.search(r"\n\n(BATTERY GUARD DRIVER.*)\n((?:[A-Z]:\t.*\n)+)", text)
    if not match:
        raise Trouble("MAINTAINERS has no entry of the driver")
    return match[1], [line for line in match[2].splitlines() if not line.startswith("F:")]


def _without_entry(text):
    """MAINTAINERS of a tree without ours, and the persons that ours names."""
    title = re.escape(_entry()[0])
    match = re.search(rf"^{title}\n(?:[A-Z]:\t.*\n)+\n", text, re.M)
    if not match:
        return text, []
    return text[:match.start()] + text[match.end():], re.findall(r"^M:\t(.*)$", match[0], re.M)


def maintainer(tree):
    """The person that MAINTAINERS of a tree names for the driver, or None."""
    persons = _without_entry((tree / "MAINTAINERS").read_text(encoding="utf-8"))[1]
    return persons[0] if persons else None


def _maintainers(tree, names, person):
    """MAINTAINERS of a tree with an entry for these files."""
    text, _ = _without_entry((tree / "MAINTAINERS").read_text(encoding="utf-8"))
    if not names:
        return text
    title, lines = _entry()
    if person:
        lines.insert(0, f"M:\t{person}")
    else:
        lines = ["S:\tOrphan" if line.startswith("S:") else line for line in lines]
    there = {f"{HOME}/" if name.startswith(f"{HOME}/") else name for name in names}
    entry = "".join(f"{line}\n" for line in
                    (title, *lines, *(f"F:\t{name}" for name in sorted(there)), ""))
    # Some titles are out of order: where the fewest are on the wrong side of ours.
    titles = list(re.finditer(r"(?<=\n\n)(\S.*)\n[A-Z]:\t", text))
    if not titles:
        raise Trouble("MAINTAINERS of the tree does not look as expected")
    wrong = sum(match[1] < title for match in titles)
    best, place = wrong, titles[0].start()
    for match, following in zip(titles, [*titles[1:], None]):
        wrong += 1 if match[1] > title else -1
        if wrong < best:
            best, place = wrong, following.start() if following else len(text)
    return text[:place] + entry + text[place:]


def files(tree, person, parts=PARTS):
    """{path: text} of all that is different in a tree with these parts.

    The tree's own files are among them; with no parts, they are as they were
    before the driver came.
    """
    resolver = resolve.Resolver(tree)
    made = {}
    for name, path in sources(parts).items():
        text = path.read_text(encoding="utf-8")
        if name.startswith(f"{HOME}/"):
            text = _moved(resolver.source(text))
            if left := resolver.left(text):
                raise Trouble(f"{path.relative_to(ROOT)} cannot be resolved: {left[0]}")
        made[name] = _personal(name, BINDING.sub(r"Documentation/devicetree/bindings/\1", text),
                               person)
    if "decision" in parts:
        made[f"{HOME}/Makefile"] = _makefile(parts)
    if "driver" in parts:
        made[f"{HOME}/Kconfig"] = _kconfig(parts)
    if "kunit" in parts:
        made[f"{HOME}/tests/Makefile"] = _tests_makefile()
    return {**made, **_join(tree, parts), "MAINTAINERS": _maintainers(tree, list(made), person)}
