// How MariaDB compares a column with a literal.
#pragma once

#include "tests/standin/dolibarr_table.hpp"

#include <string_view>

namespace navette::standin {

/// Below, equal to or above zero. Texts compare without case, numbers by value.
int compared(FieldKind kind, std::string_view stored, std::string_view literal);

/// Whether a literal is a time that MariaDB understands ("YYYY-MM-DD HH:MM:SS", "YYYYMMDDHHMMSS",
/// "...T...Z"); an epoch number is not, and then every row matches.
bool is_time_literal(std::string_view literal);

/// SQL LIKE without case: % any characters, _ one.
bool is_like(std::string_view text, std::string_view pattern);

}  // namespace navette::standin
