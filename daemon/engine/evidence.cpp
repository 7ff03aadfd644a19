#include "daemon/engine/evidence.hpp"

#include "daemon/sync/utf8.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestBody = 16U << 10U;
// An attempt that sent more requests than this (a long pull) keeps the last ones.
constexpr std::size_t kMostExchanges = 8;

void make_storable(json::value& value) {
    if (value.is_string()) {
        value = storable(value.as_string());
    } else if (value.is_array()) {
        for (auto& item : value.as_array()) {
            make_storable(item);
        }
    } else if (value.is_object()) {
        json::object clean;
        for (auto& [name, member] : value.as_object()) {
            make_storable(member);
            clean[storable(name)] = std::move(member);
        }
        value = std::move(clean);
    }
}

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

json::value response_json(const Exchange& exchange, const outbound::Redactor& redactor) {
    json::object out;
    if (exchange.response.status != 0) {
        out["status"] = exchange.response.status;
        const auto type = exchange.response.header("Content-Type");
        if (!type.empty()) {
            out["content_type"] = type;
        }
        out["body"] = body_json(exchange.response.body, redactor);
    } else {
        out["error"] = redactor.text(exchange.failure);
    }
    out["duration_ms"] = exchange.duration.count();
    return out;
}

template <class One>
std::string listed(const std::vector<Exchange>& exchanges, One one) {
    if (exchanges.empty()) {
        return {};
    }
    json::value all;
    if (exchanges.size() == 1) {
        all = one(exchanges.front());
    } else {
        json::array list;
        const auto skipped = exchanges.size() > kMostExchanges ? exchanges.size() - kMostExchanges : 0;
        for (std::size_t at = skipped; at < exchanges.size(); ++at) {
            list.push_back(one(exchanges[at]));
        }
        all = std::move(list);
    }
    make_storable(all);
    return json::serialize(all);
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
    return listed(exchanges, [&](const Exchange& exchange) {
        return request_json(exchange.request, redactor);
    });
}

std::string responses_json(const std::vector<Exchange>& exchanges, const outbound::Redactor& redactor) {
    return listed(exchanges, [&](const Exchange& exchange) { return response_json(exchange, redactor); });
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
