package main

// Go's net/smtp, with the LOGIN and XOAUTH2 that everybody writes for it.

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/smtp"
	"time"
)

type loginAuth struct{ user, secret string }

func (a *loginAuth) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }
func (a *loginAuth) Next(prompt []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	switch string(prompt) {
	case "Username:", "username:", "User Name\x00":
		return []byte(a.user), nil
	case "Password:", "password:", "Password\x00":
		return []byte(a.secret), nil
	}
	return nil, fmt.Errorf("unknown prompt")
}

type loginEarlyAuth struct{ loginAuth }

func (a *loginEarlyAuth) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", []byte(a.user), nil }

type bearerAuth struct{ user, secret string }

func (a *bearerAuth) Start(*smtp.ServerInfo) (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + a.user + "\x01auth=Bearer " + a.secret + "\x01\x01"), nil
}
func (a *bearerAuth) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return []byte{}, nil
	}
	return nil, nil
}

func auth(wish Wish) smtp.Auth {
	switch wish.mechanism() {
	case "LOGIN":
		if wish.Initial {
			return &loginEarlyAuth{loginAuth{wish.User, wish.Secret}}
		}
		return &loginAuth{wish.User, wish.Secret}
	case "PLAIN":
		return smtp.PlainAuth("", wish.User, wish.Secret, wish.Host)
	case "CRAM-MD5":
		return smtp.CRAMMD5Auth(wish.User, wish.Secret)
	case "XOAUTH2":
		return &bearerAuth{wish.User, wish.Secret}
	}
	return nil
}

func play(wish Wish) error {
	to := fmt.Sprintf("%s:%d", wish.Host, wish.Port)
	raw, err := net.DialTimeout("tcp", to, 8*time.Second)
	if err != nil {
		return err
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(12 * time.Second))
	if wish.TLS == "implicit" {
		raw = tls.Client(raw, settings(wish))
	}
	client, err := smtp.NewClient(raw, wish.Host)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Hello(wish.Helo); err != nil {
		return err
	}
	if wish.TLS == "starttls" {
		if err := client.StartTLS(settings(wish)); err != nil {
			return err
		}
	}
	if known := auth(wish); known != nil {
		if err := client.Auth(known); err != nil {
			return err
		}
	}
	if wish.Body != nil {
		if err := client.Mail(wish.Sender); err != nil {
			return err
		}
		for _, each := range wish.To {
			if err := client.Rcpt(each); err != nil {
				return err
			}
		}
		data, err := client.Data()
		if err != nil {
			return err
		}
		data.Write([]byte(wish.mail()))
		if err := data.Close(); err != nil {
			return err
		}
	}
	return client.Quit()
}
