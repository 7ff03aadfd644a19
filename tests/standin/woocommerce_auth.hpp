// How a shop recognises a key: HTTP Basic and the query string over TLS, OAuth 1.0a (HMAC-SHA256) anywhere.
#pragma once

#include "tests/standin/message.hpp"
#include "tests/standin/woocommerce_answer.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace navette::standin::woocommerce {

struct Keys {
    std::string consumer_key;
    std::string consumer_secret;
    std::string permission;  // "read", "write", "read_write"
    std::string home;        // the shop's own address; empty: what the request's Host says
    bool is_tls = false;     // WordPress takes the connection for https
};

class Doorkeeper {
  public:
    explicit Doorkeeper(Keys keys) : keys_(std::move(keys)) {}

    /// Why the request is refused; nothing where it may pass. `now`: seconds since 1970.
    [[nodiscard]] std::optional<Refusal> refuse(const Request& request, std::int64_t now);

    /// What WooCommerce says to whom it does not recognise.
    [[nodiscard]] static Refusal stranger(const Request& request);

    void forget_nonces() { nonces_.clear(); }

  private:
    [[nodiscard]] std::optional<Refusal> by_secret(
        const Request& request, const std::string& key, const std::string& secret
    ) const;
    [[nodiscard]] std::optional<Refusal> by_signature(
        const Request& request, std::map<std::string, std::string> parameters, std::int64_t now
    );
    [[nodiscard]] std::optional<Refusal> by_permission(const Request& request) const;

    Keys keys_;
    std::set<std::string> nonces_;
};

}  // namespace navette::standin::woocommerce
