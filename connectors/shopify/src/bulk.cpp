#include "bulk.hpp"

#include "bulk_file.hpp"
#include "bulk_records.hpp"
#include "bulk_run.hpp"
#include "bulk_state.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

namespace navette::shopify {

namespace {

// Shopify's form allows 20 MiB and its documentation 100 MB.
constexpr std::size_t kLargestFile = 15U << 20U;

struct Kind {
    BulkMutation mutation;
    std::string_view record;  // the member of the payload that shows what was written
    Task<std::expected<std::vector<BulkLine>, Outcome>> (*lines)(Session&, std::vector<sdk::Operation>);
    bool (*shows)(const json::object& variables, const json::object& record);
};

const Kind* kind_of(std::string_view object) {
    static constexpr std::array<Kind, 2> kKinds{{
        {{"customer", documents::kBulkCustomers, "customerSet"}, "customer", bulk_customers, shows_customer},
        {{"product", documents::kBulkProducts, "productSet"}, "product", bulk_products, shows_product},
    }};
    const auto* const found =
        std::ranges::find(kKinds, object, [](const Kind& kind) { return kind.mutation.object; });
    return found == kKinds.end() ? nullptr : found;
}

bool is_in_doubt(const sdk::Operation& operation) {
    return operation.maybe_applied;
}

Settled all_alike(std::size_t count, const Outcome& outcome) {
    return Settled(count, std::optional(outcome));
}

/// The outcomes by the lines' results, as a single call would give them; nothing at all where a result shows
/// another record than its line's.
std::optional<Settled> by_results(
    Session& session,
    const Kind& kind,
    const std::vector<BulkLine>& lines,
    std::size_t count,
    std::string_view text
) {
    const auto results = results_by_line(text);
    Settled settled(count);
    for (std::size_t number = 0; number < lines.size(); ++number) {
        const auto found = results.find(number);
        if (found == results.end()) {
            continue;
        }
        auto& outcome = settled[lines[number].at];
        const auto data = data_of(session, found->second, true);
        if (!data) {
            if (data.error().kind != sdk::OutcomeKind::throttled) {  // a line's wait is not the account's
                outcome = data.error();
            }
            continue;
        }
        const auto payload = payload_of(*data, kind.mutation.payload);
        if (!payload) {
            outcome = payload.error();
            continue;
        }
        const auto* record = sdk::object_at(*payload, kind.record);
        if (record != nullptr && !kind.shows(lines[number].variables, *record)) {
            return std::nullopt;
        }
        outcome = outcome_of_object(*payload, kind.record);
    }
    return settled;
}

}  // namespace

bool concerns_bulk(const std::vector<sdk::Operation>& batch) {
    return !batch.empty() && batch.front().action != sdk::Action::remove &&
           kind_of(batch.front().object) != nullptr &&
           (batch.size() >= kBulkFrom || std::ranges::any_of(batch, is_in_doubt));
}

Task<Settled> push_in_bulk(Session& session, std::vector<sdk::Operation> batch) {
    const auto count = batch.size();
    if (!concerns_bulk(batch)) {
        co_return Settled(count);
    }
    const auto& kind = *kind_of(batch.front().object);
    if (std::ranges::any_of(batch, is_in_doubt)) {
        if (const auto waits = co_await end_earlier_bulk(session, kind.mutation)) {
            co_return all_alike(count, *waits);
        }
    }
    if (count < kBulkFrom || !takes_bulk(session)) {
        co_return Settled(count);
    }
    auto lines = co_await kind.lines(session, std::move(batch));
    if (!lines) {
        co_return all_alike(count, lines.error());
    }
    std::string file;
    std::size_t carried = 0;
    for (const auto& line : *lines) {
        auto text = line_of(line.variables);
        if (file.size() + text.size() > kLargestFile) {
            break;
        }
        file += text;
        ++carried;
    }
    lines->resize(carried);
    if (carried < kBulkFrom) {
        co_return Settled(count);
    }
    const auto end = co_await run_bulk(session, kind.mutation, std::move(file));
    switch (end.kind) {
        case BulkEnd::Kind::open:
            // The others too: one may be the same record in the shop under another id of the application.
            co_return all_alike(count, end.why);
        case BulkEnd::Kind::declined:
            co_return is_of_account(end.why) ? all_alike(count, end.why) : Settled(count);
        case BulkEnd::Kind::over:
            break;
    }
    if (!end.results) {
        co_return Settled(count);
    }
    auto settled = by_results(session, kind, *lines, count, *end.results);
    if (!settled) {
        session.remark(
            "the results of Shopify's bulk operation do not fit its lines: each record is sent again"
        );
        co_return Settled(count);
    }
    co_return std::move(*settled);
}

}  // namespace navette::shopify
