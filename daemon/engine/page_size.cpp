#include "daemon/engine/page_size.hpp"

#include <algorithm>
#include <iterator>

namespace navette::engine {

namespace {

// An outage looks the same as an answer that is too large, and a round of small pages takes long.
constexpr int kMostHalvings = 2;

}  // namespace

int page_size(const OwnedIntegration& owned, const std::string& object, int most) {
    const auto* const spec = owned.integration->manifest().object(object);
    const int whole = spec == nullptr ? most : std::min(spec->page, most);
    const auto halved = owned.halvings.find(object);
    return std::max(whole >> (halved == owned.halvings.end() ? 0 : halved->second), 1);
}

void note_page_failure(OwnedIntegration& owned, const std::string& object, const sdk::Outcome& failure) {
    if (failure.kind == sdk::OutcomeKind::unavailable || failure.kind == sdk::OutcomeKind::retry) {
        auto& halvings = owned.halvings[object];
        halvings = std::min(halvings + 1, kMostHalvings);
    }
}

void note_last_page(OwnedIntegration& owned, const std::string& object) {
    owned.halvings.erase(object);
}

std::vector<sdk::RemoteRecord> next_piece(std::vector<sdk::RemoteRecord>& records, std::size_t& at) {
    const auto count = std::min(kPieceOfPage, records.size() - at);
    const auto begin = std::next(records.begin(), static_cast<std::ptrdiff_t>(at));
    const auto end = std::next(begin, static_cast<std::ptrdiff_t>(count));
    at += count;
    return {std::make_move_iterator(begin), std::make_move_iterator(end)};
}

}  // namespace navette::engine
