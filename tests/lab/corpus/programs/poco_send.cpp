// Poco's SMTP client sends one mail: HOST PORT TLS HELO MECHANISM USER SECRET SENDER SUBJECT TO..., the body on stdin.
#include <Poco/Net/AcceptCertificateHandler.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/MailMessage.h>
#include <Poco/Net/MailRecipient.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/Net/SecureSMTPClientSession.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <iostream>
#include <iterator>
#include <map>
using namespace Poco::Net;

int main(int argc, char **argv) {
    std::string host = argv[1], tls = argv[3], helo = argv[4], mechanism = argv[5], user = argv[6], secret = argv[7];
    std::string body((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
    Poco::SharedPtr<InvalidCertificateHandler> any = new AcceptCertificateHandler(false);
    Context::Ptr context = new Context(Context::TLS_CLIENT_USE, "", Context::VERIFY_NONE, 9, false, "ALL:@SECLEVEL=0");
    SSLManager::instance().initializeClient(0, any, context);
    std::map<std::string, SMTPClientSession::LoginMethod> methods = {
        {"LOGIN", SMTPClientSession::AUTH_LOGIN}, {"PLAIN", SMTPClientSession::AUTH_PLAIN},
        {"CRAM-MD5", SMTPClientSession::AUTH_CRAM_MD5}, {"XOAUTH2", SMTPClientSession::AUTH_XOAUTH2},
        {"NTLM", SMTPClientSession::AUTH_NTLM}};
    try {
        SocketAddress to(host, static_cast<Poco::UInt16>(std::stoi(argv[2])));
        StreamSocket raw = tls == "implicit" ? StreamSocket(SecureStreamSocket(to, context)) : StreamSocket(to);
        SecureSMTPClientSession smtp(raw);
        smtp.setTimeout(Poco::Timespan(12, 0));
        smtp.login(helo);
        if (tls == "starttls") smtp.startTLS(context);
        try {
            if (methods.count(mechanism)) smtp.login(helo, methods[mechanism], user, secret);
            else smtp.login(helo);
            MailMessage mail;
            mail.setSender(argv[8]);
            for (int at = 10; at < argc; at++) mail.addRecipient(MailRecipient(MailRecipient::PRIMARY_RECIPIENT, argv[at]));
            mail.setSubject(argv[9]);
            mail.setContent(body, MailMessage::ENCODING_8BIT);
            if (!body.empty()) smtp.sendMessage(mail);
        } catch (SMTPException &refused) {
            std::cerr << refused.displayText() << "\n";
        }
        smtp.close();
    } catch (Poco::Exception &error) {
        std::cerr << error.displayText() << "\n";
        return 1;
    }
    return 0;
}
