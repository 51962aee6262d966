"""All tables together: every row sourced, a user's rows over the shipped ones, and searches that no text breaks."""

from __future__ import annotations

import pickle
import re
from datetime import date
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.knowledge.catalogue import Catalogue, KnowledgeError, catalogue
from sniffer.knowledge.client_programs import ClientProgram
from sniffer.knowledge.deadlines import Deadline
from sniffer.knowledge.device_names import DeviceName
from sniffer.knowledge.hints import Hint
from sniffer.knowledge.mail_marks import MailMark
from sniffer.knowledge.replies import Reply
from sniffer.knowledge.rows import FRESH, Row, merged
from sniffer.knowledge.services import Service
from sniffer.knowledge.ways import Way

KNOWN = catalogue()
EVERY: list[Row] = list(
    chain(
        KNOWN.services, KNOWN.deadlines, KNOWN.ways, KNOWN.replies, KNOWN.hints,
        KNOWN.device_names, KNOWN.mail_marks, KNOWN.client_programs,
    )
)  # fmt: skip
TABLES: dict[str, tuple[type[Row], tuple[Row, ...]]] = {
    "service": (Service, KNOWN.services),
    "deadline": (Deadline, KNOWN.deadlines),
    "way": (Way, KNOWN.ways),
    "reply": (Reply, KNOWN.replies),
    "hint": (Hint, KNOWN.hints),
    "device-name": (DeviceName, KNOWN.device_names),
    "mail-mark": (MailMark, KNOWN.mail_marks),
    "client-program": (ClientProgram, KNOWN.client_programs),
}
PROSE = ("before", "after", "text", "fits", "limits", "catch", "cause", "fix", "when", "prose")


@pytest.mark.parametrize("row", EVERY, ids=[f"{type(row).__name__}-{row.code}" for row in EVERY])
def test_a_row_has_a_source_and_a_date(row: Row) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.code)
    assert len(row.source) > 6
    assert date(2026, 1, 1) <= row.as_of <= date(2026, 11, 30)
    assert not row.stale(row.as_of)
    assert row.stale(row.as_of + 2 * FRESH)


@pytest.mark.parametrize("row", EVERY, ids=[f"{type(row).__name__}-{row.code}" for row in EVERY])
def test_prose_names_no_day_of_december_and_stays_on_its_line(row: Row) -> None:
    for name in PROSE:
        text = getattr(row, name, None) or ""
        assert not re.search(r"31(st)? (of )?Dec|Dec\w* 31|2026-12-31", text)
        assert text.isprintable()
        assert text == " ".join(text.split())


def test_codes_are_there_once() -> None:
    for _, rows in TABLES.values():
        assert rows
        assert len({row.code for row in rows}) == len(rows)


def test_the_newest_date_is_that_of_the_knowledge() -> None:
    assert KNOWN.as_of == max(row.as_of for row in EVERY).isoformat()


def test_the_shipped_part_is_read_once_and_can_go_to_another_process() -> None:
    assert catalogue() is KNOWN
    assert KNOWN.user_file is None
    assert pickle.loads(pickle.dumps(KNOWN)).by_name("smtp.gmail.com") == KNOWN.service("gmail")  # noqa: S301 - ours


# -- a user's file -----------------------------------------------------------------------------


def with_rows(folder: Path, text: str) -> Catalogue:
    """The catalogue with a user's file over it."""
    path = folder / "ours.toml"
    path.write_text(text, "utf-8")
    return catalogue(path)


RELAY = """
[[service]]
code = "example-relay"
name = "Example relay"
hosts = [".relay.example.org"]
networks = ["198.51.100.0/24", "52.97.0.0/16"]
ports = [587]
submission = true
source = "our own"
as_of = 2026-11-01
"""


def test_a_new_row_comes_before_the_shipped_ones(tmp_path: Path) -> None:
    ours = with_rows(tmp_path, RELAY)
    assert [row.code for row in ours.services] == ["example-relay", *(row.code for row in KNOWN.services)]
    assert ours.by_name("a.relay.example.org") == ours.by_greeting("220 x.relay.example.org hi") == ours.services[0]
    assert ours.by_address("52.97.1.2", 587) == ours.services[0]
    assert ours.user_file == str(tmp_path / "ours.toml")
    assert ours.deadlines == KNOWN.deadlines


def test_a_row_with_a_known_code_replaces_what_it_names_and_keeps_its_place(tmp_path: Path) -> None:
    text = '[[deadline]]\ncode = "exchange-online"\nwhen = "end of March 2027"\nbegins = 2027-04-01\n'
    ours = with_rows(tmp_path, text).deadline("exchange-online")
    shipped = KNOWN.deadline("exchange-online")
    assert ours
    assert shipped
    assert (ours.when, ours.begins, ours.before) == ("end of March 2027", date(2027, 4, 1), shipped.before)
    assert [row.code for row in with_rows(tmp_path, text).deadlines] == [row.code for row in KNOWN.deadlines]
    assert KNOWN.deadline("exchange-online") == shipped


def test_of_two_rows_with_one_name_the_users_holds(tmp_path: Path) -> None:
    names = 'hosts = ["smtp.gmail.com"]\ncertificates = ["*.office365.com"]'
    ours = with_rows(tmp_path, RELAY.replace('hosts = [".relay.example.org"]', names))
    assert ours.by_name("smtp.gmail.com") == ours.by_certificate(("*.office365.com",)) == ours.services[0]


