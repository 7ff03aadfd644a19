// Bulk operations as Shopify tells of them, whether they write or read.
#pragma once

#include "graphql.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace navette::shopify {

/// Shopify knows no such operation: another one's id, or one from long ago.
inline constexpr std::string_view kUnknownOperation = "UNKNOWN";

struct BulkState {
    std::string status;        // in Shopify's words, or kUnknownOperation
    std::string url;           // of the file of its results; of a part of them where it failed
    std::string error;         // Shopify's code of why it failed
    std::int64_t objects = 0;  // how many it has dealt with so far
};

/// Whether an operation in this state does nothing more. Pure.
[[nodiscard]] bool is_over(std::string_view status);

/// How the operation stands; else why that is not known.
[[nodiscard]] Task<std::expected<BulkState, Outcome>> look_at(Session& session, std::string id);

/// Whether the trouble is the account's, not the bulk operation's: other calls would meet it likewise. Pure.
[[nodiscard]] bool is_of_account(const Outcome& failure);

}  // namespace navette::shopify
