// /query, /queryAll and the pages that a query is split into.
#pragma once

#include "tests/standin/salesforce_call.hpp"
#include "tests/standin/salesforce_org.hpp"

#include <cstdint>
#include <deque>

namespace navette::standin {

class SalesforceQueries {
  public:
    /// `page`: how many rows an answer holds at most; Salesforce's own number is 2,000, and fewer where rows
    /// are wide. `organization_id`: what a query of Organization finds.
    SalesforceQueries(SalesforceOrg& org, std::size_t page, std::string organization_id)
        : org_(org), page_(page), organization_id_(std::move(organization_id)) {}

    /// `call.path` begins with "query" or "queryAll".
    SalesforceAnswer answer(const SalesforceCall& call);

    void clear() { cursors_.clear(); }

  private:
    struct Cursor {
        std::string id;
        boost::json::array rows;
    };

    SalesforceAnswer page_of(const Cursor& cursor, std::size_t begin, const SalesforceCall& call) const;
    SalesforceAnswer further(const SalesforceCall& call) const;

    SalesforceOrg& org_;
    std::size_t page_;
    std::string organization_id_;
    std::uint64_t last_ = 0;
    std::deque<Cursor> cursors_;
};

}  // namespace navette::standin
