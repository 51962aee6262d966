# Net::SMTPS plays a file of wishes.
use strict;
use warnings;
use JSON::PP;
use Net::SMTPS;

$SIG{PIPE} = "IGNORE";

sub play {
    my $wish = shift;
    my $smtp = Net::SMTPS->new($wish->{host}, Port => $wish->{port}, Hello => $wish->{helo}, Timeout => 12,
        doSSL => $wish->{tls} eq "implicit" ? "ssl" : "starttls", SSL_verify_mode => 0,
        SSL_cipher_list => 'ALL:@SECLEVEL=0') or return;
    if (my $mechanism = $wish->{mechanism}) {
        my @only = $mechanism eq "ANY" ? () : ($mechanism);
        if (!$smtp->auth($wish->{user}, $wish->{secret}, @only)) { $smtp->quit; return; }
    }
    if (defined $wish->{body} && $smtp->mail($wish->{sender})) {
        $smtp->to(@{ $wish->{to} });
        $smtp->data("Subject: $wish->{subject}\n\n$wish->{body}");
    }
    $smtp->quit;
}

open(my $file, "<", $ARGV[0]) or die;
while (my $line = <$file>) { eval { play(decode_json($line)) }; }
