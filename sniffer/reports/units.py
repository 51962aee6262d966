"""Unit files for systemd, or a line for cron, that run ``sniffer scan``; a pure function of what was asked for.

Rules of this file:
1. The usual thing is to listen always and to report once a day.  A daily window at a fixed hour sees nightly jobs
   always or never, so a window begins at a random moment: of the whole day, or midnight would be left out.
2. The service has a user of its own, one capability, and no way to the network but reading from it.
3. All its files are in the state directory.  A command that takes the report on runs in a unit of its own: who listens
   sends nothing.
"""

from __future__ import annotations

import shlex
from typing import NamedTuple

from sniffer.model import limits
from sniffer.reports.systemd_syntax import command_line, in_comment, unit_name, value, word

STATE = "/var/lib/sniffer"
"""Where ``StateDirectory=sniffer`` is (systemd.exec(5))."""

DAY_SECONDS = 86_400


class Schedule(NamedTuple):
    """What is to run.

    ``program`` is how this very program is called: an absolute path, and words behind it.  ``window`` is in seconds,
    None to listen always.  ``every`` is how often a report is made.  ``database`` is a URL without a password,
    ``password_file`` where that is.  ``then`` is a command of the shell that is given each report, ``more`` further
    words for ``sniffer scan``.
    """

    program: tuple[str, ...]
    interfaces: tuple[str, ...]
    sensor: str | None = None
    every: str = "1d"
    window: int | None = None
    database: str | None = None
    password_file: str | None = None
    to_file: bool = False
    then: str | None = None
    more: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """Return what it is called by: its sensor's name, else its interfaces."""
        return self.sensor or "-".join(self.interfaces)

    @property
    def name(self) -> str:
        """Return the name of its units, without their endings."""
        return "sniffer-" + unit_name(self.called)

    @property
    def report(self) -> str | None:
        """Return the file that holds the newest report, None where it goes to the journal only."""
        return f"{STATE}/report-{file_name(self.called)}.txt" if self.to_file or self.then is not None else None

    @property
    def remote(self) -> bool:
        """Say whether its database is reached over the network."""
        return bool(self.database) and not str(self.database).startswith("sqlite")


class Unit(NamedTuple):
    """A unit file: its name, and its text."""

    name: str
    text: str


def units(wanted: Schedule) -> list[Unit]:
    """Return the unit files; the first that ``enabled`` names is to be enabled, with those behind it."""
    found = [Unit(f"{wanted.name}.service", _service(wanted))]
    if wanted.window:
        found.append(Unit(f"{wanted.name}.timer", _timer(wanted)))
    if wanted.then is not None:
        found.append(Unit(f"{wanted.name}-report.path", _path(wanted)))
        found.append(Unit(f"{wanted.name}-report.service", _hook(wanted)))
    return found


def enabled(wanted: Schedule) -> list[str]:
    """Return the units that are to be enabled and started."""
    first = f"{wanted.name}.timer" if wanted.window else f"{wanted.name}.service"
    return [first, *([f"{wanted.name}-report.path"] if wanted.then is not None else [])]


def scan_words(wanted: Schedule) -> list[str]:
    """Return the arguments of the program."""
    words = ["scan"]
    for each in wanted.interfaces:
        words += ["-i", each]
    if wanted.sensor:
        words += ["--sensor", wanted.sensor]
    words += ["--duration", f"{wanted.window}s"] if wanted.window else ["--every", wanted.every]
    if wanted.database:
        words += ["--db", wanted.database]
    if wanted.report:
        words += ["--output", wanted.report]
    return [*words, *wanted.more]


