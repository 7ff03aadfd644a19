#include "tests/standin/zendesk_exports.hpp"

#include <navette/sdk/foreign_json.hpp>
#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

std::size_t page_size(const ZendeskCall& call, long ceiling) {
    const auto asked = sdk::to_integer(std::string_view(call.parameter("per_page"))).value_or(ceiling);
    return static_cast<std::size_t>(std::clamp<std::int64_t>(asked, 1, ceiling));
}

/// A cursor names the last row that was shown, by the time of its change: times are never equal.
std::string cursor_after(std::int64_t modified) {
    return sdk::base64("changed|" + std::to_string(modified));
}

std::optional<std::int64_t> time_of(const std::string& cursor) {
    const auto plain = sdk::from_base64(cursor).value_or(std::string());
    constexpr std::string_view kPrefix = "changed|";
    return plain.starts_with(kPrefix) ? sdk::to_integer(std::string_view(plain).substr(kPrefix.size()))
                                      : std::nullopt;
}

}  // namespace

std::vector<JsonRow*> ZendeskExports::settled(JsonTable& table, std::int64_t since) const {
    auto rows = table.changed_since(since);
    const auto latest = account_.clock.present() - fresh();
    std::erase_if(rows, [&](const JsonRow* row) { return fresh() > 0 && row->modified > latest; });
    return rows;
}

std::optional<Response> ZendeskExports::refused_start(const ZendeskCall& call) const {
    const auto start = sdk::to_integer(std::string_view(call.parameter("start_time")));
    if (!start || *start < 0) {
        return zendesk_error(400, "InvalidParameters", "start_time: is required and must be a Unix time");
    }
    if (fresh() > 0 && *start * 1000 > account_.clock.present() - fresh()) {
        return zendesk_error(
            422, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds"
        );
    }
    return std::nullopt;
}

Response ZendeskExports::by_cursor(const ZendeskCall& call, JsonTable& table, std::string_view name) {
    const auto cursor = call.parameter("cursor");
    std::int64_t since = 0;
    if (cursor.empty()) {
        if (auto refused = refused_start(call)) {
            return std::move(*refused);
        }
        since = sdk::to_integer(std::string_view(call.parameter("start_time"))).value_or(0) * 1000;
    } else {
        const auto last = time_of(cursor);
        if (!last) {
            return zendesk_error(400, "InvalidCursor", "The cursor is invalid");
        }
        since = *last + 1;
    }
    auto rows = settled(table, since);
    const auto size = page_size(call, account_.options.number("export_page", 1000));
    const bool ends = rows.size() <= size;
    rows.resize(std::min(rows.size(), size));
    json::array shown;
    for (const auto* row : rows) {
        shown.push_back(name == "users" ? users_.shown(*row) : ZendeskAccount::shown(*row));
    }
    const auto after = rows.empty() ? (cursor.empty() ? json::value() : json::value(cursor))
                                    : json::value(cursor_after(rows.back()->modified));
    json::object body;
    body[name] = std::move(shown);
    body["after_cursor"] = after;
    body["after_url"] = nullptr;
    body["end_of_stream"] = ends;
    return zendesk_json(200, body);
}

Response ZendeskExports::by_time(const ZendeskCall& call) {
    if (auto refused = refused_start(call)) {
        return std::move(*refused);
    }
    const auto start = sdk::to_integer(std::string_view(call.parameter("start_time"))).value_or(0);
    auto rows = settled(account_.organizations, start * 1000);
    std::erase_if(rows, [](const JsonRow* row) { return row->deleted; });  // only a webhook tells these
    // A page goes on until the second is over in which it would have ended: else the next would begin with
    // it.
    auto size = std::min(rows.size(), page_size(call, account_.options.number("export_page", 1000)));
    while (size > 0 && size < rows.size() && rows[size]->modified / 1000 == rows[size - 1]->modified / 1000) {
        ++size;
    }
    const bool ends = size == rows.size();
    json::array shown;
    for (std::size_t at = 0; at < size; ++at) {
        shown.push_back(ZendeskAccount::shown(*rows[at]));
    }
    json::object body{
        {"count", size},
        {"end_time", size == 0 ? start : rows[size - 1]->modified / 1000},
        {"end_of_stream", ends},
        {"next_page", nullptr}
    };
    body["organizations"] = std::move(shown);
    return zendesk_json(200, body);
}

std::optional<Response> ZendeskExports::answer(const ZendeskCall& call) {
    const bool with_cursor = call.is("GET", 3) && call.path[2] == "cursor";
    if (with_cursor && call.path[1] == "users") {
        return by_cursor(call, account_.users, "users");
    }
    if (with_cursor && call.path[1] == "tickets") {
        return by_cursor(call, account_.tickets, "tickets");
    }
    if (call.is("GET", 2) && call.path[1] == "organizations") {
        return by_time(call);
    }
    return std::nullopt;
}

}  // namespace navette::standin
