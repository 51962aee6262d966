// Send one mail with nodemailer; the wish comes as JSON in the first argument.
const nodemailer = require("nodemailer");
const wish = JSON.parse(process.argv[2]);
const oauth = wish.mechanism === "XOAUTH2";
const auth = oauth ? { type: "OAuth2", user: wish.user, accessToken: wish.secret }
                   : { user: wish.user, pass: wish.secret };
const transport = nodemailer.createTransport({
  host: wish.host, port: wish.port, name: wish.helo, secure: wish.tls === "implicit",
  ignoreTLS: wish.tls === "none", requireTLS: wish.tls === "starttls",
  authMethod: wish.mechanism || undefined, auth: wish.mechanism ? auth : undefined,
  tls: { rejectUnauthorized: false },
});
const done = (error) => { transport.close(); process.exit(error ? 1 : 0); };
transport.sendMail({ from: wish.sender, to: wish.to, subject: "report", text: wish.body || "-" }, done);
