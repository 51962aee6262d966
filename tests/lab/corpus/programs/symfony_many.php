<?php
// Symfony's mailer plays a file of wishes.
error_reporting(E_ERROR);
require "Symfony/Component/Mailer/autoload.php";
use Symfony\Component\Mailer\Transport\Smtp\Auth;
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport;
use Symfony\Component\Mime\Email;
const METHODS = ["LOGIN" => Auth\LoginAuthenticator::class, "PLAIN" => Auth\PlainAuthenticator::class,
    "CRAM-MD5" => Auth\CramMd5Authenticator::class, "XOAUTH2" => Auth\XOAuth2Authenticator::class];
foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
    $wish = json_decode($line, true);
    $smtp = new EsmtpTransport($wish["host"], $wish["port"], $wish["tls"] === "implicit");
    $smtp->setLocalDomain($wish["helo"]);
    $smtp->getStream()->setTimeout(12)->setStreamOptions(["ssl" => ["verify_peer" => false, "verify_peer_name" => false,
        "allow_self_signed" => true, "ciphers" => "ALL:@SECLEVEL=0"]]);
    if ($wish["mechanism"]) {
        $smtp->setUsername($wish["user"]);
        $smtp->setPassword($wish["secret"]);
    }
    if (isset(METHODS[$wish["mechanism"]])) {
        $only = new ReflectionProperty(EsmtpTransport::class, "authenticators");
        $only->setAccessible(true);
        $class = METHODS[$wish["mechanism"]];
        $only->setValue($smtp, [new $class()]);
    }
    try {
        if ($wish["body"] === null) {
            $smtp->start();
        } else {
            $smtp->send((new Email())->from($wish["sender"])->to(...$wish["to"])->subject($wish["subject"])
                ->text($wish["body"]));
        }
        $smtp->stop();
    } catch (Throwable $error) {
        try { $smtp->stop(); } catch (Throwable $again) {}
    }
}
