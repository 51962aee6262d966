"""The benchmark: large made-up captures, and a runner that times whole processes on them.

    python -m tests.bench generate DIR [--scale 1.0]
    python -m tests.bench run DIR [--runs 5]

A capture is made from templates: an SMTP dialogue (`dialogues`) or a background flow (`background`) is
told once, its frames become rows (`templates`), thousands of flows repeat the rows with addresses, ports,
sequence numbers and times of their own (`flows`), and the whole is written in order of time (`assemble`).

What boxes say of themselves is another matter (`discovery`): a day of it, and a busy span with some of it in between.
"""