def test_every_table_takes_rows(tmp_path: Path) -> None:
    rest = 'source = "our own"\nas_of = 2026-11-01\n'
    ours = with_rows(
        tmp_path,
        f"""
[[reply]]
code = "our-refusal"
pattern = '^550 no entry'
cause = "No entry"
state = "refused"
fix = "ask"
{rest}
[[way]]
code = "our-way"
name = "Ours"
services = ["gmail"]
auth = "none"
fits = "always"
{rest}
[[hint]]
code = "quiet"
text = "Hush."
""",
    )
    found, quiet = ours.refusal("550 no entry here"), ours.hint("quiet")
    assert found
    assert quiet
    assert (found.code, ours.reply("our-refusal"), quiet.text) == ("our-refusal", found, "Hush.")
    assert [way.code for way in ours.ways_out_of("gmail")] == ["our-way"]


WRONG = [
    ("[[service]\n", "see https://toml.io"),
    ('[[servise]]\ncode = "x"\n', "there is no table 'servise'; write [[service]], [[deadline]]"),
    ('service = "x"\n', "write its rows as [[service]]"),
    ('[service]\ncode = "x"\n', "write its rows as [[service]]"),
    ('[[service]]\nname = "x"\n', "[[service]] row 1: code: write a word of a-z, 0-9 and dashes"),
    ('[[service]]\ncode = "X y"\n', "[[service]] X y: code: write a word"),
    ('[[service]]\ncode = 7\n', "[[service]] 7: code: write a word"),
    ('[[service]]\ncode = "x"\n', "[[service]] x: source is missing: write text in quotes"),
    (RELAY + RELAY, "[[service]] example-relay: code: the file has this one twice"),
    (RELAY + "colour = 1\n", "[[service]] example-relay: colour: a [[service]] has no such field; write one of code,"),
    (RELAY + "greeting = '('\n", "example-relay: greeting: write a regular expression of Python (missing )"),
    (RELAY + 'oauth = "yes"\n', "example-relay: oauth: write true or false"),
    ('[[service]]\ncode = "gmail"\nhosts = "smtp.gmail.com"\n', "gmail: hosts: write a list of texts"),
    ('[[service]]\ncode = "gmail"\nhosts = [1]\n', "gmail: hosts: write a list of texts"),
    ('[[service]]\ncode = "gmail"\nname = ""\n', "gmail: name: write text in quotes"),
    ('[[service]]\ncode = "gmail"\nports = ["587"]\n', "gmail: ports: write a list of ports"),
    ('[[service]]\ncode = "gmail"\nports = [0]\n', "gmail: ports: write a list of ports"),
    ('[[service]]\ncode = "gmail"\nports = [true]\n', "gmail: ports: write a list of ports"),
    ('[[service]]\ncode = "gmail"\nnetworks = ["10.0.0.1/8"]\n', "networks: write a list of networks without host"),
    ('[[service]]\ncode = "gmail"\nas_of = "2026-11-23"\n', "gmail: as_of: write a date without quotes"),
    ('[[service]]\ncode = "gmail"\nas_of = 2026-11-23T10:00:00\n', "gmail: as_of: write a date without quotes"),
    ('[[reply]]\ncode = "bad-credentials"\nstate = "broken"\n', "state: write one of refused, failing"),
    ('[[deadline]]\ncode = "gmail"\ncertainty = []\n', "certainty: write one of announced, in-force, none"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_wrong_row_is_named_with_what_to_write_instead(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(KnowledgeError) as told:
        with_rows(tmp_path, text)
    assert str(told.value).startswith(f"{tmp_path / 'ours.toml'}: ")
    assert says in str(told.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"nothing\.toml"):
        catalogue(tmp_path / "nothing.toml")


TOML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


FIELDS = [(table, name) for table, (kind, _) in TABLES.items() for name in ("source", "as_of", *kind.__annotations__)]


@given(st.sampled_from(FIELDS), TOML)
def test_no_value_breaks_a_table_and_a_wrong_one_is_named(place: tuple[str, str], value: object) -> None:
    table, field = place
    kind, rows = TABLES[table]
    told = complaint(kind, table, {"code": rows[0].code, field: value})
    assert told == "" or f": {field}" in told


def complaint(kind: type[Row], table: str, row: dict[str, object]) -> str:
    """What is said about a row, nothing if it can be used."""
    try:
        merged(kind, table, [row], Path("ours.toml"))
    except KnowledgeError as error:
        return str(error)
    return ""


# -- hostile text ------------------------------------------------------------------------------

SPICE = st.sampled_from(
    ["220 ", "250-", "smtp.gmail.com", "*.", ".", "[", "535 5.7.139 ", "outlook.office365.com", "\x00"]
)
HOSTILE = st.lists(SPICE | st.text(max_size=20), max_size=8).map("".join)


@given(HOSTILE)
def test_no_text_breaks_a_search(text: str) -> None:
    KNOWN.by_greeting(text)
    KNOWN.by_certificate((text, "smtp.gmail.com"))
    KNOWN.refusal(text)
    row = KNOWN.by_name(text)
    assert row is None or any(text.lower().rstrip(".").endswith(each.split("*")[-1].lstrip(".")) for each in row.hosts)


@given(st.sampled_from([host for row in KNOWN.services for host in row.hosts if "*" not in host]), st.data())
def test_the_case_of_a_name_and_a_dot_behind_it_do_not_matter(host: str, data: st.DataObject) -> None:
    name = "".join(data.draw(st.sampled_from([char.lower(), char.upper()])) for char in host.lstrip("."))
    assert KNOWN.by_name(name + data.draw(st.sampled_from(["", "."]))) == KNOWN.by_name(host.lstrip("."))
