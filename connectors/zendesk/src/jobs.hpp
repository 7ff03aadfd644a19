// Zendesk's background jobs: what a request on many records becomes. Seen to their end by looking at them.
#pragma once

#include "errors.hpp"

#include <navette/sdk/connector.hpp>

#include <expected>
#include <string>

namespace navette::zendesk {

/// The id of the job that an answer names; empty where it names none.
[[nodiscard]] std::string job_of(const json::value& answer);

/// The results of a job by record, once it has ended. Looks at it for 25 s, then tells that Zendesk is not
/// available; every failure may have had its effect.
sdk::Task<std::expected<json::array, sdk::Outcome>> job_results(sdk::Session& session, std::string id);

/// Returns when no job of the account is queued or at work, or after 10 s: one of ours, whose answer was
/// lost, may be among them. A failure where Zendesk does not tell.
sdk::Task<sdk::Outcome> wait_for_open_jobs(sdk::Session& session);

}  // namespace navette::zendesk
