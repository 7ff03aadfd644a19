#include "daemon/engine/evidence.hpp"

#include "daemon/engine/redacted_json.hpp"
#include "daemon/outbound/secret_spans.hpp"
#include "daemon/sync/utf8.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

namespace navette::engine {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestBody = 16U << 10U;
// An attempt that sent more requests than this (a long pull) keeps the last ones.
constexpr std::size_t kMostExchanges = 8;
// A usual body parses without the heap.
constexpr std::size_t kParsingBuffer = 8U << 10U;

/// A body as JSON where it is JSON of bearable size, else as a text.
json::value body_json(std::string_view body, const outbound::Redactor& redactor) {
    if (body.empty()) {
        return nullptr;
    }
    boost::system::error_code error;
    if (body.size() <= kLongestBody) {
        auto parsed = json::parse(body, error);
        if (!error) {
            return redactor.json(parsed);
        }
    }
    return json::value(redactor.body(body, kLongestBody));
}

/// The same, appended as text.
void append_body(std::string& out, std::string_view body, const outbound::Redactor& redactor) {
    if (body.empty()) {
        out += "null";
        return;
    }
    if (body.size() <= kLongestBody) {
        if (redactor.leaves_json_as_it_is(body)) {
            out += body;
            return;
        }
        std::array<unsigned char, kParsingBuffer> buffer;
        json::monotonic_resource memory(buffer.data(), buffer.size());
        boost::system::error_code error;
        const auto parsed = json::parse(body, error, &memory);
        if (!error) {
            append_redacted(out, parsed, redactor);
            return;
        }
    }
    append_quoted(out, redactor.body(body, kLongestBody));
}

void append_request(
    std::string& out, const outbound::WireRequest& request, const outbound::Redactor& redactor
) {
    out += R"({"method":)";
    append_quoted(out, sdk::to_string(request.method));
    out += R"(,"url":)";
    append_redacted(out, request.url, redactor);
    out += R"(,"headers":{)";
    bool first = true;
    for (const auto& header : request.headers) {
        if (!first) {
            out += ',';
        }
        first = false;
        append_redacted(out, header.name, redactor);
        out += ':';
        if (outbound::names_a_secret(header.name)) {
            out += R"("***")";
        } else {
            append_redacted(out, header.value, redactor);
        }
    }
    out += R"(},"body":)";
    append_body(out, request.body, redactor);
    out += '}';
}

void append_response(std::string& out, const Exchange& exchange, const outbound::Redactor& redactor) {
    if (exchange.response.status != 0) {
        out += R"({"status":)" + std::to_string(exchange.response.status);
        const auto type = exchange.response.header("Content-Type");
        if (!type.empty()) {
            out += R"(,"content_type":)";
            append_quoted(out, type);
        }
        out += R"(,"body":)";
        append_body(out, exchange.response.body, redactor);
    } else {
        out += R"({"error":)";
        append_redacted(out, exchange.failure, redactor);
    }
    out += R"(,"duration_ms":)" + std::to_string(exchange.duration.count()) + '}';
}

template <class AppendOne>
std::string listed(const std::vector<Exchange>& exchanges, AppendOne append_one) {
    std::string out;
    if (exchanges.size() == 1) {
        append_one(out, exchanges.front());
    } else if (exchanges.size() > 1) {
        const auto skipped = exchanges.size() > kMostExchanges ? exchanges.size() - kMostExchanges : 0;
        for (std::size_t at = skipped; at < exchanges.size(); ++at) {
            out += at == skipped ? '[' : ',';
            append_one(out, exchanges[at]);
        }
        out += ']';
    }
    return out;
}

}  // namespace

json::value request_json(const outbound::WireRequest& request, const outbound::Redactor& redactor) {
    json::object out;
    out["method"] = sdk::to_string(request.method);
    out["url"] = redactor.url(request.url);
    json::object headers;
    for (const auto& header : redactor.headers(request.headers)) {
        headers[header.name] = header.value;
    }
    out["headers"] = std::move(headers);
    out["body"] = body_json(request.body, redactor);
    return out;
}

std::string requests_json(const std::vector<Exchange>& exchanges, const outbound::Redactor& redactor) {
    return listed(exchanges, [&](std::string& out, const Exchange& exchange) {
        append_request(out, exchange.request, redactor);
    });
}

std::string responses_json(const std::vector<Exchange>& exchanges, const outbound::Redactor& redactor) {
    return listed(exchanges, [&](std::string& out, const Exchange& exchange) {
        append_response(out, exchange, redactor);
    });
}

std::string storable(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        // Nearly all that platforms send is ASCII: whole runs of it are copied as they are.
        const auto plain =
            std::ranges::find_if_not(text, [](char c) { return static_cast<signed char>(c) > 0; });
        clean.append(text.begin(), plain);
        text = std::string_view(plain, text.end());
        if (!text.empty()) {
            const auto next = sync::first_code_point(text);
            if (next.value != 0) {
                sync::append_utf8(clean, next.value);
            }
            text.remove_prefix(next.size);
        }
    }
    return clean;
}

}  // namespace navette::engine
