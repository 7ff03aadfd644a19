// Zendesk's tickets and their comments. A create is guarded by its idempotency key for a while; external ids
// are not unique; comments are public unless the request says otherwise, and public ones are mailed.
#pragma once

#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_answer.hpp"
#include "tests/standin/zendesk_users.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace navette::standin {

class ZendeskTickets {
  public:
    ZendeskTickets(ZendeskAccount& account, ZendeskUsers& users) : account_(account), users_(users) {}

    /// Answers what lies below /tickets; nothing where it knows no such path.
    std::optional<Response> answer(const ZendeskCall& call);

    Response create(const boost::json::object& ticket);
    Response update(JsonRow& row, const boost::json::object& ticket);
    /// It goes to the deleted tickets: exports tell it with the status "deleted".
    void remove(JsonRow& row);
    void clear();

  private:
    using Clock = std::chrono::steady_clock;
    struct Kept {
        std::string body;
        Response response;
        Clock::time_point until;
    };

    Response create_once(const ZendeskCall& call);
    Response list(const ZendeskCall& call);
    Response comments(const ZendeskCall& call, const JsonRow& row);
    std::vector<ZendeskFault> faults_of(const boost::json::object& ticket) const;
    /// The user who asks; a new one where the address is new. Faults where there is none of that id.
    std::optional<ZendeskFault> set_requester(boost::json::object& fields, const boost::json::object& ticket);
    void add_comment(JsonRow& row, const boost::json::object& comment);
    void tell(const JsonRow& row, const std::string& what);

    ZendeskAccount& account_;
    ZendeskUsers& users_;
    std::map<std::string, Kept> kept_;                    // by idempotency key
    std::map<std::string, boost::json::array> comments_;  // by ticket
    std::int64_t last_comment_ = 0;
};

}  // namespace navette::standin
