// Lists of a shop: which rows, in which order, which page of them, and the headers that count them.
#pragma once

#include "tests/standin/json_table.hpp"
#include "tests/standin/woocommerce_answer.hpp"
#include "tests/standin/woocommerce_shop.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin::woocommerce {

using Query = std::map<std::string, std::string>;

/// What a collection's list knows beyond paging. Every other parameter of a query is ignored without a word.
struct ListRules {
    std::vector<std::string> orders;  // the values of `orderby`
    std::string orderby;              // without the parameter
    std::string order{"desc"};
    bool has_dates = true;  // knows after, before, modified_after and modified_before
};

/// The rows of a list as a query wants them; `total` before paging.
struct Listing {
    std::vector<JsonRow*> rows;
    std::size_t total = 0;
    std::size_t per_page = 10;
};

[[nodiscard]] Checked<Listing> listed(
    std::vector<JsonRow*> rows, const Query& query, const ListRules& rules, const Shop& shop
);

/// The answer to a list: the shown objects with the headers X-WP-Total and X-WP-TotalPages.
[[nodiscard]] Response list_answer(json::array shown, const Listing& listing);

/// The object with the members that `_fields` names only; whole without it.
[[nodiscard]] json::object with_fields(json::object object, const Query& query);

/// The items of a list parameter "a,b,c"; empty without the parameter.
[[nodiscard]] std::vector<std::string> items_of(const Query& query, const std::string& name);

[[nodiscard]] std::string parameter(
    const Query& query, const std::string& name, const std::string& fallback = {}
);

}  // namespace navette::standin::woocommerce
