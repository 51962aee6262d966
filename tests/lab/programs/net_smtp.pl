# Send one mail with Perl's Net::SMTP; the wish comes as JSON in the first argument.
use strict;
use warnings;
use JSON::PP;
use Net::SMTP;

my $wish = decode_json($ARGV[0]);
my $smtp = Net::SMTP->new($wish->{host}, Port => $wish->{port}, Hello => $wish->{helo},
    Timeout => 10, SSL => $wish->{tls} eq "implicit", SSL_verify_mode => 0) or die "no server";
$smtp->starttls(SSL_verify_mode => 0) if $wish->{tls} eq "starttls";
$smtp->auth($wish->{user}, $wish->{secret}) if defined $wish->{mechanism};
$smtp->mail($wish->{sender});
$smtp->to($wish->{to});
$smtp->data("Subject: report\n\n" . ($wish->{body} // "-") . "\n");
$smtp->quit;
