// Takes secrets out of anything that is about to be logged, stored or shown. Pure.
#pragma once

#include <navette/sdk/http.hpp>

#include <boost/json/value.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace navette::outbound {

class ByteSet;

/// Hides (a) the known secret values of an integration wherever they stand, also percent-encoded,
/// base64-encoded and JSON-escaped, (b) the values of headers and JSON keys that by their name hold a secret
/// (authorization, cookie, *token*, *secret*, *password*, *api_key*, *apikey*, DOLAPIKEY, ...), (c)
/// credentials in URLs' user info and query strings, (d) what has the form of one: "Bearer ...", "Basic ...",
/// JSON web tokens. Copies share what they know; the last one wipes it.
class Redactor {
  public:
    Redactor() = default;
    /// Secrets shorter than 4 characters are ignored as values: they would eat ordinary text. Of one with
    /// white space, the parts from 8 characters on are hidden too: a field may hold several secrets during a
    /// rotation.
    explicit Redactor(std::vector<std::string> secrets);

    /// Any text: by value, and what it holds of URLs, query strings, forms and JSON members by name.
    [[nodiscard]] std::string text(std::string_view text) const;
    /// True only where `text` would return what it is given. Costs far less, and nearly all texts are so.
    [[nodiscard]] bool leaves_as_it_is(std::string_view text) const;
    /// True only where `text` is JSON that `json` would return as it is given, and that PostgreSQL takes.
    [[nodiscard]] bool leaves_json_as_it_is(std::string_view text) const;
    [[nodiscard]] boost::json::value json(const boost::json::value& value) const;
    [[nodiscard]] std::vector<sdk::Header> headers(const std::vector<sdk::Header>& headers) const;
    [[nodiscard]] std::string url(std::string_view url) const;

    /// A body for a log: redacted like `text`, JSON also where it is invalid or cut off; cut to `limit` bytes
    /// at a UTF-8 boundary, saying how long it was. Always valid UTF-8 without NUL, so that PostgreSQL takes
    /// it: other bytes come out as U+FFFD.
    [[nodiscard]] std::string body(std::string_view body, std::size_t limit = 16U << 10U) const;

  private:
    [[nodiscard]] std::string hide(std::string_view text, std::size_t shown) const;
    /// No search of `hide` but that for members finds anything in a text of these bytes.
    [[nodiscard]] bool finds_no_value(std::string_view text, const ByteSet& bytes) const;

    struct Needles;
    std::shared_ptr<const Needles> needles_;  // null: no value is known
};

}  // namespace navette::outbound
