"""Recipes as they are printed, run on a wire; and a doctor who listens to it."""

from __future__ import annotations

import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sniffer.knowledge.recipes import recipes
from tests.lab.namespaces import inside, remove, run
from tests.program import ROOT, command, environment, sniffer
from tests.surveys import talks

SPACE = "snr-recipe"
SESSIONS = 8
TOOLS = ("tcpdump", "dumpcap")
WAIT_SECONDS = 20

FLUSH_SECONDS = 2.0
"""tcpdump asks the kernel for what has come each second only, and does without the rest when it is ended."""

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(platform.system() != "Linux" or os.geteuid() != 0, reason="namespaces take root, on Linux"),
]

SEND = """
import socket, sys, time
from tests.lab.test_recipe import SESSIONS
from tests.surveys import healthy
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("v0", 0))
for frame in healthy(SESSIONS):
    wire.send(frame.data)
    time.sleep(0.0005)
"""


@pytest.fixture
def wire() -> Iterator[None]:
    """Two ends, v0 and eth1, of a wire that leads nowhere else."""
    remove(SPACE)
    run("ip", "netns", "add", SPACE)
    try:
        run(*inside(SPACE, ["sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"]))
        run("ip", "-n", SPACE, "link", "add", "v0", "type", "veth", "peer", "name", "eth1")
        for name in ("lo", "v0", "eth1"):
            run("ip", "-n", SPACE, "link", "set", name, "up")
        yield
    finally:
        remove(SPACE)


@contextmanager
def running(words: list[str], cwd: Path, ready: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """A program in the namespace, from when it says that it listens until it was asked to end."""
    env = environment({"PYTHONPATH": str(ROOT)})
    program = subprocess.Popen(inside(SPACE, words), cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stderr is not None
    os.set_blocking(program.stderr.fileno(), False)
    said, end = b"", time.monotonic() + WAIT_SECONDS
    while ready not in said and program.poll() is None and time.monotonic() < end:
        said += program.stderr.read() or b""
        time.sleep(0.05)
    try:
        assert ready in said, said
        yield program
    finally:
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=WAIT_SECONDS)


def send() -> None:
    """Sessions on the wire."""
    env = environment({"PYTHONPATH": str(ROOT)})
    subprocess.run(inside(SPACE, [sys.executable, "-c", SEND]), env=env, check=True)
    time.sleep(FLUSH_SECONDS)


@pytest.mark.parametrize("name", TOOLS)
def test_what_a_recipe_captures_is_judged(name: str, tmp_path: Path, wire: None) -> None:
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    row = next(each for each in recipes() if each.code == name)
    line = sniffer("recipe", name).out.split("\n\n")[1].strip()
    tmp_path.chmod(0o777)
    words = shlex.split(line)
    words[1:1] = ["-Z", "root"] if name == "tcpdump" else []  # the folder is root's
    with running(words, tmp_path, b"istening on" if name == "tcpdump" else b"File: "):
        send()
    files = sorted(str(each) for each in tmp_path.iterdir())
    assert files
    assert row.read[1].startswith("sniffer triage")
    outcome = sniffer("triage", "--view", "sessions", "--format", "jsonl", *files)
    assert len(outcome.rows) == SESSIONS == len(talks(SESSIONS))


def test_a_doctor_listens(tmp_path: Path, wire: None) -> None:
    words = [*command("doctor", "-i", "eth1", "--duration", "7s"), "--format", "json"]
    env = environment({"PYTHONPATH": str(ROOT)})
    program = subprocess.Popen(inside(SPACE, words), cwd=tmp_path, env=env, stdout=subprocess.PIPE)
    time.sleep(3)
    send()
    out, _ = program.communicate(timeout=WAIT_SECONDS)
    found = json.loads(out)
    assert program.returncode == 0
    assert found["live"] is True
    assert found["figures"]["mail"]["connections"] == SESSIONS
    assert [each["code"] for each in found["findings"] if each["level"] == "problem"] == []
    assert found["figures"]["interfaces"][0]["dropped"] == 0
