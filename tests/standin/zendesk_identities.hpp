// The e-mail addresses of Zendesk's users: one of them is primary, and no two users share one.
#pragma once

#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_answer.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <string_view>

namespace navette::standin {

class ZendeskIdentities {
  public:
    explicit ZendeskIdentities(ZendeskAccount& account) : account_(account) {}

    /// Whether the user has the address, whatever the case of its letters.
    [[nodiscard]] static bool has(const JsonRow& user, std::string_view address);
    /// The user's primary address; null where there is none.
    [[nodiscard]] static boost::json::value primary_of(const JsonRow& user);
    /// Adds an address: the first one is primary. Zendesk mails it unless `request` says skip_verify_email.
    const boost::json::object& add(
        JsonRow& user, std::string_view address, const boost::json::object& request
    );

    [[nodiscard]] JsonRow* holder_of(std::string_view address);

    /// Answers /users/{id}/identities and below; `tell` is called with what happened to the user.
    Response answer(const ZendeskCall& call, JsonRow& user, const std::function<void(const char*)>& tell);

  private:
    ZendeskAccount& account_;
    std::int64_t last_ = 0;
};

/// Whether a text has the form of an e-mail address.
bool looks_like_an_address(std::string_view text);

}  // namespace navette::standin