def cron_file(wanted: Schedule) -> str:
    """Return a file for ``/etc/cron.d`` (crontab(5)).

    cron has no random moments (``shuf``, coreutils, has), starts nothing again (so it tries every ten minutes, and
    ``flock`` holds it back while it runs), has no capabilities (``setpriv``; both util-linux), and ends a command at a
    bare ``%``.
    """
    words = scan_words(wanted)
    if wanted.password_file:
        words += ["--db-password-file", wanted.password_file]
    name = f"sniffer-{file_name(wanted.called)}"
    call = shlex.join(["flock", "-n", f"/run/lock/{name}", *AS_SNIFFER, *wanted.program, *words])
    if wanted.then is not None and wanted.report:
        call += f"; {wanted.then} < {shlex.quote(wanted.report)}"
    wait = f"sleep $(shuf -i 0-{DAY_SECONDS - 1} -n 1); " if wanted.window else ""
    when = "0 0 * * *" if wanted.window else "*/10 * * * *"
    lines = [
        f"# {in_comment(_what(wanted))}.  Save it as /etc/cron.d/{name}, and once make its user and folder:",
        f"#   useradd --system --home-dir {STATE} --shell /usr/sbin/nologin sniffer",
        f"#   install -d -o sniffer -g sniffer -m 0700 {STATE}",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        f"XDG_DATA_HOME={STATE.rpartition('/')[0]}",
        "XDG_CONFIG_HOME=/etc",
        f"{when} root umask 077; " + f"{wait}{call}".replace("%", "\\%"),
    ]
    return "\n".join(lines) + "\n"


AS_SNIFFER = (
    "setpriv", "--reuid=sniffer", "--regid=sniffer", "--init-groups", "--no-new-privs", "--bounding-set=-all,+net_raw",
    "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "nice", "-n", "10",
)  # fmt: skip
"""An ordinary user who may open an interface, and nothing else (setpriv(1))."""


def file_name(text: str) -> str:
    """Return text as a part of a file's name that needs no quotes, and that cron reads (run-parts(8))."""
    return "".join(char if char.isascii() and (char.isalnum() or char in "_-") else "_" for char in text)


def _what(wanted: Schedule) -> str:
    where = ", ".join(wanted.interfaces)
    if wanted.window:
        return f"sniffer listens to {where} once a day, from a random moment on"
    return f"sniffer listens to {where}, and reports once in {wanted.every}"


# -- unit by unit -------------------------------------------------------------------------------


def _service(wanted: Schedule) -> str:
    call = [*wanted.program, *scan_words(wanted)]
    start = command_line(call)
    if wanted.password_file:
        start += " --db-password-file ${CREDENTIALS_DIRECTORY}/db-password"
    name, lines = _unit(wanted, _what(wanted))
    return _text(
        (name, [*lines, "StartLimitIntervalSec=0"]),
        ("Service", [
            "Type=simple",
            f"ExecStart={start}",
            *_credential(wanted),
            *_course(wanted),
            "",
            "# Its files: inventory and reports below /var/lib/sniffer; options may stand in /etc/sniffer/config.toml.",
            "StateDirectory=sniffer",
            "StateDirectoryMode=0700",
            "UMask=0077",
            "Environment=XDG_DATA_HOME=%S XDG_CONFIG_HOME=%E PYTHONUNBUFFERED=1",
            "",
            "# Its rights: a user of its own, who may open an interface, and nothing else.",
            "DynamicUser=yes",
            "User=sniffer",
            "AmbientCapabilities=CAP_NET_RAW",
            "CapabilityBoundingSet=CAP_NET_RAW",
            *SANDBOX,
            *_network(wanted),
            "",
            "# What it may take of the machine.",
            f"MemoryMax={limits.SERVICE_MEMORY}",
            f"CPUQuota={limits.SERVICE_CPU}%",
            "CPUWeight=50",
            "IOWeight=50",
            f"TasksMax={limits.SERVICE_TASKS}",
            f"LimitFSIZE={limits.SERVICE_FILE}",
            "LimitCORE=0",
        ]),
        _install("multi-user.target", wanted=not wanted.window),
    )  # fmt: skip


