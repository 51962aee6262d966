"""Every bound of the program: its name, its unit and its reason.

A limit that is reached is never silent: it becomes an anomaly of the session it cut short, or a
flag of the run.
"""

# -- frames ------------------------------------------------------------------------------------

BATCH_FRAMES = 8192
"""Frames per batch.  Above some thousands numpy's fixed cost per call no longer shows."""

BATCH_BYTES = 6 * 1024 * 1024
"""Bytes a batch aims at.  libpcap's batch is bounded by frames only, and receive offload makes
frames of 64 KiB: without this aim a batch of them would take 512 MiB."""

BATCH_FRAMES_UNMEASURED = 512
"""Frames of the first batch of a file, before the size of its frames is known (32 MiB at worst)."""

FRAME_BYTES = 256 * 1024
"""Captured bytes of one frame; libpcap's own maximum snapshot length (MAXIMUM_SNAPLEN)."""

LISTENING_PAUSE = 900 * 1_000_000
"""Microseconds between the last frame of one file and the first of the next for which they are one time of listening:
behind the filter a quiet office shows some frame (ARP, names) in each quarter of an hour."""

OPEN_FILES = 128
"""Capture files of one sensor read at the same time because their times overlap.  A ring buffer
overlaps by one; two taps by two.  More than this is a folder that mixes sensors."""

EQUAL_TIMES = 65_536
"""Frames of one capture held back because the frame behind them may have the same time.  A clock of a
millisecond stamps some hundred alike; more is a clock that stands still."""

QUEUED_BATCHES = 2
"""Batches of a stream that wait for the analysis."""

PIPE_BYTES = 1024 * 1024
"""Bytes asked for as capacity of the pipe between a decompressor and libpcap: Linux' default
maximum for an unprivileged process (/proc/sys/fs/pipe-max-size)."""

SHARED_BYTES = 64 * 1024 * 1024
"""Bytes of input from which a process of its own is worth its start, for a share of the work or the digests."""

PROCESSES = 4
"""Processes that share one machine's work.  Each reads and decodes everything, so more of them gain little."""

SESSIONS_WORTH_A_JURY = 2_000
"""Sessions inside TLS from which their judgement is shared by processes: some half second's work where none is like
another.  A process takes 5 ms to start, and 7 µs a session to be told what to judge."""

JURY_BLOCK = 256
"""Sessions that a juror judges before it tells what it found: some 200 KiB where none is like another."""

FILTER_RANGES = 32
"""Ranges of ports that libpcap is asked for.  Its optimizer takes 30 ms for so many, 30 s for 600."""

# -- live capture ------------------------------------------------------------------------------

KERNEL_BUFFER = 64 * 1024 * 1024
"""Bytes that the kernel keeps of an interface until we come: a quarter of a second of 2 Gbit/s of mail, while the
machine is busy with a judgement.  tcpdump asks for 2 MiB.  It is kernel memory, not locked by us, and shows in our
resident size; libpcap takes less by itself where so much cannot be had."""

KERNEL_BUFFER_MOST = (1 << 31) - 1
"""Bytes of a buffer that can be asked for: libpcap and setsockopt(2) take an int."""

KERNEL_BUFFER_LEAST = 2 * 1024 * 1024
"""Bytes below which no smaller buffer is tried: libpcap's own default."""

KERNEL_HOLDS = 100
"""Milliseconds that the kernel may keep a block of frames that is not full; an idle wire wakes nobody."""

LIVE_BATCH_FRAMES = 4096
"""Frames of a batch of an interface; receive offload makes some of them 64 KiB long."""

READING_PAUSE = 50_000
"""Microseconds between two readings of an interface that was read empty: each costs some 0.1 ms for the batch, however
few frames it holds.  A buffer of ``KERNEL_BUFFER`` takes twice as much at 5 Gbit/s; where it is smaller, so is this."""

SIDES_LATE = 250_000
"""Microseconds by which one interface's frames may reach us behind those of another: the kernel keeps a block for
``KERNEL_HOLDS``, rounded up to its clock, and we read with a pause.  So long frames of several interfaces are held
back, to be put in order."""

SIDES_BYTES = 64 * 1024 * 1024
"""Bytes of frames that are held back for order; beyond it order gives way."""

REST_TIME = 2_000_000
"""Microseconds that reading what is left at the end may take: on a flooded wire it would have none."""

GIANT_OCTETS = 1600
"""Octets that no frame of an Ethernet without jumbo frames exceeds, with tags: longer ones were joined by the card or
the kernel (receive offload)."""

