#include "tests/standin/hubspot_records.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace navette::standin::hubspot {

namespace json = boost::json;

namespace {

// Forward is to the right. A stage of the account's own has no place here.
constexpr std::array<std::string_view, 8> kLifecycle{
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other"
};

std::string text_of(const json::object& fields, std::string_view name) {
    const auto* value = fields.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool goes_back(std::string_view from, std::string_view to) {
    return !from.empty() && !to.empty() &&
           std::ranges::find(kLifecycle, to) < std::ranges::find(kLifecycle, from);
}

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < list.size();) {
        const auto end = std::min(list.find(';', at), list.size());
        if (end > at) {
            parts.push_back(list.substr(at, end - at));
        }
        at = end + 1;
    }
    return parts;
}

/// Ids of different objects never look alike, and are too large for 32 bits, as at HubSpot.
std::function<std::string(std::uint64_t)> ids_of(const ObjectType& type) {
    constexpr std::uint64_t kStep = 10'000'000'000;
    const auto place = static_cast<std::uint64_t>(&type - object_types.data()) + 1;
    return [place](std::uint64_t number) { return std::to_string(place * kStep + number); };
}

}  // namespace

Records::Records(
    const ObjectType& type, const Schema& schema, SiteClock& clock, Effects& effects, Listener listener
)
    : type_(type),
      schema_(schema),
      clock_(clock),
      effects_(effects),
      listener_(std::move(listener)),
      table_(ids_of(type)) {}

Checked<json::object> Records::complete(const json::object& properties, bool strict) const {
    auto kept = schema_.checked(type_, properties);
    if (!kept) {
        return kept;
    }
    if (type_.name == "deal" && text_of(*kept, "pipeline").empty()) {
        (*kept)["pipeline"] = "default";
    }
    if (auto done = schema_.complete(type_, *kept, strict); !done) {
        return std::unexpected(std::move(done.error()));
    }
    return kept;
}

Checked<void> Records::unique(const json::object& kept, std::string_view own_id) {
    for (const auto& [name, value] : kept) {
        const auto* property = schema_.find(type_, name);
        const std::string text(value.get_string());
        if (property == nullptr || !property->unique || text.empty()) {
            continue;
        }
        const bool is_email = name == "email";
        const auto held = by_value_.find({std::string(name), text});
        const auto other = is_email ? by_other_email_.find(text) : by_other_email_.end();
        const auto owner = held != by_value_.end()          ? held->second
                           : other != by_other_email_.end() ? other->second
                                                            : std::string();
        if (owner.empty() || owner == own_id) {
            continue;
        }
        effects_.duplicate_refused();
        if (is_email) {
            return std::unexpected(taken(owner));
        }
        return std::unexpected(invalid_properties(
            {{std::string(name),
              "CONFLICTING_UNIQUE_VALUE",
              "another record has the value " + text + " of " + std::string(name)}}
        ));
    }
    return {};
}

void Records::index(const JsonRow& row) {
    for (const auto& [name, value] : row.fields) {
        const auto* property = schema_.find(type_, name);
        if (property != nullptr && property->unique) {
            by_value_[{std::string(name), std::string(value.get_string())}] = row.id;
        }
    }
    for (auto& email : split(text_of(row.fields, "hs_additional_emails"))) {
        by_other_email_[std::move(email)] = row.id;
    }
}

void Records::unindex(const JsonRow& row) {
    for (const auto& [name, value] : row.fields) {
        by_value_.erase({std::string(name), std::string(value.get_string())});
    }
    for (const auto& email : split(text_of(row.fields, "hs_additional_emails"))) {
        by_other_email_.erase(email);
    }
}

Checked<void> Records::may_create(const json::object& properties, bool strict) {
    const auto kept = complete(properties, strict);
    return kept ? unique(*kept, {}) : Checked<void>(std::unexpected(kept.error()));
}

Checked<void> Records::may_update(const JsonRow& row, const json::object& properties) {
    const auto kept = schema_.checked(type_, properties);
    return kept ? unique(*kept, row.id) : Checked<void>(std::unexpected(kept.error()));
}

Checked<JsonRow*> Records::create(const json::object& properties, bool strict) {
    auto kept = complete(properties, strict);
    if (!kept) {
        return std::unexpected(std::move(kept.error()));
    }
    if (auto alone = unique(*kept, {}); !alone) {
        return std::unexpected(std::move(alone.error()));
    }
    json::object fields;
    RecordKeys keys;
    for (const auto& [name, value] : *kept) {
        if (value.get_string().empty()) {
            continue;
        }
        fields[name] = value;
        if (schema_.find(type_, name)->unique) {
            keys.emplace_back(std::string(name), std::string(value.get_string()));
        }
    }
    auto& row = table_.insert(std::move(fields), clock_.present());
    index(row);
    effects_.created(std::string(type_.plural), keys);
    listener_({Change::Kind::created, type_, row, {}, {}});
    return &row;
}

