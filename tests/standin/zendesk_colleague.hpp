// Somebody else who works in the same account: what the tests' own API has him do.
#pragma once

#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_organizations.hpp"
#include "tests/standin/zendesk_tickets.hpp"
#include "tests/standin/zendesk_users.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace navette::standin {

class ZendeskColleague {
  public:
    ZendeskColleague(
        ZendeskAccount& account,
        ZendeskUsers& users,
        ZendeskOrganizations& organizations,
        ZendeskTickets& tickets
    )
        : account_(account), users_(users), organizations_(organizations), tickets_(tickets) {}

    /// {"object": contact, company or ticket}: makes one, a contact with the values of "fields"; with
    /// "remote_id" edits it, with "delete": true deletes it. Returns the record's id; nothing where there is
    /// no such object or record.
    std::optional<std::string> change(const boost::json::object& wanted);

  private:
    std::optional<std::string> make(
        const std::string& object, const std::string& name, const boost::json::object& given
    );

    ZendeskAccount& account_;
    ZendeskUsers& users_;
    ZendeskOrganizations& organizations_;
    ZendeskTickets& tickets_;
    std::uint64_t last_ = 0;
};

}  // namespace navette::standin
