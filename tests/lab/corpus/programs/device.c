/* A device's mail client: a scripted dialogue over a TLS library chosen when it is compiled.
   device HOST PORT NAME [split] reads steps from its standard input, one a line:
     S text   say a line, await the reply; a refusal leads to the step after X
     s text   say a line, await nothing        b text   say this, \n being CRLF, nothing behind it
     w        await a reply                    T        TLS begins
     X        what follows is done in any case */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int fd, secure, split;
static char said[65536];

#if defined(USE_MBEDTLS)
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
static mbedtls_ssl_context ssl;
static mbedtls_ssl_config config;
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context dice;
static int put(void *x, const unsigned char *p, size_t n) { return send(fd, p, n, 0); }
static int get(void *x, unsigned char *p, size_t n) { return recv(fd, p, n, 0); }
static int tls_start(const char *name) {
    mbedtls_ssl_init(&ssl); mbedtls_ssl_config_init(&config);
    mbedtls_entropy_init(&entropy); mbedtls_ctr_drbg_init(&dice);
    mbedtls_ctr_drbg_seed(&dice, mbedtls_entropy_func, &entropy, 0, 0);
    mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_1);
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &dice);
    mbedtls_ssl_setup(&ssl, &config);
    mbedtls_ssl_set_hostname(&ssl, name);
    mbedtls_ssl_set_bio(&ssl, 0, put, get, 0);
    return mbedtls_ssl_handshake(&ssl) == 0;
}
static int tls_write(const char *p, int n) {
    int done = 0, r;
    while (done < n) { if ((r = mbedtls_ssl_write(&ssl, (unsigned char *)p + done, n - done)) <= 0) return -1; done += r; }
    return n;
}
static int tls_read(char *p, int n) { return mbedtls_ssl_read(&ssl, (unsigned char *)p, n); }
static void tls_end(void) { mbedtls_ssl_close_notify(&ssl); }
#elif defined(USE_WOLFSSL)
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
static WOLFSSL *ssl;
static int tls_start(const char *name) {
    wolfSSL_Init();
    WOLFSSL_CTX *context = wolfSSL_CTX_new(wolfSSLv23_client_method());
    wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_NONE, 0);
    wolfSSL_CTX_SetMinVersion(context, WOLFSSL_TLSV1);
    ssl = wolfSSL_new(context);
    wolfSSL_set_fd(ssl, fd);
    return wolfSSL_connect(ssl) == WOLFSSL_SUCCESS;
}
static int tls_write(const char *p, int n) { return wolfSSL_write(ssl, p, n); }
static int tls_read(char *p, int n) { return wolfSSL_read(ssl, p, n); }
static void tls_end(void) { wolfSSL_shutdown(ssl); }
#elif defined(USE_GNUTLS)
#include <gnutls/gnutls.h>
static gnutls_session_t ssl;
static int tls_start(const char *name) {
    gnutls_certificate_credentials_t known;
    gnutls_certificate_allocate_credentials(&known);
    gnutls_init(&ssl, GNUTLS_CLIENT);
    gnutls_priority_set_direct(ssl, "NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+AES-128-CCM-8:+AES-256-CCM-8:+RSA", 0);
    gnutls_credentials_set(ssl, GNUTLS_CRD_CERTIFICATE, known);
    gnutls_transport_set_int(ssl, fd);
    int r;
    do r = gnutls_handshake(ssl); while (r < 0 && !gnutls_error_is_fatal(r));
    return r == 0;
}
static int tls_write(const char *p, int n) { return gnutls_record_send(ssl, p, n); }
static int tls_read(char *p, int n) {
    int r;
    do r = gnutls_record_recv(ssl, p, n); while (r < 0 && !gnutls_error_is_fatal(r));
    return r;
}
static void tls_end(void) { gnutls_bye(ssl, GNUTLS_SHUT_WR); }
#elif defined(USE_BEARSSL)
#include <bearssl.h>
static br_ssl_client_context client;
static br_x509_minimal_context unused;
static struct { const br_x509_class *vtable; br_x509_decoder_context decoder; int first; br_x509_pkey key; } any;
static void start_chain(const br_x509_class **c, const char *n) { any.first = 1; }
static void start_cert(const br_x509_class **c, uint32_t n) { if (any.first) br_x509_decoder_init(&any.decoder, 0, 0); }
static void append(const br_x509_class **c, const unsigned char *p, size_t n) { if (any.first) br_x509_decoder_push(&any.decoder, p, n); }
static void end_cert(const br_x509_class **c) { if (any.first) { any.key = *br_x509_decoder_get_pkey(&any.decoder); any.first = 0; } }
static unsigned end_chain(const br_x509_class **c) { return 0; }
static const br_x509_pkey *get_pkey(const br_x509_class *const *c, unsigned *u) {
    if (u) *u = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
    return &any.key;
}
static const br_x509_class anybody = { sizeof any, start_chain, start_cert, append, end_cert, end_chain, get_pkey };
static unsigned char room[BR_SSL_BUFSIZE_BIDI];
static br_sslio_context io;
static int put(void *x, const unsigned char *p, size_t n) { int r = send(fd, p, n, 0); return r > 0 ? r : -1; }
static int get(void *x, unsigned char *p, size_t n) { int r = recv(fd, p, n, 0); return r > 0 ? r : -1; }
static int tls_start(const char *name) {
    br_ssl_client_init_full(&client, &unused, 0, 0);
    any.vtable = &anybody;
    br_ssl_engine_set_x509(&client.eng, &any.vtable);
    br_ssl_engine_set_buffer(&client.eng, room, sizeof room, 1);
    br_ssl_client_reset(&client, name, 0);
    br_sslio_init(&io, &client.eng, get, 0, put, 0);
    return br_sslio_flush(&io) == 0;
}
static int tls_write(const char *p, int n) { int r = br_sslio_write_all(&io, p, n); br_sslio_flush(&io); return r < 0 ? r : n; }
static int tls_read(char *p, int n) { return br_sslio_read(&io, p, n); }
static void tls_end(void) { br_ssl_engine_close(&client.eng); br_sslio_flush(&io); }
#else /* OpenSSL, of whatever age: the library comes from the environment */
static void *ssl, *library;
static void *of(const char *name) { return dlsym(library, name); }
static int tls_start(const char *name) {
    library = dlopen(getenv("LIBSSL"), RTLD_NOW | RTLD_GLOBAL);
    if (!library) { fprintf(stderr, "%s\n", dlerror()); return 0; }
    int (*init)(void) = of("SSL_library_init");
    if (init) init();
    void *(*method)(void) = of("TLS_client_method");
    if (!method) method = of("SSLv23_client_method");
    void *context = ((void *(*)(void *))of("SSL_CTX_new"))(method());
    ((int (*)(void *, const char *))of("SSL_CTX_set_cipher_list"))(context, init ? "ALL:!aNULL" : "ALL:!aNULL:@SECLEVEL=0");
    ((long (*)(void *, int, long, void *))of("SSL_CTX_ctrl"))(context, 123, 0x0301, 0); /* the lowest version */
    ssl = ((void *(*)(void *))of("SSL_new"))(context);
    ((int (*)(void *, int))of("SSL_set_fd"))(ssl, fd);
    return ((int (*)(void *))of("SSL_connect"))(ssl) == 1;
}
static int tls_write(const char *p, int n) { return ((int (*)(void *, const void *, int))of("SSL_write"))(ssl, p, n); }
static int tls_read(char *p, int n) { return ((int (*)(void *, void *, int))of("SSL_read"))(ssl, p, n); }
static void tls_end(void) { ((int (*)(void *))of("SSL_shutdown"))(ssl); }
#endif

