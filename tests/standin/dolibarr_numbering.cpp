#include "tests/standin/dolibarr_numbering.hpp"

#include <algorithm>
#include <charconv>

namespace navette::standin {

std::string next_number(
    std::string_view prefix, std::string_view day, int digits, const std::vector<std::string>& taken
) {
    const std::size_t dash = prefix.size() + 4;
    long highest = 0;
    for (const std::string& number : taken) {
        if (number.starts_with(prefix) && number.size() > dash && number[dash] == '-') {
            long counter = 0;
            std::from_chars(number.data() + dash + 1, number.data() + number.size(), counter);
            highest = std::max(highest, counter);
        }
    }
    std::string counter = std::to_string(highest + 1);
    counter.insert(0, static_cast<std::size_t>(std::max(0, digits - static_cast<int>(counter.size()))), '0');
    return std::string(prefix) + std::string(day.substr(2, 2)) + std::string(day.substr(5, 2)) + "-" +
           counter;
}

}  // namespace navette::standin
