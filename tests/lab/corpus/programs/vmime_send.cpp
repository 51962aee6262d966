// VMime sends one mail: HOST PORT TLS HELO MECHANISM USER SECRET SENDER SUBJECT TO..., the body on stdin.
#include <iostream>
#include <iterator>
#include <vmime/platforms/posix/posixHandler.hpp>
#include <vmime/vmime.hpp>
using namespace vmime;

struct Anybody : security::cert::certificateVerifier {
    void verify(shared_ptr<security::cert::certificateChain>, const string &) override {}
};

struct Known : security::sasl::defaultSASLAuthenticator {
    string only, user, secret;
    const string getUsername() const override { return user; }
    const string getPassword() const override { return secret; }
    const string getAccessToken() const override { return secret; }
    const std::vector<shared_ptr<security::sasl::SASLMechanism>> getAcceptableMechanisms(
        const std::vector<shared_ptr<security::sasl::SASLMechanism>> &offered,
        shared_ptr<security::sasl::SASLMechanism> suggested) const override {
        if (only == "ANY") return defaultSASLAuthenticator::getAcceptableMechanisms(offered, suggested);
        std::vector<shared_ptr<security::sasl::SASLMechanism>> kept;
        for (auto &each : offered) if (each->getName() == only) kept.push_back(each);
        return kept;
    }
};

int main(int argc, char **argv) {
    platform::setHandler<platforms::posix::posixHandler>();
    string tls = argv[3], mechanism = argv[5];
    string body((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
    try {
        auto session = net::session::create();
        string scheme = tls == "implicit" ? "smtps" : "smtp";
        auto out = session->getTransport(utility::url(scheme + "://" + argv[1] + ":" + argv[2]));
        out->setProperty("connection.tls", tls == "starttls");
        out->setProperty("connection.tls.required", tls == "starttls");
        out->setProperty("options.need-authentication", !mechanism.empty());
        out->setCertificateVerifier(make_shared<Anybody>());
        if (!mechanism.empty()) {
            auto known = make_shared<Known>();
            known->only = mechanism; known->user = argv[6]; known->secret = argv[7];
            out->setAuthenticator(known);
        }
        out->connect();
        mailboxList to;
        for (int at = 10; at < argc; at++) to.appendMailbox(make_shared<mailbox>(emailAddress(argv[at])));
        string mail = string("Subject: ") + argv[9] + "\r\n\r\n" + body;
        utility::inputStreamStringAdapter stream(mail);
        if (!body.empty()) out->send(mailbox(emailAddress(argv[8])), to, stream, mail.size());
        out->disconnect();
    } catch (std::exception &error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
