package main

// gomail, which chooses its mechanism from what the server offers.

import (
	gomail "gopkg.in/mail.v2"
	"time"
)

func play(wish Wish) error {
	dialer := gomail.NewDialer(wish.Host, wish.Port, wish.User, wish.Secret)
	if wish.mechanism() == "" {
		dialer.Username, dialer.Password = "", ""
	}
	dialer.SSL = wish.TLS == "implicit"
	dialer.TLSConfig = settings(wish)
	dialer.LocalName = wish.Helo
	dialer.Timeout = 12 * time.Second
	dialer.RetryFailure = false
	dialer.StartTLSPolicy = gomail.MandatoryStartTLS
	sender, err := dialer.Dial()
	if err != nil {
		return err
	}
	defer sender.Close()
	if wish.Body == nil {
		return nil
	}
	mail := gomail.NewMessage()
	mail.SetHeader("From", wish.Sender)
	mail.SetHeader("To", wish.To...)
	mail.SetHeader("Subject", wish.Subject)
	mail.SetBody("text/plain", *wish.Body)
	return gomail.Send(sender, mail)
}
