# Net::SMTP::TLS, or its maintained twin (the first argument), plays a file of wishes.
use strict;
use warnings;
use JSON::PP;

my $class = shift @ARGV;
eval "require $class" or die;
$SIG{PIPE} = "IGNORE";
eval { IO::Socket::SSL::set_defaults(SSL_verify_mode => 0, SSL_cipher_list => 'ALL:@SECLEVEL=0'); };

sub play {
    my $wish = shift;
    my @known = $wish->{mechanism} ? (User => $wish->{user}, Password => $wish->{secret}) : ();
    my $smtp = $class->new($wish->{host}, Port => $wish->{port}, Hello => $wish->{helo}, Timeout => 12, @known);
    if (defined $wish->{body}) {
        $smtp->mail($wish->{sender});
        $smtp->to(@{ $wish->{to} });
        $smtp->data;
        $smtp->datasend("Subject: $wish->{subject}\n\n");
        $smtp->datasend("$_\n") for split /\n/, $wish->{body};
        $smtp->dataend;
    }
    $smtp->quit;
}

open(my $file, "<", $ARGV[0]) or die;
while (my $line = <$file>) {
    eval { local $SIG{ALRM} = sub { die }; alarm 15; play(decode_json($line)); };
    alarm 0;
}
