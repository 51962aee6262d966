"""A corpus of labelled sessions: many real client programs against many servers, in networks of our own.

`python -m tests.lab.corpus --to DIR` writes one capture, `corpus.pcap`, and one line of truth per session,
`labels.jsonl`. The truth comes from what the servers logged, found by the client's address and port; never from what a
client was asked to do. A label has

* `client_ip client_port server_ip start`: which connection (`start` is the time of its SYN);
* `client stack server`: who spoke, by names of programs, the client's TLS library too;
* `tls`: 13, 12 (AES-GCM), cc (ChaCha20), ccm, ccm8, cbc (encrypt-then-MAC), mte (MAC-then-encrypt), 10 (TLS 1.0), as
  the ServerHello says;
* `attempts` in order: `mechanism`, `initial_response`, and `outcome`: ok, fail (refused after the credentials were
  given), rejected (the command was refused at once), null (not answered);
* `mechanism` of the last success, else of the last attempt, and its `family`: basic, oauth, challenge, none;
* `outcome`: success, failure, or null without AUTH.

A session without AUTH and MAIL inside TLS has no label; `none` says that MAIL was tried without AUTH, not that it was
let in. Everybody in it is made up. What it takes is in `packages.apt` here and in the lab's; npm and pip bring the rest
into the lab's cache directory. A program that cannot be had is left out, with a word on stderr.
"""
