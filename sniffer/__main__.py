"""``python -m sniffer``."""

from sniffer.cli.app import main

if __name__ == "__main__":
    main()
