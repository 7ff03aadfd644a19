// The options that describe a job, for those who enqueue one and those who ask what it would do.
#pragma once

#include "daemon/ctl/arguments.hpp"
#include "daemon/store/admin_queue.hpp"

namespace navette::ctl {

/// tenant, event, entity, id, data, integration, operation; the first four required where `is_required`.
[[nodiscard]] Syntax job_syntax(bool is_required);

/// The job that they describe. Fails where data is no JSON object or a value is out of its choices.
[[nodiscard]] Result<store::NewJob> read_job(const Arguments& arguments);

}  // namespace navette::ctl
