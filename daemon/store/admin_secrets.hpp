// Sealed texts as bytes, for those who count them and give them another key. Nothing is opened here.
#pragma once

#include "daemon/secrets/sealed_columns.hpp"
#include "daemon/store/admin_session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::store {

/// One row's sealed text.
struct SealedText {
    std::string tenant_id;
    std::string id;
    std::string sealed;
};

/// The sealed texts of a column in the order of their rows' keys, behind the row of `after`, at most `limit`.
[[nodiscard]] core::Result<std::vector<SealedText>> read_sealed_texts(
    AdminSession& session,
    const secrets::SealedColumn& column,
    const std::optional<SealedText>& after,
    int limit
);

/// Replaces the text if it is still the one that was read. False where the row was changed or removed
/// meanwhile: then nothing was written. Counts as a change of the row: its version rises, and an owner reads
/// it again.
[[nodiscard]] core::Result<bool> replace_sealed_text(
    AdminSession& session, const secrets::SealedColumn& column, const SealedText& read, std::string_view fresh
);

}  // namespace navette::store
