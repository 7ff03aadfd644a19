// Zendesk's users: end users and agents with their identities (e-mail addresses), of which one is primary.
#pragma once

#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_answer.hpp"
#include "tests/standin/zendesk_identities.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <optional>
#include <string>

namespace navette::standin {

class ZendeskUsers {
  public:
    explicit ZendeskUsers(ZendeskAccount& account) : account_(account), identities_(account) {}

    /// Answers what lies below /users; nothing where it knows no such path.
    std::optional<Response> answer(const ZendeskCall& call);

    /// What became of one user of a request.
    struct Written {
        JsonRow* row = nullptr;
        bool created = false;
    };
    using Result = std::expected<Written, std::vector<ZendeskFault>>;

    /// A new user; faults where the record is not valid or somebody else has its address or external id.
    Result create(const boost::json::object& user);
    /// Matched by id, external id or any address, whatever the case of the letters; else created.
    Result create_or_update(const boost::json::object& user);
    /// A change of that user. An address that is new to it becomes a further one, not the primary one.
    Result update(JsonRow& row, const boost::json::object& user);
    /// The user becomes inactive.
    void remove(JsonRow& row);

    [[nodiscard]] JsonRow* by_address(std::string_view address) { return identities_.holder_of(address); }
    [[nodiscard]] boost::json::object shown(const JsonRow& row) const;

  private:
    std::vector<ZendeskFault> faults_of(const boost::json::object& user, const JsonRow* self);
    void tell(const JsonRow& row, const char* what, boost::json::object change = {});
    Response written(const Result& result) const;

    ZendeskAccount& account_;
    ZendeskIdentities identities_;
};

}  // namespace navette::standin
