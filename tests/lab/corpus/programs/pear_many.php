<?php
// PEAR's Net_SMTP plays a file of wishes.
error_reporting(E_ERROR);
require "Net/SMTP.php";
$options = ["ssl" => ["verify_peer" => false, "verify_peer_name" => false, "allow_self_signed" => true,
    "ciphers" => "ALL:@SECLEVEL=0"]];
foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
    $wish = json_decode($line, true);
    $implicit = $wish["tls"] === "implicit";
    $host = ($implicit ? "ssl://" : "") . $wish["host"];
    $smtp = new Net_SMTP($host, $wish["port"], $wish["helo"], false, 12, $options);
    try {
        if (PEAR::isError($smtp->connect(12))) continue;
        if (!$implicit && PEAR::isError($smtp->starttls())) continue;
        $token = base64_encode("user=" . $wish["user"] . "\001auth=Bearer " . $wish["secret"] . "\001\001");
        $method = $wish["mechanism"] === "ANY" ? "" : $wish["mechanism"];
        $secret = $method === "XOAUTH2" ? $token : $wish["secret"];
        $good = !$wish["mechanism"] || !PEAR::isError($smtp->auth($wish["user"], $secret, $method, false));
        if ($good && $wish["body"] !== null && !PEAR::isError($smtp->mailFrom($wish["sender"]))) {
            foreach ($wish["to"] as $to) $smtp->rcptTo($to);
            $smtp->data(str_replace("\n", "\r\n", $wish["body"]), "Subject: " . $wish["subject"]);
        }
        $smtp->disconnect();
    } catch (Throwable $error) {
    }
}
