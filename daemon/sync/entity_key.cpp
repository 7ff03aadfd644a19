#include "daemon/sync/entity_key.hpp"

#include "daemon/sync/siphash.hpp"

#include <algorithm>
#include <cstddef>

namespace navette::sync {
namespace {

constexpr std::size_t kMaxLength = 48;
constexpr std::size_t kReadable = 31;
constexpr std::size_t kHashDigits = 16;

bool is_allowed(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/// A text that could pass for the hashed form of another record.
bool ends_like_a_hash(std::string_view text) {
    if (text.size() <= kHashDigits) {
        return false;
    }
    const std::string_view tail = text.substr(text.size() - kHashDigits);
    return text[text.size() - kHashDigits - 1] == '-' &&
           tail.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string with_length(std::string_view part) {
    return std::to_string(part.size()) + ":" + std::string(part);
}

}  // namespace

std::string entity_key(std::string_view tenant, std::string_view object, std::string_view entity_id) {
    std::string key;
    key.reserve(tenant.size() + object.size() + entity_id.size() + 2);
    key.append(tenant).append("-").append(object).append("-").append(entity_id);
    // With a dash in the first two parts, ("a-b", "c", "1") and ("a", "b-c", "1") would read alike.
    const bool unambiguous = !tenant.contains('-') && !object.contains('-') && !ends_like_a_hash(key);
    if (unambiguous && key.size() <= kMaxLength && std::ranges::all_of(key, is_allowed)) {
        return key;
    }
    key.resize(std::min(key.size(), kReadable));
    std::ranges::replace_if(key, [](char c) { return !is_allowed(c); }, '-');
    const std::string hash = stable_hash(with_length(tenant) + with_length(object) + with_length(entity_id));
    return key + "-" + hash.substr(0, kHashDigits);
}

}  // namespace navette::sync
