#include "daemon/engine/storable_json.hpp"

#include "daemon/engine/evidence.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace navette::engine {

namespace json = boost::json;

namespace {

std::string without_nul(std::string text) {
    constexpr std::string_view kNul = "\\u0000";
    for (auto at = text.find(kNul); at != std::string::npos; at = text.find(kNul, at)) {
        // An escaped backslash before it makes it ordinary text.
        std::size_t slashes = 0;
        while (slashes < at && text[at - 1 - slashes] == '\\') {
            ++slashes;
        }
        if (slashes % 2 == 0) {
            text.erase(at, kNul.size());
        } else {
            at += kNul.size();
        }
    }
    return text;
}

void make_finite(json::value& value) {
    if (value.is_double()) {
        if (!std::isfinite(value.get_double())) {
            value = nullptr;
        }
    } else if (value.is_array()) {
        std::ranges::for_each(value.get_array(), make_finite);
    } else if (value.is_object()) {
        for (auto& member : value.get_object()) {
            make_finite(member.value());
        }
    }
}

}  // namespace

std::string storable_json(json::value value) {
    make_finite(value);
    return storable(without_nul(json::serialize(value)));
}

}  // namespace navette::engine
