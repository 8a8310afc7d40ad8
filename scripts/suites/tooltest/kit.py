# SPDX-License-Identifier: GPL-2.0
"""What the tests of the tool need built, and a guest that has the tool in it."""

import contextlib
import dataclasses
import json
import pathlib

from lab import board, debian, kernels
from lab.common import BUILD, ROOT, guest_program, lock, make, run, setup

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = ROOT / "Documentation" / "examples"
# The tool builds without a warning, or not at all.
CFLAGS = "CFLAGS=-O2 -Wall -Wextra -Werror"
# Bytes of a socket's buffer; the kernel has room for a few messages in it.
TINY = 2048

# Follows the numbers of a monitor's text lines, written with --boottime:
# events, lost ones, lines out of order, number of the latest. A storm's writes
# alternate: where nothing is lost, so must the values that the events tell.
ORDER = r"""#!/bin/awk -f
{
	if ($3 !~ /^#[0-9]+$/) { strange++; next }
	seq = substr($3, 2) + 0
	if ($4 == "snapshot:") { due = seq + 1; next }
	if (due && seq != due)
		wrong++
	if ($4 == "lost") { lost += $5; due = seq + $5; mute = ""; next }
	events++
	if ($NF ~ /^mute=/) {
		if ($NF == mute)
			wrong++
		mute = $NF
	}
	due = seq + 1
}
END { print events + 0, lost + 0, wrong + strange + 0, due - 1 }
"""

# Makes some hundred events a second: $1 pairs of them.
STORM = f"""#!/bin/sh
cd {board.SUPPLY} || exit 1
i=0
while [ $i -lt $1 ]; do
	echo 1 >mute
	echo 0 >mute
	i=$((i + 1))
done
"""

PASSWD = "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"

# As somebody who may do nothing: start-stop-daemon becomes the command.
NOBODY = "#!/bin/sh\nexec start-stop-daemon -S -c nobody -x /bin/battguardctl -- \"$@\"\n"


@dataclasses.dataclass(frozen=True)
class Kit:
    """What was built for the scenarios."""

    tool: pathlib.Path          # static, for the guests
    host: pathlib.Path          # for this machine
    strange: pathlib.Path       # the same, with a kernel of its own (strange.c)
    kernel: kernels.Kernel = None
    module: pathlib.Path = None

    def on(self, kernel, module):
        """The same, for guests with this kernel."""
        return dataclasses.replace(self, kernel=kernel, module=module)


def arm64_root():
    """A directory with libnl's static libraries and headers for the guests."""
    root = BUILD / "userland" / "arm64-libnl"
    for deb in debian.fetch(["libnl-3-dev", "libnl-genl-3-dev"], "arm64"):
        debian.unpack(deb, root)
    return root


def _make(out, words, **variables):
    make(ROOT / "tools", f"O={out}", CFLAGS, *words, **variables)


def build_static():
    """The static tool for the guests, stripped."""
    setup("base", "cross", "tools")
    root = arm64_root()
    out = BUILD / "tools" / "arm64"
    paths = [root / part / "aarch64-linux-gnu" for part in ("lib", "usr/lib")]
    stripped = out / "stripped" / "battguardctl"
    with lock("tools"):
        _make(out, ["CROSS_COMPILE=aarch64-linux-gnu-",
                    "LDFLAGS=-static " + " ".join(f"-L{path}" for path in paths)],
              PKG_CONFIG_SYSROOT_DIR=str(root), PKG_CONFIG_LIBDIR=str(paths[1] / "pkgconfig"))
        stripped.parent.mkdir(exist_ok=True)
        run(["aarch64-linux-gnu-strip", "-o", stripped, out / "battguardctl"])
    return stripped


def build_host(out=None, *words):
    """The tool for this machine."""
    setup("base", "tools")
    out = out or BUILD / "tools" / "host"
    with lock("tools"):
        _make(out, words)
    return out / "battguardctl"


def build_strange(out=None, tree=ROOT):
    """The tool for this machine, answered by strange.c, with sanitizers."""
    setup("base", "tools")
    out = out or BUILD / "tools" / "strange"
    sources = [path for path in sorted((tree / "tools").glob("*.c")) if path.name != "nl.c"]
    with lock("tools"):
        run(["gcc", "-std=gnu11", "-g", *CFLAGS.partition("=")[2].split(), "-D_GNU_SOURCE",
             "-fsanitize=address,undefined", "-fno-sanitize-recover=all", f"-I{tree}/tools",
             f"-I{tree}/include/uapi", "-o", out, HERE / "strange.c", *sources,
             *run(["pkg-config", "--cflags", "--libs", "libnl-genl-3.0"]).split()])
    return out


def build_flood():
    """The storm that is as fast as it can be, for the guests."""
    return guest_program("flood", HERE / "flood.c")


class ToolBoard(board.Board):
    """A board with the tool, and what the tests run in it."""

    def __init__(self, kit, changes=None, files=None, **options):
        super().__init__(kit.kernel, kit.module, changes, files={
            "bin/battguardctl": kit.tool, "bin/order": ORDER, "bin/storm": STORM,
            "bin/nobody": NOBODY, "etc/passwd": PASSWD, **(files or {})}, **options)

    def tool(self, words, timeout=120):
        """(status, output) of the tool; what it says on stderr is in it."""
        return self.run(f"battguardctl {words}", timeout)

    def wait(self, key, timeout=120):
        """(status, output) of a command that send() has started."""
        return self.done(key, timeout)

    def json(self, words):
        """The one value, or the list of values, that the tool prints as JSON."""
        values = self.json_lines(f"battguardctl -j {words}")
        return values[0] if len(values) == 1 else values

    def json_lines(self, command):
        """The values that a command prints, one a line."""
        return [json.loads(line) for line in self.sh(command).splitlines()]

    def numbers(self, file):
        """(events, lost, out of order, latest) of a monitor's lines."""
        return tuple(int(word) for word in self.sh(f"order {file}").split())


@contextlib.contextmanager
def background(guest_, command):
    """A command in the guest's background; ended at the end, if it still runs.

    It must not keep the console's pipe open, or the console waits for it.
    """
    quiet = ">/dev/null 2>&1"
    words = f"{command} {quiet}" if command.startswith("(") else f"{quiet} {command}"
    pid = guest_.sh(f"{words} & echo $!").split()[-1]
    try:
        yield pid
    finally:
        guest_.run(f"kill -CONT {pid} 2>/dev/null; kill {pid} 2>/dev/null")
