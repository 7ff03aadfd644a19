#include "tests/standin/json_table.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <utility>

namespace navette::standin {

JsonRow& JsonTable::insert(boost::json::object fields, std::int64_t now) {
    auto& row = rows_.emplace_back();
    ++last_;
    row.id = make_id_ ? make_id_(last_) : std::to_string(last_);
    row.fields = std::move(fields);
    row.created = row.modified = now;
    by_id_[row.id] = &row;
    return row;
}

JsonRow* JsonTable::find_any(std::string_view id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

JsonRow* JsonTable::find(std::string_view id) {
    auto* row = find_any(id);
    return row != nullptr && !row->deleted ? row : nullptr;
}

JsonRow* JsonTable::find_by(std::string_view field, std::string_view value, bool ignore_case) {
    const auto equal = [&](const JsonRow& row) {
        const auto* held = row.fields.if_contains(field);
        if (row.deleted || held == nullptr || !held->is_string()) {
            return false;
        }
        const std::string_view text = held->get_string();
        return ignore_case ? boost::beast::iequals(text, value) : text == value;
    };
    const auto found = std::ranges::find_if(rows_, equal);
    return found == rows_.end() ? nullptr : &*found;
}

std::vector<JsonRow*> JsonTable::all(const std::function<bool(const JsonRow&)>& wanted) {
    std::vector<JsonRow*> found;
    for (auto& row : rows_) {
        if (!row.deleted && (!wanted || wanted(row))) {
            found.push_back(&row);
        }
    }
    return found;
}

std::vector<JsonRow*> JsonTable::changed_since(std::int64_t since) {
    std::vector<JsonRow*> found;
    for (auto& row : rows_) {
        if (row.modified >= since) {
            found.push_back(&row);
        }
    }
    std::ranges::sort(found, {}, [](const JsonRow* row) { return std::pair(row->modified, row->created); });
    return found;
}

bool JsonTable::erase(std::string_view id, std::int64_t now) {
    auto* row = find(id);
    if (row == nullptr) {
        return false;
    }
    row->deleted = true;
    row->modified = now;
    return true;
}

std::size_t JsonTable::size() const {
    return static_cast<std::size_t>(std::ranges::count_if(rows_, [](const JsonRow& row) {
        return !row.deleted;
    }));
}

void JsonTable::clear() {
    rows_.clear();
    by_id_.clear();
    last_ = 0;
}

}  // namespace navette::standin