JUMBO_HEADERS = 100
"""Octets that a frame may be longer than its interface's MTU: header, tags, and what switches put in front."""

STATE_INTERVAL = 1_000_000
"""Microseconds between two looks at whether an interface is up: cheap, and nobody plugs faster."""

READING_ERRORS = 16
"""Readings that fail one after another, behind which an interface is given up.  One that goes down fails once."""

INTERFACES_SHOWN = 12
"""Interfaces that an error lists: one or two lines' worth; a container host has hundreds."""

RAW_FRAMES = 1024
"""Frames that are taken from a socket one by one before the others have their turn."""

# -- packets -----------------------------------------------------------------------------------

LAYERS = 16
"""Headers followed below one frame (tags, IPv6 extension headers).  Real traffic shows five."""

VLAN_TAGS = 2
"""802.1Q tags kept of a frame, outermost first: QinQ has two."""

# -- connections -------------------------------------------------------------------------------

CONNECTIONS = 50_000
"""TCP connections followed at the same time.  About 1 KiB each before anything is said; an office
has tens, a mail provider's border thousands.  Beyond it the least telling are closed first."""

HALF_OPEN = 10_000
"""Connections remembered between their SYN and their first byte, which is a round trip: a flood of SYNs, or a
scan, must not push out those that speak."""

CONNECTION_IDLE = 900 * 1_000_000
"""Microseconds of silence after which a connection is over.  RFC 5321 4.5.3.2 has a server wait at
least 300 s for a command and a client up to 600 s for the end of DATA."""

SAME_CONNECTION = 2 * 1_000_000
"""Microseconds between the starts of two views of one connection: routers take milliseconds, clocks of two sensors
that are set by NTP differ by less than a second."""

HOPS_INSIDE = 4
"""Routers between two views of one connection: those of a site, from a floor's switch to its border."""

CLOSED_LINGERS = 120 * 1_000_000
"""Microseconds for which a closed connection is remembered: 2 MSL as most systems count it, twice."""

TIDY_INTERVAL = 60 * 1_000_000
"""Microseconds of the capture's time between two searches for silent connections."""

PENDING_SEGMENTS = 128
"""Out-of-order segments kept per direction before the hole in front of them is declared a gap."""

PENDING_BYTES = 256 * 1024
"""Out-of-order bytes kept per direction: four TCP windows without scaling."""

PENDING_BYTES_TOTAL = 32 * 1024 * 1024
"""Out-of-order bytes kept for all connections together."""

RESET_WINDOW = 65_535
"""Bytes by which a RST may miss the expected sequence number and still be believed."""

# -- SMTP --------------------------------------------------------------------------------------

LINE_BYTES = 16 * 1024
"""Octets of a command, an answer or a reply line.  RFC 4954 4 demands 12,288 for AUTH; OAuth
tokens of Entra have been seen at 5,516 (base64)."""

REPLY_LINES = 128
"""Lines of one reply.  A long EHLO reply has twenty."""

REPLY_BYTES = 64 * 1024
"""Octets of one reply's lines together, at least one line of ``LINE_BYTES``."""

OUTSTANDING = 1000
"""Commands without a reply (RFC 2920 pipelining).  100 recipients are usual, RFC 5321 4.5.3.1.8."""

ATTEMPTS = 64
"""AUTH attempts kept per session; servers close after three to twenty.  Of more, the last are kept."""

SECRETS = 64 * 1024
"""Characters of AUTH answers kept per session, to strike them out of replies; beyond it replies are told
as their codes only.  An exchange with a token of Entra takes 20 KiB, all others less than one."""

NAME_CHARACTERS = 255
"""Characters kept of an EHLO name (RFC 1035 2.3.4: a domain name has 255 octets)."""

MECHANISM_CHARACTERS = 40
"""Characters of a mechanism's name; RFC 4422 3.1 allows twenty, and what is much longer may be a secret."""

USER_CHARACTERS = 320
"""Characters kept of a user name: 64 + @ + 255 (RFC 5321 4.5.3.1)."""

TEXT_CHARACTERS = 512
"""Characters kept of a banner or a reply (RFC 5321 4.5.3.1.5: a reply line has 512 octets)."""

MAIL_PARAMETERS = 16
"""Parameters of a MAIL command of which the form is told; there are some ten extensions that have one."""

REPLIES_BYTES = 2048
"""Octets of replies that are read once and remembered: an EHLO reply has some hundred."""

REPLIES_REMEMBERED = 2048
"""Replies remembered as they were read, 4 MiB at most: a server says the same to all."""

GREETINGS_REMEMBERED = 1024
"""Greetings and EHLO replies remembered with what they say; those of Exchange Online differ from session to session."""

