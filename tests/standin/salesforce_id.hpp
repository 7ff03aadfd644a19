// Salesforce's record ids: 15 characters, told apart by their case, or 18, whose last three make them safe
// where case is lost.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace navette::standin {

/// The 18 characters of an id of 15.
std::string full_salesforce_id(std::string_view fifteen);

/// The id of a kind's record number 1, 2, 3, ...; later ones compare greater.
std::string make_salesforce_id(std::string_view prefix, std::uint64_t number);

/// The 15 characters that an id of either form is known by; empty where the text can be no id.
std::string short_salesforce_id(std::string_view id);

}  // namespace navette::standin
