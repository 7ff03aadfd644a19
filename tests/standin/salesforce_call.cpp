#include "tests/standin/salesforce_call.hpp"

#include "tests/standin/url.hpp"

#include <algorithm>

namespace navette::standin {

std::vector<std::string> salesforce_segments(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto segment = path.substr(0, path.find('/'));
        if (!segment.empty()) {
            segments.push_back(percent_decoded(segment));
        }
        path.remove_prefix(segment.size());
    }
    return segments;
}

std::vector<std::string> split_at_commas(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        auto part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
        part = part.substr(0, part.find_last_not_of(' ') + 1);
        if (!part.empty()) {
            parts.emplace_back(part);
        }
    }
    return parts;
}

SalesforceAnswer no_such_resource() {
    return refused_call(404, {"NOT_FOUND", "The requested resource does not exist"});
}

SalesforceAnswer wrong_method(const std::string& method) {
    return refused_call(
        405,
        {"METHOD_NOT_ALLOWED",
         "HTTP Method '" + method + "' not allowed. Allowed are HEAD,GET,POST,PATCH,DELETE"}
    );
}

}  // namespace navette::standin
