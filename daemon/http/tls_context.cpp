#include "daemon/http/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <string>
#include <string_view>

namespace navette::http {

namespace {

/// The last reason that OpenSSL noted, without its internal codes.
std::string reason() {
    const auto code = ERR_peek_last_error();
    const char* text = ERR_GET_LIB(code) == ERR_LIB_SYS ? nullptr : ERR_reason_error_string(code);
    std::string message = text == nullptr ? "it cannot be read" : text;
    ERR_clear_error();
    return message;
}

std::unexpected<core::Error> refused(
    std::string_view setting, const std::filesystem::path& file, const std::string& why
) {
    return core::failure(
        core::ErrorKind::invalid, "listen." + std::string(setting) + ": " + file.string() + ": " + why
    );
}

/// Never asks at a terminal: a key with a passphrase is refused.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

/// Of what the client offers by ALPN, HTTP/1.1 is taken; a client that wants only others goes on without.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* offered, unsigned size, void*) {
    static constexpr auto kHttp = std::to_array<unsigned char>({8, 'h', 't', 't', 'p', '/', '1', '.', '1'});
    unsigned char* chosen = nullptr;
    const int found = SSL_select_next_proto(
        &chosen, length, kHttp.data(), static_cast<unsigned>(kHttp.size()), offered, size
    );
    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

core::Result<std::shared_ptr<const TlsContext>> TlsContext::load(
    const std::filesystem::path& certificate, const std::filesystem::path& key
) {
    ERR_clear_error();
    auto* const context = SSL_CTX_new(TLS_server_method());
    if (context == nullptr) {
        return core::failure(core::ErrorKind::internal, "OpenSSL gives no TLS context: " + reason());
    }
    std::shared_ptr<TlsContext> loaded(new TlsContext(context));
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Idle connections hold no buffers, and a write may be repeated from another place.
    SSL_CTX_set_mode(
        context,
        SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);

    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
        return refused("tls_certificate", certificate, reason());
    }
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return refused("tls_key", key, reason());
    }
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context)), &end) == 1) {
        loaded->expires_ = std::chrono::system_clock::from_time_t(timegm(&end));
    }
    return loaded;
}

TlsContext::~TlsContext() {
    SSL_CTX_free(context_);
}

}  // namespace navette::http
