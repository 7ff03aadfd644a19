// A request's JSON body as typed values; every mistake is an answer that names the member. Pure.
#pragma once

#include "daemon/http/exchange.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::http {

/// Ask for every member that the operation knows, then for the mistakes: a member that nobody asked for is
/// one. What is absent or null is no value; what cannot be read is a mistake and no value.
class BodyReader {
  public:
    /// The body's object. 400 where it is no JSON, 422 where it is no object. An empty body counts as {}
    /// where `may_be_empty`.
    [[nodiscard]] static std::expected<BodyReader, Response> read(
        const Request& request, bool may_be_empty = false
    );

    /// Not empty.
    std::optional<std::string> text(std::string_view name);
    /// A mistake where it is absent; then it is empty.
    std::string required(std::string_view name);
    /// Absent: empty. May be empty.
    std::string any_text(std::string_view name);
    std::optional<std::string> choice(std::string_view name, const std::vector<std::string>& words);
    /// true or false.
    std::optional<bool> truth(std::string_view name);
    std::optional<std::int64_t> number(std::string_view name, std::int64_t lowest, std::int64_t highest);
    /// As ISO 8601 in UTC: "10m" is so long from now (`future`) or ago.
    std::optional<std::string> past(std::string_view name);
    std::optional<std::string> future(std::string_view name);
    const boost::json::object* object(std::string_view name);
    const boost::json::array* array(std::string_view name);
    /// Anything, null too; a null pointer where it is absent.
    const boost::json::value* value(std::string_view name);
    /// `tenant_id` or ?tenant=: whose row (required_tenant_of in caller_tenant.hpp); a mistake where nothing
    /// names one. Where it is `optional`, none: all tenants'.
    std::optional<std::string> tenant(const Request& request, bool optional = false);

    /// Notes a mistake that only the operation can see.
    void complain(std::string_view name, std::string sentence);

    /// The answer to the first mistake.
    [[nodiscard]] std::optional<Response> mistake();

  private:
    explicit BodyReader(boost::json::object body) : body_(std::move(body)) {}

    const boost::json::value* take(std::string_view name);
    std::optional<std::string> text_or_empty(std::string_view name, bool may_be_empty);
    std::optional<std::string> moment(std::string_view name, bool in_future);

    boost::json::object body_;
    std::vector<std::string> known_;
    std::optional<Response> mistake_;
};

}  // namespace navette::http
