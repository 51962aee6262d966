"""Background templates: downloads, short web flows, name lookups, QUIC, probes.

A download is one long template; a flow takes as many of its first rows as its size asks for.
"""

from __future__ import annotations

from random import Random

import numpy as np

from tests.bench.dialogues import Turns
from tests.bench.templates import MSS, ROW, Pool, Rows, conversation
from tests.bench.tls import TLS13, inside_tls
from tests.wire import ACK, RST, SYN, Conversation

NOISE_BYTES = 4 << 20
QUIC_PAYLOAD = 1250


def add_noise(pool: Pool, noise: Random) -> int:
    """A stretch of noise that long flows share."""
    return pool.add(noise.randbytes(NOISE_BYTES))


def download(segments: int, pool: Pool, noise_at: int, noise: Random) -> Rows:
    """TLS, and then full segments from the server, every second one acknowledged."""
    opening = web(pool, noise)[:-3]  # all but the closing
    last = opening[-1]
    bulk = _bulk(segments, MSS, noise_at)
    bulk["after_us"] += last["after_us"] + 100
    for_client, for_server = opening[~opening["from_client"]][-1], opening[opening["from_client"]][-1]
    down, up = ~bulk["from_client"], bulk["from_client"]
    server_next = np.uint32(for_client["seq"] + for_client["length"])
    client_next = np.uint32(for_server["seq"] + for_server["length"])
    bulk["seq"][down] += server_next
    bulk["ack"][down] = client_next
    bulk["seq"][up] = client_next
    bulk["ack"][up] += server_next
    return np.concatenate([opening, bulk])


def _bulk(segments: int, size: int, noise_at: int) -> Rows:
    """Data, data, ACK, and so on."""
    rows = np.zeros(segments // 2 * 3, dtype=ROW)
    number = np.arange(len(rows))
    said = number // 3 * 2 + np.minimum(number % 3, 1)  # segments before this one
    rows["from_client"] = number % 3 == 2
    rows["after_us"] = number * 60
    rows["flags"] = ACK
    data = ~rows["from_client"]
    rows["seq"][data] = said[data] * size
    rows["ack"][~data] = (said[~data] + 1) * size
    rows["length"][data] = size
    rows["offset"][data] = noise_at + said[data] * size % (NOISE_BYTES - size)
    return rows


def web(pool: Pool, noise: Random) -> Rows:
    """A short TLS flow: one request, one answer of a few kB."""
    answer = noise.choice((400, 1200, 2800, 6000, 9000))
    turns: Turns = [("client", bytes(noise.randint(200, 900))), ("server", bytes(answer))]
    return conversation(inside_tls(turns, TLS13, "www.example.org", noise), pool)


def probe() -> Rows:
    """A connection that is refused."""
    talk = Conversation(start=0, client_isn=0, server_isn=0)
    talk.emit("client", flags=SYN, seq=0, ack=0)
    talk.reset("server")
    rows = np.zeros(2, dtype=ROW)
    rows["after_us"] = [s.time_us for s in talk.segments]
    rows["from_client"] = [True, False]
    rows["ack"] = [0, 1]
    rows["flags"] = [SYN, RST | ACK]
    return rows


def lookup(pool: Pool, noise: Random) -> Rows:
    """A DNS question and its answer."""
    name = b"\3www\7example\3org\0"
    number = noise.randbytes(2)
    question = number + b"\1\0\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1"
    answer = (
        number + b"\x81\x80\0\1\0\1\0\0\0\0" + name + b"\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + noise.randbytes(4)
    )
    return _datagrams([(True, question), (False, answer)], pool)


def quic(datagrams: int, noise_at: int) -> Rows:
    """Datagrams of QUIC's usual size, an answer to every second."""
    rows = _bulk(datagrams, QUIC_PAYLOAD, noise_at)
    answers = rows["from_client"]
    rows["length"][answers] = 40
    rows["offset"][answers] = noise_at
    rows["flags"] = 0
    return rows


def _datagrams(said: list[tuple[bool, bytes]], pool: Pool) -> Rows:
    return np.array(
        [(number * 8000, up, 0, 0, 0, pool.add(data), len(data)) for number, (up, data) in enumerate(said)],
        dtype=ROW,
    )
