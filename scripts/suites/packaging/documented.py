# SPDX-License-Identifier: GPL-2.0
"""The commands of Documentation/embedding.rst, which are run as they stand there."""

import re

from lab.common import ROOT, run

from . import scenario
from .kit import environment, files, libnl

PAGE = ROOT / "Documentation/embedding.rst"


def blocks(section):
    """The literal blocks of a section whose title begins so."""
    parts = re.split(r"^\.\.\. (.*)\n=+\n", PAGE.read_text(encoding="utf-8"), flags=re.M)
    [text] = [text for title, text in zip(parts[1::2], parts[2::2]) if title.startswith(section)]
    return ["\n".join(line[3:] for line in found.splitlines()).strip() + "\n"
            for found in re.findall(r"::\n\n((?:   .*\n|\n(?=   ))+)", text)]


@scenario
def documented(kit, checks):
    """The commands for a system of one's own; what is named for Buildroot and Yocto exists."""
    [script] = blocks("a system")
    target, variables, flags = kit.folder("documented-root"), *libnl()
    for placeholder, path in (("/path/to/kernel", kit.headers.path), ("/path/to/rootfs", target)):
        script = script.replace(placeholder, str(path))
    # Debian's headers need their words; libnl is where the page says it may be.
    words = [re.sub(r"(?=[ \\])", r"\\", word) for word in
             (*kit.headers.make_args, f"LDFLAGS={flags}")]
    run(["sh", "-e", "-c", script], cwd=kit.project("documented"), env=environment(
        MAKEFLAGS="-- " + " ".join(words), **variables))
    there = files(target)
    checks.ok(any(re.search(r"^lib/modules/.*/battguard\.ko", name) for name in there)
              and {"usr/sbin/battguardctl", "usr/lib/udev/rules.d/90-battguard.rules"}
              <= set(there),
              "a system of one's own gets module, tool and hooks", there)

    tree, options = blocks("a Buildroot")
    place = re.search(r"BR2_EXTERNAL=/path/to/battguard/(\S+)", tree)[1]
    checks.ok((ROOT / place / "external.desc").is_file(), "Buildroot's external tree", tree)
    known = {name for path in (ROOT / place).rglob("Config.in")
             for name in re.findall(r"^config (\w+)", path.read_text(encoding="utf-8"), re.M)}
    checks.equal(sorted(re.findall(r"^(\w+)=y$", options, re.M)), sorted(known), "its options")
    layer, conf = blocks("a Yocto")
    place = ROOT / re.search(r"add-layer /path/to/battguard/(\S+)", layer)[1]
    checks.ok((place / "conf/layer.conf").is_file(), "Yocto's layer", layer)
    name = re.search(r'IMAGE_INSTALL:append = " (\S+)"', conf)[1]
    checks.equal(len(list(place.rglob(f"{name}.bb"))), 1, "its packagegroup")
    [script] = blocks("a kernel")
    checks.ok((ROOT / script.split()[0]).is_file(), "the importer", script)
