package main

// emersion's go-smtp, with go-sasl.

import (
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

func play(wish Wish) error {
	to := fmt.Sprintf("%s:%d", wish.Host, wish.Port)
	var client *smtp.Client
	var err error
	if wish.TLS == "implicit" {
		client, err = smtp.DialTLS(to, settings(wish))
	} else {
		var raw net.Conn
		if raw, err = net.DialTimeout("tcp", to, 8*time.Second); err != nil {
			return err
		}
		client, err = smtp.NewClient(raw, wish.Host)
	}
	if err != nil {
		return err
	}
	defer client.Close()
	if err = client.Hello(wish.Helo); err != nil {
		return err
	}
	if wish.TLS == "starttls" {
		if err = client.StartTLS(settings(wish)); err != nil {
			return err
		}
	}
	known := map[string]sasl.Client{
		"LOGIN": sasl.NewLoginClient(wish.User, wish.Secret),
		"PLAIN": sasl.NewPlainClient("", wish.User, wish.Secret),
		"OAUTHBEARER": sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: wish.User, Token: wish.Secret}),
	}[wish.mechanism()]
	if known != nil {
		if err = client.Auth(known); err != nil {
			return err
		}
	}
	if wish.Body != nil {
		if err = client.Mail(wish.Sender, nil); err != nil {
			return err
		}
		for _, each := range wish.To {
			if err = client.Rcpt(each); err != nil {
				return err
			}
		}
		data, err := client.Data()
		if err != nil {
			return err
		}
		io.Copy(data, strings.NewReader(wish.mail()))
		if err = data.Close(); err != nil {
			return err
		}
	}
	return client.Quit()
}
