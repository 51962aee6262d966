"""Dovecot as nothing but a SASL server: Postfix asks it, and logs what it says."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.lab.accounts import SECRETS
from tests.lab.servers import process

MECHANISMS = "plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 external"
CONFIG = """\
base_dir = {run}
state_dir = {run}
log_path = {log}
log_timestamp = ""
protocols =
ssl = no
default_internal_user = dovecot
default_login_user = dovenull
auth_mechanisms = {mechanisms}
auth_verbose = yes
auth_failure_delay = 0
auth_realms = example.org
auth_cache_size = 0
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {users}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {socket} {{
    mode = 0666
  }}
}}
"""


class Dovecot:
    """A running Dovecot auth service behind a UNIX socket."""

    def __init__(self, folder: Path, secrets: Mapping[str, str] = SECRETS, mechanisms: str = MECHANISMS) -> None:
        self.folder, self.secrets, self.mechanisms = folder, secrets, mechanisms
        self.socket = folder / "auth.sock"
        self.log = folder / "dovecot.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, namespace: str) -> None:
        """Write the configuration and start."""
        self.folder.mkdir(parents=True, exist_ok=True)
        users = self.folder / "users"
        users.write_text("".join(f"{user}:{{PLAIN}}{secret}\n" for user, secret in self.secrets.items()))
        config = self.folder / "dovecot.conf"
        config.write_text(
            CONFIG.format(
                run=self.folder / "run", log=self.log, users=users, mechanisms=self.mechanisms, socket=self.socket
            )
        )
        self.process = process.start(namespace, ["dovecot", "-F", "-c", str(config)], self.folder / "out")
        process.await_path(self.socket)

    def stop(self) -> None:
        """End it."""
        if self.process:
            process.stop(self.process)
