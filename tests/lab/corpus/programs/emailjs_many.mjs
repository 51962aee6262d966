// emailjs plays a file of wishes.
import fs from "fs";
import path from "path";
const { SMTPClient } = await import(path.join(process.env.NODE_PATH, "emailjs", "dist", "index.js"));
const wishes = fs.readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
const options = { rejectUnauthorized: false, minVersion: "TLSv1", ciphers: "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ALL:@SECLEVEL=0" };
process.on("unhandledRejection", () => {});
process.on("uncaughtException", () => {});
for (const wish of wishes) {
  const any = wish.mechanism === "ANY";
  const client = new SMTPClient({
    host: wish.host, port: wish.port, domain: wish.helo, timeout: 10000,
    ssl: wish.tls === "implicit" ? options : false, tls: wish.tls === "starttls" ? options : false,
    user: wish.mechanism ? wish.user : undefined, password: wish.mechanism ? wish.secret : undefined,
    authentication: any || !wish.mechanism ? undefined : [wish.mechanism],
  });
  const sent = client.sendAsync({ text: wish.body ?? "-", from: wish.sender, to: wish.to.join(", "),
    subject: wish.subject }).catch(() => {});
  await Promise.race([sent, new Promise((done) => setTimeout(done, 13000).unref())]);
  try { client.smtp.close(); } catch (error) { /* closed */ }
}
process.exit(0);
