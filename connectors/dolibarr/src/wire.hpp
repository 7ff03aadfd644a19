// Dolibarr's habits on the wire: numbers that come as strings, texts that it cannot store, filters with their
// own syntax. Pure.
#pragma once

#include <navette/sdk/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace navette::dolibarr {

namespace json = boost::json;

/// The member as text: strings as they are, integers in decimal; empty for null, absent and everything else.
[[nodiscard]] std::string text_at(const json::object& object, std::string_view name);

/// An integer written as a number or as a decimal string; nothing for anything else.
[[nodiscard]] std::optional<std::int64_t> to_integer(const json::value& value);
[[nodiscard]] std::optional<std::int64_t> integer_at(const json::object& object, std::string_view name);

/// A decimal ("30.00000000", 12.5, 7) in hundred-millionths, exactly up to eight decimals; further ones are
/// cut.
[[nodiscard]] std::optional<std::int64_t> to_decimal(const json::value& value);
inline constexpr std::int64_t kDecimalOne = 100'000'000;

/// `total_ttc` and its like in cents, rounded half away from zero; nothing where the member is no number.
[[nodiscard]] std::optional<std::int64_t> cents_at(const json::object& object, std::string_view name);

/// "25.07" for 2507.
[[nodiscard]] std::string cents_text(std::int64_t cents);

/// Whether Dolibarr holds this value already: numbers are compared as numbers, but not what begins with a
/// zero as no number does; null, absent and "" are one.
[[nodiscard]] bool is_same(const json::value* remote, const json::value& ours);

/// Takes out what a MySQL connection of Dolibarr refuses with an error 500: code points above U+FFFF, in all
/// strings within.
void strip_beyond_bmp(json::value& value);

/// The first `count` code points.
[[nodiscard]] std::string_view first_code_points(std::string_view text, std::size_t count);

[[nodiscard]] std::string trimmed(std::string_view text);
[[nodiscard]] std::string lower_ascii(std::string_view text);

/// Whether the text may stand in a URL path: Dolibarr's own firewall refuses many characters there, even
/// percent-encoded.
[[nodiscard]] bool fits_path(std::string_view text);

/// The filter `(t.field:=:'value')`; nothing where the value holds what Dolibarr's filter syntax cannot
/// carry.
[[nodiscard]] std::optional<std::string> equals_filter(std::string_view field, std::string_view value);

/// A product reference as Dolibarr will store it: it rewrites spaces, accents and signs without telling.
[[nodiscard]] std::string stored_product_ref(std::string_view ref);

/// An order or project reference as Dolibarr will store it: trimmed, without quotes and angle brackets.
[[nodiscard]] std::string stored_ref(std::string_view ref);

}  // namespace navette::dolibarr
