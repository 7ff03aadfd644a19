// TLS: the same server behind a certificate, which is exchanged while it runs.
#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/running_server.hpp"
#include "tests/unit/http/self_signed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace navette::http {
namespace {

using test::CertificateFolder;
using test::RawClient;
using test::RunningServer;
using testing::HasSubstr;

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

std::shared_ptr<const TlsContext> loaded(const CertificateFolder& folder) {
    auto context = TlsContext::load(folder.certificate(), folder.key());
    if (!context) {
        throw std::runtime_error(context.error().message);
    }
    return *context;
}

long serial_of(const RawClient& client) {
    X509* const certificate = SSL_get1_peer_certificate(client.tls());
    const long serial = ASN1_INTEGER_get(X509_get_serialNumber(certificate));
    X509_free(certificate);
    return serial;
}

TEST(ServerTls, AnswersOverTls) {
    const CertificateFolder folder;
    folder.issue(7);
    RunningServer server({}, loaded(folder));
    RawClient client(server.port(), RawClient::Over::tls);
    EXPECT_EQ(serial_of(client), 7);
    EXPECT_EQ(client.ask(kHello).body, "hello");
    const std::string body(900'000, 'b');
    const auto reply = client.ask(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
    );
    EXPECT_EQ(reply.body, body);
    EXPECT_TRUE(reply.has("X-Url: https://a/echo\r\n"));
    EXPECT_EQ(client.ask("GET /stream/100?size=50000 HTTP/1.1\r\nHost: a\r\n\r\n").body.size(), 5'000'000U);
    // Pipelined requests may lie in one record, which the socket does not announce twice.
    client.send(kHello + kHello + kHello);
    for (int n = 0; n < 3; ++n) {
        EXPECT_EQ(client.reply().body, "hello");
    }
}

TEST(ServerTls, OldProtocolsAndPlainTextAreRefused) {
    const CertificateFolder folder;
    folder.issue(1);
    RunningServer server({}, loaded(folder));
    RawClient plain(server.port());
    plain.send(kHello);
    EXPECT_THAT(plain.rest(), testing::Not(HasSubstr("hello")));
    SSL_CTX* const old = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(old, 0);
    SSL_CTX_set_min_proto_version(old, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(old, TLS1_1_VERSION);
    BIO* const connection = BIO_new_ssl_connect(old);
    BIO_set_conn_hostname(connection, ("127.0.0.1:" + std::to_string(server.port())).c_str());
    EXPECT_NE(BIO_do_connect(connection), 1);
    BIO_free_all(connection);
    SSL_CTX_free(old);
    EXPECT_EQ(RawClient(server.port(), RawClient::Over::tls).ask(kHello).body, "hello");
}

TEST(ServerTls, AConnectionThatNeverShakesHandsIsClosed) {
    const CertificateFolder folder;
    folder.issue(1);
    config::ListenSettings settings;
    settings.header_timeout = std::chrono::milliseconds(150);
    RunningServer server(settings, loaded(folder));
    RawClient silent(server.port());
    EXPECT_EQ(silent.rest(), "");
}

TEST(ServerTls, ANewCertificateServesNewConnectionsAndDropsNone) {
    const CertificateFolder folder;
    folder.issue(1);
    RunningServer server({}, loaded(folder));
    RawClient before(server.port(), RawClient::Over::tls);
    EXPECT_EQ(before.ask(kHello).body, "hello");
    folder.issue(2);
    server.use({}, loaded(folder));
    EXPECT_EQ(before.ask(kHello).body, "hello");
    RawClient after(server.port(), RawClient::Over::tls);
    EXPECT_EQ(serial_of(before), 1);
    EXPECT_EQ(serial_of(after), 2);
    EXPECT_EQ(after.ask(kHello).body, "hello");
}

TEST(TlsContext, NamesTheFileAtFault) {
    const CertificateFolder one;
    const CertificateFolder other;
    one.issue(1);
    other.issue(2);
    const auto message = [](const std::filesystem::path& certificate, const std::filesystem::path& key) {
        const auto context = TlsContext::load(certificate, key);
        return context ? "" : context.error().message;
    };
    EXPECT_EQ(message(one.certificate(), one.key()), "");
    EXPECT_THAT(
        message(one.certificate(), other.key()), HasSubstr("listen.tls_key: " + other.key().string())
    );
    EXPECT_THAT(
        message("/nonexistent.pem", one.key()), HasSubstr("listen.tls_certificate: /nonexistent.pem")
    );
    EXPECT_THAT(
        message(one.certificate(), "/nonexistent.pem"), HasSubstr("listen.tls_key: /nonexistent.pem")
    );
    std::ofstream(one.certificate()) << "no certificate\n";
    EXPECT_THAT(message(one.certificate(), one.key()), HasSubstr("listen.tls_certificate: "));
}

TEST(TlsContext, KnowsWhenItsCertificateExpires) {
    const CertificateFolder folder;
    folder.issue(1, 7'200);
    const auto left = loaded(folder)->expires() - std::chrono::system_clock::now();
    EXPECT_GT(left, std::chrono::hours(1));
    EXPECT_LT(left, std::chrono::hours(3));
}

}  // namespace
}  // namespace navette::http
