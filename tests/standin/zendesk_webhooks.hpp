// Zendesk's webhooks and the triggers that connect tickets to them. A webhook either subscribes to events or
// is connected to triggers; each has a signing secret of its own.
#pragma once

#include "tests/standin/json_table.hpp"
#include "tests/standin/outbox.hpp"
#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_answer.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace navette::standin {

class ZendeskWebhooks {
  public:
    ZendeskWebhooks(ZendeskAccount& account, Outbox& outbox) : account_(account), outbox_(outbox) {}

    /// Answers what lies below /webhooks and /triggers; nothing where it knows no such path.
    std::optional<Response> answer(const ZendeskCall& call);

    /// Sends what happened to whoever wants it.
    void tell(const ZendeskEvent& event);

    /// Both kinds of webhook to that address, signed with that secret, and a trigger for all tickets.
    void subscribe_all(const std::string& url, const std::string& secret);
    /// Switches all webhooks off, as an administrator does who has had enough of their failures.
    void switch_off();
    void clear();

  private:
    Response webhooks(const ZendeskCall& call);
    Response triggers(const ZendeskCall& call);
    JsonRow& add_webhook(boost::json::object fields, const std::string& secret);
    JsonRow& add_trigger(boost::json::object fields);
    std::optional<ZendeskFault> fault_of_trigger(const boost::json::object& trigger);
    void tell_subscribers(const ZendeskEvent& event);
    void run_triggers(const ZendeskEvent& event);
    [[nodiscard]] bool has_ticket_events() const { return account_.options.flag("ticket_events", true); }
    void send(const JsonRow& webhook, std::string topic, std::string body);

    ZendeskAccount& account_;
    Outbox& outbox_;
    JsonTable webhooks_{[](std::uint64_t n) { return "01STANDIN" + std::to_string(n); }};
    JsonTable triggers_;
    std::uint64_t last_event_ = 0;
    std::uint64_t last_invocation_ = 0;
};

}  // namespace navette::standin
