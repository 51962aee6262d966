"""A mail that takes its time: HOST PORT HELO SECONDS [HEADER ...], so that connections overlap."""

from __future__ import annotations

import smtplib
import sys
import time

HOST, PORT, HELO, SECONDS = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])


def main() -> None:
    """Greet, wait, send, leave."""
    with smtplib.SMTP(HOST, PORT, HELO, timeout=10) as smtp:
        smtp.ehlo()
        time.sleep(SECONDS)
        smtp.sendmail("scan@example.org", ["office@example.com"], "\r\n".join([*sys.argv[5:], "", "One page.", ""]))


if __name__ == "__main__":
    main()
