// Zendesk's organizations. Their names are unique; an upsert goes by id or external id alone.
#pragma once

#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_answer.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <optional>

namespace navette::standin {

class ZendeskOrganizations {
  public:
    explicit ZendeskOrganizations(ZendeskAccount& account) : account_(account) {}

    /// Answers what lies below /organizations; nothing where it knows no such path.
    std::optional<Response> answer(const ZendeskCall& call);

    struct Written {
        JsonRow* row = nullptr;
        bool created = false;
    };
    using Result = std::expected<Written, std::vector<ZendeskFault>>;

    /// Faults where it has no name, or another one has its name or external id, whatever the letters' case.
    Result create(const boost::json::object& organization);
    Result create_or_update(const boost::json::object& organization);
    Result update(JsonRow& row, const boost::json::object& organization);
    void remove(JsonRow& row);

  private:
    std::vector<ZendeskFault> faults_of(const boost::json::object& organization, const JsonRow* self);
    void tell(const JsonRow& row, const std::string& what, boost::json::object change = {});

    ZendeskAccount& account_;
};

}  // namespace navette::standin
