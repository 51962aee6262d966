// A plugin for Haraka: it knows our accounts, takes every mail, and notes every line with the client's port.
const fs = require("fs");
const spec = JSON.parse(fs.readFileSync(process.env.HARAKA_SPEC, "utf8"));
const accounts = JSON.parse(fs.readFileSync(spec.accounts, "utf8"));

function note(connection, who, line) {
  const { remote, local } = connection;
  const ends = { client: remote.ip, port: remote.port, server: local.ip || spec.ip, at: local.port };
  if (connection.tls.enabled && !connection.notes.seen_tls) {
    connection.notes.seen_tls = true;
    fs.appendFileSync(spec.log, JSON.stringify({ ...ends, who: "T", line: "" }) + "\n");
  }
  fs.appendFileSync(spec.log, JSON.stringify({ ...ends, who, line }) + "\n");
}

exports.register = function () { this.inherits("auth/auth_base"); };

exports.hook_connect_init = function (next, connection) {
  const { respond, process_line: heard } = connection;
  connection.respond = function (code, text, done) {
    for (const line of [].concat(text)) note(connection, "S", `${code} ${line}`);
    return respond.call(connection, code, text, done);
  };
  connection.process_line = function (line) {
    if (connection.state !== 3) note(connection, "C", line.toString().trim());
    return heard.call(connection, line);
  };
  next();
};

exports.hook_capabilities = function (next, connection) {
  if (connection.tls.enabled) {
    connection.capabilities.push(`AUTH ${spec.offers.join(" ")}`);
    connection.notes.allowed_auth_methods = spec.offers;
  }
  next();
};

exports.get_plain_passwd = function (user, connection, done) {
  const row = accounts[user];
  return row ? done(row[0]) : done();
};

exports.hook_rcpt = (next) => next(OK);
exports.hook_queue = (next) => next(OK);
