// A stand-in of Zendesk Support's API: users, organizations, tickets and their comments, background jobs,
// exports, webhooks and triggers. Options beyond those of every site:
//   email, token         the agent's address and API token (agent@acme.test, t-1): "EMAIL/token:TOKEN"
//   client_id, client_secret  of the OAuth client (client-1, client-secret-1)
//   access_lifetime_s    how long an access token holds (1800)
//   account_id           as webhooks name it (12514403)
//   role                 of the agent: admin, agent, end-user (admin)
//   bulk                 whether bulk imports are enabled (true)
//   job_ms               how long a job waits before it does its work (0); it is then seen as completed
//   job_end              completed; failed or killed: a job ends so, without having done anything
//   max_jobs             how many may be queued at once (30)
//   export_page          records of one page of an export, at most (1000)
//   spread_ms            by how much the times of organizations' changes differ at least (0): exports tell
//   them
//                        apart by seconds
//   fresh_s              how old a change must be before exports show it, and how old a start_time (0;
//   Zendesk: 60) idempotency_s        how long a ticket's idempotency key is kept (7200) triggers whether the
//   agent may manage webhooks and triggers (true) rate, rate_ms        requests in that time (0: any number)
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind zendesk_kind();

}  // namespace navette::standin
