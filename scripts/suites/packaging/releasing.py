# SPDX-License-Identifier: GPL-2.0
"""The tarball, and the one version in all that names one."""

import re
import shutil
import tarfile

from lab.common import ROOT, run

from . import scenario
from .kit import VERSION, commit, must_make, sources, try_make


@scenario
def tarball(kit, checks):
    """make dist: what is committed, the same bytes from each clone."""
    made = []
    for name in ("clone", "another clone"):
        top = kit.project(name)
        commit(top)
        (top / "ignored.o").touch()
        must_make(top, "dist", "DIST=out", HOME=str(kit.work), GIT_CONFIG_COUNT="1",
                  GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
        made.append(top / f"out/battguard-{VERSION}.tar.gz")
        shutil.rmtree(top / ".git")
    checks.ok(made[0].read_bytes() == made[1].read_bytes(), "the same from two clones")
    with tarfile.open(made[0]) as archive:
        names = [item.name for item in archive if item.isfile()]
    checks.equal(sorted(names), sorted(f"battguard-{VERSION}/{name}" for name in sources()),
                 "it has the project's files, below a folder with the version")
    out = kit.folder("unpacked")
    run(["tar", "xf", made[0], "-C", out])
    must_make(out / f"battguard-{VERSION}", "tools")
    said = run([out / f"battguard-{VERSION}/tools/battguardctl", "version"])
    checks.equal(said.splitlines()[0], f"battguardctl {VERSION}",
                 "the tool of the tarball tells the version")
    changed = kit.project("changed")
    commit(changed)
    (changed / "VERSION").write_text("9.9\n", encoding="ascii")
    status, said = try_make(changed, "dist")
    checks.ok(status and "not committed" in said, "not with changes that are not committed", said)


@scenario
def versions(_kit, checks):
    """Each file that has to name the version names that of VERSION."""
    checks.ok(re.fullmatch(r"\d+(\.\d+)+", VERSION), "VERSION is numbers and dots", VERSION)
    named = {"CHANGES": r"\Abattguard (\S+) ", "dkms.conf": r'PACKAGE_VERSION="(.*)"',
             "packaging/debian/changelog": r"\Abattguard \((\S+)-\d+\) ",
             **{f"packaging/buildroot/package/{name}/{name}.mk": r"_VERSION = (\S+)\n"
                for name in ("battguard", "battguardctl")}}
    for name, pattern in named.items():
        found = re.search(pattern, (ROOT / name).read_text(encoding="utf-8"))
        checks.equal(found and found[1], VERSION, name)
