#include "tests/standin/url.hpp"

#include <charconv>

namespace navette::standin {

std::string percent_decoded(std::string_view text, bool in_query) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            unsigned byte = 0;
            const char* digits = text.data() + i + 1;
            const auto [end, error] = std::from_chars(digits, digits + 2, byte, 16);
            if (error == std::errc() && end == digits + 2) {
                decoded += static_cast<char>(byte);
                i += 2;
                continue;
            }
        }
        decoded += in_query && text[i] == '+' ? ' ' : text[i];
    }
    return decoded;
}

std::map<std::string, std::string> query_parameters(std::string_view query) {
    std::map<std::string, std::string> parameters;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const auto sign = pair.find('=');
        const auto value = sign == std::string_view::npos ? std::string_view() : pair.substr(sign + 1);
        parameters[percent_decoded(pair.substr(0, sign), true)] = percent_decoded(value, true);
    }
    return parameters;
}

}  // namespace navette::standin
