"""The web pages of a box: PORT SERVER TITLE [field=value ...]; the fields are those of a UPnP description."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

PORT, SERVER, TITLE = int(sys.argv[1]), sys.argv[2], sys.argv[3]
FIELDS = dict(pair.split("=", 1) for pair in sys.argv[4:])


class Pages(BaseHTTPRequestHandler):
    """Two pages: the box's own, and what it is (UPnP Device Architecture 1.1 2.3)."""

    protocol_version = "HTTP/1.1"

    def version_string(self) -> str:
        """What the box calls its server."""
        return SERVER

    def do_GET(self) -> None:
        """Any page."""
        described = self.path.endswith(".xml") and FIELDS
        body = (description() if described else f"<html><head><title>{escape(TITLE)}</title></head></html>").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml" if described else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def description() -> str:
    """A UPnP device description."""
    rows = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in FIELDS.items())
    return (
        '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">'
        f"<specVersion><major>1</major><minor>0</minor></specVersion><device>{rows}</device></root>"
    )


if __name__ == "__main__":
    ThreadingHTTPServer(("", PORT), Pages).serve_forever()
