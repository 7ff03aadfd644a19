// What goes on in the whole installation, for a person who wants to know at a glance.
#pragma once

#include "daemon/store/admin_session.hpp"

namespace navette::store {

/// {database_time, nodes: [...], unowned: n, integrations: [...]}: the daemons that run, enabled integrations
/// that none of them works for, and each integration's queue. Counts the queue, so its cost grows with it.
[[nodiscard]] core::Result<Record> read_status(AdminSession& session);

}  // namespace navette::store