ANOMALIES = 32
"""Kinds of anomalies kept per session; each kind is kept once."""

# -- TLS ---------------------------------------------------------------------------------------

HANDSHAKE_BYTES = 100 * 1024
"""Bytes of a handshake message that is read; a longer one is passed over.  OpenSSL accepts certificate messages up
to this (SSL_MAX_CERT_LIST_DEFAULT); a ClientHello has some hundred bytes, with post-quantum keys two thousand."""

HANDSHAKE_PIECES = 2048
"""Records and messages of one side behind which its handshake is no longer waited for.  A handshake has ten; the
certificates of the longest would fill a thousand records of a hundred bytes."""

ALPN_NAMES = 16
"""Protocols kept of a ClientHello's ALPN extension.  Browsers offer two; mail clients none, or one."""

CERTIFICATE_NAMES = 64
"""Names kept of a certificate.  A provider's front end has ten to forty."""

CERTIFICATES = 256
"""Certificates remembered as they were read.  An office talks to some ten servers."""

FINGERPRINTS = 1024
"""Fingerprints remembered.  An office has some ten kinds of TLS clients; those that shuffle their extensions (Chrome)
never repeat one, and do not speak SMTP."""

HALF_TURNS = 64
"""Half-turns of encrypted records kept per connection.  A login and a mail have some twenty, with the handshake of
TLS 1.3; what comes behind three mails tells nothing new about the login."""

HALF_TURN_RECORDS = 16
"""Records of a half-turn whose lengths are kept one by one: an EHLO reply sent line by line has some ten, behind four
of a handshake.  Of a mail's text, which has thousands, the sum is enough."""

TURNS = 16
"""Turns of a dialogue that are read, from the EHLO inside TLS on: a login takes four, a fall-back through three
mechanisms ten, a mail five more."""

LENGTHS_REMEMBERED = 4096
"""Lengths whose likelihoods are remembered: those of an office's servers and clients come again and again; 2 MiB."""

DIALOGUES_REMEMBERED = 20_000
"""Turns behind which a reading is remembered, and records and contents whose judgement is: a device says the same each
time, but for the mail; 100 MiB, three times as much where no dialogue is like another."""

MADE_BETWEEN_COLLECTIONS = 20_000
"""Objects made and not yet gone, beyond which Python looks for cycles while captures are read and judged; of its usual
700, a quarter of the time goes into looking through what is remembered.  2 MiB that may wait to be found."""

HOSTS_REMEMBERED = 65_536
"""Addresses remembered with whether they are of our side, 8 MiB: a scan of the Internet brings as many."""

SERVERS_REMEMBERED = 4096
"""Servers remembered by their clues, and names by what was asked of them; a greeting with the time of day is another
clue each time."""

QUALITIES_REMEMBERED = 256
"""Ways in which sessions were seen that are remembered with what they lack: nearly all were seen whole."""

CERTIFICATES_REMEMBERED = 1024
"""Lists of names that are remembered with whether they hold a host: an office's servers have some ten certificates."""

PATHS_REMEMBERED = 4096
"""Ways through a dialogue that are remembered with the logins in them: programs know some dozen."""

EXTENSIONS_REMEMBERED = 256
"""Lists of what servers offer that are remembered with what is private among it: an office's servers have some ten."""

LOGINS_REMEMBERED = 4096
"""Logins in clear that are remembered with what they mean, 2 MiB: a device logs in with the same words all day."""

MEASURES_REMEMBERED = 256
"""Ways to protect and pad records that are remembered with what follows: an office's programs have some ten."""

TURNS_REMEMBERED = 4096
"""Turns whose worth is remembered, 3 KiB each: of dialogues that differ most turns are the same."""

SERVER_TABLES = 256
"""Servers whose reply lengths are kept as a table, of 0.3 MiB, with the dialogues read by it: an office mails to a
handful, in two or three versions each; beyond that tables are made again, in 1.5 ms each."""

LEARNT_SERVERS = 4096
"""Servers of whose replies something is learnt; the smarthosts and providers of a large office are some dozens."""

SAMPLES = 200
"""Sessions of a server from which its words are learnt, the oldest: more of the same would not make it surer."""

LEARNT_LENGTHS = 64
"""Lengths counted of one server's replies: it has some ten, and some more behind a gateway that mixes two."""

LEARNT_TIMES = 50
"""Times a length is counted: more of the same does not make it surer."""

SHAPES_REMEMBERED = 256
"""Curves of lengths that are kept as they were worked out, of 8 or 64 KiB: there are some hundred and twenty."""