Checked<JsonRow*> Records::update(JsonRow& row, const json::object& properties) {
    auto kept = schema_.checked(type_, properties);
    if (!kept) {
        return std::unexpected(std::move(kept.error()));
    }
    if (auto alone = unique(*kept, row.id); !alone) {
        return std::unexpected(std::move(alone.error()));
    }
    std::vector<std::pair<std::string, std::string>> changed;
    for (const auto& [name, value] : *kept) {
        const std::string text(value.get_string());
        const auto before = text_of(row.fields, name);
        if (text == before || (name == "lifecyclestage" && goes_back(before, text))) {
            continue;
        }
        changed.emplace_back(std::string(name), text);
    }
    // The date moves with every write, whether anything changed or not.
    row.modified = clock_.present();
    if (!changed.empty()) {
        unindex(row);
        for (const auto& [name, text] : changed) {
            if (text.empty()) {
                row.fields.erase(name);
            } else {
                row.fields[name] = text;
            }
        }
        index(row);
        effects_.changed(std::string(type_.plural), "update");
    }
    listener_({Change::Kind::edited, type_, row, std::move(changed), {}});
    return &row;
}

JsonRow* Records::find_by(const std::string& property, const std::string& value) {
    const auto found = by_value_.find({property, value});
    return found == by_value_.end() ? nullptr : table_.find(found->second);
}

bool Records::archive(std::string_view id) {
    auto* row = table_.find(id);
    if (row == nullptr) {
        return false;
    }
    unindex(*row);
    table_.erase(id, clock_.present());
    effects_.changed(std::string(type_.plural), "delete");
    listener_({Change::Kind::archived, type_, *row, {}, {}});
    return true;
}

bool Records::merge(std::string_view id, std::string_view into) {
    auto* row = table_.find(id);
    if (row == nullptr || row == table_.find(into) || table_.find(into) == nullptr) {
        return false;
    }
    unindex(*row);
    table_.erase(id, clock_.present());
    merged_[std::string(id)] = std::string(into);
    listener_({Change::Kind::merged, type_, *row, {}, std::string(into)});
    return true;
}

JsonRow* Records::find_merged(std::string_view id) {
    const auto became = merged_.find(id);
    return table_.find(became == merged_.end() ? id : std::string_view(became->second));
}

std::vector<const JsonRow*> Records::listed(std::string_view after, bool archived) {
    std::vector<const JsonRow*> found;
    for (const auto* row : table_.changed_since(0)) {
        if (row->deleted == archived && row->id > after &&
            !merged_.contains(row->id)) {  // ids of one object have equal lengths
            found.push_back(row);
        }
    }
    std::ranges::sort(found, {}, [](const JsonRow* row) { return std::string_view(row->id); });
    return found;
}

json::object Records::head(const JsonRow& row, json::object properties) const {
    properties["hs_object_id"] = row.id;
    properties["createdate"] = iso_time(row.created);
    properties[type_.modified] = iso_time(row.modified);
    json::object made{
        {"id", row.id},
        {"properties", std::move(properties)},
        {"createdAt", iso_time(row.created)},
        {"updatedAt", iso_time(row.modified)},
        {"archived", row.deleted}
    };
    if (row.deleted) {
        made["archivedAt"] = iso_time(row.modified);
    }
    return made;
}

json::object Records::shown(const JsonRow& row, const std::vector<std::string>& properties) const {
    static const std::vector<std::string> kUsual{
        "email", "firstname", "lastname", "name", "domain", "dealname", "amount", "dealstage", "pipeline"
    };
    json::object values;
    for (const auto& name : properties.empty() ? kUsual : properties) {
        if (schema_.find(type_, name) != nullptr) {
            const auto* held = row.fields.if_contains(name);
            values[name] = held == nullptr ? json::value(nullptr) : *held;
        }
    }
    return head(row, std::move(values));
}

json::object Records::written(const JsonRow& row) const {
    return head(row, row.fields);
}

void Records::clear() {
    table_.clear();
    by_value_.clear();
    by_other_email_.clear();
    merged_.clear();
}

}  // namespace navette::standin::hubspot
