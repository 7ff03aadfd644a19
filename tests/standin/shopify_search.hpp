// Shopify's search syntax, as far as the connector uses it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

/// What a record is found by: texts by field ("sku", "tag"), and its times (milliseconds since 1970).
struct SearchFields {
    std::map<std::string, std::vector<std::string>, std::less<>> texts;
    std::int64_t updated = 0;
    std::int64_t created = 0;
    bool whole_days = false;  // they are compared by days
};

/// "updated_at:>='2026-05-01T10:00:00Z' tag:'a'": a record must match every term. As at Shopify a term of an
/// unknown field is ignored, and a text is found as a run of whole words: T-1 finds T-1-RED.
class Search {
  public:
    explicit Search(std::string_view query);

    [[nodiscard]] bool matches(const SearchFields& record) const;

  private:
    struct Term {
        std::string field;
        std::string comparison;  // "", ">=", ">", "<=", "<"
        std::string value;
    };

    std::vector<Term> terms_;
};

/// "2026-05-01T10:00:00Z"
[[nodiscard]] std::string shopify_time(std::int64_t milliseconds);

}  // namespace navette::standin
