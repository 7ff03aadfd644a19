// A row of the sync logs as a line. Pure.
#pragma once

#include "daemon/ctl/table.hpp"
#include "daemon/store/admin_session.hpp"

#include <string>

namespace navette::ctl {

/// "2026-11-21 08:15:33Z  done  int_1  order 42 -> 17  35 ms", with its line end; `verbose` adds request and
/// response.
[[nodiscard]] std::string log_line(const store::Record& log, bool verbose, const Layout& layout);

}  // namespace navette::ctl
