// /composite and /composite/graph: several calls in one, of which later ones may name what earlier ones made.
#pragma once

#include "tests/standin/salesforce_call.hpp"
#include "tests/standin/salesforce_org.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <functional>
#include <map>

namespace navette::standin {

class SalesforceComposite {
  public:
    /// `answer_part` answers one of the calls.
    SalesforceComposite(
        SalesforceOrg& org, std::function<SalesforceAnswer(const SalesforceCall&)> answer_part
    )
        : org_(org), answer_part_(std::move(answer_part)) {}

    /// `call.path` is "composite" or "composite", "graph".
    SalesforceAnswer answer(const SalesforceCall& call);

  private:
    struct Parts {
        boost::json::array responses;
        bool all_well = true;
    };

    SalesforceAnswer composite(const SalesforceCall& call);
    SalesforceAnswer graphs(const SalesforceCall& call);
    Parts carry_out(const boost::json::array& requests, bool all_or_none, const SalesforceCall& call);
    SalesforceAnswer part(
        const boost::json::object& request,
        const std::map<std::string, boost::json::value>& earlier,
        const SalesforceCall& call
    );

    SalesforceOrg& org_;
    std::function<SalesforceAnswer(const SalesforceCall&)> answer_part_;
};

}  // namespace navette::standin
