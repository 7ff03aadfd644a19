// What was deleted in the shop: changes do not tell of it, but the shop's events do.
#pragma once

#include "graphql.hpp"

#include <string>
#include <vector>

namespace navette::shopify {

/// How far deletions were read. Times are in UTC.
struct Deletions {
    std::string since;   // the same for all pages of a sweep: Shopify's cursor belongs to it
    std::string newest;  // the latest of this sweep; empty where there was none yet
    json::array seen;    // the ids of the events of that very second, which are found again
};

struct DeletionPage {
    std::vector<sdk::RemoteRecord> records;
    Deletions next;     // for the next page or sweep
    std::string after;  // Shopify's cursor; empty after the last page
};

/// A page of deletions, oldest first. `subject` is Shopify's name of the object in events ("DRAFT_ORDER"),
/// `kind` the one in global ids ("DraftOrder"). Where the shop does not let the app read events, a remark
/// says so and the page is empty.
[[nodiscard]] Task<std::expected<DeletionPage, Outcome>> read_deletions(
    Session& session, std::string subject, std::string kind, Deletions wanted, std::string after
);

}  // namespace navette::shopify
