#include "tests/standin/zendesk_listing.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::size_t kLargest = 100;
constexpr std::size_t kLastOffset = 10'000;

std::size_t number_at(const ZendeskCall& call, const std::string& name, std::size_t fallback) {
    const auto text = call.parameter(name);
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : fallback;
}

}  // namespace

bool pages_by_cursor(const ZendeskCall& call) {
    return call.query.contains("page[size]") || call.query.contains("page[after]");
}

Response zendesk_page(const ZendeskCall& call, std::string_view name, json::array all) {
    const bool by_cursor = pages_by_cursor(call);
    const auto size = std::clamp<std::size_t>(
        number_at(call, by_cursor ? "page[size]" : "per_page", kLargest), 1, kLargest
    );
    const auto page = std::max<std::size_t>(1, number_at(call, "page", 1));
    const auto begin = by_cursor ? number_at(call, "page[after]", 0) : (page - 1) * size;
    if (!by_cursor && begin + size > kLastOffset) {
        return zendesk_error(400, "InvalidPaginationDepth", "Requested response size was greater than limit");
    }
    const auto end = std::min(all.size(), begin + size);
    json::array rows;
    for (auto at = begin; at < end; ++at) {
        rows.push_back(all[at]);
    }
    json::object body;
    body[name] = std::move(rows);
    if (by_cursor) {
        const bool has_more = end < all.size();
        body["meta"] = json::object{
            {"has_more", has_more},
            {"after_cursor", end > begin ? json::value(std::to_string(end)) : json::value()}
        };
    } else {
        body["count"] = all.size();
        body["next_page"] =
            end < all.size() ? json::value("page=" + std::to_string(page + 1)) : json::value();
    }
    return zendesk_json(200, body);
}

}  // namespace navette::standin
