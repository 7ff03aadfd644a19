// The way of a bulk operation's file into Shopify: a place that the shop names, on another host, and the
// upload.
#pragma once

#include "bulk_file.hpp"
#include "graphql.hpp"

#include <expected>
#include <optional>
#include <string>

namespace navette::shopify {

/// Where a file may be put.
struct Target {
    Address address;
    FormFields parameters;
    std::string path;  // what the operation calls the file
};

/// Asks the shop for a place; else why it names none.
[[nodiscard]] Task<std::expected<Target, Outcome>> stage(Session& session);

/// Why the file did not arrive; nothing where it did.
[[nodiscard]] Task<std::optional<Outcome>> upload(Session& session, Target target, std::string lines);

}  // namespace navette::shopify
