// Reading changes and the connection test. Version 2 lists go by the time of the last change, with a cursor
// that Pipedrive makes; the mark of the next sweep is the newest change seen, read again with an overlap.
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace navette::pipedrive {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

constexpr std::chrono::minutes kOverlap{5};
constexpr int kPage = 500;
constexpr double kReadOne = 1;
constexpr double kReadList = 10;

sdk::RemoteRecord to_record(const json::value& data) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(data, "id");
    record.version = sdk::text_at(data, "update_time");
    record.modified_at = sdk::from_loose_iso_text(record.version);
    const auto* deleted = sdk::member_of(data, "is_deleted");
    record.deleted = deleted != nullptr && *deleted == json::value(true);
    if (data.is_object()) {
        record.fields = data.get_object();
    }
    return record;
}

/// "acme" of "acme", "acme.pipedrive.com" or the address with either.
std::string company_of(std::string text) {
    if (const auto at = text.find("://"); at != std::string::npos) {
        text.erase(0, at + 3);
    }
    return text.substr(0, text.find_first_of("./"));
}

}  // namespace

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    const auto* entity = find_entity(request.object);
    if (entity == nullptr) {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from Pipedrive")
        );
    }
    const auto since = sdk::text_at(request.cursor, "since");
    const auto place = sdk::text_at(request.cursor, "cursor");
    auto newest = sdk::text_at(request.cursor, "newest");
    auto list = HttpRequest::get(std::string(entity->path))
                    .with_query("sort_by", "update_time")
                    .with_query("sort_direction", "asc")
                    .with_query("limit", std::to_string(std::clamp(request.limit, 1, kPage)))
                    .with_cost(kReadList);
    if (!since.empty()) {
        list.query.push_back({"updated_since", since});
    }
    if (!place.empty()) {
        list.query.push_back({"cursor", place});
    }
    const auto reply = co_await exchange(session, std::move(list), kPipedrive);
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    sdk::PullPage page;
    for (const auto& data : sdk::list_at(reply.body, "data")) {
        page.records.push_back(to_record(data));
        newest = std::max(newest, page.records.back().version);
    }
    const auto* more = sdk::member_of(reply.body, "additional_data");
    const auto next = more == nullptr ? std::string() : sdk::text_at(*more, "next_cursor");
    page.more = !next.empty();
    if (page.more) {
        page.cursor = {{"since", since}, {"cursor", next}, {"newest", newest}};
        co_return page;
    }
    const auto mark = sdk::from_loose_iso_text(newest);
    page.cursor = json::object{{"since", mark ? sdk::iso_text(*mark - kOverlap) + "Z" : since}};
    co_return page;
}

Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
) {
    const auto* entity = find_entity(object);
    if (entity == nullptr && object != "note") {
        co_return std::unexpected(Outcome::rejected("Pipedrive's connector cannot fetch " + object));
    }
    if (remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("no id of a Pipedrive " + object + " is known"));
    }
    const auto path = entity != nullptr ? std::string(entity->path) : std::string("/api/v1/notes");
    const auto reply = co_await exchange(
        session,
        HttpRequest::get(path + "/" + sdk::path_segment(remote_id))
            .with_cost(entity != nullptr ? kReadOne : 2),
        kPipedrive
    );
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    const auto* data = sdk::member_of(reply.body, "data");
    auto record = data == nullptr ? sdk::RemoteRecord() : to_record(*data);
    if (record.remote_id.empty()) {
        co_return std::unexpected(Outcome::retry("Pipedrive answered with a record that has no id"));
    }
    co_return record;
}

Task<sdk::TestReport> test_connection(Session& session) {
    const auto me = co_await exchange(session, HttpRequest::get("/api/v1/users/me").with_cost(2), kPipedrive);
    if (!me.ok()) {
        co_return sdk::TestReport{false, me.outcome.message};
    }
    const auto* data = sdk::member_of(me.body, "data");
    const auto name = data == nullptr ? std::string() : sdk::text_at(*data, "name");
    const auto company = data == nullptr ? std::string() : sdk::text_at(*data, "company_domain");
    if (name.empty()) {
        co_return sdk::TestReport{false, "what answers at base_url is no Pipedrive: it names no user"};
    }
    const auto wanted = company_of(sdk::text_at(session.settings(), "company_domain"));
    if (!company.empty() && !wanted.empty() && company != wanted) {
        co_return sdk::TestReport{
            false,
            "the API token belongs to the company " + company + ", not to " + wanted +
                ": correct company_domain"
        };
    }
    for (const auto* object : {"contact", "company", "deal"}) {
        const auto* entity = find_entity(object);
        const auto reply = co_await exchange(
            session,
            HttpRequest::get(std::string(entity->fields)).with_query("limit", "1").with_cost(kReadList),
            kPipedrive
        );
        if (!reply.ok()) {
            co_return sdk::TestReport{
                false,
                "Pipedrive answers as " + name + ", who may not read the fields of " +
                    std::string(entity->path).substr(8) + " (scope " +
                    (entity->name == std::string_view("deal") ? "deal-fields:full" : "contact-fields:full") +
                    "): " + reply.outcome.message
            };
        }
    }
    co_return sdk::TestReport{true, "Pipedrive answers as " + name + " of " + company + "."};
}

}  // namespace navette::pipedrive
