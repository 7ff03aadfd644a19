// Webhook subscriptions, and what they send: the whole record, guarded by HTTP Basic credentials and by
// nothing else.
#pragma once

#include "tests/standin/outbox.hpp"
#include "tests/standin/pipedrive_environment.hpp"

#include <string>

namespace navette::standin::pipedrive {

class Webhooks {
  public:
    Webhooks(Environment& environment, Outbox& outbox) : environment_(environment), outbox_(outbox) {}

    /// The requests below /api/v1/webhooks: list, make, remove. There is no way to change one.
    Response answer(const Call& call);

    /// Sends the change to every active subscription that asks for it.
    void send(const Change& change);

    /// A subscription to everything, as a person makes it in Pipedrive's own pages.
    void subscribe(const std::string& url, const std::string& user, const std::string& password);
    /// Switches all subscriptions off, as Pipedrive does after three days without success.
    void switch_off();

  private:
    Response make(const json::object& body);
    [[nodiscard]] json::object meta_of(const Change& change, const JsonRow& subscription);

    Environment& environment_;
    Outbox& outbox_;
};

}  // namespace navette::standin::pipedrive
