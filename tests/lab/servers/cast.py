"""All personas, whichever table they stand in."""

from __future__ import annotations

from tests.lab.servers.exchange_personas import EXCHANGE_PERSONAS
from tests.lab.servers.personas import PERSONAS, Persona
from tests.lab.servers.services import SERVICES
from tests.lab.servers.tls_personas import TLS

ALL: dict[str, Persona] = {each.name: each for each in (*PERSONAS, *SERVICES, *TLS, *EXCHANGE_PERSONAS)}
