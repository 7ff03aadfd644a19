// How many records a page of a pull has, and the pieces in which a large one is taken in.
#pragma once

#include "daemon/engine/background.hpp"

#include <navette/sdk/outcome.hpp>
#include <navette/sdk/record.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace navette::engine {

/// Records to ask for: what the manifest says of the object, at most `most`, and less where pages of that
/// size did not come.
[[nodiscard]] int page_size(const OwnedIntegration& owned, const std::string& object, int most);

/// A page did not come. Where its size may be why (the platform took too long, the answer was too large), the
/// next ones are smaller.
void note_page_failure(OwnedIntegration& owned, const std::string& object, const sdk::Outcome& failure);

/// All was read: the next round begins with whole pages.
void note_last_page(OwnedIntegration& owned, const std::string& object);

/// So many records are written to the database at once: live work goes between the pieces.
inline constexpr std::size_t kPieceOfPage = 100;

/// The page's next records, which leave it: at most kPieceOfPage. `at`: where they begin, moved to their end.
[[nodiscard]] std::vector<sdk::RemoteRecord> next_piece(
    std::vector<sdk::RemoteRecord>& records, std::size_t& at
);

}  // namespace navette::engine
