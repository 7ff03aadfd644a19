// What Dolibarr and MariaDB do to texts and numbers on their way in, and how numbers look on their way out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace navette::standin {

/// ASCII letters in lower case: how unique keys and filters compare.
std::string folded(std::string_view text);
std::string upper_cased(std::string_view text);

/// The text in small letters, those with accents too (Latin-1), as PHP's dol_strtolower leaves an e-mail
/// address.
std::string small_letters(std::string_view text);

/// Code points of a UTF-8 text.
std::size_t characters(std::string_view text);

/// The first 4-byte UTF-8 character, written "\xF0\x9F\x98\x80" as MariaDB complains of it.
std::optional<std::string> four_byte_character(std::string_view text);

/// A name, label or ref (Dolibarr's sanitizer "alphanohtml"): entities are resolved; HTML tags, double
/// quotes,
/// "../" and blanks at both ends go; several blanks are one. Observed on 22.0.4.
std::string plain_text(std::string_view text);

/// A note or description ("restricthtml"): <script> elements go, tags stay, and what is no tag is written as
/// HTML: "R&D < 5" becomes "R&amp;D &lt; 5". Other entities become their characters. Observed on 22.0.4.
std::string restricted_html(std::string_view text);

/// A product's ref as Dolibarr rewrites it: "SKU/3 é" becomes "SKU_3_e".
std::string product_ref(std::string_view text);

/// The number PHP reads: "10,5" is 105, what is no number is 0.
double php_number(std::string_view text);

/// The first `places` decimals, the rest cut off.
double cut_to(double number, int places);

/// Rounded half away from zero, as PHP rounds.
double rounded_to(double number, int places);

/// Fixed notation with so many decimals: "12.50000000".
std::string decimals(double number, int places);

/// As PHP prints a number: no needless zeros.
std::string shortest(double number);

}  // namespace navette::standin
