#include "daemon/http/preconditions.hpp"

#include <string_view>

namespace navette::http {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

/// Takes the next entity tag off the list, with what separates it from the one behind. Empty: it cannot be
/// read.
std::string_view take_tag(std::string_view& list) {
    const auto open = list.starts_with("W/") ? std::size_t{2} : std::size_t{0};
    if (open >= list.size() || list[open] != '"') {
        return {};
    }
    const auto close = list.find('"', open + 1);
    if (close == std::string_view::npos) {
        return {};
    }
    const auto tag = list.substr(0, close + 1);
    list = trimmed(list.substr(close + 1));
    if (!list.empty()) {
        if (list.front() != ',') {
            return {};
        }
        list = trimmed(list.substr(1));
    }
    return tag;
}

}  // namespace

std::string etag_of(std::int64_t version) {
    return "\"" + std::to_string(version) + "\"";
}

std::optional<Response> check_if_match(const Request& request, std::int64_t version, IfMatch need) {
    auto list = trimmed(request.header("If-Match"));
    if (list.empty()) {
        if (need == IfMatch::optional) {
            return std::nullopt;
        }
        return problem(
            428,
            "say in If-Match which version you change: send the ETag of the answer that you read",
            "If-Match"
        );
    }
    if (list == "*") {
        return std::nullopt;
    }
    const auto wanted = etag_of(version);
    while (!list.empty()) {
        const auto tag = take_tag(list);
        if (tag.empty()) {
            return problem(400, "If-Match is no list of ETags such as \"7\"", "If-Match");
        }
        // Weak tags never fit: If-Match compares strongly.
        if (tag == wanted) {
            return std::nullopt;
        }
    }
    return problem(412, "it was changed meanwhile: read it again, then repeat your change", "If-Match")
        .with_header("ETag", wanted);
}

}  // namespace navette::http
