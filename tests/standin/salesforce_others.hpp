// What other people do in the organisation while navette looks elsewhere: the tests' own action "change".
#pragma once

#include "tests/standin/message.hpp"
#include "tests/standin/salesforce_message.hpp"
#include "tests/standin/salesforce_org.hpp"

#include <boost/json/object.hpp>

#include <cstdint>

namespace navette::standin {

class SalesforceOthers {
  public:
    SalesforceOthers(SalesforceOrg& org, SalesforceMessages& messages) : org_(org), messages_(messages) {}

    /// {"object":"contact"} creates one, with "fields" of these values; with "remote_id" it edits that one,
    /// with "delete":true deletes it, with "purge":true empties the recycle bin of it too, with
    /// "convert":true makes a contact of a lead.
    Response change(const boost::json::object& wish);

  private:
    SalesforceOrg::Checked<SalesforceWritten> carry_out(
        const SalesforceObject& object, const boost::json::object& wish
    );
    SalesforceOrg::Checked<SalesforceWritten> create(
        const SalesforceObject& object, const boost::json::object& wish
    );
    SalesforceOrg::Checked<SalesforceWritten> edit(
        const SalesforceObject& object, const std::string& id, const boost::json::object& wish
    );

    SalesforceOrg& org_;
    SalesforceMessages& messages_;
    std::uint64_t last_ = 0;
};

}  // namespace navette::standin