SANDBOX = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "RemoveIPC=yes",
    "KeyringMode=private",
    "SystemCallArchitectures=native",
    "SystemCallErrorNumber=EPERM",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "# With this one it gives up its capability, once the interface is open.",
    "SystemCallFilter=capset",
)
"""What a service without a need of it had better not have (systemd.exec(5))."""


def _course(wanted: Schedule) -> list[str]:
    """Return how it ends, and when it is started again."""
    lines = [
        "# Statuses of scan: 3 --fail-on matched, 4 part was not read, 5 nothing could be judged.",
        "SuccessExitStatus=3 4 5",
        "KillMode=mixed",
        f"TimeoutStopSec={limits.SERVICE_STOP}",
    ]
    if wanted.window:
        return [*lines, f"RuntimeMaxSec={wanted.window + limits.SERVICE_LATE}"]
    return [*lines, "Restart=on-failure", f"RestartSec={limits.SERVICE_RESTART}", "RestartPreventExitStatus=2"]


def _network(wanted: Schedule) -> list[str]:
    """Return what it may do with the network: read frames; a database elsewhere needs more."""
    if wanted.remote:
        return [
            "# The database is reached over the network; without one there would be neither AF_INET nor AF_INET6.",
            "RestrictAddressFamilies=AF_PACKET AF_NETLINK AF_UNIX AF_INET AF_INET6",
        ]
    return [
        "# AF_NETLINK tells which interfaces there are.  Nothing can be sent to an address.",
        "RestrictAddressFamilies=AF_PACKET AF_NETLINK AF_UNIX",
        "IPAddressDeny=any",
    ]


def _credential(wanted: Schedule) -> list[str]:
    """Return how it gets the database's password: systemd hands it over, the file stays root's."""
    if not wanted.password_file:
        return []
    return [f"LoadCredential={word(f'db-password:{wanted.password_file}')}"]


def _timer(wanted: Schedule) -> str:
    return _text(
        _unit(wanted, _what(wanted)),
        ("Timer", [
            "# Of the whole day: what is left out would never be listened to.",
            "OnCalendar=daily",
            f"RandomizedDelaySec={DAY_SECONDS}",
            "AccuracySec=1s",
        ]),
        _install("timers.target"),
    )  # fmt: skip


def _path(wanted: Schedule) -> str:
    return _text(
        _unit(wanted, f"A new report of {wanted.name}"),
        ("Path", [f"PathModified={wanted.report}"]),
        _install("paths.target"),
    )  # fmt: skip


def _hook(wanted: Schedule) -> str:
    """Return the unit of the command that takes a report on; it may use the network, and never hears it."""
    return _text(
        _unit(wanted, f"Takes on the report of {wanted.name}"),
        ("Service", [
            "Type=oneshot",
            "# The report is written in one go, or in several; by then it is whole.",
            f"ExecStartPre=/bin/sleep {limits.SERVICE_REPORT}",
            "# As root, like a job of cron; give it a User= of its own with 'systemctl edit'.",
            f"ExecStart={command_line(['/bin/sh', '-c', str(wanted.then)])}",
            f"StandardInput=file:{wanted.report}",
            "ProtectSystem=full",
            "ProtectHome=yes",
            "PrivateTmp=yes",
            "PrivateDevices=yes",
        ]),
    )  # fmt: skip


Section = tuple[str, list[str]]


def _unit(wanted: Schedule, what: str) -> Section:
    named = " ".join(("sniffer scan schedule", *(f"-i {each}" for each in wanted.interfaces)))
    return "Unit", [f"# Made by '{in_comment(named)}'.", f"Description={value(what)}"]


def _install(target: str, *, wanted: bool = True) -> Section:
    return "Install", [f"WantedBy={target}"] if wanted else []


def _text(*sections: Section) -> str:
    parts = ["\n".join((f"[{name}]", *lines)) for name, lines in sections if lines]
    return "\n\n".join(parts) + "\n"
