// Attaching and detaching the triggers that capture an application's writes, for navettectl: what the
// database of the tables says of them, and what is refused.
#pragma once

#include "daemon/store/admin_session.hpp"
#include "daemon/store/capture_sql.hpp"

#include <string>
#include <utility>
#include <vector>

namespace navette::store {

/// What is asked for: the configuration of one source.
struct CaptureRequest {
    std::string source;
    std::string definition;                                   // JSON of tables
    std::vector<std::pair<std::string, std::string>> tables;  // (table as in SQL, key)
    std::string reader;                                       // the role that the daemon reads with
};

/// The statements that attach the triggers, run in one transaction unless `dry_run`. Attaching what is
/// attached brings it up to date. Fails as `invalid` for what is no table, a key that is no column and an
/// expression that does not work, as `not_found` for a table that there is not, as `permission` without the
/// rights, and as `conflict` where a table stays locked for 5 s.
[[nodiscard]] core::Result<std::vector<std::string>> attach_capture(
    AdminSession& session, const CaptureRequest& request, bool dry_run
);

/// The statements that remove all that attaching made, whatever the configuration says now; none where there
/// is nothing.
[[nodiscard]] core::Result<std::vector<std::string>> detach_capture(
    AdminSession& session, const std::string& source, bool dry_run
);

/// The role that the session speaks as.
[[nodiscard]] core::Result<std::string> role_of(AdminSession& session);

}  // namespace navette::store
