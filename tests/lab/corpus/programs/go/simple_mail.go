package main

// go-simple-mail.

import (
	mail "github.com/xhit/go-simple-mail"
	"time"
)

func play(wish Wish) error {
	server := mail.NewSMTPClient()
	server.Host, server.Port, server.Helo = wish.Host, wish.Port, wish.Helo
	server.Username, server.Password = wish.User, wish.Secret
	switch wish.mechanism() {
	case "LOGIN":
		server.Authentication = mail.AuthLogin
	case "PLAIN":
		server.Authentication = mail.AuthPlain
	case "CRAM-MD5":
		server.Authentication = mail.AuthCRAMMD5
	default:
		server.Username, server.Password = "", ""
	}
	server.Encryption = mail.EncryptionSTARTTLS
	if wish.TLS == "implicit" {
		server.Encryption = mail.EncryptionSSLTLS
	}
	server.TLSConfig = settings(wish)
	server.ConnectTimeout, server.SendTimeout = 12*time.Second, 12*time.Second
	client, err := server.Connect()
	if err != nil {
		return err
	}
	if wish.Body == nil {
		return client.Quit()
	}
	message := mail.NewMSG()
	message.SetFrom(wish.Sender).AddTo(wish.To...).SetSubject(wish.Subject).SetBody(mail.TextPlain, *wish.Body)
	return message.Send(client)
}
