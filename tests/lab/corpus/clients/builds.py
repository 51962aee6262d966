"""Client programs that must be compiled first; what comes of it stays in the lab's cache directory."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.corpus.clients.program import BUILT, PROGRAMS

GO_CODE = Path("/usr/share/gocode")


@dataclass(frozen=True)
class Build:
    """A compiler's command line: sources from our programs, one target, and what must be there."""

    target: str
    sources: Sequence[str]
    argv: Sequence[str]
    needs: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def made(self) -> Path:
        """Where it is when it is made."""
        return BUILT / self.target

    @property
    def files(self) -> list[Path]:
        """The sources."""
        return [PROGRAMS / name for name in self.sources]

    def stale(self) -> bool:
        """Whether it is missing, or a source is younger."""
        return not self.made.exists() or self.made.stat().st_mtime < max(each.stat().st_mtime for each in self.files)

    def lacking(self) -> str | None:
        """Make it if need be; the reason when that is not possible."""
        if not self.stale():
            return None
        tool = self.argv[0]
        absent = [] if shutil.which(tool) else [tool]
        absent += [path for path in self.needs if not Path(path).exists()]
        if absent:
            return f"not installed: {', '.join(absent)}"
        BUILT.mkdir(parents=True, exist_ok=True)
        argv = [word.format(target=self.made, folder=self.made.parent) for word in self.argv]
        done = subprocess.run(
            [*argv, *map(str, self.files)], check=False, capture_output=True, text=True, env={**os.environ, **self.env}
        )
        if done.returncode:
            self.made.unlink(missing_ok=True)
            return f"{tool}: {done.stderr.strip()[-300:]}"
        self.made.touch()
        return None


def either(*checks: Callable[[], str | None]) -> Callable[[], str | None]:
    """The first reason of several checks."""

    def lacking() -> str | None:
        return next((reason for check in checks if (reason := check())), None)

    return lacking


def go(name: str, *packages: str) -> Build:
    """A Go program of ours: the reading of wishes, and one library."""
    env = {"GO111MODULE": "off", "GOPATH": str(GO_CODE), "GOCACHE": str(BUILT / "go-cache"), "GOFLAGS": ""}
    needs = [str(GO_CODE / "src" / package) for package in packages]
    argv = ("go", "build", "-o", "{target}")
    return Build(f"go-{name}", ("go/wish.go", f"go/{name}.go"), argv, needs, env)


JARS = ("/usr/share/java/javax.mail.jar", "/usr/share/java/javax.activation.jar", "/usr/share/java/commons-net.jar")
JAVA = Build(
    "ManyNet.class",
    ("java/Many.java", "java/ManyNet.java"),
    ("javac", "-d", "{folder}", "-cp", ":".join(JARS)),
    (JARS[0], JARS[2]),
)
CSHARP = Build(
    "SystemNetMail.exe",
    ("SystemNetMail.cs",),
    ("mcs", "-out:{target}"),
)


def linked(name: str, source: str, *libraries: str) -> Build:
    """A program of ours in C or C++ over a mail library."""
    compiler = ("g++", "-std=c++17") if source.endswith("pp") else ("gcc",)
    return Build(name, (source,), (*compiler, "-O1", "-w", "-o", "{target}", "-Wl,--no-as-needed", *libraries))


def device(name: str, define: str, *libraries: str) -> Build:
    """The device in C over one TLS library."""
    argv = ("gcc", "-O1", "-w", f"-D{define}", "-o", "{target}", "-Wl,--no-as-needed", *libraries)
    return Build(f"device-{name}", ("device.c",), argv)