KEYED_CONNECTIONS = 100_000
"""Connections of which a key log's secrets are kept, 700 bytes each: a host that logs all its programs' keys has some
thousand a day.  Those beyond it are counted, and their records stay closed."""

KEY_LOG_LINE = 1024
"""Bytes of a key log's line that are read at once; the longest that is kept has 230."""

SECRETS_BYTES = 16 * 1024 * 1024
"""Bytes of a pcapng's block of secrets that is read: a key log of as many connections as are kept."""

SECRETS_SEARCHED = 16 * 1024 * 1024
"""Bytes at the beginning of a pcapng file that are searched for secrets before any frame is read, in some 10 ms; the
rest too where there were some.  What writes secrets (editcap, Wireshark) puts them in front, as they are to be."""

SEALED_BYTES = 32 * 1024
"""Bytes of encrypted records that wait until both hellos were seen, where a capture shows the directions out of step:
two records of the longest, and a server's first flight is a quarter of it."""

# -- facts -------------------------------------------------------------------------------------

SPOOL_ROWS = 1000
"""Facts gathered before they are written to the run's spool: one transaction's worth."""

SPOOL_CACHE = 8 * 1024
"""KiB of the spool that stay in memory; the rest is on disk."""

DEVICE_NAMES = 32
"""EHLO names, users or servers kept per device and service.  A few is usual; hundreds are a relay or
a guesser, and nobody reads them."""

NAME_RUNS = 256
"""Changes of the EHLO name kept per device, to tell how many senders share an address: an office's few go into
ten minutes."""

DEVICES = 100_000
"""Devices judged in one run.  Beyond it new hosts of the Internet are only counted: a password guesser's
botnet must not take the memory that our own devices need."""

# -- names -------------------------------------------------------------------------------------

NAME_OCTETS = 255
"""Octets of a domain name, lengths and root included (RFC 1035 2.3.4)."""

NAME_MESSAGE = 4096
"""Octets of a DNS answer that is read, and so less than 400 records: what resolvers let UDP carry (RFC 6891 6.2.5)."""

NAMES_CACHED = 4096
"""Names of DNS questions remembered as text, half a MiB: an office asks for the same ones all day."""

NAMES = 10_000
"""Names told, each to one client and with one address, that are counted in memory: 4 MiB.  Beyond it they are
written to the run's spool, which adds them up."""

# -- clues -------------------------------------------------------------------------------------

CLUE_CHARACTERS = 255
"""Characters kept of anything that is said of a box: names, models, places.  DHCP's and LLDP's strings have at most so
many (RFC 2132 2, IEEE 802.1AB 8.5)."""

MESSAGES_REMEMBERED = 32_768
"""Messages of discovery that are known again by their octets, in each of two generations: boxes announce the same all
day.  About 1.5 KiB each as they were read, and at most ``MESSAGE_OCTETS`` together."""

MESSAGE_OCTETS = 16 * 1024 * 1024
"""Octets of the messages of a generation."""

OPENINGS_AGAIN = 60 * 1_000_000
"""Microseconds within which a sender's way of opening connections is looked at once: it is always the same."""

OPENINGS_A_SECOND = 50
"""New senders a second of which it is looked at: five thousand boxes that all mail within two minutes make as many."""

OPENINGS = 10_000
"""Senders remembered for that, in each of two generations, 200 bytes each."""

CLUES = 100_000
"""Things said of boxes that are counted in memory: 30 MiB.  Beyond it they are written to the run's spool, which adds
them up: a flood of made-up names takes disk, not memory."""

CHANGES = 64
"""Changes of an address's owner that are told one by one, by one source.  Leases change hands some times a day; beyond
it cards fight over the address, and are told with when they first and last claimed it."""

FIGHTERS = 16
"""Cards that fight over an address and are told; a flood of made-up ones is cut."""

BINDINGS = 20_000
"""Addresses whose present owners are known in memory, by their sources.  Beyond it all are written to the run's spool
and begun anew."""

BOX_CLUES = 512
"""Things said of one card or address that are looked at.  A box says some fifty; a flood in its voice is cut."""

BOX_CARDS = 8
"""Cards that say the same serial number or identifier of themselves and may be one box: a switch's or a server's.  What
more of them say is a maker's default."""

BOX_ADDRESSES = 32
"""IPv4 addresses that a card claims and may be a box's own, changes of lease included.  What claims more answers for
others (proxy ARP, RFC 1027)."""

EVIDENCE = 48
"""Clues shown of a device, the strongest: one screen of a terminal."""

