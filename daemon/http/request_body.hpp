// A JSON object that a client sent, read member by member: what is wrong is collected, so that the client
// hears of all of it at once. Pure.
#pragma once

#include "daemon/http/exchange.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::http {

/// The request's body as an object; without a body an empty one. The answer is a 400 where it is anything
/// else.
[[nodiscard]] std::expected<boost::json::object, Response> json_body(const Request& request);

/// What is wrong with a request, each with the member at fault.
class FieldErrors {
  public:
    /// `detail`: a sentence without the member's name at its head; `field`: "config_public.base_url".
    void add(std::string field, std::string detail);

    [[nodiscard]] bool empty() const { return errors_.empty(); }

    /// 422: the first one as the problem itself, and all in `errors`.
    [[nodiscard]] Response response() const;

  private:
    struct FieldError {
        std::string field;
        std::string detail;
    };
    std::vector<FieldError> errors_;
};

/// Members of a body, by type. What is absent or null is none; what has another type is an error.
class Members {
  public:
    Members(const boost::json::object& body, FieldErrors& errors) : body_(body), errors_(errors) {}

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> integer(
        std::string_view name, std::int64_t least, std::int64_t most
    ) const;
    /// true or false; also "true" and "false", which some workers send.
    [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
    [[nodiscard]] std::optional<boost::json::object> object(std::string_view name) const;

    /// Each member that has none of these names is an error.
    void expect_only(std::initializer_list<std::string_view> names) const;

  private:
    [[nodiscard]] const boost::json::value* find(std::string_view name) const;

    const boost::json::object& body_;
    FieldErrors& errors_;
};

}  // namespace navette::http
