// The listener's certificate and key, as OpenSSL wants them: TLS 1.2 and 1.3, server side.
#pragma once

#include "daemon/core/error.hpp"

#include <chrono>
#include <filesystem>
#include <memory>

struct ssl_ctx_st;

namespace navette::http {

/// Immutable. A connection keeps the one that it began with; new connections get the one of the last reload.
class TlsContext {
  public:
    /// Reads both files (PEM; the certificate with its chain, leaf first). Fails with a sentence that names
    /// the setting and the file at fault, also where key and certificate are no pair.
    [[nodiscard]] static core::Result<std::shared_ptr<const TlsContext>> load(
        const std::filesystem::path& certificate, const std::filesystem::path& key
    );

    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    [[nodiscard]] ssl_ctx_st* native() const { return context_; }
    /// When the leaf certificate expires.
    [[nodiscard]] std::chrono::system_clock::time_point expires() const { return expires_; }

  private:
    explicit TlsContext(ssl_ctx_st* context) : context_(context) {}

    ssl_ctx_st* context_;
    std::chrono::system_clock::time_point expires_;
};

}  // namespace navette::http
