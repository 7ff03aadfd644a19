// How the people of a two-way soak are told apart: by their address, which may change.
#pragma once

#include <string>

namespace navette::test {

/// "person3": what every address of hers begins with.
inline std::string name_of(int person) {
    return "person" + std::to_string(person);
}

inline std::string address_of(int person) {
    return name_of(person) + "@soak.test";
}

/// An address that she gets later; `number` is used once.
inline std::string later_address_of(int person, int number) {
    return name_of(person) + "v" + std::to_string(number) + "@soak.test";
}

/// Whose address it is: "person3" of "person3v17@soak.test".
inline std::string owner_of_address(const std::string& address) {
    return address.substr(0, address.find_first_of("v@"));
}

/// The condition in SQL that a record's `data` is hers.
inline std::string is_hers(int person, const std::string& data = "data") {
    return "split_part(split_part(" + data + " ->> 'email', '@', 1), 'v', 1) = '" + name_of(person) + "'";
}

}  // namespace navette::test
