# SPDX-License-Identifier: GPL-2.0
"""Debian packages for any architecture, without changing this machine.

apt is run with states, caches, sources and architectures of its own below the
build directory. Only where the archive is and which keys sign it are
taken from the machine's sources; its proxies and retries apply too. Nothing
is ever installed: packages are fetched, checked and unpacked.

What was fetched once is found in an index (package, architecture, suite ->
file and SHA-256) and needs no network again.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from . import download
from .common import BUILD, Trouble, lock, run, say

APT = BUILD / "apt"
DEBS = BUILD / "debs"
INDEX = DEBS / "index.json"
ARCHITECTURES = ("amd64", "arm64", "armhf")


# A state for each release: which suites it sees, and which one wins when
# several have a package. "security" ones come from the security archive.
STATES = {
    "bookworm": ("bookworm", "bookworm-updates", "bookworm-security"),
    "trixie-backports": ("trixie", "trixie-updates", "trixie-security", "trixie-backports"),
}


# -- where the archive is: the machine's own sources --------------------------

def _stanzas(text):
    """The fields of each stanza of a deb822 file (continuation lines joined)."""
    for block in re.split(r"\n\s*\n", text):
        fields, key = {}, None
        for line in block.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0] in " \t" and key:
                fields[key] += "\n" + line.strip()
            elif ":" in line:
                key, value = line.split(":", 1)
                key = key.strip().lower()
                fields[key] = value.strip()
        if fields:
            yield fields


def _machine_sources():
    """(uri, suite, signed-by) of every binary source of this machine."""
    etc = pathlib.Path("/etc/apt")
    for path in sorted(etc.glob("sources.list.d/*.sources")):
        for fields in _stanzas(path.read_text(encoding="utf-8")):
            if "deb" not in fields.get("types", "").split():
                continue
            if fields.get("enabled", "yes").lower() in ("no", "false"):
                continue
            for uri in fields.get("uris", "").split():
                for suite in fields.get("suites", "").split():
                    yield uri, suite, fields.get("signed-by", "")
    for path in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*.list"))]:
        if not path.is_file():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            match = re.match(r"deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)", line)
            if match:
                options = dict(word.split("=", 1) for word in (match[1] or "").split()
                               if "=" in word)
                yield match[2], match[3], options.get("signed-by", "")


def _archives():
    """The (uri, keyring) of Debian's main and of its security archive."""
    main_archive = security = None
    releases = r"(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)"
    for uri, suite, key in _machine_sources():
        if re.fullmatch(releases + r"-security(/updates)?", suite):
            security = security or (uri, key)
        elif re.fullmatch(releases + r"(-updates|-backports)?", suite) and "debian" in uri:
            main_archive = main_archive or (uri, key)
    if os.environ.get("BATTGUARD_MIRROR"):
        main_archive = (os.environ["BATTGUARD_MIRROR"], (main_archive or ("", ""))[1])
    if os.environ.get("BATTGUARD_SECURITY_MIRROR"):
        security = (os.environ["BATTGUARD_SECURITY_MIRROR"], (security or ("", ""))[1])
    if not main_archive:
        raise Trouble("no Debian archive in this machine's apt sources: name one in "
                      "BATTGUARD_MIRROR (and BATTGUARD_SECURITY_MIRROR)")
    return main_archive, security


def _source_lines(suites):
    main_archive, security = _archives()
    for suite in suites:
        uri, key = main_archive
        if suite.endswith("-security"):
            if not security:
                continue
            uri, key = security
        if "\n" in key:                 # a key block inside a deb822 source
            path = APT / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.asc"
            lines = ("" if line == "." else line for line in key.splitlines())
            path.write_text("\n".join(lines).lstrip() + "\n", encoding="ascii")
            key = str(path)
        option = f" [signed-by={key}]" if key else ""
        yield f"deb{option} {uri} {suite} main"


def source_lines(suite):
    """What an apt elsewhere has to know of a release."""
    APT.mkdir(parents=True, exist_ok=True)
    return list(_source_lines(STATES[suite]))


# -- an apt of our own ---------------------------------------------------------

