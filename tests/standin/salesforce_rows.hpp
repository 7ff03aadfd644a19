// /sobjects: descriptions, single records by id or by key, and what was deleted or changed in a time.
#pragma once

#include "tests/standin/salesforce_call.hpp"
#include "tests/standin/salesforce_org.hpp"

namespace navette::standin {

class SalesforceRows {
  public:
    explicit SalesforceRows(SalesforceOrg& org) : org_(org) {}

    /// `call.path` begins with "sobjects".
    SalesforceAnswer answer(const SalesforceCall& call);

  private:
    SalesforceAnswer by_id(const SalesforceObject& object, const SalesforceCall& call);
    SalesforceAnswer by_key(const SalesforceObject& object, const SalesforceCall& call);
    SalesforceAnswer create(const SalesforceObject& object, const SalesforceCall& call);
    SalesforceAnswer shown(
        const SalesforceObject& object, const SalesforceRecord* record, const SalesforceCall& call
    ) const;
    SalesforceAnswer in_time(const SalesforceObject& object, const SalesforceCall& call) const;

    SalesforceOrg& org_;
};

}  // namespace navette::standin
