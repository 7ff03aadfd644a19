// /composite/sobjects: up to 200 records in a call, each with its own result in an answer that is always a
// success.
#pragma once

#include "tests/standin/salesforce_call.hpp"
#include "tests/standin/salesforce_org.hpp"

#include <functional>

namespace navette::standin {

class SalesforceCollections {
  public:
    explicit SalesforceCollections(SalesforceOrg& org) : org_(org) {}

    /// `call.path` begins with "composite", "sobjects".
    SalesforceAnswer answer(const SalesforceCall& call);

  private:
    using Checked = SalesforceOrg::Checked<SalesforceWritten>;
    struct Row {
        const SalesforceObject* object = nullptr;
        std::string id;   // of an update
        std::string key;  // of an upsert
        boost::json::object fields;
    };

    std::expected<std::vector<Row>, SalesforceAnswer> rows_of(const SalesforceCall& call) const;
    SalesforceAnswer carry_out(
        std::size_t count,
        bool all_or_none,
        bool tells_created,
        const std::function<Checked(std::size_t)>& write
    );
    SalesforceAnswer upsert(const SalesforceCall& call);
    SalesforceAnswer erase(const SalesforceCall& call);

    SalesforceOrg& org_;
};

}  // namespace navette::standin
