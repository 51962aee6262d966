"""``sniffer calibrate``: what is inferred is held against sessions of the user's own whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

import typer

from sniffer import __version__
from sniffer.cli import key_logs, options, profiles, reading, truths
from sniffer.cli import output as destination
from sniffer.cli.shown_profiles import forget_profile, show_profiles
from sniffer.inference.field_check import NO_SERVICE, Checked, profile
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.site_profile import SiteProfile
from sniffer.pipeline import Judgement
from sniffer.reports.auth_words import FAMILY_WORDS
from sniffer.reports.escape import for_terminal
from sniffer.reports.words import number_of

HELP = """Check what is inferred inside TLS against sessions of yours whose truth you know, and learn from them.

Take a capture of a device or a program that logs in to your mail service in a way that you know: best one with a
password and one with OAuth.  A key log tells the truth by itself (--keylog, or a pcapng that carries its secrets);
without one you tell it: --truth FAMILY=WHO, where FAMILY is basic, oauth, challenge, external or none, and WHO a
session's id or the beginning of it, a client's address, or its address and port.  FAMILY-success or FAMILY-failure
tells what became of the login too; else only the family is tested.

What agrees is stored as the service's site profile in your data directory; triage and explain use it from then on, and
no longer say of sessions of these families that the service was not checked.  A profile replaces the one before: check
all captures of a service in one run.  It holds how long the server's replies are, never how long
anything is that a client says.  While checking no stored profile is used.

\b
Examples:
  sniffer calibrate test.pcap --truth basic=10.0.3.17 --truth oauth=10.0.3.30
  sniffer calibrate test.pcap --truth basic-failure=10.0.3.17
  sniffer calibrate test.pcapng --keylog keys.log
  sniffer calibrate test.pcap --truth basic=s-30a04b8a --dry-run
  sniffer calibrate --show
  sniffer calibrate --forget exchange-online

\b
Exit status:
  0  what was inferred agrees, and is stored (not with --dry-run)
  1  it disagrees; or nothing could be checked, read or stored
  2  wrong usage
  4  part of the input could not be read; the rest agrees
"""
"""What ``sniffer calibrate --help`` says."""


class Service(NamedTuple):
    """The checked sessions of one service, and their profile."""

    code: str
    title: str
    sessions: list[Checked]
    profile: SiteProfile

    @property
    def lasting(self) -> bool:
        """Say whether a profile would mean anything: not of servers that have nothing in common."""
        return self.code not in NO_SERVICE


def calibrate(
    paths: reading.PathsArgument = None,
    truth: Annotated[
        list[str] | None,
        typer.Option(metavar="FAMILY[-OUTCOME]=WHO", help="What a session is known to be; repeatable."),
    ] = None,
    keylog: key_logs.KeyLogOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and store nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Store a profile even if it does not agree.")] = False,
    show: Annotated[bool, typer.Option("--show", help="List the stored profiles.")] = False,
    forget: Annotated[str | None, typer.Option(metavar="SERVICE", help="Delete a service's profile.")] = None,
    ports: reading.PortsOption = reading.USUAL_PORTS,
    local_net: reading.LocalNetOption = None,
    sensor: reading.SensorOption = None,
    exclude_net: reading.ExcludeNetOption = None,
    exclude_vlan: reading.ExcludeVlanOption = None,
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    config: reading.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Check, learn and store; the parameters are the options, their help says the rest."""
    if show or forget is not None:
        if paths or truth or keylog or (show and forget is not None):
            raise typer.BadParameter("--show and --forget stand alone: they check nothing")
        known = options.knowledge(knowledge)
        raise typer.Exit(forget_profile(forget, known) if forget is not None else show_profiles(known))
    asked = reading.sources(paths, sensor, ports, local_net, exclude_net, exclude_vlan, keylog)
    said = truths.told(truth or ())
    known, day = options.knowledge(knowledge), options.as_of(as_of)
    if not dry_run:
        _check_folder()
    gathered, judgement = reading.read(asked, known, day, blind=True)
    found = _checked(judgement, said)
    services = list(_services(found, known))
    before = profiles.load().profiles
    stored = [] if dry_run else [(each, _store(each)) for each in services if _to_store(each, force=force)]
    _report(found, services, stored)
    replaced = (_replaced(each, before[each.code]) for each, _ in stored if each.code in before)
    for note in (*_notes(services, before, dry_run=dry_run, force=force), *replaced):
        typer.echo(f"sniffer: {for_terminal(note)}", err=True)
    if not _passed(services):
        raise typer.Exit(reading.FAILED)
    if gathered.problems or gathered.counts.interrupted:
        raise typer.Exit(reading.PARTLY_READ)


