# SPDX-License-Identifier: GPL-2.0
"""Scenarios on this machine: usage, the build, the documents."""

import json
import os
import pathlib
import re
import subprocess
import tempfile

from lab.common import BUILD, ROOT, run, setup

from . import kit as kits
from . import host_scenario

COMMANDS = ("list", "show", "explain", "monitor", "log", "get", "wait", "set", "enable", "disable", "mute",
            "version", "help")

# Wrong usage, and a word that the message must have.
WRONG = {
    "": "help", "nonsense": "nonsense", "nonsense --help": "nonsense", "--nonsense list": "nonsense",
    "-x list": "-x", "list extra": "extra", "list --watch": "-w", "show a b": "'b'",
    "show -n 2": "--watch", "monitor -n": "-n", "monitor -n 0": "-n", "monitor -n x": "'x'",
    "monitor --timeout -1": "-1", "monitor --timeout 1x": "1x", "monitor --since x": "--since",
    "monitor --rcvbuf 0": "--rcvbuf", "log a b": "'b'", "log --timeout 3": "-t",
    "wait": "condition", "wait dev": "dev", "wait load": "load", "wait nokey=1": "nokey",
    "wait load=maybe": "maybe", "wait state=up": "up", "wait load<1": "number",
    "wait load=": "takes", "wait =1": "no key", "wait pre_alarms=-1": "-1",
    "wait pre_alarms=99999999999": "takes", "wait lockout_remaining=-x": "-x", "wait load_off_reasons=lazy": "lazy", "set": "KEY",
    "set mute": "KEY", "set nokey 1": "nokey", "set state normal": "state", "set mute 2": "'2'",
    "set mute 1 enabled": "'1'", "set restore_delay_ms 1s": "1s",
    "set restore_delay_ms -5": "-5", "set restore_delay_ms 60001": "0 to 60000",
    "set pre_alarm_delay_ms 29999": "30000 to 600000", "set charge_behaviour never": "never", "enable a b": "'b'",
    "explain a b": "'b'", "help nonsense": "nonsense", "help a b": "'b'", "version 2": "'2'",
}

ESCAPES = r"""
#include "battguardctl.h"
struct options opt;
bool loop_stopped(void) { return false; }
int main(int argc, char **argv)
{
	struct json js = { .out = stdout };

	json_open(&js, NULL, '[');
	for (int i = 1; i < argc; i++)
		json_string(&js, NULL, argv[i]);
	json_close(&js, ']');
	json_end(&js);
	for (int i = 1; i < argc; i++)
		puts(safe(argv[i]));
	return 0;
}
"""


def _call(tool, words, **environment):
    done = subprocess.run([str(tool), *words], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, env=dict(os.environ, **environment))
    return done.returncode, done.stdout, done.stderr


@host_scenario
def usage(kit, checks):
    """Help of each subcommand, and every wrong usage: status 1 and one line."""
    for words in (["help"], ["--help"], ["-h"]):
        status, out, _ = _call(kit.host, words)
        checks.ok(status == 0 and all(f"  {name} " in out for name in COMMANDS),
                  f"{words[0]} names every command", out)
    for name in COMMANDS:
        for words in ([name, "--help"], ["help", name]):
            status, out, err = _call(kit.host, words)
            checks.ok(status == 0 and out.startswith(f"Usage: battguardctl {name}") and not err,
                      " ".join(words), out + err)
        checks.ok(max(map(len, out.splitlines())) <= 80, f"help {name} fits 80 columns", out)
    for text, word in WRONG.items():
        status, out, err = _call(kit.host, text.split())
        checks.ok(status == 1 and not out and err.count("\n") == 1 and word in err
                  and err.startswith("battguardctl: "), f"wrong: '{text}'",
                  f"status {status}\n{out}{err}")


@host_scenario
def without_family(kit, checks):
    """No driver on this machine: status 4 and one line; monitor waits."""
    for text in ("list", "explain", "explain dev", "show", "show dev", "show --watch", "log", "get state", "wait load=on", "set mute 1",
                 "enable", "disable", "mute"):
        status, out, err = _call(kit.host, text.split())
        checks.ok(status == 4 and not out and err.count("\n") == 1 and "not loaded" in err,
                  f"{text}: status 4", f"status {status}\n{out}{err}")
    status, _, err = _call(kit.host, ["monitor", "--timeout", "0.2"])
    checks.ok(status == 0 and "waiting" in err, "monitor waits for it", err)
    status, _, err = _call(kit.host, ["monitor", "--timeout", "0.2", "-n", "1"])
    checks.equal(status, 3, "monitor -n 1 is told that nothing came")
    with subprocess.Popen([str(kit.host), "monitor"], stderr=subprocess.PIPE) as process:
        process.stderr.readline()
        process.terminate()
        checks.equal(process.wait(10), -15, "SIGTERM ends it")
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([str(kit.host), "help"], stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False)
    checks.ok(done.returncode == 2 and done.stderr.count("\n") == 1, "a full disk is told",
              done.stderr)


