// Dolibarr's automatic numbers: CU2611-00001, CO2405-0001, PJ2611-0001.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

/// <prefix><yymm of the day>-<highest number among `taken` with that prefix, plus one>, so many digits wide.
/// Two writers that ask at the same time get the same number, as in Dolibarr; the unique key then refuses one
/// of them.
std::string next_number(
    std::string_view prefix, std::string_view day, int digits, const std::vector<std::string>& taken
);

}  // namespace navette::standin
