#include "bulk.hpp"
#include "bulk_records.hpp"
#include "documents.hpp"
#include "product_parts.hpp"
#include "recipes.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace navette::shopify {

namespace {

// One point each, and a document that stays readable in a log.
constexpr std::size_t kFoundAtOnce = 50;

struct Candidate {
    std::size_t at;
    std::string email;
    std::string id;  // empty: a new one, as far as is known
};

/// Takes the names; false where another record of the batch has one of them.
bool claim(std::set<std::string>& taken, const std::string& id, const std::string& email) {
    const bool has_id = id.empty() || taken.insert("id " + id).second;
    const bool has_email = email.empty() || taken.insert("email " + lower_ascii(email)).second;
    return has_id && has_email;
}

/// Fills in the ids of the customers that exist. Nothing, or why they cannot be looked up.
Task<std::expected<std::vector<Candidate>, Outcome>> find_all(
    Session& session, std::vector<Candidate> candidates
) {
    std::vector<Candidate*> open;
    for (auto& candidate : candidates) {
        if (candidate.id.empty()) {
            open.push_back(&candidate);
        }
    }
    for (std::size_t begin = 0; begin < open.size(); begin += kFoundAtOnce) {
        const auto end = std::min(begin + kFoundAtOnce, open.size());
        std::string declared;
        std::string fields;
        json::object variables;
        for (auto at = begin; at < end; ++at) {
            const auto number = std::to_string(at - begin);
            declared += "$e" + number + ":String!,";
            fields += "c" + number + ":customerByIdentifier(identifier:{emailAddress:$e" + number + "}){id} ";
            variables["e" + number] = open[at]->email;
        }
        declared.pop_back();
        fields.pop_back();
        const auto text = "query(" + declared + "){" + fields + "}";
        const Document document{text, static_cast<int>(end - begin)};
        const auto data = co_await query(session, document, std::move(variables));
        if (!data) {
            co_return std::unexpected(data.error());
        }
        for (auto at = begin; at < end; ++at) {
            if (const auto* customer = sdk::object_at(*data, "c" + std::to_string(at - begin))) {
                open[at]->id = sdk::text_at(*customer, "id");
            }
        }
    }
    co_return candidates;
}

}  // namespace

Task<std::expected<std::vector<BulkLine>, Outcome>> bulk_customers(
    Session& session, std::vector<sdk::Operation> batch
) {
    std::set<std::string> taken;
    std::vector<Candidate> candidates;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        const auto& operation = batch[at];
        const auto email = sdk::text_at(operation.fields, "email");
        const auto* address = sdk::object_at(operation.fields, "address");
        const bool is_alone = claim(taken, operation.remote_id, email);
        const bool takes_more_calls = !operation.remote_id.empty() && address != nullptr && !address->empty();
        if (is_alone && !takes_more_calls && !(operation.remote_id.empty() && email.empty())) {
            candidates.push_back({at, email, operation.remote_id});
        }
    }
    std::vector<BulkLine> lines;
    if (candidates.size() < kBulkFrom) {
        co_return lines;
    }
    auto found = co_await find_all(session, std::move(candidates));
    if (!found) {
        co_return std::unexpected(found.error());
    }
    for (const auto& candidate : *found) {
        auto& operation = batch[candidate.at];
        const bool was_found = operation.remote_id.empty() && !candidate.id.empty();
        if (was_found && !claim(taken, candidate.id, "")) {
            continue;
        }
        drop_local_phone(session, operation.fields);
        lines.push_back({candidate.at, customer_write(std::move(operation), candidate.id).variables});
    }
    co_return lines;
}

bool shows_customer(const json::object& variables, const json::object& customer) {
    const auto& identifier = variables.at("identifier").get_object();
    const auto* name = identifier.contains("id") ? "id" : "email";
    return lower_ascii(sdk::text_at(customer, name)) == lower_ascii(sdk::text_at(identifier, name));
}

}  // namespace navette::shopify