@host_scenario
def building(kit, checks):
    """Out of tree, static, installed; nothing of this machine in it."""
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        tool = kits.build_host(work / "objects", "all", "install", f"DESTDIR={work}/root",
                               "PREFIX=/usr")
        made = sorted(str(path.relative_to(work / "root"))
                      for path in (work / "root").rglob("*") if path.is_file())
        checks.equal(made, ["usr/sbin/battguardctl",
                            "usr/share/bash-completion/completions/battguardctl",
                            "usr/share/man/man4/battguard.4", "usr/share/man/man8/battguardctl.8"],
                     "install puts all in its place")
        checks.ok(str(ROOT).encode() not in tool.read_bytes() and
                  str(work).encode() not in tool.read_bytes(), "no path of the build is in it")
        kits.build_host(work / "objects", "clean")
        checks.equal(list((work / "objects").iterdir()), [], "clean leaves nothing")
        _variables(checks, work)
        tool = kits.build_host(work / "static", "LDFLAGS=-static")
        checks.ok("INTERP" not in run(["readelf", "-l", tool]), "static for this machine as well")
    strays = [path for path in (ROOT / "tools").rglob("*") if path.suffix == ".o"]
    checks.equal(strays, [], "nothing is left in the source tree")
    checks.ok("AArch64" in run(["readelf", "-h", kit.tool]), "CROSS_COMPILE is honoured")
    size = kit.tool.stat().st_size
    checks.ok(size < 1 << 20, f"static and stripped: {size} bytes, less than 1 MB")
    needed = re.findall(r"NEEDED.*\[(.*)\]", run(["readelf", "-d", kit.host]))
    checks.ok(all(re.match(r"lib(nl-3|nl-genl-3|c)\.so", name) for name in needed),
              "needs libnl and nothing else", needed)


def _variables(checks, work):
    """CC, CFLAGS, LDFLAGS and PKG_CONFIG, from the top of the tree."""
    compiler = work / "compiler"
    compiler.write_text(f'#!/bin/sh\necho "$@" >>{work}/called\nexec gcc "$@"\n', encoding="ascii")
    compiler.chmod(0o755)
    words = [f"TOOLS_O={work}/top", f"CC={compiler}", "CFLAGS=-O1 -Werror -DMINE", "LDFLAGS=-Wl,-z,now"]
    run(["make", "-C", ROOT, "tools", *words])
    run(["make", "-C", ROOT, "install", f"DESTDIR={work}/dest", *words])
    called = (work / "called").read_text(encoding="ascii").splitlines()
    checks.ok(called and all("-O1 -Werror -DMINE" in line for line in called), "CC and CFLAGS",
              called[:1])
    checks.equal(sum("-Wl,-z,now" in line for line in called), 1, "LDFLAGS, where it is linked")
    checks.ok((work / "dest/usr/local/sbin/battguardctl").is_file(),
              "without PREFIX it goes below /usr/local")
    done = subprocess.run(["make", "-C", ROOT / "tools", f"O={work}/none", "PKG_CONFIG=false"],
                          capture_output=True, text=True, check=False)
    checks.ok(done.returncode and "libnl-genl-3.0 is missing" in done.stderr,
              "PKG_CONFIG; a library that is missing is named", done.stderr)


@host_scenario
def escapes(_kit, checks):
    """Names of any bytes: safe on a terminal, and valid JSON."""
    out = BUILD / "tools" / "escapes"
    out.mkdir(parents=True, exist_ok=True)
    (out / "escapes.c").write_text(ESCAPES, encoding="ascii")
    run(["gcc", "-Wall", "-Werror", "-D_GNU_SOURCE", f"-I{ROOT}/tools", f"-I{ROOT}/include/uapi",
         "-o", out / "escapes", out / "escapes.c", ROOT / "tools/json.c", ROOT / "tools/text.c"])
    names = [b"house-bank", b"a b", b"tab\there", b"esc\x1b[31mred", b'quote"back\\slash',
             b"line\nfeed", "B\u00f6rd \u20ac \U0001f50b".encode(), b"\xff\xfe", b"\xc3", b"\xc0\xaf",
             b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"c1\xc2\x9b31m", b"del\x7f", b"x" * 300]
    done = subprocess.run([str(out / "escapes"), *names], capture_output=True, check=True)
    first, *shown = done.stdout.split(b"\n")
    read = json.loads(first)
    for name, back in zip(names, read):
        checks.equal(back if b"\xff" not in name else name.decode("utf-8", "replace"),
                     _expected(name) if b"\xff" not in name else name.decode("utf-8", "replace"),
                     f"JSON of {name[:24]!r}")
    bad = [text for text in shown if re.search(rb"[\x00-\x20\x7f]|\xc2[\x80-\x9f]", text)]
    checks.equal((bad, len(shown) - 1), ([], len(names)), "no byte that a terminal obeys is shown")
    checks.equal(shown[1:4], [b"a\\x20b", b"tab\\x09here", b"esc\\x1b[31mred"], "and what is instead")


