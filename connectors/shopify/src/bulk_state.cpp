#include "bulk_state.hpp"

#include "documents.hpp"

#include <algorithm>
#include <array>

namespace navette::shopify {

bool is_over(std::string_view status) {
    static constexpr std::array<std::string_view, 4> kEnds{"COMPLETED", "FAILED", "CANCELED", "EXPIRED"};
    return std::ranges::find(kEnds, status) != kEnds.end();
}

Task<std::expected<BulkState, Outcome>> look_at(Session& session, std::string id) {
    const auto data = co_await query(session, documents::kReadBulk, {{"id", id}});
    if (!data) {
        co_return std::unexpected(data.error());
    }
    const auto* operation = sdk::object_at(*data, "bulkOperation");
    BulkState state;
    if (operation == nullptr) {
        state.status = kUnknownOperation;
        co_return state;
    }
    state.status = sdk::text_at(*operation, "status");
    state.url = sdk::text_at(*operation, "url");
    if (state.url.empty()) {
        state.url = sdk::text_at(*operation, "partialDataUrl");
    }
    state.error = sdk::text_at(*operation, "errorCode");
    state.objects = sdk::integer_at(*operation, "objectCount").value_or(0);
    co_return state;
}

bool is_of_account(const Outcome& failure) {
    return failure.kind == sdk::OutcomeKind::throttled || failure.kind == sdk::OutcomeKind::unavailable ||
           failure.kind == sdk::OutcomeKind::needs_reauth;
}

}  // namespace navette::shopify
