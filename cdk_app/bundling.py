"""
Deployment packages, installed for another machine than this one and cached by content.

A package is built once for a given content; a later synthesis finds it in the cache, so it takes
seconds and needs no network.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# Bump this number when the way packages are built changes, rather than their content.
RECIPE = 4
DIGEST_LENGTH = 16
READABLE = 0o644
ARCHIVE = "package.zip"
KEPT_S = 7 * 24 * 3_600
MAVEN = (
    *("mvn", "--batch-mode", "--quiet"),
    *("dependency:copy-dependencies", "-DincludeScope=runtime"),
)
LITTER = ("__pycache__", ".DS_Store")
# Executable entry points and uv's own lock are useless in a deployment package.
UNUSED = ("bin", ".lock")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A Python version and a processor, as named in the tags of wheels."""

    python: str
    processor: str

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platform tags of the wheels that it can load, the oldest first."""
        return f"manylinux2014_{self.processor}", f"manylinux_2_28_{self.processor}"


# psycopg2-binary has arm64 wheels only for manylinux_2_28, which Lambda's Python 3.12 can load.
LAMBDA = Machine(python="3.12", processor="aarch64")
GLUE = Machine(python="3.11", processor="x86_64")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file or folder of ours, and where it goes in the package."""

    path: str
    at: str


def ours(*paths: str) -> tuple[Source, ...]:
    """Return sources that keep their place in the source tree."""
    return tuple(Source(path=path, at=path) for path in paths)


@dataclass(frozen=True, kw_only=True)
class Package:
    """Our own code by path, and the lock file of its third-party dependencies."""

    name: str
    machine: Machine
    sources: tuple[Source, ...] = ()
    # Files and folders of these names are left out, wherever they are in the sources.
    without: tuple[str, ...] = ()
    requirements: str | None = None
    # Where the requirements go; Chalice ships third-party packages only from `vendor`.
    installed_at: str = ""


@dataclass(frozen=True, kw_only=True)
class Jars:
    """The jars that one profile of a pom depends on."""

    name: str
    pom: str
    profile: str


@dataclass(frozen=True, kw_only=True)
class Built:
    """A folder ready to ship, and the digest of all that went into it."""

    path: Path
    digest: str


