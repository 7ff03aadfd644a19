// Zendesk's incremental exports: users and tickets by a cursor, organizations by time. Rows repeat where one
// begins with the second in which the last one ended; changes of the last minute are kept back.
#pragma once

#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_answer.hpp"
#include "tests/standin/zendesk_users.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace navette::standin {

class ZendeskExports {
  public:
    ZendeskExports(ZendeskAccount& account, ZendeskUsers& users) : account_(account), users_(users) {}

    /// Answers what lies below /incremental; nothing where it knows no such path.
    std::optional<Response> answer(const ZendeskCall& call);

  private:
    Response by_cursor(const ZendeskCall& call, JsonTable& table, std::string_view name);
    Response by_time(const ZendeskCall& call);
    std::optional<Response> refused_start(const ZendeskCall& call) const;
    /// Rows that changed at or after that time and are old enough to be shown, in the order of their change.
    std::vector<JsonRow*> settled(JsonTable& table, std::int64_t since) const;
    [[nodiscard]] std::int64_t fresh() const { return account_.options.number("fresh_s", 0) * 1000; }

    ZendeskAccount& account_;
    ZendeskUsers& users_;
};

}  // namespace navette::standin
