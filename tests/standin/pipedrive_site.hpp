// A stand-in of Pipedrive's API: versions 2 (persons, organizations, deals, activities, their fields, search)
// and 1 (notes, call logs, webhooks, the user).
//
// Options, with their defaults:
//   token            token-1        the personal API token; an empty one: only OAuth
//   client_id, client_secret        client-1, client-secret-1
//   token_seconds    3599           lifetime of an access token
//   rotate           true           whether a refresh token works once
//   scopes           all needed     of the OAuth app, separated by commas
//   company          acme           the company's domain
//   rate, rate_ms    0, 2000        requests in that span; 0: no limit
//   search_rate      0              searches in that span
//   daily            0              tokens of the daily budget
//   block_after      100            refusals in a row after which the gateway blocks with a page of HTML
//   search_lag_ms    500            how long a write is not found by searches
//   deleted          shown          shown: a deleted record is still answered, as deleted; hidden: 404
//   call_order       oldest         which call logs come first in their list; or newest
//   webhook_user     navette        of the webhooks that the control action `webhook` makes
//
// The control action `subscriptions` {"drop":true} makes all webhooks inactive.
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind pipedrive_kind();

}  // namespace navette::standin
