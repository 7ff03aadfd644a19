#include "tests/standin/dolibarr_table.hpp"

#include <charconv>
#include <utility>

namespace navette::standin {

std::optional<std::size_t> Layout::slot(std::string_view column) const {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].column == column) {
            return i;
        }
    }
    return std::nullopt;
}

void Row::set_id(std::int64_t id) {
    id_ = id;
    values_[0] = std::to_string(id);
}

std::int64_t Row::number(std::string_view column) const {
    const std::string stored = text(column);
    std::int64_t number = 0;
    std::from_chars(stored.data(), stored.data() + stored.size(), number);
    return number;
}

const Row* Table::find(std::int64_t id) const {
    const auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> Table::holder(const std::string& key) const {
    const auto found = holders_.find(key);
    return found == holders_.end() ? std::nullopt : std::optional(found->second);
}

void Table::forget_keys(std::int64_t id) {
    for (const std::string& key : keys_[id]) {
        holders_.erase(key);
    }
    keys_.erase(id);
}

void Table::put(Row row, std::vector<std::string> keys) {
    const std::int64_t id = row.id();
    forget_keys(id);
    for (const std::string& key : keys) {
        holders_[key] = id;
    }
    keys_[id] = std::move(keys);
    rows_.insert_or_assign(id, std::move(row));
}

void Table::erase(std::int64_t id) {
    forget_keys(id);
    rows_.erase(id);
}

void Table::clear() {
    rows_.clear();
    holders_.clear();
    keys_.clear();
    last_id_ = 0;
}

}  // namespace navette::standin
