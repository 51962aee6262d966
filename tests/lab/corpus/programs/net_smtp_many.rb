# Ruby's net/smtp plays a file of wishes, one JSON object a line.
require "json"
require "net/smtp"
require "openssl"

def context
  made = OpenSSL::SSL::SSLContext.new
  made.verify_mode = OpenSSL::SSL::VERIFY_NONE
  made.min_version = OpenSSL::SSL::TLS1_VERSION
  made.ciphers = "ALL:@SECLEVEL=0"
  made
end

def play(wish)
  smtp = Net::SMTP.new(wish["host"], wish["port"])
  smtp.open_timeout = smtp.read_timeout = 12
  wish["tls"] == "implicit" ? smtp.enable_tls(context) : smtp.enable_starttls(context)
  methods = { "LOGIN" => :login, "PLAIN" => :plain, "CRAM-MD5" => :cram_md5 }
  known = wish["mechanism"] ? [wish["user"], wish["secret"], methods[wish["mechanism"]]] : []
  smtp.start(wish["helo"], *known) do
    smtp.send_message("Subject: #{wish["subject"]}\n\n#{wish["body"]}", wish["sender"], *wish["to"]) if wish["body"]
  end
rescue StandardError, Timeout::Error
  nil
end

File.foreach(ARGV[0]) { |line| play(JSON.parse(line)) }
