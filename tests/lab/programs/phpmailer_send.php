<?php
// Send one mail with PHPMailer; the wish comes as JSON in the first argument.
require "libphp-phpmailer/autoload.php";
$wish = json_decode($argv[1], true);
$mail = new PHPMailer\PHPMailer\PHPMailer(false);
$mail->isSMTP();
$mail->Host = $wish["host"];
$mail->Port = $wish["port"];
$mail->Helo = $wish["helo"];
$mail->SMTPAuth = $wish["mechanism"] !== null;
$mail->AuthType = $wish["mechanism"] ?? "";
$mail->Username = $wish["user"] ?? "";
$mail->Password = $wish["secret"] ?? "";
$mail->SMTPSecure = ["none" => "", "starttls" => "tls", "implicit" => "ssl"][$wish["tls"]];
$mail->SMTPAutoTLS = false;
$mail->SMTPOptions = ["ssl" => ["verify_peer" => false, "verify_peer_name" => false,
                                "allow_self_signed" => true]];
$mail->setFrom($wish["sender"]);
$mail->addAddress($wish["to"]);
$mail->Subject = "report";
$mail->Body = $wish["body"] ?? "-";
exit($mail->send() ? 0 : 1);
