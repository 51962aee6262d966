"""``ways.toml``: the ways out for what still logs in with a password."""

from __future__ import annotations

from dataclasses import dataclass

from sniffer.knowledge.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Way(Row):
    """A way out of some services, in whose terms its fields are said: ``ways.toml`` tells what each means."""

    name: str
    services: tuple[str, ...]
    host: str | None = None
    ports: tuple[int, ...] = ()
    auth: str
    fits: str
    after: str | None = None
    limits: str | None = None
    catch: str | None = None
    tls12: bool = False
    relay: bool = False
    again: bool = False

    @property
    def server(self) -> str | None:
        """Return where mail goes instead, None where that stays the same."""
        if self.host is None or not self.ports:
            return self.host
        if len(self.ports) == 1:
            return f"{self.host}:{self.ports[0]}"
        return f"{self.host}, port {' or '.join(map(str, self.ports))}"

    def fits_when(self, *, passed: bool) -> str:
        """Return when it fits; ``passed`` says that the service's date has."""
        return self.after if passed and self.after else self.fits
