// A stand-in of one HubSpot account's CRM API (2026-09 and 2026-03), after the project's fact sheet
// platforms/hubspot.md: contacts, companies, deals, notes, calls, their associations, search, custom
// properties, OAuth tokens, webhooks.
//
// Options:
//   token (pat-eu1-right-token)     the static access token
//   client_id (client-1), client_secret (client-secret-1)   the app's; the secret signs webhooks
//   token_lifetime_s (1800), rotates (true)   of OAuth access tokens; whether a refresh token works once
//   portal_id (55501234)
//   rate, rate_ms (0, 10000)        so many requests in any such span, searches apart; 0: no limit, no
//   headers search_rate, search_rate_ms (0, 1000)   the same of searches, whose answers carry no limit
//   headers daily (0)                       so many requests in all, then 429 with the policy DAILY
//   search_lag_ms (250)             how long a search does not see a write
//   key_property (navette_external_id)      a custom unique text property, on every object but
//   without_key_on                  these: "notes,calls"
//   without_scope                   scopes that the token lacks: "crm.objects.deals.write"
//   required                        what the account's own rules demand of new records, which 2026-09
//                                   enforces and 2026-03 does not: "contacts.phone"
//   partial_writes (true)           false: one bad input sinks the whole upsert or update, trace ids or not
//   generic_webhooks (false)        object.* instead of contact.*, company.*, deal.*
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

/// Counts effects of contacts, companies, deals, notes, calls (by email and by the key property) and
/// associations (by pair, "contacts:1>companies:2").
SiteKind hubspot_kind();

}  // namespace navette::standin
