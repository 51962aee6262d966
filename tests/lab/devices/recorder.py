"""Playing a scenario, and writing the folders of its cases."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.capture_files import Interface, write_pcap, write_pcapng
from tests.lab.devices.scenario import Case, Scenario
from tests.lab.devices.site import Site
from tests.lab.devices.truth import Played, Truth, truth
from tests.lab.devices.wires import read
from tests.lab.namespaces import network
from tests.wire import Frame

TRUTH = "truth.json"
LARGEST = 200_000
"""Bytes of a case: captures are kept in the repository."""


def play(scenario: Scenario, folder: Path) -> dict[str, Truth]:
    """Play a scenario; its cases as subfolders, by their name, and what is true of them."""
    with (
        tempfile.TemporaryDirectory(prefix="snf-", ignore_cleanup_errors=True) as name,
        network() as net,
        ExitStack() as cleanup,
    ):
        home = Path(name)
        home.chmod(0o755)
        site = Site(net, home, cleanup)
        notes = scenario.play(site)
        recorded = {lan: read(site.span(lan)) for lan in site.lans}
        boxes = {key: node.box for key, node in site.nodes.items()}
        made = {}
        for case in scenario.cases:
            seen = {lan: recorded[lan] for lan in case.spans}
            seen = case.view(seen) if case.view else seen
            written = case.damage(seen) if case.damage else seen
            write(case, written, folder / case.name)
            played = Played(notes, recorded, boxes, site.homes)
            made[case.path] = truth(case, played, seen, written)
        return made


def write(case: Case, spans: Mapping[str, Sequence[Frame]], folder: Path) -> None:
    """Write what each sensor saw into its file."""
    folder.mkdir(parents=True)
    if case.form == "pcapng":
        both = [(number, frame) for number, frames in enumerate(spans.values()) for frame in frames]
        both.sort(key=lambda each: each[1].time_us)
        # the later interfaces differ, as those of a real file may
        interfaces = [Interface(name=name, tsresol=6 + 3 * number) for number, name in enumerate(spans)]
        write_pcapng(folder / "capture.pcapng", both, interfaces)
    else:
        for sensor, frames in spans.items():
            write_pcap(folder / case.file_of(sensor), frames, snaplen=case.snaplen)
    if (size := sum(path.stat().st_size for path in folder.iterdir())) > LARGEST:
        raise RuntimeError(f"{folder.name}: {size} bytes are too many")
