# Send one mail with Ruby's net/smtp; the wish comes as JSON in the first argument.
require "json"
require "net/smtp"

wish = JSON.parse(ARGV[0])
smtp = Net::SMTP.new(wish["host"], wish["port"])
smtp.disable_starttls
mechanism = wish["mechanism"] && wish["mechanism"].downcase.to_sym
smtp.start(wish["helo"], wish["user"], wish["mechanism"] && wish["secret"], mechanism) do |open|
  open.send_message(wish["body"], wish["sender"], wish["to"])
end
