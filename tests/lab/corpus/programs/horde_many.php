<?php
// Horde's SMTP client plays a file of wishes.
error_reporting(E_ERROR);
spl_autoload_register(function ($class) {
    $path = stream_resolve_include_path(str_replace(["\\", "_"], "/", $class) . ".php");
    if ($path) include_once $path;
});
foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
    $wish = json_decode($line, true);
    $settings = ["host" => $wish["host"], "port" => $wish["port"], "localhost" => $wish["helo"], "timeout" => 12,
        "secure" => $wish["tls"] === "implicit" ? "ssl" : "tls", "context" => ["ssl" => ["verify_peer" => false,
        "verify_peer_name" => false, "allow_self_signed" => true, "ciphers" => "ALL:@SECLEVEL=0"]]];
    if ($wish["mechanism"] === "XOAUTH2") {
        $settings += ["username" => $wish["user"], "password" => "-",
            "xoauth2_token" => new Horde_Smtp_Password_Xoauth2($wish["user"], $wish["secret"])];
    } elseif ($wish["mechanism"]) {
        $settings += ["username" => $wish["user"], "password" => $wish["secret"]];
    }
    try {
        $smtp = new Horde_Smtp($settings);
        if ($wish["body"] === null) $smtp->login();
        else $smtp->send($wish["sender"], $wish["to"], "Subject: " . $wish["subject"] . "\r\n\r\n"
            . str_replace("\n", "\r\n", $wish["body"]));
        $smtp->logout();
    } catch (Throwable $error) {
        echo $error->getMessage(), "\n";
        try { $smtp->logout(); } catch (Throwable $again) {}
    }
}