class Apt:
    """apt with a private state for one release and architecture.

    One state for each architecture: apt takes the lists of a suite all or
    none, and a mirror in the middle of its update of one architecture must
    not cost us the others.
    """

    def __init__(self, suite, arch):
        if suite not in STATES:
            raise Trouble(f"no such suite: {suite} (there are: {', '.join(STATES)})")
        self.suite = suite
        self.arch = arch
        self.home = APT / f"{suite}-{arch}"
        self.stamp = self.home / "updated"

    def _config(self):
        home = self.home
        for part in ("state/lists/partial", "cache/archives/partial", "parts", "sources"):
            (home / part).mkdir(parents=True, exist_ok=True)
        (home / "status").touch()
        (home / "sources.list").write_text("\n".join(_source_lines(STATES[self.suite])) + "\n",
                                           encoding="ascii")
        # The machine's hooks must not run for us, its proxies and timeouts
        # must: so no configuration directory, but a copy of that one section.
        acquire = run(["apt-config", "dump", "Acquire"])
        # Backports are not taken unless preferred.
        (home / "preferences").write_text(
            f"Package: *\nPin: release n={self.suite}\nPin-Priority: 600\n"
            if "backports" in self.suite else "", encoding="ascii")
        text = f"""{acquire}
Dir::State "{home}/state";
Dir::State::status "{home}/status";
Dir::Cache "{home}/cache";
Dir::Etc::sourcelist "{home}/sources.list";
Dir::Etc::sourceparts "{home}/sources";
Dir::Etc::parts "{home}/parts";
Dir::Etc::preferencesparts "{home}/parts";
Dir::Etc::preferences "{home}/preferences";
APT::Architecture "{self.arch}";
APT::Architectures {{ "{self.arch}"; }};
APT::Sandbox::User "root";
APT::Get::List-Cleanup "true";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
"""
        path = home / "apt.conf"
        path.write_text(text, encoding="utf-8")
        return path

    def _environment(self):
        conf = self.home / "apt.conf"
        return dict(os.environ, APT_CONFIG=str(conf), LC_ALL="C")

    def query(self, *words):
        self.refresh()
        done = subprocess.run(["apt-cache", *words], env=self._environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return done.stdout

    def refresh(self, force=False):
        """Fetch the package lists, unless that was done in the last day."""
        if not force and self.stamp.exists() and time.time() - self.stamp.stat().st_mtime < 86400:
            return
        if not shutil.which("apt-get"):
            raise Trouble("apt-get is missing: packages can only be fetched on Debian")
        self._config()
        say(f"fetching Debian's package lists ({self.suite}, {self.arch})")
        code = self._loud(["apt-get", "-q", "update"])
        # Some lists may do: whether they have the package shows when asked.
        if not any((self.home / "state/lists").glob("*Packages*")):
            raise Trouble(f"cannot fetch the package lists of {self.suite}: no network?")
        if code:
            say(f"some package lists of {self.suite} ({self.arch}) could not be had; going on")
        self.stamp.touch()

    def download(self, name, into):
        """The package file, checked against the archive's signed lists."""
        into.mkdir(parents=True, exist_ok=True)
        try:
            return self._download(name, into)
        except Trouble as trouble:
            say(str(trouble))
        self.refresh(force=True)            # the archive may have moved on
        return self._download(name, into)

    def _download(self, name, into):
        self.refresh()
        told = subprocess.run(["apt-get", "-qq", "--print-uris", "download", name], text=True,
                              env=self._environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        match = re.search(r"^'(\S+)' (\S+\.deb) (\d+) (\w+):(\w+)$", told.stdout, re.M)
        if not match:
            raise Trouble(f"{self.suite} has no package {name} ({self.arch})")
        uri, file, size, method, wanted = match.groups()
        target = into / file
        if uri.startswith(("http:", "https:")):
            return download.fetch(uri, target, int(size), method.lower(), wanted,
                                  self._proxy(uri.split(":")[0]))
        # Another kind of archive (a medium, a mirror list): apt knows how.
        target.unlink(missing_ok=True)
        if self._loud(["apt-get", "-q", "download", name], cwd=into) or not target.is_file() \
                or download.digest(target, method.lower()) != wanted:
            raise Trouble(f"cannot fetch the package {name} ({self.arch}) from {self.suite}")
        return target

    def _proxy(self, scheme):
        """The proxy that apt would use; the environment's is found anyway."""
        text = run(["apt-config", "dump", f"Acquire::{scheme}::Proxy"])
        match = re.search(r'::Proxy "(.+)";', text)
        return match[1] if match and match[1].upper() != "DIRECT" else None

    def _loud(self, argv, **options):
        return subprocess.run(argv, env=self._environment(), stdin=subprocess.DEVNULL,
                              stdout=sys.stderr, check=False, **options).returncode


# -- the index of what is here -------------------------------------------------

def _load():
    try:
        return json.loads(INDEX.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return {}


def _store(key, value):
    index = _load()
    index[key] = value
    DEBS.mkdir(parents=True, exist_ok=True)
    spare = INDEX.with_suffix(".new")
    spare.write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="ascii")
    spare.replace(INDEX)


def _intact(path, sha256):
    """Whether the file is the one recorded."""
    return path.is_file() and download.digest(path) == sha256


def fetch(names, arch, suite="bookworm"):
    """The named packages' files, from the cache or from the archive."""
    found = []
    with lock("debian"):
        for name in names:
            key = f"{name} {arch} {suite}"
            entry = _load().get(key)
            if entry:
                path = DEBS / entry["file"]
                if _intact(path, entry["sha256"]):
                    found.append(path)
                    continue
                say(f"{path.name} is damaged or gone, fetching it again")
                path.unlink(missing_ok=True)
            say(f"fetching {name} ({arch}, {suite})")
            fresh = Apt(suite, arch).download(name, DEBS / "new")
            path = DEBS / fresh.name
            fresh.replace(path)
            _store(key, {"file": path.name, "sha256": download.digest(path)})
            found.append(path)
    return found


def _remembered(key, ask, fresh):
    """What the archive answered once; asked again when fresh, or when unknown.

    Remembered so that it works without the network, and so that a cached
    kernel is not given up for each new one. An answer of none makes the
    package lists be fetched anew, once.
    """
    _, _, arch, suite = key.split()
    with lock("debian"):
        known = _load().get(key)
        if known and not fresh:
            return known
        apt = Apt(suite, arch)
        answer = ask(apt)
        if not answer:
            apt.refresh(force=True)
            answer = ask(apt)
        if answer:
            _store(key, answer)
        return answer


def resolve(meta, arch, suite="bookworm", fresh=False):
    """The versioned package that a meta package such as linux-image-arm64 means."""
    stem = re.match(r"linux-[a-z]+", meta)[0]

    def ask(apt):
        text = apt.query("show", "--no-all-versions", meta)
        depends = re.search(r"^Depends: (.*)$", text, re.M)
        match = depends and re.search(rf"\b{stem}-\d[^ ,]*", depends[1])
        return match and match[0]

    answer = _remembered(f"resolve {meta} {arch} {suite}", ask, fresh)
    if not answer:
        raise Trouble(f"{suite} has no package {meta} for {arch}")
    return answer


def _by_number(name):
    return [int(number) for number in re.findall(r"\d+", name)]


def _extreme(word, choose, pattern, arch, suite, fresh):
    def ask(apt):
        listed = [name for name in apt.query("pkgnames").split() if re.fullmatch(pattern, name)]
        return choose(listed, default=None, key=_by_number)

    return _remembered(f"{word} {pattern} {arch} {suite}", ask, fresh)


def newest(pattern, arch, suite="bookworm", fresh=False):
    """The newest package whose name matches (by the numbers in it), or None."""
    return _extreme("newest", max, pattern, arch, suite, fresh)


def oldest(pattern, arch, suite="bookworm", fresh=False):
    """The oldest one that the archive still has, or None."""
    return _extreme("oldest", min, pattern, arch, suite, fresh)


def depends(deb):
    """The packages that a package file depends on (first choices, no versions)."""
    text = run(["dpkg-deb", "-f", deb, "Depends"])
    return [re.split(r"[ (|:]", word.strip())[0] for word in text.split(",") if word.strip()]


def unpack(deb, dest):
    """Unpack a package file below dest, once; gives dest."""
    deb, dest = pathlib.Path(deb), pathlib.Path(dest)
    stamp = dest / ".unpacked" / deb.name
    with lock("unpack"):
        if not stamp.exists():
            dest.mkdir(parents=True, exist_ok=True)
            run(["dpkg", "-x", deb, dest])
            stamp.parent.mkdir(exist_ok=True)
            stamp.touch()
    return dest


def unpack_source(deb, target, *options, parts=()):
    """Unpack the sources that a linux-source package holds, or these parts of them.

    options: more of tar's. The folder appears only when it is complete.
    """
    name = deb.name.split("_")[0]
    say(f"{deb.stem}: unpacking")
    spare = target.with_name(target.name + ".part")
    shutil.rmtree(spare, ignore_errors=True)
    spare.mkdir(parents=True)
    # The package, the archive in it, what is wanted of that archive. The last tar may
    # stop early: its status alone says whether all was there.
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as outer, \
            subprocess.Popen(["tar", "-xO", f"./usr/src/{name}.tar.xz"], stdin=outer.stdout,
                             stdout=subprocess.PIPE) as inner:
        done = subprocess.run(["tar", "-xJ", "-C", spare, "--strip-components=1", *options,
                               *(f"{name}/{part}" for part in parts)], stdin=inner.stdout,
                              check=False)
    if done.returncode:
        raise Trouble(f"{deb.name} does not unpack")
    spare.rename(target)