class Workshop:
    """Builds packages from one source tree into one cache."""

    def __init__(self, *, root: Path, cache: Path) -> None:
        self._root = root
        self._cache = cache

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Lock the cache, waiting for any other process that builds in it."""
        self._cache.mkdir(parents=True, exist_ok=True)
        with (self._cache / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def folder(self, package: Package) -> Built:
        """Return the package as a folder, building it if it is not in the cache."""
        digest = self._digest(package)

        def fill(draft: Path) -> None:
            self._copy_sources(package, draft)
            if package.requirements is not None:
                shutil.copytree(
                    self._installed(package),
                    draft / package.installed_at,
                    copy_function=os.link,
                    dirs_exist_ok=True,
                )

        return Built(path=self._kept(package.name, digest, fill), digest=digest)

    def archive(self, package: Package) -> Built:
        """Return the package as one zip file, the same bytes whenever and wherever it is built."""
        folder = self.folder(package)
        packed = self._kept(f"{package.name}-zip", folder.digest, lambda to: pack(folder.path, to))
        return Built(path=packed / ARCHIVE, digest=folder.digest)

    def wheels(self, package: Package) -> Built:
        """Return the package's requirements as wheel files under their own names."""
        digest = self._digest(package)

        def fill(draft: Path) -> None:
            pip("download", "--dest", str(draft), *self._locked(package), *foreign(package.machine))

        return Built(path=self._kept(package.name, digest, fill), digest=digest)

    def jars(self, jars: Jars) -> Built:
        """Return the jars that a pom names."""
        pom = self._root / jars.pom
        digest = hashlib.sha256(pom.read_bytes()).hexdigest()[:DIGEST_LENGTH]

        def fill(draft: Path) -> None:
            run(*MAVEN, f"--file={pom}", f"-P{jars.profile}", f"-DoutputDirectory={draft}")

        return Built(path=self._kept(jars.name, digest, fill), digest=digest)

    def source(self, path: str) -> Path:
        """Return the path of a file in the source tree."""
        return self._root / path

    def _kept(self, name: str, digest: str, fill: Callable[[Path], None]) -> Path:
        """Return the cached folder, or fill a draft first so that a partial one is never found."""
        target = self._cache / f"{name}-{digest}"
        if target.exists():
            os.utime(target)
            return target
        draft = target.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        fill(draft)
        draft.rename(target)
        self._forget_unused()
        return target

    def _forget_unused(self) -> None:
        """Remove what no synthesis has used in a while."""
        oldest = time.time() - KEPT_S
        for made in self._cache.iterdir():
            if made.is_dir() and made.stat().st_mtime < oldest:
                shutil.rmtree(made)

    def _copy_sources(self, package: Package, draft: Path) -> None:
        for source in package.sources:
            origin, target = self._root / source.path, draft / source.at
            if origin.is_dir():
                shutil.copytree(
                    origin, target, ignore=shutil.ignore_patterns(*LITTER, *package.without)
                )
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(origin, target)

    def _installed(self, package: Package) -> Path:
        """Install the requirements, cached apart from our own code."""
        lock = (self._root / str(package.requirements)).read_bytes()
        digest = hashlib.sha256(f"{RECIPE}{package.machine}".encode() + lock).hexdigest()

        def fill(draft: Path) -> None:
            install(draft, package.machine, self._locked(package))

        return self._kept(f"{package.name}-requirements", digest[:DIGEST_LENGTH], fill)

    def _locked(self, package: Package) -> list[str]:
        lock = self._root / str(package.requirements)
        return [f"--requirement={lock}", "--require-hashes", "--no-deps", "--only-binary=:all:"]

    def _digest(self, package: Package) -> str:
        digest = hashlib.sha256(f"{RECIPE}{package}".encode())
        named = [source.path for source in package.sources]
        if package.requirements is not None:
            named.append(package.requirements)
        for path in self._files(named, without={*LITTER, *package.without}):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(self._root)} {content}\n".encode())
        return digest.hexdigest()[:DIGEST_LENGTH]

    def _files(self, named: Sequence[str], *, without: set[str]) -> Iterator[Path]:
        for name in named:
            origin = self._root / name
            found = sorted(origin.rglob("*")) if origin.is_dir() else [origin]
            for path in found:
                left_out = without.intersection(path.relative_to(self._root).parts)
                if path.is_file() and not left_out:
                    yield path


@contextmanager
def without_bytecode(folder: Path) -> Iterator[None]:
    """Allow a package to be imported in this block without bytecode ending up in it."""
    for compiled in [*folder.rglob("__pycache__")]:
        shutil.rmtree(compiled)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def pack(folder: Path, into: Path) -> None:
    """Write a folder into one zip, in a fixed order and without dates."""
    with ZipFile(into / ARCHIVE, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = ZipInfo(str(path.relative_to(folder)))
                entry.external_attr = READABLE << 16
                archive.writestr(entry, path.read_bytes(), ZIP_DEFLATED)


def install(into: Path, machine: Machine, locked: Sequence[str]) -> None:
    """Have uv unpack wheels for another machine; pip takes fifteen times as long."""
    run(
        *(str(Path(sys.executable).parent / "uv"), "pip", "install", "--quiet"),
        *("--target", str(into), "--link-mode=copy", f"--python-version={machine.python}"),
        *(f"--python-platform={machine.processor}-manylinux_2_28", *locked),
    )
    for unused in UNUSED:
        path = into / unused
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def foreign(machine: Machine) -> list[str]:
    """Return the pip arguments that select wheels for another machine."""
    platforms = [f"--platform={platform}" for platform in machine.platforms]
    return ["--implementation=cp", f"--python-version={machine.python}", *platforms]


def pip(verb: str, *arguments: str) -> None:
    """Run this Python's own pip."""
    run(sys.executable, "-m", "pip", verb, "--quiet", "--disable-pip-version-check", *arguments)


def run(*command: str) -> None:
    """Run a tool; its output goes to stderr, because stdout belongs to the CDK."""
    subprocess.run(command, check=True, stdout=sys.stderr)