HOLDERS = 500_000
"""Intervals of addresses that matter to some session, and rows of firewalls' logs that do: 100 MiB each.  Devices that
mail have some ten intervals each a day, a translated session has a row."""

BOXES_REMEMBERED = 4096
"""Boxes whose names and addresses are remembered as they were looked up, while sessions are judged."""

PATTERNS_REMEMBERED = 1024
"""Patterns of rules that are kept as they were compiled: some fifty ship, a user's file may add some."""

ADDRESSES_REMEMBERED = 16_384
"""Addresses and cards remembered as text, 2 MiB each: an office's come again and again, a flood's never."""

DOMAINS_REMEMBERED = 1024
"""Domains remembered with their names: a sensor hears some ten VLANs, a trunk some hundred."""

CLUES_SAID = 64
"""Things taken from one message.  An mDNS announcement of a printer has some thirty."""

DISCOVERY_BYTES = 9216
"""Bytes of a message of discovery that is read: a jumbo frame (RFC 6762 17 allows mDNS so much)."""

ADDRESSES_SAID = 16
"""Addresses taken from one message: a client's leases (a stable and a temporary one), a subnet's routers, the virtual
addresses of a VRRP router, which are one or two."""

ADDRESSES_CACHED = 4096
"""IPv6 addresses remembered as text, half a MiB: neighbours ask for the same ones all day."""

DHCPV6_RELAYS = 8
"""Relays that a DHCPv6 message may have passed (RFC 8415 7.6, HOP_COUNT_LIMIT)."""

MAIL_HEAD_BYTES = 16 * 1024
"""Bytes of a mail's head that are read.  A device's has one KiB; behind ten relays it has ten."""

HEADS_REMEMBERED = 1024
"""Ways to write a mail's head that are remembered with their traits: a program writes its own the same each time."""

MAIL_TEXT_BYTES = 16 * 1024
"""Bytes read of what follows a mail's head: a device says who it is in the first text part, before what it attaches."""

HEADER_CHARACTERS = 998
"""Characters of a header's value that are looked at: a line's length (RFC 5322 2.1.1)."""

MAIL_HEADERS = 64
"""Headers of a mail that are looked at; a device writes ten, each relay adds one or two."""

MARKS = 16
"""Things kept of what makers' marks in a mail give away; a rule extracts four at most."""

MAILER_CHARACTERS = 40
"""Characters kept of the name that a mail program gives itself, with its version."""

NAME_POINTERS = 16
"""Pointers followed for one name of a DNS message, each to a name that ends in the next; writers make one or two."""

NETBIOS_NAMES = 64
"""NetBIOS names of a box that are read; there are some six, and a master browser has ten."""

SNMP_VARIABLES = 256
"""Variables of a response of SNMP that are looked at: a GetBulk asks for some fifty."""

DISCLOSED_BYTES = 64 * 1024
"""Bytes of a segment of HTTP that are read, as many as offloading joins into one; a description of UPnP has some four
thousand."""

CLUE_BOXES = 16
"""Boxes, or addresses of one, that a message speaks of.  A box has an address or three; what speaks of many is a
reflector (mDNS) or a proxy."""

CLUE_ADDRESSES = 4096
"""Addresses remembered as text, 1 MiB: those of an office's boxes come again and again."""

TEXTS_REMEMBERED = 4096
"""Texts remembered with what they tell of a box, 2 MiB: a box says the same all day."""

# -- site tables -------------------------------------------------------------------------------

TABLE_LINE_BYTES = 64 * 1024
"""Bytes of a line of a site's table or log; a longer one is passed over and counted.  A firewall's line has some
hundred, a row of an inventory with prose some thousand."""

TABLE_PIECE_BYTES = 256 * 1024
"""Bytes of a table that are read at once: more is no faster."""

TABLE_SNIFFED = 10_000
"""Lines at the beginning of a table that are looked at to tell its format: a collector's log may have
hundreds of other messages before the first translation."""

TABLE_VOTES = 50
"""Lines that are understood, after which a table's format is known: a firewall's log among others would be less."""

TABLE_HEADER_LINES = 10
"""Lines among which the names of a table's columns are looked for: some exports have a title and a date above."""

TABLE_LOG_CHARACTERS = 8192
"""Characters of a log's line in which a translation is looked for; PAN-OS' longest have 2,000, syslog's transport
seldom lets more than 8,192 pass (RFC 5425 4.3.1)."""

TABLE_ROW_CHARACTERS = 512
"""Characters of a row as commands print it (neighbours, switch ports, netsh); they are made for a screen."""

TABLE_COLUMNS = 512
"""Columns of a table that are looked at; a firewall's export has a hundred."""

