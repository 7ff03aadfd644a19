// A request as a handler sees it, and its answer: plain values, no sockets.
#pragma once

#include "daemon/core/error.hpp"

#include <navette/sdk/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::http {

/// Who asks, by the bearer token. `tenant` is empty for a token of administration, which sees all tenants.
struct Caller {
    enum class Scope { read, write, admin };

    std::string token_id;
    std::string tenant;
    Scope scope = Scope::read;

    [[nodiscard]] bool may_write() const { return scope != Scope::read; }
    [[nodiscard]] bool is_admin() const { return scope == Scope::admin; }
};

/// One request, read to its end and within all limits. Owned by its handler.
struct Request {
    std::string id;      // made here, sent back as X-Request-Id and written to the log
    std::string method;  // "GET", in capitals
    std::string target;  // as received, with the query string
    std::string path;    // without the query string, as received
    std::string client;  // the caller's address; behind a trusted proxy the one that it names
    std::string url;     // the absolute address as the caller knows it (listen.public_url + target)
    std::map<std::string, std::string, std::less<>> parameters;  // of the route's pattern, percent-decoded
    std::vector<std::pair<std::string, std::string>> query;      // percent-decoded, in order
    std::vector<sdk::Header> headers;
    std::string body;
    std::optional<Caller> caller;  // set where the route asks for a token

    /// The header's first value, matched without regard to case; empty where it is absent.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    /// The query parameter's first value; none where it is absent.
    [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
    /// A parameter of the route's pattern, which is known to be there.
    [[nodiscard]] const std::string& parameter(std::string_view name) const;
};

/// The next part of a body that is sent as it is made; empty: the end. An error cuts the connection, so that
/// a client cannot take a part for the whole.
using BodySource = std::function<boost::asio::awaitable<core::Result<std::string>>()>;

struct Response {
    int status = 200;
    std::vector<sdk::Header> headers;
    std::string body;
    BodySource more;  // set: the body goes on with what this gives (chunked)

    [[nodiscard]] Response with_header(std::string name, std::string value) && {
        headers.push_back({std::move(name), std::move(value)});
        return std::move(*this);
    }
};

[[nodiscard]] Response json_response(int status, const boost::json::value& body);
[[nodiscard]] Response text_response(int status, std::string body, std::string content_type = "text/plain");

/// A problem of RFC 9457. `detail` is a sentence for the person who can act on it; `field` names the member
/// at fault ("config.base_url"), empty where none is. `status` gives type and title.
[[nodiscard]] Response problem(int status, std::string detail, std::string field = {});

/// What a failed operation of the store or the engine is over HTTP: not_found 404, invalid 422, conflict 409,
/// unavailable and read_only 503 with Retry-After, permission and internal 500 (whose text goes to the log,
/// not to the caller).
[[nodiscard]] Response problem(const core::Error& error);

}  // namespace navette::http
