"""Units and cron's file: words come through whole, rights stay as few as they are meant to be."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.reports.systemd_syntax import command_line, in_comment, unit_name, word
from sniffer.reports.units import Schedule, cron_file, enabled, scan_words, units

PROGRAM = ("/opt/sniffer/bin/sniffer",)
PLAIN = Schedule(PROGRAM, ("eth1",))
ODD = Schedule(
    ("/opt/my programs/100%/bin/sniffer",),
    ("e%i$x",),
    sensor="h q",
    window=7200,
    then="mail -s '5 % of $5' noc",
    more=("--x",),
)
TEXTS = st.text(max_size=20)


def unquoted(line: str) -> list[str]:
    """A command line as systemd reads it (systemd.syntax(7)): quotes, escapes; then specifiers and variables."""
    found, now, quoted, inside, place = [], "", False, False, 0
    while place < len(line):
        char = line[place]
        place += 1
        if char == "\\" and line[place] == "x":
            octets = bytes.fromhex(line[place + 1 : place + 3])
            while octets[0] >= 0xC0 and len(octets) < (2 + (octets[0] >= 0xE0) + (octets[0] >= 0xF0)):
                octets += bytes.fromhex(line[place + 5 + 4 * (len(octets) - 1) :][:2])
            now += octets.decode()
            place += 4 * len(octets) - 1
        elif char == "\\":
            now += line[place]
            place += 1
        elif char == '"':
            quoted, inside = not quoted, True
        elif char == " " and not quoted:
            found.append(now)
            now, inside = "", False
        else:
            now += char
    if now or inside:
        found.append(now)
    specified = [each.replace("%%", "%") for each in found]
    return [specified[0], *(each.replace("$$", "$") for each in specified[1:])]


@given(st.lists(TEXTS, max_size=4))
def test_words_come_through_whole(words: list[str]) -> None:
    line = command_line(["/bin/x", *words])
    assert "\n" not in line
    assert unquoted(line) == ["/bin/x", *words]
    assert re.sub("%%", "", line).count("%") == 0
    assert re.sub(r"\$\$", "", line).count("$") == 0


@given(TEXTS)
def test_a_unit_has_a_name_that_systemd_takes(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_:.\\-]*", unit_name(text))


@given(TEXTS)
def test_what_is_told_in_a_comment_stays_there(text: str) -> None:
    told = in_comment(text)
    assert told.isprintable()
    assert not told.endswith("\\")


def test_a_plain_word_needs_no_quotes() -> None:
    assert [word(each) for each in ("eth1", "", "a b", '"', "100%")] == ["eth1", '""', '"a b"', '"\\""', '"100%%"']


def settings(text: str) -> dict[str, list[str]]:
    """The settings of a unit."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if re.match(r"[A-Za-z]+=", line):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_listening_always_is_one_service_with_one_capability() -> None:
    (service,) = units(PLAIN)
    told = settings(service.text)
    assert service.name == "sniffer-eth1.service"
    assert told["ExecStart"] == ["/opt/sniffer/bin/sniffer scan -i eth1 --every 1d"]
    assert told["AmbientCapabilities"] == told["CapabilityBoundingSet"] == ["CAP_NET_RAW"]
    assert told["RestrictAddressFamilies"] == ["AF_PACKET AF_NETLINK AF_UNIX"]
    assert told["IPAddressDeny"] == ["any"]
    assert told["Restart"] == ["on-failure"]
    assert told["WantedBy"] == ["multi-user.target"]
    assert enabled(PLAIN) == ["sniffer-eth1.service"]


def test_a_window_begins_at_any_moment_of_the_day() -> None:
    """A delay of less than a day would leave out midnight, when nightly jobs run."""
    service, timer = units(PLAIN._replace(window=7200))
    assert settings(timer.text)["RandomizedDelaySec"] == ["86400"]
    assert settings(timer.text)["OnCalendar"] == ["daily"]
    told = settings(service.text)
    assert told["ExecStart"] == ["/opt/sniffer/bin/sniffer scan -i eth1 --duration 7200s"]
    assert int(told["RuntimeMaxSec"][0]) > 7200
    assert not {"Restart", "WantedBy"} & set(told)
    assert enabled(PLAIN._replace(window=7200)) == ["sniffer-eth1.timer"]


def test_whoever_takes_reports_on_is_not_who_listens() -> None:
    wanted = PLAIN._replace(then="mail -s 'sniffer: 100 %' noc@example.org")
    service, path, hook = units(wanted)
    assert "--output /var/lib/sniffer/report-eth1.txt" in settings(service.text)["ExecStart"][0]
    assert settings(path.text)["PathModified"] == ["/var/lib/sniffer/report-eth1.txt"]
    assert settings(hook.text)["StandardInput"] == ["file:/var/lib/sniffer/report-eth1.txt"]
    assert unquoted(settings(hook.text)["ExecStart"][0]) == ["/bin/sh", "-c", wanted.then]
    assert list(settings(hook.text)).index("ExecStartPre") < list(settings(hook.text)).index("ExecStart")
    assert "mail" not in service.text
    assert enabled(wanted) == ["sniffer-eth1.service", "sniffer-eth1-report.path"]


def test_a_database_elsewhere_opens_the_network_and_keeps_its_password_out() -> None:
    url = "postgresql+psycopg://sniffer@db.example.org/a%20b"
    (service,) = units(PLAIN._replace(database=url, password_file="/etc/sniffer/pass word"))
    told = settings(service.text)
    assert told["RestrictAddressFamilies"][0].split()[-2:] == ["AF_INET", "AF_INET6"]
    assert "IPAddressDeny" not in told
    assert told["LoadCredential"] == ['"db-password:/etc/sniffer/pass word"']
    assert told["ExecStart"][0].endswith("--db-password-file ${CREDENTIALS_DIRECTORY}/db-password")
    assert url.replace("%", "%%") in told["ExecStart"][0]


def test_odd_names_come_through_whole() -> None:
    service = units(ODD)[0]
    assert service.name == "sniffer-h\\x20q.service"
    assert unquoted(settings(service.text)["ExecStart"][0]) == [*ODD.program, *scan_words(ODD)]


@pytest.mark.parametrize("wanted", [PLAIN, ODD, PLAIN._replace(window=60), PLAIN._replace(to_file=True)])
def test_cron_runs_the_same_words_with_the_same_rights(wanted: Schedule) -> None:
    line = cron_file(wanted).splitlines()[-1]
    assert not re.search(r"(?<!\\)%", line)  # cron takes a bare one for the end of the command
    command = line.replace("\\%", "%").split(" root ", 1)[1].split("; ")
    call = next(each for each in command if each.startswith("flock"))
    assert shlex.split(call)[-len(scan_words(wanted)) :] == scan_words(wanted)
    assert "--ambient-caps=-all,+net_raw" in call
    assert ("shuf" in line) == bool(wanted.window)
    assert line.startswith("0 0 * * * root" if wanted.window else "*/10 * * * * root")
    assert f"/etc/cron.d/{re.sub('[^A-Za-z0-9_-]', '_', 'sniffer-' + wanted.called)}," in cron_file(wanted)
