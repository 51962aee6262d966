// nodemailer plays a file of wishes, one JSON object a line.
const fs = require("fs");
const nodemailer = require(process.env.NODE_PATH + "/" + (process.env.NODEMAILER || "nodemailer"));
const file = process.argv[process.argv.length - 1];
const wishes = fs.readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const tls = { rejectUnauthorized: false, minVersion: "TLSv1", ciphers: "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ALL:@SECLEVEL=0" };
if (process.versions.bun || process.versions.deno) { delete tls.ciphers; delete tls.minVersion; }

function options(wish) {
  return {
    host: wish.host, port: wish.port, name: wish.helo, secure: wish.tls === "implicit",
    requireTLS: wish.tls === "starttls", tls, connectionTimeout: 8000, greetingTimeout: 8000, socketTimeout: 12000,
    authMethod: ["ANY", null].includes(wish.mechanism) ? undefined : wish.mechanism,
  };
}

function credentials(wish) {
  if (!wish.mechanism) return undefined;
  if (wish.mechanism === "XOAUTH2") return { type: "OAuth2", user: wish.user, accessToken: wish.secret };
  return { user: wish.user, pass: wish.secret };
}

function send(wish) {
  const transport = nodemailer.createTransport({ ...options(wish), auth: credentials(wish) });
  const mail = { from: wish.sender, to: wish.to, subject: wish.subject, text: wish.body };
  return new Promise((done) => transport.sendMail(mail, (error) => { if (error) console.log(error.message); transport.close(); done(); }));
}

function look(wish) {  // connect, perhaps AUTH, leave: what transport.verify does
  const transport = nodemailer.createTransport({ ...options(wish), auth: credentials(wish) });
  return new Promise((done) => transport.verify(() => { transport.close(); done(); }));
}

(async () => {
  for (const wish of wishes) {
    const patience = new Promise((done) => setTimeout(done, 15000));
    try { await Promise.race([wish.body === null ? look(wish) : send(wish), patience]); } catch (error) { /* goes on */ }
  }
  process.exit(0);
})();
