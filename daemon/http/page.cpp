#include "daemon/http/page.hpp"

#include "daemon/secrets/encoding.hpp"
#include "daemon/sync/iso_time.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace navette::http {

namespace json = boost::json;

namespace {

template <class T>
std::optional<T> whole_number(std::string_view text) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

bool fits(std::string_view text, KeyPart part) {
    switch (part) {
        case KeyPart::number:
            return whole_number<std::int64_t>(text).has_value();
        case KeyPart::moment:
            return sync::parse_iso(text).has_value();
        case KeyPart::text:
            break;
    }
    return text.find('\0') == std::string_view::npos;
}

std::string cursor_of(std::string_view listing, const std::vector<std::string>& position) {
    json::array parts{listing};
    for (const auto& part : position) {
        parts.emplace_back(part);
    }
    return secrets::base64url(json::serialize(parts));
}

std::optional<std::vector<std::string>> read_cursor(
    std::string_view cursor, std::string_view listing, const std::vector<KeyPart>& key
) {
    const auto bytes = secrets::from_base64url(cursor);
    if (!bytes) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto value = json::parse(*bytes, error);
    const auto* parts = error ? nullptr : value.if_array();
    if (parts == nullptr || parts->size() != key.size() + 1 || !parts->front().is_string() ||
        parts->front().as_string() != listing) {
        return std::nullopt;
    }
    std::vector<std::string> position;
    for (std::size_t at = 0; at < key.size(); ++at) {
        const auto* part = (*parts)[at + 1].if_string();
        if (part == nullptr || !fits(*part, key[at])) {
            return std::nullopt;
        }
        position.emplace_back(*part);
    }
    return position;
}

}  // namespace

std::expected<Page, Response> read_page(
    const Request& request, std::string_view listing, const std::vector<KeyPart>& key
) {
    Page page;
    page.limit = kDefaultPage;
    if (const auto limit = request.query_value("limit")) {
        const auto number = whole_number<int>(*limit);
        if (!number || *number < 1 || *number > kLargestPage) {
            return std::unexpected(
                problem(400, "limit is a whole number from 1 to " + std::to_string(kLargestPage), "limit")
            );
        }
        page.limit = *number;
    }
    if (const auto cursor = request.query_value("cursor")) {
        auto position = read_cursor(*cursor, listing, key);
        if (!position) {
            return std::unexpected(problem(
                400,
                "cursor is not one that this list gave: take next_cursor of the page before, or leave it out",
                "cursor"
            ));
        }
        page.after = std::move(*position);
    }
    return page;
}

Response page_response(
    store::Records rows, const Page& page, std::string_view listing, const PositionOf& position_of
) {
    json::value next;
    if (const auto limit = static_cast<std::size_t>(page.limit); rows.size() > limit) {
        rows.resize(limit);
        next = cursor_of(listing, position_of(rows.back()));
    }
    json::array data;
    data.reserve(rows.size());
    for (auto& row : rows) {
        data.emplace_back(std::move(row));
    }
    return json_response(200, json::object{{"data", std::move(data)}, {"next_cursor", std::move(next)}});
}

}  // namespace navette::http
