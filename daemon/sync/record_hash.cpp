#include "daemon/sync/record_hash.hpp"

#include "daemon/sync/siphash.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace navette::sync {
namespace {

namespace json = boost::json;

void append_text(std::string& out, std::string_view text) {
    out += std::to_string(text.size());
    out += ':';
    out += text;
}

std::string double_text(double number) {
    constexpr double kTwoTo63 = 9223372036854775808.0;
    constexpr double kTwoTo64 = 18446744073709551616.0;
    if (std::trunc(number) == number && number >= -kTwoTo63 && number < kTwoTo64) {
        return number < kTwoTo63 ? std::to_string(static_cast<std::int64_t>(number))
                                 : std::to_string(static_cast<std::uint64_t>(number));
    }
    // Boost.JSON 1.81 reads one number of 17 digits in five as a neighbour of what was written: the spelling
    // would tell.
    constexpr int kDigits = 15;
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(
        buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::general, kDigits
    );
    return std::string(buffer.data(), result.ptr);
}

struct Pending {
    const json::key_value_pair* member;  // nullptr for the items of arrays
    const json::value* value;
};

void append_sorted(std::vector<Pending>& pending, const json::object& object) {
    const auto first = static_cast<std::ptrdiff_t>(pending.size());
    for (const json::key_value_pair& member : object) {
        pending.push_back({&member, &member.value()});
    }
    std::sort(pending.begin() + first, pending.end(), [](const Pending& a, const Pending& b) {
        return a.member->key() > b.member->key();
    });
}

}  // namespace

// Lengths and counts stand before what they count, so that no two values have one text. With a list of what
// is pending in place of recursion, no nesting is too deep.
std::string canonical_text(const json::value& root) {
    std::string out;
    std::vector<Pending> pending{{nullptr, &root}};
    while (!pending.empty()) {
        const auto [member, value] = pending.back();
        pending.pop_back();
        if (member != nullptr) {
            append_text(out, std::string_view(member->key()));
        }
        switch (value->kind()) {
            case json::kind::null:
                out += 'n';
                break;
            case json::kind::bool_:
                out += value->get_bool() ? 't' : 'f';
                break;
            case json::kind::int64:
                out += '#' + std::to_string(value->get_int64()) + ';';
                break;
            case json::kind::uint64:
                out += '#' + std::to_string(value->get_uint64()) + ';';
                break;
            case json::kind::double_:
                out += '#' + double_text(value->get_double()) + ';';
                break;
            case json::kind::string:
                out += '"';
                append_text(out, std::string_view(value->get_string()));
                break;
            case json::kind::array: {
                const json::array& items = value->get_array();
                out += '[' + std::to_string(items.size()) + ';';
                for (std::size_t i = items.size(); i > 0; --i) {
                    pending.push_back({nullptr, &items[i - 1]});
                }
                break;
            }
            case json::kind::object:
                out += '{' + std::to_string(value->get_object().size()) + ';';
                append_sorted(pending, value->get_object());
                break;
        }
    }
    return out;
}

std::string record_hash(const json::value& value) {
    return stable_hash(canonical_text(value));
}

}  // namespace navette::sync