def _expected(name):
    """One replacement character for each byte that is no UTF-8, as the tool does."""
    text, rest = "", name
    while rest:
        for size in (1, 2, 3, 4):
            try:
                text += rest[:size].decode("utf-8")
                rest = rest[size:]
                break
            except UnicodeDecodeError:
                continue
        else:
            text += "\ufffd"
            rest = rest[1:]
    return text


@host_scenario
def documents(_kit, checks):
    """Man pages, completion and examples pass their checkers."""
    setup("tools")
    for page in ("battguardctl.8", "battguard.4"):
        path = ROOT / "tools/man" / page
        text = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", str(path)],
                              capture_output=True, text=True, check=False,
                              env=dict(os.environ, MANWIDTH="80"))
        checks.ok(text.returncode == 0 and not text.stderr, f"{page}: groff has no warning",
                  text.stderr)
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(path)],
                              capture_output=True, text=True, check=False)
        checks.ok(done.returncode == 0, f"{page}: mandoc has no warning", done.stdout)
    manual = (ROOT / "tools/man/battguardctl.8").read_text(encoding="utf-8").replace("\\-", "-")
    for name in COMMANDS:
        checks.ok(re.search(rf"^\.Ss? .*\b{name}\b|^\.It .*\b{name}\b|^\.B.*\b{name}\b", manual,
                            re.M), f"the manual explains {name}")
    scripts = [path for path in sorted(kits.EXAMPLES.iterdir()) if
               path.read_text(encoding="utf-8").startswith("#!/bin/sh")]
    checks.ok(len(scripts) >= 4, "the examples are there", scripts)
    for path in scripts:
        done = subprocess.run(["shellcheck", "-s", "sh", str(path)], capture_output=True,
                              text=True, check=False)
        checks.ok(done.returncode == 0, f"shellcheck: {path.name}", done.stdout)
    completion = ROOT / "tools/bash-completion/battguardctl"
    done = subprocess.run(["shellcheck", "-s", "bash", str(completion)], capture_output=True,
                          text=True, check=False)
    checks.ok(done.returncode == 0, "shellcheck: the completion", done.stdout)


def _complete(tool_dir, words):
    """What the completion offers after these words, the last one unfinished."""
    script = f"""
        PATH={tool_dir}:$PATH
        . {ROOT}/tools/bash-completion/battguardctl
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        COMPREPLY=()
        _battguardctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return run(["bash", "-c", script, "bash", *words]).split()


@host_scenario
def completion(kit, checks):
    """The completion knows commands, options, live devices, keys and values."""
    with tempfile.TemporaryDirectory() as work:
        fake = pathlib.Path(work) / "battguardctl"
        # Two devices, and for the rest the tool itself.
        fake.write_text(f'#!/bin/sh\n[ "$1" = list ] || exec {kit.host} "$@"\n'
                        "echo 'boat: normal, load on'\necho 'house-bank: standby, load off'\n",
                        encoding="ascii")
        fake.chmod(0o755)
        for words, offered in {
                "": set(COMMANDS), "mo": {"monitor"}, "-j sh": {"show"},
                "show ": {"boat", "house-bank"}, "show ho": {"house-bank"},
                "monitor boat ho": {"house-bank"}, "monitor --ex": {"--exec"},
                "monitor --exec x sta": {"state="}, "help ke": {"keys"}, "help re": {"reasons"},
                "explain ho": {"house-bank"}, "explain under": {"undervoltage"},
                "show --w": {"--watch"}, "log --si": {"--since"}, "wait --wa": {"--wait-driver"},
                "list --color ": {"always", "auto", "never"}, "log -n ": set(),
                "show boat ": set(), "get boat lo": {"load", "load_off_reasons", "lockout_remaining",
                                                     "low_cell", "low_cell_chains", "load_returns_ms",
                                                     "load_reconnect_delay_ms", "load_disconnects"},
                "wait state!=no": {"normal"}, "wait faults<": set(), "wait faults<=": set(),
                "wait state ! = no": {"normal"}, "wait state! = no": {"normal"},
                "wait faults >= ": set(),
                "set res": {"restore_delay_ms"}, "set boat mu": {"mute"},
                "set charge_behaviour ": {"auto", "inhibit-charge"}, "set boat mute ": {"0", "1"},
                "wait load_": {"load_off_reasons=", "load_disconnects=",
                               "load_reconnect_delay_ms=", "load_returns_ms="},
                "wait load_off_reasons=re": {"remote", "reconnect-delay", "restore-delay"},
                "wait faulty_outputs=": {"none", "load", "charger", "pre_alarm"},
                "wait lockout_remaining=": set(),
                "wait state=": {"normal", "pre-alarm", "load-off", "standby"},
                "wait boat load=o": {"on", "off"}}.items():
            have = set(_complete(work, ["battguardctl", *words.split(" ")]))
            checks.ok(have == offered if words else offered <= have, f"after '{words}'", have)