TABLE_COLUMNS_SHOWN = 12
"""Names of columns that an error repeats: one line's worth."""

TABLE_ADDRESSES = 8
"""Addresses taken from one cell of a table; a box with more cards is listed in rows."""

DATES_SNIFFED = 1000
"""Rows of a table whose dates begin with the year, behind which no other form is looked for: a program writes them all
alike.  A later row of another form is not believed."""

PORT_CARDS = 8
"""Cards on one port of a switch's table beyond which it leads on to another switch: a telephone and the computer behind
it are two, a small switch under a desk has eight ports."""

SWITCH_PORTS = 10_000
"""Ports of all switches of a table of which the cards are counted; a stack has some hundred.  What ports lead to is not
told beyond them."""

CELL_CHARACTERS = 64
"""Characters of a cell in which an address or a time is looked for: the longest of IPv6 have 45, with a zone 60."""

LEASE_LINES = 256
"""Lines of one lease; ISC's have some fifteen, and some ten more where options are kept."""

# -- site profiles -----------------------------------------------------------------------------

PROFILES = 256
"""Site profiles that are read: there are some forty services, and nobody uses them all."""

PROFILE_BYTES = 64 * 1024
"""Bytes of a profile's file; one with all its rows has 20 KiB."""

PROFILE_ROWS = 64
"""Rows of one kind in a profile: a server's replies have some ten lengths, and a front end in two versions twenty."""

CHECKED = 10_000
"""Sessions of known truth that are checked in one run: their outcome is a table for a person."""

SITE_REPLIES = 4096
"""Servers for which what was learnt of them is remembered together with the profile of their service."""

# -- reports -----------------------------------------------------------------------------------

EXPLAINED = 8
"""Devices explained at once: those that one word may mean."""

EXPLAINED_SESSIONS = 12
"""Sessions shown of an explained device, the newest: two screens' worth."""

SHAPES = 1_000
"""Shapes of unknown client programs that are collected in one run: a site has some tens of programs."""

# -- live capture ------------------------------------------------------------------------------

FACTS_SENT = 200
"""Facts that a listener sends at once: some hundred KiB."""

CLIENTS_SAID = 1000
"""Connections that are open of which the clients are told: who waits for a device wants to see that it has called."""

INBOX_BYTES = 64 * 1024 * 1024
"""Bytes of facts that wait while sessions are judged, some 40,000 sessions.  Beyond it listeners wait, and the kernel's
buffer fills."""

CLOCKS_DIFFER = 24 * 3600 * 1_000_000
"""Microseconds by which the clock of whoever captured may be ahead of ours (a zone taken for UTC makes fourteen hours):
what is further ahead has not happened."""

CLOCK_STEP = 1_000_000
"""Microseconds by which the machine's clock must be set to be told of: slewing (adjtime) makes less in a second."""

CLOCK_STEPS = 8
"""Steps of the clock that are remembered, the newest: a machine that sets it more often is broken."""

LIVE_DAYS = 31 * 24 * 3600 * 1_000_000
"""Microseconds for which a live capture remembers: a verdict speaks of the last thirty days."""

LIVE_SESSIONS = 500_000
"""Sessions that a live capture remembers, the newest: 1 GB of disk; judging them takes half a minute.  Five thousand
devices that mail ten times a day make as many in ten days."""

# -- privileges --------------------------------------------------------------------------------

THREAD_END_LOOKS = 50
"""Times that we look whether a thread that was told to end has gone from /proc; it takes some microseconds."""

THREAD_END_PAUSE = 0.01
"""Seconds between two such looks."""

# -- watching a live capture ---------------------------------------------------------------------

COUNTS_AGAIN = 3600 * 1_000_000
"""Microseconds after which a device's row is told again when nothing but its figures changed: a collector has figures
of the last hour, and a busy relay does not fill it with lines."""

REVISIONS = 100_000
"""Devices of which it is remembered what was told, 200 bytes each: as many as are judged (``DEVICES``)."""

SESSIONS_TOLD = 200_000
"""Sessions that are remembered as told, 200 bytes each: ten hours of 20,000 an hour, and a session is told some minutes
after its end (``CONNECTION_IDLE``), however far a clock is set within that."""

LATEST_SESSIONS = 50
"""Sessions shown to whoever watches, the newest: a tall screen's worth."""

QUIET_FINDINGS = 20
"""Devices of which one judgement is told line by line where nobody watches a screen; of more the number is said."""

QUIET_STATISTICS = 300 * 1_000_000
"""Microseconds between two lines of statistics where nobody watches a screen: some hundred a day in a journal."""

