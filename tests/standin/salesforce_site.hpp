// A stand-in of a Salesforce organisation's REST API. The fact sheet that it follows is the project's shared
// notes on the platform, platforms/salesforce.md. Options:
//   client_id, client_secret   of the app ("client-1", "client-secret-1")
//   username, jwt_public_key, login_url   who assertions may name, the PEM of the app's certificate's key
//       (none: assertions are refused), whom they are addressed to (https://login.salesforce.com)
//   rotates                    whether a refresh token works once (false)
//   token_s                    how long a session lives (7200); answers do not tell
//   instance_url               that token answers name (the address that was asked)
//   organization_id            15 or 18 characters
//   key_field, keyless         our external id's name (Navette_Id__c), the objects that lack it ("Task,Lead")
//   forbidden                  objects that the user may not write
//   notes, multi_currency      what the organisation has (true, false)
//   duplicate_rule             none, alert or block (none): leads and contacts by Email, accounts by Name
//   query_rows                 rows in a page of a query (2000)
//   day_limit, day_ms          calls in a day (100000), which may be shortened (86400000)
//   rate, rate_ms              calls in so many milliseconds (0: any number, 1000), as of too many at once
//   ingest_polls               how often a bulk job is not done yet when it is looked at (1)
// Calls beyond either limit get 403 REQUEST_LIMIT_EXCEEDED; every answer tells the day's count in
// Sforce-Limit-Info. Outbound messages tell only of the action "change"; it also knows "purge" and "convert"
// (see SalesforceOthers). An outbound message counts as delivered by any 2xx, as the outbox has it.
// Left out: parents named by their external ids, SOQL beyond one object without aggregates, undelete, merges,
// sharing, record types, describe of picklists, bulk jobs other than insert and upsert.
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind salesforce_kind();

/// The 18 characters of the organisation's id where the option is not given.
std::string default_salesforce_organization();

}  // namespace navette::standin
