// Between the server and the handlers: finds the route, asks who the caller is, and turns what a handler
// throws into an answer. Knows no sockets. Belongs to the listener's thread.
#pragma once

#include "daemon/http/client_rules.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/http/router.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace navette::http {

/// Who a bearer token belongs to, or the answer for who is not let in (401, 429, 503). `client` is the
/// caller's address.
using Admit = std::function<
    boost::asio::awaitable<std::expected<Caller, Response>>(std::string bearer, std::string client)>;

class Front {
  public:
    Front(Router router, Admit admit);

    /// Rules and limits that hold from the next request on.
    void use(const config::ListenSettings& settings);

    struct Origin {
        boost::asio::ip::address peer;
        bool secure = false;  // over TLS
    };
    struct Admission {
        Request request;
        const Route* route = nullptr;     // null: there is none
        std::optional<Response> refusal;  // set: the answer, without reading a body
        std::size_t body_limit = 0;       // bytes
    };
    /// Decides by the header alone, before any body is read: route, address, token. Completes the request
    /// with client, url, parameters and caller.
    [[nodiscard]] boost::asio::awaitable<Admission> admit(Request request, Origin origin);

    /// The handler's answer to the complete request; a 500 where it throws.
    [[nodiscard]] boost::asio::awaitable<Response> answer(const Route* route, Request request);

    [[nodiscard]] const ClientRules& rules() const { return rules_; }
    [[nodiscard]] const Router& router() const { return router_; }

  private:
    [[nodiscard]] std::optional<Response> refusal_by_route(
        const Router::Found& found, const Request& request, const boost::asio::ip::address& client
    ) const;
    [[nodiscard]] boost::asio::awaitable<std::expected<Caller, Response>> identify(
        Access access, std::string authorization, std::string client
    );

    Router router_;
    Admit admit_;
    ClientRules rules_;
    std::size_t body_limit_ = Route().body_limit;
};

}  // namespace navette::http
