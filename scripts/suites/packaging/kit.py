# SPDX-License-Identifier: GPL-2.0
"""What the scenarios work with: copies of the project, a kernel tree, a cross libnl."""

import dataclasses
import os
import pathlib
import shutil
import subprocess

from lab import debian, kernels
from lab.common import BUILD, ROOT, clean_environment, run, setup, tracked

CROSS = "aarch64-linux-gnu-"
VERSION = (ROOT / "VERSION").read_text(encoding="ascii").strip()
# What "make install" puts below the prefix, and "make install-hooks" below DESTDIR.
INSTALLED = ["sbin/battguardctl", "share/bash-completion/completions/battguardctl",
             "share/man/man4/battguard.4", "share/man/man8/battguardctl.8"]
HOOKS = ["usr/lib/systemd/system/battguard-pre-alarm@.service",
         "usr/lib/udev/rules.d/90-battguard.rules"]
# Not from whoever runs the suite: each scenario says what it sets.
OURS = ("KERNELRELEASE", "TOOLS_O", "DESTDIR", "PREFIX", "PKG_CONFIG", "PKG_CONFIG_LIBDIR",
        "PKG_CONFIG_SYSROOT_DIR", "CC", "CFLAGS", "LDFLAGS", "KCFLAGS", "VERSION")


def sources():
    """The project's files; of a copy that is no repository, all that is there."""
    return tracked() if (ROOT / ".git").exists() else files(ROOT)


@dataclasses.dataclass(frozen=True)
class Kit:
    """A series' headers, and where to work."""

    series: str
    work: pathlib.Path

    def folder(self, name):
        """An empty folder."""
        made = self.work / name
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        return made

    def project(self, name):
        """A copy of the project as it is, without what is built."""
        made = self.folder(name)
        for file in sources():
            (made / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, made / file)
        return made

    @property
    def headers(self):
        return kernels.headers(self.series)

    def tree(self, change=lambda text: text):
        """The headers, with another configuration: a copy of what is not shared."""
        made = self.folder("kernel") / "tree"
        shutil.copytree(self.headers.path, made, symlinks=True,
                        ignore=lambda folder, names: {"vmlinux"} & set(names))
        for link in made.rglob("*"):
            if link.is_symlink() and not link.exists():
                target = (self.headers.path / link.relative_to(made)).resolve()
                link.unlink()
                link.symlink_to(target)
        config = made / "include/config/auto.conf"
        config.write_text(change(config.read_text(encoding="ascii")), encoding="ascii")
        return made

    def words(self, *words):
        """What make is told to build for the headers."""
        return [*self.headers.make_args, f"KERNEL_SRC={self.headers.path}", *words]


def prepare(series):
    """A Kit, with what its scenarios need installed and fetched."""
    setup("base", "cross", "tools", "packaging")
    work = BUILD / "packaging" / series
    work.mkdir(parents=True, exist_ok=True)
    return Kit(series, work)


def environment(**variables):
    """What a make sees that nobody told anything but this."""
    left = {key: value for key, value in clean_environment().items() if key not in OURS}
    return {**left, **variables}


def try_make(where, *words, **variables):
    """(status, what was said) of a make that may fail."""
    done = subprocess.run(["make", "-C", str(where), *map(str, words)], text=True, check=False,
                          env=environment(**variables), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def must_make(where, *words, **variables):
    """What was said by a make that must not fail."""
    return run(["make", "-C", where, *words], env=environment(**variables))


def files(folder):
    """The files below a folder, relative to it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                  if path.is_file() or path.is_symlink())


def libnl():
    """{variables} by which pkg-config finds a libnl for arm64, and the linker's flags."""
    root = BUILD / "userland" / "arm64-libnl"
    for deb in debian.fetch(["libnl-3-dev", "libnl-genl-3-dev"], "arm64"):
        debian.unpack(deb, root)
    return ({"PKG_CONFIG_SYSROOT_DIR": str(root),
             "PKG_CONFIG_LIBDIR": f"{root}/usr/lib/aarch64-linux-gnu/pkgconfig"},
            "-static " + " ".join(f"-L{root}/{part}/aarch64-linux-gnu"
                                  for part in ("lib", "usr/lib")))


def version_of(module):
    """What modinfo says of a module's version."""
    return run(["modinfo", "-F", "version", module], env={**os.environ, "PATH":
               f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin"}).strip()


def commit(project):
    """Make a folder a repository with one commit, the same each time."""
    who = {f"GIT_{person}_{what}": value for person in ("AUTHOR", "COMMITTER") for what, value in
           (("NAME", "A Person"), ("EMAIL", "person@example.org"), ("DATE", "1700000000 +0000"))}
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "All"]):
        run(["git", "-c", "safe.directory=*", *words], cwd=project, env={**environment(), **who})
