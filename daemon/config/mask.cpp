#include "daemon/config/mask.hpp"

#include <cctype>
#include <cstddef>
#include <string_view>

namespace navette::config {
namespace {

constexpr std::string_view kMask = "****";

bool is_password_key(std::string_view key) {
    // A key with % may spell "password" by escapes.
    return key == "password" || key == "sslpassword" || key.find('%') != std::string_view::npos;
}

std::string mask_parameters(std::string_view query) {
    std::string result;
    while (!query.empty()) {
        const std::string_view parameter = query.substr(0, query.find('&'));
        const std::string_view key = parameter.substr(0, parameter.find('='));
        result += is_password_key(key) ? std::string(key) + "=" + std::string(kMask) : std::string(parameter);
        query.remove_prefix(parameter.size());
        if (!query.empty()) {
            result += '&';
            query.remove_prefix(1);
        }
    }
    return result;
}

std::string mask_uri(std::string_view uri) {
    const std::size_t authority = uri.find("://") + 3;
    const std::size_t colon = uri.find(':', authority);
    // The last @: a password may hold one that somebody forgot to escape.
    const std::size_t at = uri.rfind('@');
    std::string result;
    if (at != std::string_view::npos && colon < at) {
        result = std::string(uri.substr(0, colon + 1)) + std::string(kMask);
        uri.remove_prefix(at);
    }
    const std::size_t question = uri.find('?');
    result += uri.substr(0, question);
    if (question != std::string_view::npos) {
        result += "?" + mask_parameters(uri.substr(question + 1));
    }
    return result;
}

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

void skip_space(std::string_view& text) {
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
}

/// Takes a value, quoted or not, off the front of the list.
std::string_view take_value(std::string_view& list) {
    const bool is_quoted = list.starts_with('\'');
    std::size_t end = is_quoted ? 1 : 0;
    while (end < list.size() && (is_quoted ? list[end] != '\'' : !is_space(list[end]))) {
        end += list[end] == '\\' ? 2 : 1;
    }
    const std::string_view value = list.substr(0, end + (is_quoted ? 1 : 0));
    list.remove_prefix(value.size());
    return value;
}

std::string mask_list(std::string_view list) {
    std::string result;
    for (skip_space(list); !list.empty(); skip_space(list)) {
        const std::size_t equals = list.find('=');
        if (equals == std::string_view::npos) {
            return std::string(kMask);
        }
        std::string_view key = list.substr(0, equals);
        while (!key.empty() && is_space(key.back())) {
            key.remove_suffix(1);
        }
        list.remove_prefix(equals + 1);
        skip_space(list);
        const std::string_view value = take_value(list);
        result += result.empty() ? "" : " ";
        result += std::string(key) + "=";
        result += is_password_key(key) ? kMask : value;
    }
    return result;
}

}  // namespace

std::string mask_connection(const std::string& connection) {
    return connection.find("://") == std::string::npos ? mask_list(connection) : mask_uri(connection);
}

std::string mask_key(const std::string& key) {
    return key.empty() ? "" : key.substr(0, key.find(':')) + ":" + std::string(kMask);
}

}  // namespace navette::config
