// The connection test, changes, and one record.
#pragma once

#include "exchange.hpp"

namespace navette::woocommerce {

/// Looks at the plugin's version, the keys' rights and the settings that decide on amounts. Writes nothing.
[[nodiscard]] Task<sdk::TestReport> test_connection(Session& session);

/// Products and orders by their change mark, with an overlap of two minutes; customers, whose list knows no
/// change mark, all of them each time. Products and orders in the trash are told as deleted, after the
/// others; what was destroyed is told by nobody.
[[nodiscard]] Task<std::expected<sdk::PullPage, Outcome>> pull_changes(
    Session& session, sdk::PullRequest request
);

[[nodiscard]] Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
);

}  // namespace navette::woocommerce
