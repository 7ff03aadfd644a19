// What pull and fetch show of a record, in the terms in which a push takes it, so that the mapping reads back
// by the names by which it writes. Pure.
#pragma once

#include "wire.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace navette::dolibarr {

/// Adds to a record as Dolibarr tells it: a third party's name as `_person` of an individual, else as
/// `_company`; a product's price with VAT as `_price_cents`; a deal's `_stage` by the setting `stages`, and
/// its `date_start` and `date_end` as days instead of times. Of all objects, empty fields come as null, notes
/// and descriptions as they were written (written_text), VAT rates and percentages as numbers.
[[nodiscard]] json::object shown_of(std::string_view object, json::object told, const json::object& settings);

/// "39.16667": the net price of a gross one in cents, by a VAT rate in percent of Dolibarr's spelling
/// ("20.000"); rounded half away from zero.
[[nodiscard]] std::string net_price(std::int64_t gross_cents, const json::value& vat_rate);

}  // namespace navette::dolibarr
