"""Playing one case on the stage: a client host, a recording, the servers' truth."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from tests.lab import truth, versions
from tests.lab.case import Case, Device
from tests.lab.clients import PATIENCE, Command, Wish
from tests.lab.namespaces import Host, as_host, inside, run
from tests.lab.served import Served
from tests.lab.stage import MAIL, Endpoint, Server, Stage
from tests.lab.tcpdump import await_silence, recording

VIEWS: Mapping[str, str] = {
    "pcapng": "capture.pcapng",
    "both-legs": "capture.pcapng",
    "decrypted": "capture.pcapng",
}
KEYLOG = "SSLKEYLOGFILE"
"""The variable that names a file for TLS keys."""


def play(case: Case, stage: Stage, number: int, folder: Path) -> truth.Expected:
    """Record one case into its folder; the truth of its sessions and its device."""
    endpoint = stage.endpoint(case.server)
    client = stage.net.join(host_of(case, number))
    path, keys = folder / VIEWS.get(case.view, "capture.pcap"), folder / "keys"
    try:
        before = len(endpoint.server.served())
        with view(case, client, path):
            for _ in range(case.times):
                execute(client, logging_keys(case.client(wish(case, endpoint)), case, keys))
            await_silence(endpoint.namespace, [client.ip])
            served = truths(endpoint.server, before, case.times)
    finally:
        stage.net.leave(client)
    keyed = case.view == "decrypted"
    sessions = [truth.told(truth.session(each, keyed=keyed), case.told) for each in served if each.client == client.ip]
    if not sessions:
        raise RuntimeError(f"{case.path}: the server saw nobody")
    if case.view == "one-sided":
        sessions = [truth.one_sided(each) for each in sessions]
    if keyed:
        inject(keys, path)
    return {
        "about": case.about,
        "origin": versions.origin(case.server, case.client.__name__),
        "sessions": sessions,
        "devices": [truth.told(each, case.told_device) for each in devices(client.ip, case.device, sessions)],
    }


def logging_keys(command: Command, case: Case, keys: Path) -> Command:
    """A client that writes down its TLS keys, where the case asks for them."""
    return replace(command, env=(*command.env, (KEYLOG, str(keys)))) if case.view == "decrypted" else command


def inject(keys: Path, path: Path) -> None:
    """Put a key log into a capture, as a Decryption Secrets Block in front of its frames."""
    made = path.with_suffix(".new")
    run("editcap", "--inject-secrets", f"tls,{keys}", str(path), str(made))
    made.replace(path)
    keys.unlink()


def host_of(case: Case, number: int) -> Host:
    """The client's host: an address of its own in every case."""
    name, mac, called = f"c{number}", case.device.mac, case.device.name
    if case.ipv6:
        return Host(name, f"fd00:9::{0x100 + number:x}/64", mac, offload=case.offload, called=called)
    return Host(name, f"10.9.3.{10 + number}/16", mac, offload=case.offload, called=called)


def wish(case: Case, endpoint: Endpoint) -> Wish:
    """The wish of a case, with the address filled in."""
    return Wish(endpoint.ip, endpoint.port, case.device.name, **case.wish)


def view(case: Case, client: Host, path: Path) -> AbstractContextManager[None]:
    """The recording that this case asks for."""
    if case.view == "cooked":
        return recording(path, f"host {client.ip}", ("any",), client.namespace)
    if case.view == "cooked-v1":
        v1 = ("-y", "LINUX_SLL")
        return recording(path, f"host {client.ip}", ("any",), client.namespace, v1)
    if case.view == "nanoseconds":
        nano = ("--time-stamp-precision=nano",)
        return recording(path, f"ether host {client.mac}", extra=nano)
    if case.view == "one-sided":
        return recording(path, f"src host {client.ip}")
    if case.view == "both-legs":
        legs = tuple("v-" + name for name in (client.name, MAIL.name))
        return recording(path, f"ether host {client.mac}", legs)
    return recording(path, f"ether host {client.mac}")


def execute(host: Host, command: Command) -> None:
    """Run a client to its end; that it fails is often the point."""
    subprocess.run(
        inside(host.namespace, as_host(host.hostname, command.argv)),
        check=False,
        input=command.stdin,
        text=True,
        capture_output=True,
        timeout=PATIENCE,
        env={**os.environ, **dict(command.env)},
    )


def truths(server: Server, before: int, count: int = 1) -> list[Served]:
    """What the server served since; it may log a moment after the last packet."""
    for _ in range(20):
        served = server.served()[before:]
        if len(served) >= count:
            return served
        run("sleep", "0.05")
    return served


def devices(ip: str, who: Device, sessions: Iterable[truth.Expected]) -> list[truth.Expected]:
    """The device behind these sessions, when the rules say something of it."""
    listed = list(sessions)
    told = truth.verdict_told(listed, verdict)
    if told["verdict"] is None:
        return []
    hidden_name = all(each["starttls"] == "implicit" for each in listed)
    return [{"ip": ip, "mac": who.mac, **told, "name": None if hidden_name else who.name}]


def verdict(sessions: Sequence[truth.Expected], found: bool) -> str | None:
    """The verdict at one server of ours; with `found`, by what must be found alone."""
    return truth.verdict(truth.family_of(each, found=found) for each in sessions)
