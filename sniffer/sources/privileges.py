"""Whether we may capture, and what to do where we may not."""

from __future__ import annotations

import socket


def may_capture() -> bool:
    """Say whether this process may open an interface (Linux: CAP_NET_RAW)."""
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except PermissionError:
        return False
    except (AttributeError, OSError):
        pass  # not Linux: who opens will see
    return True


def permission_advice() -> str:
    """Return what to do where an interface may not be opened."""
    return "run it with sudo, or as a service with AmbientCapabilities=CAP_NET_RAW"
