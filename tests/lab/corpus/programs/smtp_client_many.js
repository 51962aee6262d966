// The npm package smtp-client plays a file of wishes.
const fs = require("fs");
const { SMTPClient } = require(process.env.NODE_PATH + "/smtp-client");
const wishes = fs.readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));

async function play(wish) {
  const options = { rejectUnauthorized: false, minVersion: "TLSv1", ciphers: "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ALL:@SECLEVEL=0" };
  const client = new SMTPClient({ host: wish.host, port: wish.port, secure: wish.tls === "implicit", ...options });
  const timeout = 10000;
  try {
    await client.connect({ timeout });
    await client.greet({ hostname: wish.helo, timeout });
    if (wish.tls === "starttls") {
      await client.secure({ timeout, ...options });
      await client.greet({ hostname: wish.helo, timeout });
    }
    const known = { username: wish.user, password: wish.secret, timeout };
    if (wish.mechanism === "LOGIN") await client.authLogin(known);
    if (wish.mechanism === "PLAIN") await client.authPlain(known);
    if (wish.body !== null) {
      await client.mail({ from: wish.sender, timeout });
      for (const to of wish.to) await client.rcpt({ to, timeout });
      await client.data(`Subject: ${wish.subject}\r\n\r\n${wish.body.replace(/\n/g, "\r\n")}`, { timeout });
    }
  } catch (error) { /* goes on */ }
  try { await client.quit({ timeout: 3000 }); } catch (error) { /* gone */ }
}

process.on("unhandledRejection", () => {});
process.on("uncaughtException", () => {});
(async () => { for (const wish of wishes) await play(wish); process.exit(0); })();
