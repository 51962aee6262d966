/* libetpan sends one mail: HOST PORT TLS HELO MECHANISM USER SECRET SENDER SUBJECT TO..., the body on stdin. */
#include <libetpan/libetpan.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    static char mail[200000];
    const char *mechanism = argv[5], *user = argv[6], *secret = argv[7];
    int size = snprintf(mail, 2000, "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n\r\n", argv[8], argv[10], argv[9]);
    int more = fread(mail + size, 1, sizeof mail - size, stdin), code;
    mailsmtp *smtp = mailsmtp_new(0, 0);
    mailsmtp_set_timeout(smtp, 12);
    sethostname(argv[4], strlen(argv[4])); /* it greets with the name of the machine */
    int port = atoi(argv[2]), implicit = !strcmp(argv[3], "implicit");
    code = implicit ? mailsmtp_ssl_connect(smtp, argv[1], port) : mailsmtp_socket_connect(smtp, argv[1], port);
    if (code) return 1;
    if (mailesmtp_ehlo(smtp)) return 2;
    if (!implicit && (mailsmtp_socket_starttls(smtp) || mailesmtp_ehlo(smtp))) return 3;
    if (!strcmp(mechanism, "XOAUTH2")) code = mailsmtp_oauth2_authenticate(smtp, user, secret);
    else if (*mechanism) code = mailesmtp_auth_sasl(smtp, mechanism, argv[1], NULL, NULL, user, user, secret, NULL);
    if (code) fprintf(stderr, "%s\n", mailsmtp_strerror(code));
    if (!code && more > 0 && !mailesmtp_mail(smtp, argv[8], 1, "made-up")) {
        for (int at = 10; at < argc; at++) mailesmtp_rcpt(smtp, argv[at], MAILSMTP_DSN_NOTIFY_NEVER, 0);
        if (!mailsmtp_data(smtp)) mailsmtp_data_message(smtp, mail, size + more);
    }
    mailsmtp_quit(smtp);
    mailsmtp_free(smtp);
    return 0;
}
