#include "record.hpp"

#include <array>
#include <utility>

namespace navette::woocommerce {

namespace {

std::string path_of(const Record& record, const std::string& remote_id) {
    return std::string(record.path()) + "/" + sdk::path_segment(remote_id);
}

/// What one written item comes to; a duplicate is left for adoption.
void settle(Session& session, const Record& record, Item& item, Reply reply) {
    if (reply.kind != Kind::ok) {
        if (reply.kind == Kind::duplicate && item.remote_id.empty()) {
            item.owner = std::move(reply.owner);
            return;
        }
        item.outcome = reply.kind == Kind::duplicate ? Outcome::conflict(std::move(reply.outcome.message))
                                                     : std::move(reply.outcome);
        if (!item.remote_id.empty()) {
            item.outcome->maybe_applied = false;  // an update may be sent twice
        }
        return;
    }
    item.outcome = outcome_of_object(reply.body);
    if (item.outcome->kind == sdk::OutcomeKind::done) {
        record.inspect(session, item, reply.body.get_object());
    }
}

Task<Reply> write_one(Session& session, const Record& record, const Item& item) {
    auto request = item.remote_id.empty() ? sdk::HttpRequest::post(std::string(record.path()))
                                          : sdk::HttpRequest::put(path_of(record, item.remote_id));
    co_return co_await call(session, std::move(request).with_json(item.body));
}

using Group = std::vector<Item*>;

/// The answers to one group of a batch, in its order; the same failure for all where there is none.
std::vector<Reply> replies_of(const Reply& whole, std::string_view name, std::size_t count) {
    const auto* answered = whole.kind == Kind::ok && whole.body.is_object()
                               ? sdk::array_at(whole.body.get_object(), name)
                               : nullptr;
    std::vector<Reply> replies;
    if (count > 0 && (answered == nullptr || answered->size() != count)) {
        auto lost = whole.kind == Kind::ok
                        ? Outcome::retry("the shop's answer to a batch does not hold every item")
                              .after_unknown_effect()
                        : whole.outcome;
        replies.assign(count, Reply{Kind::failed, nullptr, std::move(lost)});
        return replies;
    }
    for (std::size_t at = 0; at < count; ++at) {
        replies.push_back(classify_item((*answered)[at]));
    }
    return replies;
}

Task<void> write_batch(Session& session, const Record& record, Group items) {
    Group created;
    Group updated;
    json::array creates;
    json::array updates;
    for (auto* item : items) {
        if (item->remote_id.empty()) {
            created.push_back(item);
            creates.push_back(item->body);
        } else {
            auto body = item->body;
            body["id"] = sdk::to_integer(item->remote_id).value_or(0);
            updated.push_back(item);
            updates.push_back(std::move(body));
        }
    }
    json::object body;
    if (!creates.empty()) {
        body["create"] = std::move(creates);
    }
    if (!updates.empty()) {
        body["update"] = std::move(updates);
    }
    const auto whole =
        co_await call(session, sdk::HttpRequest::post(std::string(record.path()) + "/batch").with_json(body));
    auto replies = replies_of(whole, "create", created.size());
    for (std::size_t at = 0; at < created.size(); ++at) {
        settle(session, record, *created[at], std::move(replies[at]));
    }
    replies = replies_of(whole, "update", updated.size());
    for (std::size_t at = 0; at < updated.size(); ++at) {
        settle(session, record, *updated[at], std::move(replies[at]));
    }
}

Task<void> write(Session& session, const Record& record, Group items) {
    if (items.size() == 1) {
        auto reply = co_await write_one(session, record, *items.front());
        settle(session, record, *items.front(), std::move(reply));
    } else if (!items.empty()) {
        co_await write_batch(session, record, std::move(items));
    }
}

Group unsettled(std::vector<Item>& items) {
    Group group;
    for (auto& item : items) {
        if (!item.outcome) {
            group.push_back(&item);
        }
    }
    return group;
}

}  // namespace

Task<void> Record::complete(Session&, std::vector<Item>&) const {
    co_return;
}

void Record::inspect(Session&, const Item&, const json::object&) const {}

json::object sendable(const json::object& fields) {
    json::object kept;
    for (const auto& member : fields) {
        if (!member.key().starts_with('_')) {
            kept.emplace(member.key(), member.value());
        }
    }
    return kept;
}

const Record* find_record(std::string_view object) {
    if (object == "customer") {
        return &customer_record();
    }
    if (object == "product") {
        return &product_record();
    }
    return object == "order" ? &order_record() : nullptr;
}

Task<std::vector<Outcome>> push_records(
    Session& session, const Record& record, std::vector<sdk::Operation> batch
) {
    std::vector<Item> items;
    items.reserve(batch.size());
    for (auto& operation : batch) {
        Item item;
        auto body = record.body(operation, session.settings());
        item.remote_id = operation.remote_id;
        item.operation = std::move(operation);
        if (body) {
            item.body = std::move(*body);
        } else {
            item.outcome = std::move(body.error());
        }
        items.push_back(std::move(item));
    }
    for (auto* item : unsettled(items)) {
        if (item->remote_id.empty() && item->operation.maybe_applied) {
            co_await record.adopt(session, *item);
        }
    }
    co_await record.complete(session, items);
    co_await write(session, record, unsettled(items));
    // What is left was refused as a duplicate: it is either ours, from an attempt whose answer was lost, or
    // unclaimed, or somebody else's.
    for (auto* item : unsettled(items)) {
        co_await record.adopt(session, *item);
        if (item->outcome) {
            continue;
        }
        if (item->remote_id.empty()) {
            item->outcome = Outcome::retry("the shop says that it exists already, but does not find it");
            continue;
        }
        auto reply = co_await write_one(session, record, *item);
        settle(session, record, *item, std::move(reply));
    }
    std::vector<Outcome> outcomes;
    for (auto& item : items) {
        outcomes.push_back(std::move(item.outcome).value_or(Outcome()));
    }
    co_return outcomes;
}

Task<std::vector<Outcome>> remove_records(
    Session& session, const Record& record, std::vector<sdk::Operation> batch
) {
    std::vector<Outcome> outcomes;
    for (auto& operation : batch) {
        if (operation.remote_id.empty()) {
            outcomes.push_back(Outcome::skipped("the shop holds no such record that navette knows of"));
            continue;
        }
        auto request = sdk::HttpRequest::remove(path_of(record, operation.remote_id));
        if (record.is_destroyed()) {
            request = std::move(request).with_query("force", "true");
        }
        auto reply = co_await call(session, std::move(request));
        outcomes.push_back(
            reply.kind == Kind::ok || reply.kind == Kind::missing ? Outcome::done(operation.remote_id)
                                                                  : std::move(reply.outcome)
        );
    }
    co_return outcomes;
}

}  // namespace navette::woocommerce
