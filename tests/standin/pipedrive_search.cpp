#include "tests/standin/pipedrive_search.hpp"

#include <navette/sdk/reading.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin::pipedrive {

namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

/// The texts that a search with these `fields` looks at.
std::vector<std::string> texts_of(
    const Layout& layout, const json::object& record, const std::string& fields
) {
    const auto asks = [&](std::string_view name) {
        return fields.empty() ||
               ("," + fields + ",").find("," + std::string(name) + ",") != std::string::npos;
    };
    std::vector<std::string> texts;
    if (asks(layout.title)) {
        texts.push_back(sdk::text_at(record, layout.title));
    }
    for (const auto& [list, name] : {std::pair("emails", "email"), std::pair("phones", "phone")}) {
        for (const auto& point : sdk::list_at(record, list)) {
            if (asks(name)) {
                texts.push_back(sdk::text_at(point, "value"));
            }
        }
    }
    return texts;
}

json::array values_of(const json::object& record, const char* list) {
    json::array values;
    for (const auto& point : sdk::list_at(record, list)) {
        values.emplace_back(sdk::text_at(point, "value"));
    }
    return values;
}

json::object item_of(const Layout& layout, std::int64_t id, const json::object& record) {
    json::object item{
        {"id", id},
        {"type", layout.single},
        {std::string(layout.title), sdk::text_at(record, layout.title)},
        {"owner", {{"id", kUserId}}},
        {"custom_fields", json::array()},
        {"notes", json::array()}
    };
    if (layout.kind == "persons") {
        item["emails"] = values_of(record, "emails");
        item["phones"] = values_of(record, "phones");
    }
    return item;
}

Checked<void> check_term(const std::string& term, bool is_exact) {
    const std::size_t shortest = is_exact ? 1 : 2;
    if (term.size() < shortest) {
        return std::unexpected(
            Refusal(400, "term must have at least " + std::to_string(shortest) + " characters")
        );
    }
    return {};
}

}  // namespace

void Search::note(const Change& change) {
    pending_.push_back({Clock::now() + lag_, change});
}

void Search::catch_up() {
    for (; !pending_.empty() && pending_.front().due <= Clock::now(); pending_.pop_front()) {
        auto& change = pending_.front().change;
        auto& records = index_[change.entity];
        if (change.action == Change::Action::removed) {
            records.erase(number_of(change.id));
        } else {
            records[number_of(change.id)] = std::move(change.now);
        }
    }
}

Response Search::search(const Layout& layout, const Call& call) {
    const bool is_exact = call.parameter("exact_match") == "true";
    const auto term = lower(call.parameter("term"));
    const auto limit = limit_of(call, 100, 500);
    if (const auto fits = check_term(term, is_exact); !fits || !limit) {
        return refused(!fits ? fits.error() : limit.error());
    }
    catch_up();
    json::array items;
    for (const auto& [id, record] : index_[std::string(layout.single)]) {
        const bool is_hit = std::ranges::any_of(
            texts_of(layout, record, call.parameter("fields")),
            [&](const std::string& text) {
                return is_exact ? lower(text) == term : lower(text).find(term) != std::string::npos;
            }
        );
        if (is_hit && items.size() < *limit) {
            items.push_back({{"result_score", 0.5}, {"item", item_of(layout, id, record)}});
        }
    }
    return success({{"items", std::move(items)}}, {{"next_cursor", nullptr}});
}

Response Search::search_field(const Call& call) {
    const auto entity = call.parameter("entity_type");
    const auto field = call.parameter("field");
    const auto match = call.parameter("match");
    const auto known = fields_.find(entity);
    if (known == fields_.end() || !known->second->is_searchable(field)) {
        return refused({400, "field: no searchable field of " + entity});
    }
    const auto term = call.parameter("term");
    if (const auto fits = check_term(term, match.empty() || match == "exact"); !fits) {
        return refused(fits.error());
    }
    catch_up();
    json::array hits;
    for (const auto& [id, record] : index_[entity]) {
        const auto* own = sdk::object_at(record, "custom_fields");
        const auto held = own == nullptr ? std::string() : sdk::text_at(*own, field);
        const bool is_hit = match == "beginning" ? held.starts_with(term)
                            : match == "middle"  ? held.find(term) != std::string::npos
                                                 : held == term;
        if (is_hit) {
            hits.push_back({{"id", id}, {"name", sdk::text_at(record, entity == "deal" ? "title" : "name")}});
        }
    }
    return success(std::move(hits), {{"next_cursor", nullptr}});
}

void Search::clear() {
    pending_.clear();
    index_.clear();
}

}  // namespace navette::standin::pipedrive
