// Outbound messages: SOAP, unsigned, for changes that somebody else made.
#pragma once

#include "tests/standin/outbox.hpp"
#include "tests/standin/salesforce_org.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace navette::standin {

class SalesforceMessages {
  public:
    SalesforceMessages(Outbox& outbox, std::string organization_id)
        : outbox_(outbox), organization_id_(std::move(organization_id)) {}

    /// From now on that address gets a message for each change. Salesforce signs nothing: the secret goes
    /// into the address, as ?token=.
    void subscribe(std::string url, const std::string& secret);

    /// Tells of the record's present state: its id and SystemModstamp.
    void tell(const SalesforceObject& object, const SalesforceRecord& record);

    void clear() { addresses_.clear(); }

  private:
    Outbox& outbox_;
    std::string organization_id_;
    std::vector<std::string> addresses_;
    std::uint64_t last_ = 0;
};

}  // namespace navette::standin
