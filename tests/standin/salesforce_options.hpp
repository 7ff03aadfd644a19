// What the options of Salesforce's stand-in (see salesforce_site.hpp) make of its parts. All throw
// std::invalid_argument where a value is none.
#pragma once

#include "tests/standin/rate_meter.hpp"
#include "tests/standin/salesforce_org.hpp"
#include "tests/standin/salesforce_tokens.hpp"
#include "tests/standin/site_kind.hpp"

#include <string>

namespace navette::standin {

/// The organisation's id, 18 characters.
std::string salesforce_organization(const SiteOptions& options);
SalesforceSchema salesforce_schema(const SiteOptions& options);
SalesforceDuplicateRule salesforce_duplicate_rule(const SiteOptions& options);
SalesforceTokenRules salesforce_token_rules(const SiteOptions& options);
/// The day's count, and that of calls at once.
RateMeter salesforce_day(const SiteOptions& options);
RateMeter salesforce_burst(const SiteOptions& options);

}  // namespace navette::standin
