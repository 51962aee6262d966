# Perl's Net::SMTP plays a file of wishes, one JSON object a line.
use strict;
use warnings;
use JSON::PP;
use Net::SMTP;
use Authen::SASL qw(Perl);

$SIG{PIPE} = "IGNORE";
my %tls = (SSL_verify_mode => 0, SSL_cipher_list => 'ALL:@SECLEVEL=0', SSL_version => "SSLv23:!SSLv2:!SSLv3");

sub play {
    my $wish = shift;
    my $implicit = $wish->{tls} eq "implicit";
    my $smtp = Net::SMTP->new($wish->{host}, Port => $wish->{port}, Hello => $wish->{helo}, Timeout => 12,
        SSL => $implicit, %tls) or return;
    if (!$implicit) { $smtp->starttls(%tls) or return; }
    if (my $mechanism = $wish->{mechanism}) {
        my $good;
        if ($mechanism eq "ANY") {
            $good = $smtp->auth($wish->{user}, $wish->{secret});
        } else {
            $good = $smtp->auth(Authen::SASL->new(mechanism => $mechanism, callback => {
                user => $wish->{user}, pass => $wish->{secret}, authname => $wish->{user} }));
        }
        if (!$good) { $smtp->quit; return; }
    }
    if (defined $wish->{body}) {
        if ($smtp->mail($wish->{sender})) {
            $smtp->to(@{ $wish->{to} });
            $smtp->data("Subject: $wish->{subject}\n\n$wish->{body}");
        }
    }
    $smtp->quit;
}

open(my $file, "<", $ARGV[0]) or die;
while (my $line = <$file>) { eval { play(decode_json($line)) }; }
