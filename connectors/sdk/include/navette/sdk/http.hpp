// HTTP as a connector sees it. The daemon owns sockets, TLS, credentials, limits, time-outs, logging and
// redaction; a connector names the path, the body and the meaning of the answer.
#pragma once

#include <navette/sdk/task.hpp>

#include <algorithm>
#include <chrono>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::sdk {

enum class Method { get, post, put, patch, remove };

/// The method as written on the wire: "GET", ..., "DELETE".
inline std::string_view to_string(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::remove:
            return "DELETE";
    }
    return "GET";
}

struct Header {
    std::string name;
    std::string value;
};

/// One request, relative to the integration's base URL. Authentication is added by the daemon from the
/// manifest.
class HttpRequest {
  public:
    static HttpRequest get(std::string path) { return {Method::get, std::move(path)}; }
    static HttpRequest post(std::string path) { return {Method::post, std::move(path)}; }
    static HttpRequest put(std::string path) { return {Method::put, std::move(path)}; }
    static HttpRequest patch(std::string path) { return {Method::patch, std::move(path)}; }
    static HttpRequest remove(std::string path) { return {Method::remove, std::move(path)}; }

    /// Adds `name=value` to the query string; both are percent-encoded by the daemon.
    [[nodiscard]] HttpRequest with_query(std::string name, std::string value) && {
        query.push_back({std::move(name), std::move(value)});
        return std::move(*this);
    }
    [[nodiscard]] HttpRequest with_header(std::string name, std::string value) && {
        headers.push_back({std::move(name), std::move(value)});
        return std::move(*this);
    }
    /// Sends `value` as application/json.
    [[nodiscard]] HttpRequest with_json(const json::value& value) && {
        body = json::serialize(value);
        headers.push_back({"Content-Type", "application/json"});
        return std::move(*this);
    }

    /// Sends it to another server than the integration's, such as the one that keeps a platform's files: its
    /// scheme, host and port ("https://storage.googleapis.com"). The host must be among the manifest's
    /// `hosts`. It gets no credentials of the integration and counts for none of its limits; what it carries
    /// and its query string are not logged, for they often hold a signature.
    [[nodiscard]] HttpRequest at(std::string other_origin) && {
        origin = std::move(other_origin);
        return std::move(*this);
    }

    /// What the platform charges for it, in its points; without a meaning where it counts requests.
    [[nodiscard]] HttpRequest with_cost(double points) && {
        cost = points;
        return std::move(*this);
    }

    /// True where the platform may change something because of this request.
    [[nodiscard]] bool has_effect() const { return method != Method::get; }

    Method method;
    std::string origin;  // empty: the integration's base URL
    std::string path;    // begins with "/"; segments that hold foreign text are passed through path_segment()
    std::vector<Header> query;
    std::vector<Header> headers;
    std::string body;
    double cost = 1;

  private:
    HttpRequest(Method request_method, std::string request_path)
        : method(request_method), path(std::move(request_path)) {}
};

/// The first value of a header, matched without regard to case; empty where it is absent.
inline std::string_view first_header(std::span<const Header> headers, std::string_view name) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (const auto& field : headers) {
        if (std::ranges::equal(field.name, name, {}, lower, lower)) {
            return field.value;
        }
    }
    return {};
}

struct HttpResponse {
    int status = 0;
    std::vector<Header> headers;
    std::string body;

    /// The header's first value, matched without regard to case; empty where it is absent.
    [[nodiscard]] std::string_view header(std::string_view name) const { return first_header(headers, name); }
    /// True where the answer says that its body is JSON.
    [[nodiscard]] bool is_json() const {
        const auto type = header("Content-Type");
        return type.starts_with("application/json") || type.find("+json") != std::string_view::npos;
    }
};

/// Why there is no answer.
struct TransportFailure {
    enum class Kind {
        not_sent,  // no connection: the platform has surely not seen the request
        cut_off,   // time-out or reset after sending began: the platform may have carried it out
        refused,   // the daemon did not send it: an address that is not allowed, or a dry run
    };
    TransportFailure(Kind failure_kind, std::string text) : kind(failure_kind), message(std::move(text)) {}

    Kind kind;
    std::string message;
};

using HttpResult = std::expected<HttpResponse, TransportFailure>;

/// What an answer says of the platform's own count of a limit; what it leaves out stays empty.
struct LimitReport {
    std::optional<double> remaining;  // requests or points left
    std::optional<double> limit;      // of how many
    std::optional<std::chrono::milliseconds> reset_after;
    std::optional<double>
        cost;  // what the answered request cost in the end, where that differs from with_cost
    /// Which limit of the manifest is meant, by its `per` (24 hours for a day); without it the points, or
    /// else the shortest window.
    std::optional<std::chrono::milliseconds> per;
};

/// `text` percent-encoded for use as one path segment or query value (RFC 3986 unreserved characters stay).
inline std::string path_segment(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        const bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                                c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded += '%';
            encoded += kHex[byte >> 4U];
            encoded += kHex[byte & 0xFU];
        }
    }
    return encoded;
}

}  // namespace navette::sdk
