// Where log lines go: text or JSON on standard error, or journald with a field for each value.
#pragma once

#include "daemon/config/settings.hpp"

namespace navette::main {

/// Sets the process's log sink by these settings; may be called again after a reload.
void set_log_output(const config::LogSettings& settings);

}  // namespace navette::main
