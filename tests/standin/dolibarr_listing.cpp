#include "tests/standin/dolibarr_listing.hpp"

#include "tests/standin/dolibarr_compare.hpp"
#include "tests/standin/dolibarr_filter.hpp"
#include "tests/standin/dolibarr_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>
#include <vector>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::size_t kDefaultLimit = 100;

std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find(','));
        parts.emplace_back(part);
        text.remove_prefix(std::min(text.size(), part.size() + 1));
    }
    return parts;
}

std::string parameter(const Query& query, const std::string& name, std::string_view otherwise = "") {
    const auto found = query.find(name);
    return found == query.end() ? std::string(otherwise) : found->second;
}

std::size_t count_parameter(const Query& query, const std::string& name, std::size_t otherwise) {
    const std::string text = parameter(query, name);
    std::size_t count = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

struct SortKey {
    std::size_t slot;
    FieldKind kind;
    bool descending;
};

Checked<std::vector<SortKey>> sort_keys(const Query& query, const Layout& layout) {
    const auto fields = parts_of(parameter(query, "sortfield"));
    const auto orders = parts_of(parameter(query, "sortorder", "ASC"));
    std::vector<SortKey> keys;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const bool aliased = fields[i].starts_with("t.");
        const auto slot = layout.slot(std::string_view(fields[i]).substr(aliased ? 2 : 0));
        if (!slot) {
            return std::unexpected(Refused(
                503,
                std::string(layout.list_error) + " : Unknown column '" + fields[i] + "' in 'order clause'"
            ));
        }
        const std::string order = orders.empty() ? "ASC" : orders[std::min(i, orders.size() - 1)];
        keys.push_back({*slot, layout.fields[*slot].kind, folded(order) == "desc"});
    }
    return keys;
}

bool comes_before(const Row* left, const Row* right, const std::vector<SortKey>& keys) {
    for (const SortKey& key : keys) {
        const Value& a = left->at(key.slot);
        const Value& b = right->at(key.slot);
        int order = 0;
        if (a && b) {
            order = compared(key.kind, *a, *b);
        } else if (a.has_value() != b.has_value()) {
            order = a ? 1 : -1;
        }
        if (order != 0) {
            return (order < 0) != key.descending;
        }
    }
    return left->id() < right->id();
}

Checked<std::vector<const Row*>> found_rows(
    const Table& table, const Query& query, DolibarrEnvironment& environment
) {
    const Layout& layout = table.layout();
    std::set<std::string, std::less<>> extrafields;
    for (const auto& [name, extrafield] : environment.extrafields_of(layout.table)) {
        extrafields.insert(name);
    }
    std::optional<Filter> filter;
    if (const std::string text = parameter(query, "sqlfilters"); !text.empty()) {
        auto parsed = Filter::parse(text, layout, extrafields);
        if (!parsed) {
            return std::unexpected(parsed.error());
        }
        filter = std::move(*parsed);
    }
    const auto owners = parts_of(parameter(query, "thirdparty_ids"));
    const auto owner = layout.slot("fk_soc");
    const auto owned = [&](const Row& row) {
        if (owners.empty() || !owner) {
            return true;
        }
        return std::ranges::find(owners, row.at(*owner).value_or("")) != owners.end();
    };
    std::vector<const Row*> rows;
    for (const auto& [id, row] : table.rows()) {
        if (owned(row) && (!filter || filter->matches(row))) {
            rows.push_back(&row);
        }
    }
    return rows;
}

}  // namespace

json::object only(const std::string& properties, json::object object) {
    if (properties.empty()) {
        return object;
    }
    json::object trimmed;
    for (const std::string& name : parts_of(properties)) {
        if (const json::value* member = object.if_contains(name)) {
            trimmed[name] = *member;
        }
    }
    return trimmed;
}

Checked<Response> list(
    const Table& table, const Query& query, DolibarrEnvironment& environment, const Show& show
) {
    auto rows = found_rows(table, query, environment);
    if (!rows) {
        return std::unexpected(rows.error());
    }
    const auto keys = sort_keys(query, table.layout());
    if (!keys) {
        return std::unexpected(keys.error());
    }
    std::ranges::sort(*rows, [&](const Row* a, const Row* b) { return comes_before(a, b, *keys); });
    const std::size_t limit = count_parameter(query, "limit", kDefaultLimit);
    const std::size_t page = count_parameter(query, "page", 0);
    const std::size_t first = limit == 0 ? 0 : std::min(rows->size(), page * limit);
    const std::size_t end = limit == 0 ? rows->size() : std::min(rows->size(), first + limit);
    if (first == end && table.layout().empty_list_is_404) {
        return std::unexpected(Refused(404, "No third parties found"));
    }
    json::array objects;
    for (std::size_t i = first; i < end; ++i) {
        objects.push_back(only(parameter(query, "properties"), show(*(*rows)[i])));
    }
    const std::string wrap = parameter(query, "pagination_data");
    if (wrap.empty() || wrap == "0" || wrap == "false") {
        return json_answer(std::move(objects));
    }
    const std::size_t pages = limit == 0 ? 1 : (rows->size() + limit - 1) / limit;
    const json::object pagination = {
        {"total", rows->size()}, {"page", page}, {"page_count", pages}, {"limit", limit}
    };
    return json_answer(json::object{{"data", std::move(objects)}, {"pagination", pagination}});
}

}  // namespace navette::standin
