package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"os"
	"strings"
)

// Wish is one session as it is asked for.
type Wish struct {
	Host      string   `json:"host"`
	Port      int      `json:"port"`
	TLS       string   `json:"tls"`
	Helo      string   `json:"helo"`
	Mechanism *string  `json:"mechanism"`
	Initial   bool     `json:"initial"`
	User      string   `json:"user"`
	Secret    string   `json:"secret"`
	Sender    string   `json:"sender"`
	To        []string `json:"to"`
	Subject   string   `json:"subject"`
	Body      *string  `json:"body"`
}

func (w Wish) mechanism() string {
	if w.Mechanism == nil {
		return ""
	}
	return *w.Mechanism
}

func (w Wish) mail() string {
	body := "-"
	if w.Body != nil {
		body = *w.Body
	}
	return "Subject: " + w.Subject + "\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n")
}

func settings(w Wish) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, ServerName: "mail.example.org"}
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		os.Exit(1)
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var wish Wish
		if json.Unmarshal(lines.Bytes(), &wish) == nil {
			if err := play(wish); err != nil {
				println(err.Error())
			}
		}
	}
}