static int put_all(const char *text, int n) { return secure ? tls_write(text, n) : send(fd, text, n, 0); }

static int line_out(const char *text) {
    char whole[65536];
    if (secure && split) return put_all(text, strlen(text)) > 0 && put_all("\r\n", 2) > 0;
    int n = snprintf(whole, sizeof whole, "%s\r\n", text);
    return put_all(whole, n) > 0;
}

static int reply(void) { /* 0 at the end, else the code */
    static char kept[65536];
    static int count;
    for (;;) {
        char *end = memchr(kept, '\n', count);
        if (end) {
            int n = end + 1 - kept, more = n > 4 && kept[3] == '-';
            memcpy(said, kept, n); said[n] = 0;
            memmove(kept, end + 1, count -= n);
            if (!more) return atoi(said);
            continue;
        }
        int n = secure ? tls_read(kept + count, sizeof kept - count) : recv(fd, kept + count, sizeof kept - count, 0);
        if (n <= 0) return 0;
        count += n;
    }
}

int main(int argc, char **argv) {
    static char step[65536], text[65536];
    struct sockaddr_in to = { AF_INET, htons(atoi(argv[2])) };
    struct timeval patience = { 12, 0 };
    int on = 1, failing = 0;
    inet_pton(AF_INET, argv[1], &to.sin_addr);
    split = argc > 4 && !strcmp(argv[4], "split");
    fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (void *)&to, sizeof to)) return 1;
    while (fgets(step, sizeof step, stdin)) {
        step[strcspn(step, "\n")] = 0;
        char *rest = step[0] && step[1] ? step + 2 : step + 1;
        if (step[0] == 'X') { failing = 0; continue; }
        if (failing) continue;
        int good = 1, code;
        switch (step[0]) {
        case 'S': good = line_out(rest) && (code = reply()) && code < 400; break;
        case 's': good = line_out(rest); break;
        case 'w': good = (code = reply()) && code < 400; break;
        case 'T': if (!tls_start(argv[3])) return 2; secure = 1; break;
        case 'b': {
            int n = 0;
            for (char *p = rest; *p; p++) {
                if (p[0] == '\\' && p[1] == 'n') { text[n++] = '\r'; text[n++] = '\n'; p++; } else text[n++] = *p;
            }
            good = put_all(text, n) > 0;
        }
        }
        if (!good) failing = 1;
    }
    if (secure) tls_end();
    close(fd);
    return 0;
}
