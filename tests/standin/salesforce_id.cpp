#include "tests/standin/salesforce_id.hpp"

#include <algorithm>

namespace navette::standin {

namespace {

// In the order of their codes, so that later ids are greater as texts too.
constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kCaseCodes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
constexpr std::size_t kShort = 15;

}  // namespace

std::string full_salesforce_id(std::string_view fifteen) {
    std::string full(fifteen);
    for (std::size_t begin = 0; begin < kShort; begin += 5) {
        std::size_t capitals = 0;
        for (std::size_t at = 0; at < 5; ++at) {
            const char c = fifteen.at(begin + at);
            capitals |= static_cast<std::size_t>(c >= 'A' && c <= 'Z' ? 1 : 0) << at;
        }
        full += kCaseCodes[capitals];
    }
    return full;
}

std::string make_salesforce_id(std::string_view prefix, std::uint64_t number) {
    std::string digits;
    for (; number != 0; number /= kDigits.size()) {
        digits += kDigits[number % kDigits.size()];
    }
    std::ranges::reverse(digits);
    std::string id(prefix);
    id += "Qy0";
    id.append(kShort - id.size() - digits.size(), '0');
    return full_salesforce_id(id + digits);
}

std::string short_salesforce_id(std::string_view id) {
    const bool fits = (id.size() == kShort || id.size() == kShort + 3) &&
                      id.find_first_not_of(kDigits) == std::string_view::npos;
    return fits ? std::string(id.substr(0, kShort)) : std::string();
}

}  // namespace navette::standin
