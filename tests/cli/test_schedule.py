"""``sniffer scan schedule``: what it prints, and what it says of what cannot be."""

from __future__ import annotations

import socket

import pytest
import typer
from typer.testing import CliRunner

from sniffer.cli import schedule as verb
from sniffer.sources import service_manager
from tests.program import NOWHERE, Outcome

LOOPBACK = next((name for _, name in socket.if_nameindex() if name.startswith("lo")), "lo")


def schedule(*words: str) -> Outcome:
    """Run the verb."""
    alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    alone.command("schedule", no_args_is_help=True, help=verb.HELP)(verb.schedule)
    told = CliRunner().invoke(alone, words, env=dict(NOWHERE))
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return Outcome(told.exit_code, told.stdout, " ".join(told.stderr.split()))


def test_it_prints_a_unit_and_changes_nothing() -> None:
    outcome = schedule("-i", LOOPBACK)
    assert outcome.status == 0
    assert outcome.out.startswith(f"# /etc/systemd/system/sniffer-{LOOPBACK}.service\n[Unit]\n")
    assert f"scan -i {LOOPBACK} --every 1d" in outcome.out
    assert "nothing was changed; --install" in outcome.err


def test_what_follows_the_dashes_goes_to_the_scan() -> None:
    outcome = schedule("-i", LOOPBACK, "--sensor", "hq", "--", "--local-net", "100.64.0.0/10", "--exclude-vlan", "7")
    assert f"scan -i {LOOPBACK} --sensor hq --every 1d --local-net 100.64.0.0/10 --exclude-vlan 7\n" in outcome.out


def test_a_window_a_hook_and_cron() -> None:
    outcome = schedule("-i", LOOPBACK, "--window", "2h", "--then", "mail noc")
    assert outcome.out.count("# /etc/systemd/system/") == 4
    assert "RandomizedDelaySec=86400" in outcome.out
    told = schedule("-i", LOOPBACK, "--cron").out
    assert told.splitlines()[-1].startswith("*/10 * * * * root ")
    assert "--output /var/lib/sniffer/report-" in told


def test_an_interface_that_is_not_here_may_come_and_is_told() -> None:
    outcome = schedule("-i", "snf-none9")
    assert (outcome.status, "there is no such interface" in outcome.err) == (0, True)
    assert "scan -i snf-none9" in outcome.out
    refused = schedule("-i", "snf-none9", "--install")
    assert (refused.status, refused.out) == (1, "")
    assert "there is no such interface" in refused.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-i", "eth 1"], "cannot be the name of an interface"),
        (["-i", "a" * 16], "cannot be the name of an interface"),
        (["-i", "a/b"], "cannot be the name of an interface"),
        (["-i", "--install"], "cannot be the name of an interface"),
        (["-i", ""], "cannot be the name of an interface"),
        (["-i", "eth1\n"], "cannot be the name of an interface"),
        (["-i", "eth1", "--sensor", "a=b"], "names no sensor"),
        (["-i", "eth1", "--window", "2h", "--at", "02:00"], "fixed hour"),
        (["-i", "eth1", "--window", "2"], "from a minute to less than a day"),
        (["-i", "eth1", "--window", "1d"], "from a minute to less than a day"),
        (["-i", "eth1", "--window", "soon"], "is not a time"),
        (["-i", "eth1", "--window", "2h", "--every", "1d"], "leave --every out"),
        (["-i", "eth1", "--every", "daily"], "is not a time"),
        (["-i", "eth1", "--cron", "--install"], "--install is for systemd"),
        (["-i", "eth1", "--cron", "--then", "mail noc"], "needs a --window"),
        (["-i", "eth1", "--then", "a\nb"], "one line of the shell"),
        (["-i", "eth1", "--db", "mysql://db/x"], "no URL of a database"),
        (["-i", "eth1", "--db", "sqlite:////srv/x.sqlite"], "can write in /var/lib/sniffer only"),
        (["-i", "eth1", "--db", "sqlite:////var/lib/sniffer/../x.sqlite"], "can write in /var/lib/sniffer only"),
        (["-i", "eth1", "--db", "postgresql+psycopg://a:s3cret@db/x"], "--db-password-file"),
        (["-i", "eth1", "--db", "postgresql+psycopg://db/x?password=s3cret"], "--db-password-file"),
        (["-i", "eth1", "--db-password-file", "/etc/p"], "database that asks for one"),
        (["-i", "eth1", "--db", "postgresql+psycopg://db/x", "--db-password-file", "p"], "the whole path"),
        (["-i", "eth1", "--", "--db=x"], "belongs before the '--'"),
        (["-i", "eth1", "--", "-ieth2"], "belongs before the '--'"),
        (["-i", "eth1", "eth2"], "no option"),
    ],
)
def test_what_cannot_be_is_said(words: list[str], said: str) -> None:
    outcome = schedule(*words)
    assert outcome.status == 2
    assert said in outcome.err.replace("│ ", "").replace(" │", "")
    assert "s3cret" not in outcome.err
    assert outcome.out == ""


def test_installing_where_it_cannot_be_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_manager, "out_of_reach", lambda _: None)

    def no_systemd(*_: object) -> list[str]:
        raise service_manager.ServiceError("systemd", "does not run this machine", "--cron prints a file for cron")

    monkeypatch.setattr(service_manager, "install", no_systemd)
    outcome = schedule("-i", LOOPBACK, "--install")
    assert (outcome.status, outcome.out) == (1, "")
    assert "--cron" in outcome.err


def test_a_program_that_a_service_cannot_read_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_manager, "out_of_reach", lambda paths: next(iter(paths)))
    outcome = schedule("-i", LOOPBACK, "--install")
    assert outcome.status == 1
    assert "python3 -m venv /opt/sniffer" in outcome.err
    assert "/opt/sniffer" in schedule("-i", LOOPBACK).err


def test_what_was_installed_is_told_with_how_it_goes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(service_manager, "out_of_reach", lambda _: None)

    def installed(*given: object) -> list[str]:
        made.append(given)
        return ["sniffer-hq.timer"]

    monkeypatch.setattr(service_manager, "install", installed)
    outcome = schedule("-i", LOOPBACK, "--sensor", "hq", "--then", "mail noc", "--install")
    assert outcome.status == 0
    assert "Taken away, of an earlier schedule: sniffer-hq.timer." in outcome.out
    assert "journalctl -u sniffer-hq.service -o cat" in outcome.out
    assert "systemctl disable --now sniffer-hq.service sniffer-hq-report.path" in outcome.out
    assert "rm /etc/systemd/system/sniffer-hq.service" in outcome.out
    assert "/var/lib/sniffer/report-hq.txt" in outcome.out
    assert len(made) == 1
