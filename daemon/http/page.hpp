// Long lists in pages: `limit` and an opaque `cursor`, {"data": [...], "next_cursor": "..." or null}. Pure.
//
// A cursor holds the sort key of the last row that was shown, so that rows which come in meanwhile neither
// shift nor repeat what follows: ... WHERE (created_at, id) < ($2::timestamptz, $3::bigint) ORDER BY
// created_at DESC, id DESC LIMIT page.fetch().
#pragma once

#include "daemon/http/exchange.hpp"
#include "daemon/store/admin_session.hpp"

#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::http {

struct Page {
    int limit = 50;
    /// The sort key behind which the page begins, as position_of gave it; empty: the first page.
    std::vector<std::string> after;

    /// How many rows to ask the database for: one more than is shown tells whether there is a next page.
    [[nodiscard]] int fetch() const { return limit + 1; }
};

inline constexpr int kDefaultPage = 50;
inline constexpr int kLargestPage = 500;

/// What each part of a listing's sort key must be, so that a cursor which was tampered with is a 400 and no
/// error of the database.
enum class KeyPart { text, number, moment };

/// `limit` (1 to 500, 50 where it is absent) and `cursor` of the request. The answer is a 400 that names the
/// parameter where one cannot be read, or where the cursor is another listing's. `listing`: the list's name
/// ("queue"); `key`: the parts of its sort key.
[[nodiscard]] std::expected<Page, Response> read_page(
    const Request& request, std::string_view listing, const std::vector<KeyPart>& key
);

/// A row's sort key, one text for each part.
using PositionOf = std::function<std::vector<std::string>(const store::Record& row)>;

/// The page's answer. `rows`: up to page.fetch() of them, the one too many is left out.
[[nodiscard]] Response page_response(
    store::Records rows, const Page& page, std::string_view listing, const PositionOf& position_of
);

}  // namespace navette::http
