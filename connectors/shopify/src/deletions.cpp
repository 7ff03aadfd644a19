#include "deletions.hpp"

#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <utility>

namespace navette::shopify {

Task<std::expected<DeletionPage, Outcome>> read_deletions(
    Session& session, std::string subject, std::string kind, Deletions wanted, std::string after
) {
    json::object variables;
    variables["query"] =
        "action:destroy AND subject_type:" + subject + " AND created_at:>='" + wanted.since + "Z'";
    if (!after.empty()) {
        variables["after"] = after;
    }
    const auto data = co_await query(session, documents::kDeletions, std::move(variables));
    DeletionPage page;
    page.next = std::move(wanted);
    if (!data) {
        const auto& failure = data.error();
        if (failure.kind == sdk::OutcomeKind::misconfigured || failure.kind == sdk::OutcomeKind::rejected) {
            session.remark("what was deleted cannot be read: " + failure.message);
            co_return page;
        }
        co_return std::unexpected(failure);
    }
    const auto* events = sdk::object_at(*data, "events");
    const auto* nodes = events == nullptr ? nullptr : sdk::array_at(*events, "nodes");
    const auto* info = events == nullptr ? nullptr : sdk::object_at(*events, "pageInfo");
    if (nodes == nullptr || info == nullptr) {
        co_return std::unexpected(Outcome::retry("Shopify answered a list request with no list"));
    }
    for (const auto& node : *nodes) {
        const auto* event = node.if_object();
        const auto record_id = event == nullptr ? std::string() : sdk::text_at(*event, "subjectId");
        const auto at =
            event == nullptr ? std::nullopt : sdk::from_iso_text(sdk::text_at(*event, "createdAt"));
        // A search finds more than it was asked for.
        if (!at || !record_id.starts_with("gid://shopify/" + kind + "/")) {
            continue;
        }
        const auto id = sdk::text_at(*event, "id");
        if (std::ranges::find(page.next.seen, json::value(id)) != page.next.seen.end()) {
            continue;
        }
        if (auto moment = sdk::iso_text(*at); moment > std::max(page.next.since, page.next.newest)) {
            page.next.newest = std::move(moment);
            page.next.seen.clear();
        }
        page.next.seen.emplace_back(id);
        sdk::RemoteRecord record;
        record.remote_id = record_id;
        record.modified_at = at;
        record.deleted = true;
        page.records.push_back(std::move(record));
    }
    page.after = sdk::is_true(*info, "hasNextPage") ? sdk::text_at(*info, "endCursor") : std::string();
    if (page.after.empty() && !page.next.newest.empty()) {
        page.next.since = std::exchange(page.next.newest, {});
    }
    co_return page;
}

}  // namespace navette::shopify
