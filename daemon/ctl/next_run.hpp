// When an integration's held back work is let go, as people read it. Pure; now is handed in.
#pragma once

#include "daemon/ctl/moment.hpp"
#include "daemon/store/admin_session.hpp"

namespace navette::ctl {

/// Adds `next_run_at` to an integration's record: now where a run is due or asked for; null in realtime and
/// where the integration is disabled. A frequency that cannot be read counts as realtime, as it does for the
/// daemons; `frequency_problem` says then what is expected, and is null otherwise.
void add_next_run(store::Record& integration, Moment now);

}  // namespace navette::ctl
