#include "daemon/engine/inbound.hpp"

#include "daemon/sync/iso_time.hpp"
#include "daemon/sync/record_hash.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace json = boost::json;

namespace {

std::string text_at(const json::object& data, std::string_view name) {
    const auto* value = data.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool is_set(const json::object& data, std::string_view name) {
    const auto* value = data.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace

std::expected<Inbound, sdk::Outcome> read_inbound(const store::Job& job) {
    boost::system::error_code error;
    const auto value = json::parse(job.data, error);
    if (error || !value.is_object()) {
        return std::unexpected(sdk::Outcome::rejected("data: is no JSON object", "data"));
    }
    const auto& data = value.get_object();
    Inbound inbound;
    inbound.object = text_at(data, "object");
    inbound.remote_id = text_at(data, "remote_id");
    inbound.deleted = is_set(data, "deleted");
    inbound.thin = is_set(data, "thin");
    inbound.push_found_none = is_set(data, "push_found_none");
    inbound.occurred_at = text_at(data, "occurred_at");
    if (const auto* fields = data.if_contains("fields"); fields != nullptr && fields->is_object()) {
        inbound.fields = fields->get_object();
    }
    if (inbound.object.empty() || inbound.remote_id.empty()) {
        return std::unexpected(sdk::Outcome::rejected(
            "data: a job from a platform names its object and its remote_id; enqueue records of your own "
            "with the direction to_platform",
            "data"
        ));
    }
    return inbound;
}

bool must_be_fetched(const Inbound& inbound, const config::Manifest& manifest) {
    return inbound.thin && !inbound.deleted &&
           std::ranges::find(manifest.capabilities, "fetch") != manifest.capabilities.end();
}

sdk::Outcome take_fetched(Inbound& inbound, std::expected<sdk::RemoteRecord, sdk::Outcome> fetched) {
    if (!fetched) {
        if (fetched.error().kind != sdk::OutcomeKind::gone) {
            return std::move(fetched.error());
        }
        inbound.deleted = true;
        inbound.hash = kDeletedHash;
        return sdk::Outcome::done(inbound.remote_id);
    }
    inbound.is_fresh = true;
    inbound.deleted = fetched->deleted;
    inbound.fields = std::move(fetched->fields);
    inbound.hash = inbound.deleted ? kDeletedHash : sync::record_hash(inbound.fields);
    if (fetched->modified_at) {
        inbound.changed_at = sync::iso_instant(*fetched->modified_at, std::chrono::seconds(0));
        inbound.occurred_at = inbound.changed_at;
    }
    return sdk::Outcome::done(inbound.remote_id, std::move(fetched->version));
}

json::object change_object(const Inbound& inbound) {
    json::object change;
    change["object"] = inbound.object;
    change["remote_id"] = inbound.remote_id;
    change["deleted"] = inbound.deleted;
    if (inbound.push_found_none) {
        change["push_found_none"] = true;
    }
    if (!inbound.occurred_at.empty()) {
        change["occurred_at"] = inbound.occurred_at;
    }
    if (!inbound.hash.empty()) {
        change["hash"] = inbound.hash;
    }
    if (!inbound.changed_at.empty()) {
        change["changed_at"] = inbound.changed_at;
    }
    change["fields"] = inbound.fields;
    return change;
}

std::string change_json(const Inbound& inbound) {
    return json::serialize(change_object(inbound));
}

}  // namespace navette::engine
