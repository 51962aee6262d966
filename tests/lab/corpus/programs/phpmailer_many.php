<?php
// PHPMailer plays a file of wishes, one JSON object a line.
require "libphp-phpmailer/autoload.php";
use PHPMailer\PHPMailer\PHPMailer;

class Token implements \PHPMailer\PHPMailer\OAuthTokenProvider {
    public function __construct(private string $user, private string $token) {}
    public function getOauth64() {
        return base64_encode("user=" . $this->user . "\001auth=Bearer " . $this->token . "\001\001");
    }
}

foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
    $wish = json_decode($line, true);
    $mail = new PHPMailer(true);
    $mail->isSMTP();
    $mail->Timeout = 12;
    [$mail->Host, $mail->Port, $mail->Helo] = [$wish["host"], $wish["port"], $wish["helo"]];
    $mail->SMTPAuth = $wish["mechanism"] !== null;
    $mail->AuthType = $wish["mechanism"] === "ANY" ? "" : ($wish["mechanism"] ?? "");
    [$mail->Username, $mail->Password] = [$wish["user"], $wish["secret"]];
    if ($wish["mechanism"] === "XOAUTH2") $mail->setOAuth(new Token($wish["user"], $wish["secret"]));
    $mail->SMTPSecure = ["starttls" => "tls", "implicit" => "ssl"][$wish["tls"]];
    $mail->SMTPOptions = ["ssl" => ["verify_peer" => false, "verify_peer_name" => false, "allow_self_signed" => true,
        "ciphers" => "ALL:@SECLEVEL=0"]];
    try {
        if ($wish["body"] === null) {
            $mail->smtpConnect();
            $mail->smtpClose();
            continue;
        }
        $mail->setFrom($wish["sender"]);
        foreach ($wish["to"] as $to) $mail->addAddress($to);
        $mail->Subject = $wish["subject"];
        $mail->Body = $wish["body"];
        $mail->send();
    } catch (Throwable $error) {
        $mail->smtpClose();
    }
}
