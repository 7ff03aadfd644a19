#include "entities.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace navette::woocommerce {

std::string decode_entities(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, char>, 7> kEntities{{
        {"&amp;", '&'},
        {"&lt;", '<'},
        {"&gt;", '>'},
        {"&quot;", '"'},
        {"&#039;", '\''},
        {"&#39;", '\''},
        {"&nbsp;", ' '},
    }};
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto* const entity = std::ranges::find_if(kEntities, [&](const auto& known) {
            return text[at] == '&' && text.substr(at).starts_with(known.first);
        });
        plain += entity == kEntities.end() ? text[at] : entity->second;
        at += entity == kEntities.end() ? 1 : entity->first.size();
    }
    return plain;
}

void decode_names(json::object& fields) {
    for (const auto* name : {"name", "first_name", "last_name"}) {
        auto* value = fields.if_contains(name);
        if (value != nullptr && value->is_string()) {
            *value = decode_entities(value->get_string());
        }
    }
}

}  // namespace navette::woocommerce