VERIFIED_SESSIONS = 32
"""Sessions of a device that is waited for which are looked at, the newest: a test makes one to five."""

VERIFIED_DEVICES = 1000
"""Devices of which sessions are kept while one is waited for, those heard last: the one that is meant is among them
when its test has just ended."""

VERIFY_BEFORE = 30 * 1_000_000
"""Microseconds from the beginning of a wait within which a session whose own beginning was not seen is older than it:
devices that keep a connection open say something on it now and then."""

SIGNS_ASKED = 8
"""Names that a device which is waited for asked DNS for, the last ones: mail needs one or two."""

VERIFY_QUIET = 10 * 1_000_000
"""Microseconds without another session of a device behind which its test is over: a fallback to another port or to
TLS follows within a second, and firmware that retries at once does so after two to five."""

VERIFY_LONGEST = 90 * 1_000_000
"""Microseconds from a device's first session after which its last word is taken, though it still tries: whoever stands
at the device waits for an answer."""

CALLED_ADDRESSES = 16
"""Addresses and cards that one word may mean before a session tells which; more of them are a name that many have."""

# -- scheduled discovery -----------------------------------------------------------------------

GAP_TOLD = 60 * 1_000_000
"""Microseconds of not listening from which on a gap is told by name: a service that is started again takes seconds.
Shorter ones count all the same."""

GAPS_SHOWN = 3
"""Gaps told by name in a sentence, the longest; the others are added up."""

COVERAGE_GAPS = 1_000
"""Gaps told of a period for programs: a listener that starts anew every half hour has as many in three weeks."""

UNHEARD_TOLD = 3
"""Times of day, never listened to, that a sentence names."""

HEARD_CARDS = 20_000
"""Cards that were heard and did not mail, of which it is asked what they are: a large site's; 0.6 ms each."""

ASKED = 20_000
"""Clients and names that were resolved, looked at for hosts that take mail: a resolver's clients ask for some."""

CHANGES_LISTED = 12
"""Devices listed of those to which the same happened: what a reader of a morning's report goes through.  The others are
counted, and ``sniffer changes`` has them all."""

# -- inventory ---------------------------------------------------------------------------------

STORE_WAIT = 300
"""Seconds that a writer waits for another to end: a run of a million sessions is stored in two minutes."""

STORE_CONNECT = 10
"""Seconds that a database server has to answer; a fleet's is a continent away at most."""

STORE_CACHE = 64 * 1024
"""KiB of an inventory that SQLite keeps in memory: the inner pages of a year's tables."""

STORE_JOURNAL = 64 * 1024 * 1024
"""Bytes that are left of SQLite's write-ahead log once it is in the database: a large run makes some hundred MB."""

STORE_KEYS = 900
"""Keys that are asked for at once; SQLite takes 32,766 values in a statement, older ones 999."""

STORE_BATCH = 5_000
"""Sessions that are written at once: some MB of rows."""

STORE_ADDRESSES = 128
"""Intervals of addresses that are kept of a device, the newest: a laptop gets one a day, a printer one a year."""

STORE_GAP = 7 * 24 * 3600 * 1_000_000
"""Microseconds for which a device may be silent and have had its address all the same: those that mail weekly."""

ADDRESS_HELD = 92 * 24 * 3600 * 1_000_000
"""Microseconds of silence after which somebody at an address, of whom no card is known, is somebody else: three times
the interval of those who mail once a month."""

STORE_FOLDED = 92 * 24 * 3600 * 1_000_000
"""Microseconds of sessions, before the end of the data, that a verdict is folded from; it speaks of the last thirty
days, the rest tells how often a device usually mails."""

STORE_WORD = 250
"""Characters of a word by which a device is found: a name has 255 octets (RFC 1035 2.3.4), a mailbox 254 (RFC 5321
4.5.3.1.3); PostgreSQL's indexes take some 2,700 bytes."""

STORE_OFTEN = 30
"""Sessions of a device within thirty days from which on these show its habits; of others ninety days are looked at."""

STORE_PARTS = 50_000
"""Parts of sessions that are remembered while they are read or written, 30 MiB."""

SERVICE_MEMORY = 2 * 1024 * 1024 * 1024
"""Bytes of memory of a scan that runs as a service: a listener, its kernel's buffer, what waits, and a judgement of a
large site take half of it."""

SERVICE_CPU = 200
"""Percent of a core that a scan may take as a service: one core follows, the other judges."""

SERVICE_TASKS = 64
"""Processes and threads of a scan as a service: a listener for each interface and share, each with threads of numpy."""

