// How far the sources were read, and asking a daemon to read one now.
#pragma once

#include "daemon/store/admin_session.hpp"

#include <optional>
#include <string>

namespace navette::store {

/// The cursors of all sources and pulls that ever ran or were asked to.
[[nodiscard]] core::Result<Records> list_cursors(AdminSession& session);

/// Asks for a run of the source, `full` for a comparison of everything, and wakes the daemons. `deletes`:
/// whatever vanished, the next full run tells that it was deleted.
[[nodiscard]] core::Result<void> request_source_run(
    AdminSession& session, const std::string& tenant, const std::string& name, bool full, bool deletes = false
);

/// The source's cursor; nothing where there is none.
[[nodiscard]] core::Result<std::optional<Record>> find_cursor(
    AdminSession& session, const std::string& tenant, const std::string& name
);

}  // namespace navette::store
