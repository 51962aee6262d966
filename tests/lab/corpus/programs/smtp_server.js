// Node's smtp-server at several addresses; every line of every dialogue goes to a log, with the client's port.
const fs = require("fs");
const { SMTPServer } = require(process.env.NODE_PATH + "/smtp-server");
const spec = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const accounts = JSON.parse(fs.readFileSync(spec.accounts, "utf8"));
const log = fs.createWriteStream(spec.log, { flags: "a" });
const known = new Map();

function note(id, who, line) {
  const ends = known.get(id);
  if (ends) log.write(JSON.stringify({ ...ends, who, line }) + "\n");
}

function serve(site) {
  const logger = {
    info() {}, warn() {}, error() {}, trace() {}, fatal() {},
    debug(about, format, ...words) {
      if (format === "S:" || format === "C:") note(about.cid, format[0], String(words[0]));
      else if (/^(S|C): %s$/.test(format)) note(about.cid, format[0], String(words[0]));
    },
  };
  const server = new SMTPServer({
    secure: false, logger, key: fs.readFileSync(spec.key), cert: fs.readFileSync(spec.cert), ...site.tls,
    authMethods: site.offers, authOptional: !site.strict, name: "node.example.net", banner: site.banner || undefined,
    disableReverseLookup: true, closeTimeout: 500,
    onConnect(session, done) {
      known.set(session.id, { client: session.remoteAddress, port: session.remotePort, server: site.ip, at: site.port });
      done();
    },
    onSecure(socket, session, done) { note(session.id, "T", ""); done(); },
    onAuth(auth, session, done) {
      const row = accounts[auth.username];
      const right = row && (auth.method === "XOAUTH2" ? auth.accessToken === row[0]
        : auth.method === "CRAM-MD5" ? auth.validatePassword(row[0]) : auth.password === row[0]);
      if (right) return done(null, { user: auth.username });
      if (auth.method === "XOAUTH2") return done(null, { data: { status: "401", schemes: "bearer" } });
      return done(new Error(site.refusal));
    },
    onData(stream, session, done) { stream.on("data", () => {}); stream.on("end", () => done(null, site.queued)); },
  });
  server.on("error", () => {});
  server.listen(site.port, site.ip);
}

process.on("uncaughtException", () => {});
spec.sites.forEach(serve);