SERVICE_FILE = 16 * 1024 * 1024 * 1024
"""Bytes of any file of a scan as a service; an inventory of 10,000 devices has some 3 GiB after a year."""

SERVICE_STOP = 180
"""Seconds that a scan has to judge and to store what it heard, when the service is stopped."""

SERVICE_LATE = 1800
"""Seconds behind the end of its window after which a scan hangs: storing a large site's day takes a minute."""

SERVICE_REPORT = 10
"""Seconds behind the first sign of a new report until it is whole: it is written within one."""

SERVICE_RESTART = 30
"""Seconds until a service that failed is started again: an interface that was unplugged, a database that is away."""

# -- surveys -----------------------------------------------------------------------------------

SURVEYED = 65_536
"""Connections that a survey follows, mail's and all others each: 20 MiB.  Beyond it every second, fourth … of them is
followed, chosen by a hash of its ends."""

SURVEYED_HOLES = 64
"""Holes kept per direction of a surveyed connection, in case that late segments fill them; beyond it the oldest is
lost for good."""

COPIES_WINDOW = 8192
"""Packets among which a copy is looked for: 10 ms of 10 Gbit/s in full frames."""

COPY_APART = 20_000
"""Microseconds between a packet and its copy.  Mirrors and routers take less than 1,000, a slow firewall some more; a
packet is sent again after 200,000 at the earliest, as systems have it."""

SURVEY_ROWS = 32
"""Rows of a table that a survey shows: VLANs, servers, files.  More nobody reads; the busiest are shown."""

# -- evidence ----------------------------------------------------------------------------------

ORIGINS_REMEMBERED = 4096
"""Captures and interfaces remembered with what evidence calls them: a ring has some hundred files."""

EVIDENCE_LINES = 4096
"""Lines of a client, and mails, of which an evidence capture knows what they were: a hundred mails to ten recipients
each.  Lines beyond it are blanked."""

EVIDENCE_COMPACTED = 256 * 1024
"""Bytes of a connection's frames beyond which the insides of mails and of encrypted records are no longer kept: what is
judged of them is where records begin and end."""

EVIDENCE_MAIL = 64 * 1024
"""Octets of a mail in clear up to which it is kept, blanked, where replies came out of order: only its bytes tell a
reader where it ends.  Notices of devices are shorter; of a longer mail, as scans are, its end is kept."""

EVIDENCE_BYTES = 8 * 1024 * 1024
"""Bytes of a connection's frames that are kept until it is over, with ``EVIDENCE_FRAME`` for each.  Compacted, it is a
mail of some 35 MB inside TLS; what comes beyond it is not in the evidence, and its first frame says so."""

EVIDENCE_ENDS = 16
"""Headers with SYN, FIN or RST that are kept of a connection beyond its room: a connection ends with two or three."""

EVIDENCE_FRAME = 256
"""Bytes that a frame takes in memory beside its own."""

EVIDENCE_BYTES_TOTAL = 128 * 1024 * 1024
"""Bytes of the frames of all connections that are kept together: of 2,000 sessions at a time with mails of 60 KB."""

EVIDENCE_SIGN_OF_LIFE = 300 * 1_000_000
"""Microseconds after which a header shows that a connection goes on of which nothing more is kept: a third of
``CONNECTION_IDLE``, so that a reader of the evidence does not take it for over."""

EVIDENCE_MESSAGES = 16 * 1024 * 1024
"""Bytes of DNS answers and messages of discovery that wait until somebody of whom they speak mails; the oldest go."""

EVIDENCE_BOXES = 100_000
"""Boxes and servers known to mail, of which the next messages are written at once; an office has some hundred."""

# -- fleet -------------------------------------------------------------------------------------

BUNDLE_RECORD = 16 * 1024 * 1024
"""Octets of one record of a bundle: a device with all that is told of it has some thousand."""

BUNDLE_HEADER = 4 * 1024
"""Octets of one of the first two lines of a bundle, which are some hundred."""

PENDING_BUNDLES = 400
"""Runs that wait until their database can be reached again: a year of daily ones."""

PENDING_OCTETS = 1024 * 1024 * 1024
"""Octets of such runs: fifty days of a million sessions."""

DAYS_SHOWN = 60
"""Days of a device's sessions that a terminal shows in a line: two months of one that mails once in a month."""

DAYS_DRAWN = 90
"""Days of a device's sessions that are drawn: as long as details are kept."""

HISTORY_SHOWN = 20
"""Times at which a device's verdict changed that a person is shown, the newest: more is a device that flaps."""

FACT_LENGTH = 500
"""Characters of what a person says of a device: a note of some sentences."""
