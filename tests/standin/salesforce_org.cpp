#include "tests/standin/salesforce_org.hpp"

#include "tests/standin/salesforce_id.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <ranges>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

std::string text_of(const json::object& fields, std::string_view name) {
    const auto* value = fields.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::int64_t SalesforceOrg::now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

void SalesforceOrg::begin() {
    in_transaction_ = true;
}

void SalesforceOrg::commit() {
    in_transaction_ = false;
    undo_.clear();
    for (const auto& effect : std::exchange(counted_later_, {})) {
        effect();
    }
}

void SalesforceOrg::rollback() {
    in_transaction_ = false;
    for (const auto& back : std::views::reverse(undo_)) {
        back();
    }
    undo_.clear();
    counted_later_.clear();
}

SalesforceOrg::Checked<SalesforceWritten> SalesforceOrg::by_others(
    const std::function<Checked<SalesforceWritten>()>& deed
) {
    begin();
    auto done = deed();
    counted_later_.clear();
    commit();
    return done;
}

void SalesforceOrg::count(std::function<void()> effect) {
    if (in_transaction_) {
        counted_later_.push_back(std::move(effect));
    } else {
        effect();
    }
}

void SalesforceOrg::clear() {
    for (auto& [name, held] : tables_) {
        held.records.clear();
        held.id_by_key.clear();
    }
}

const std::map<std::string, SalesforceRecord>& SalesforceOrg::records(const SalesforceObject& object) const {
    static const std::map<std::string, SalesforceRecord> none;
    const auto found = tables_.find(object.name);
    return found == tables_.end() ? none : found->second.records;
}

const SalesforceRecord* SalesforceOrg::find(const SalesforceObject& object, std::string_view id) const {
    const auto& held = records(object);
    const auto found = held.find(short_salesforce_id(id));
    return found == held.end() ? nullptr : &found->second;
}

const SalesforceRecord* SalesforceOrg::find_by_key(const SalesforceObject& object, const std::string& key)
    const {
    const auto held = tables_.find(object.name);
    if (held == tables_.end()) {
        return nullptr;
    }
    const auto found = held->second.id_by_key.find(key);
    return found == held->second.id_by_key.end() ? nullptr : find(object, found->second);
}

SalesforceRecord* SalesforceOrg::live(const SalesforceObject& object, std::string_view id) {
    auto& held = table(object).records;
    const auto found = held.find(short_salesforce_id(id));
    return found == held.end() || found->second.deleted ? nullptr : &found->second;
}

void SalesforceOrg::put(const SalesforceObject& object, SalesforceRecord record) {
    auto& held = table(object);
    const auto* key_field = object.key();
    const auto index = [&held, key_field](const SalesforceRecord& state, bool add) {
        const auto key = key_field == nullptr ? std::string() : text_of(state.fields, key_field->name);
        if (key.empty() || state.deleted) {
            return;
        }
        if (add) {
            held.id_by_key[key] = state.id;
        } else {
            held.id_by_key.erase(key);
        }
    };
    const auto id = short_salesforce_id(record.id);
    const auto found = held.records.find(id);
    if (in_transaction_) {
        std::optional<SalesforceRecord> before;
        if (found != held.records.end()) {
            before = found->second;
        }
        undo_.emplace_back([&held, index, id, before] {
            index(held.records.at(id), false);
            held.records.erase(id);
            if (before) {
                index(*before, true);
                held.records.emplace(id, *before);
            }
        });
    }
    if (found != held.records.end()) {
        index(found->second, false);
    }
    index(record, true);
    held.records.insert_or_assign(id, std::move(record));
}

void SalesforceOrg::purge(const SalesforceObject& object, std::string_view id) {
    auto& held = table(object).records;
    if (const auto found = held.find(short_salesforce_id(id)); found != held.end()) {
        found->second.purged = found->second.deleted;
    }
}

}  // namespace navette::standin
