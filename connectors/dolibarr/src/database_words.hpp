// What Dolibarr's database says of a statement that failed, as far as a person can act on it. Dolibarr hands
// its words through, and often the whole statement behind them, with every field of the record. Pure.
#pragma once

#include <string>
#include <string_view>

namespace navette::dolibarr {

/// The text without SQL statements and without values that the database quotes out of a record: "Incorrect
/// string value for column `lastname` at row 1 (statement left out)". What names a duplicate stays: it is the
/// number or reference that somebody must change.
[[nodiscard]] std::string without_statement(std::string_view text);

/// The column of "Data too long for column 'ref'" or "... for column `dolibarr`.`llx_product`.`ref`", the
/// field of "socid field missing"; else empty.
[[nodiscard]] std::string field_at_fault(std::string_view text);

}  // namespace navette::dolibarr