def _check_folder() -> None:
    """End the program if profiles cannot be stored: better said before the work than behind it."""
    try:
        profiles.make_folder()
    except OSError as error:
        raise _not_stored(error) from None


def _not_stored(error: OSError) -> typer.Exit:
    why = error.strerror or error
    typer.echo(
        f"sniffer: {profiles.folder()}: cannot be written ({why}); make it writable, set XDG_DATA_HOME, or check with "
        "--dry-run",
        err=True,
    )
    return typer.Exit(reading.FAILED)


def _checked(judgement: Judgement, said: Sequence[truths.Told]) -> list[Checked]:
    """Check all sessions whose truth is known; ends the program where there are none."""
    gathering = truths.Truths(said)
    for finding in judgement.sessions():
        gathering.look(finding)
    found = list(judgement.checked(gathering.known()))
    if gathering.overflow:
        typer.echo(f"sniffer: only the first {len(found):,} sessions of known truth were checked", err=True)
    if not found:
        typer.echo(
            "sniffer: there is no session whose truth is known: name a key log (--keylog FILE), or tell it "
            "(--truth basic=10.0.3.17)",
            err=True,
        )
        raise typer.Exit(reading.FAILED)
    return found


def _services(found: Sequence[Checked], known: Catalogue) -> Iterator[Service]:
    """Give the services of the sessions, each with its profile."""
    for code in dict.fromkeys(each.finding.service for each in found):
        sessions = [each for each in found if each.finding.service == code]
        yield Service(code, known.service(code).name, sessions, profile(code, sessions, __version__))


def _to_store(service: Service, *, force: bool) -> bool:
    return service.lasting and (service.profile.agrees or force)


def _store(service: Service) -> str:
    try:
        return str(profiles.store(service.profile))
    except OSError as error:
        raise _not_stored(error) from None


def _passed(services: Sequence[Service]) -> bool:
    """Say whether something was inferred rightly, and nothing wrongly."""
    return any(each.profile.agreed for each in services) and not any(each.profile.disagreed for each in services)


def _report(found: Sequence[Checked], services: Sequence[Service], stored: Sequence[tuple[Service, str]]) -> None:
    from sniffer.reports import field_check as report  # noqa: PLC0415 - rich takes 50 ms to import
    from sniffer.reports import table  # noqa: PLC0415
    from sniffer.reports.page import Page  # noqa: PLC0415

    with destination.opened(None, for_programs=False) as stream:
        page = Page(table.console(stream))
        report.sessions(page, found)
        report.disagreement(page, found)
        for each in services:
            if each.lasting:
                report.learnt(page, f"Learnt of {each.title}", each.profile)
        for service, path in stored:
            stream.write(for_terminal(f"{service.title}: stored in {path}") + "\n")


def _notes(services: Sequence[Service], before: dict[str, SiteProfile], *, dry_run: bool, force: bool) -> Iterator[str]:
    """Give what was not stored, and why."""
    for each in services:
        if not each.lasting:
            yield f"{each.title}: nothing is stored of servers that have nothing in common; captures show them anew"
        elif each.profile.disagreed and force and not dry_run:
            yield f"{each.title}: stored, though it disagrees (--force); reports go on to call the service not checked"
        elif each.profile.disagreed and not force:
            yield f"{each.title}: NOT stored, what was inferred disagrees with the truth{_older(each, before)}"
        elif not each.profile.agrees and not force:
            yield f"{each.title}: not stored, no session was told clearly enough to agree{_older(each, before)}"
        elif dry_run:
            yield f"{each.title}: nothing stored (--dry-run)"


def _replaced(service: Service, before: SiteProfile) -> str:
    """Say which profile made way, and what is no longer checked for want of it."""
    gone_with_it = before.checked - service.profile.checked
    lost = [FAMILY_WORDS[each.family] for each in before.families if each.family in gone_with_it]
    counted = f"{number_of(before.sessions, 'session')}, {before.agreed:,} agreed"
    made_way = f"the profile stored before ({counted}) is replaced"
    gone = f"; no longer checked: {', '.join(lost)}" if lost else ""
    return f"{service.title}: {made_way}, not added to{gone}; to keep both, check all captures in one run"


def _older(service: Service, before: dict[str, SiteProfile]) -> str:
    if service.code not in before:
        return ""
    return f"; the profile stored before stays: 'sniffer calibrate --forget {service.code}' deletes it"
