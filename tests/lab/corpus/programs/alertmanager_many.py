"""Prometheus' Alertmanager plays a file of wishes: a receiver for each, and an alert that goes there."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

AT, PATIENCE, PAUSE = "127.0.0.1:19093", 20, 0.12


def receiver(number: int, wish: dict[str, Any]) -> dict[str, Any]:
    """The receiver of a wish."""
    mail: dict[str, Any] = {
        "to": ", ".join(wish["to"]), "from": wish["sender"], "hello": wish["helo"],
        "smarthost": f"{wish['host']}:{wish['port']}", "tls_config": {"insecure_skip_verify": True},
        "headers": {"Subject": wish["subject"]}, "text": wish["body"] or "-", "html": "",
    }  # fmt: skip
    if wish["mechanism"]:
        known = {"auth_username": wish["user"], "auth_password": wish["secret"], "auth_secret": wish["secret"]}
        mail.update(known)
    return {"name": f"r{number}", "email_configs": [mail]}


def main() -> None:
    """Start it, raise the alerts one after the other, give it time."""
    wishes = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    numbers = range(len(wishes))
    routes = [{"receiver": f"r{number}", "match": {"wish": str(number)}, "group_wait": "0s"} for number in numbers]
    config = {
        "route": {"receiver": "r0", "group_by": ["wish"], "group_wait": "0s", "group_interval": "1h", "routes": routes},
        "receivers": [receiver(number, wishes[number]) for number in numbers],
    }
    Path("alertmanager.json").write_text(json.dumps(config))
    argv = ["prometheus-alertmanager", "--config.file=alertmanager.json", f"--web.listen-address={AT}",
            "--cluster.listen-address=", "--storage.path=data"]  # fmt: skip
    with subprocess.Popen(argv) as running:
        time.sleep(1.5)
        for number in numbers:
            alert = json.dumps([{"labels": {"alertname": f"a{number}", "wish": str(number)}}]).encode()
            ask = urllib.request.Request(f"http://{AT}/api/v2/alerts", alert, {"Content-Type": "application/json"})
            urllib.request.urlopen(ask, timeout=5).read()  # noqa: S310
            time.sleep(PAUSE)
        time.sleep(1.5)
        running.kill()


if __name__ == "__main__":
    main()
