#include "daemon/outbound/request_targets.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace navette::outbound {

namespace {

constexpr std::size_t kMostKnown = 1'024;
constexpr std::size_t kLongestSimple = 8U << 10U;

/// Scheme, host and port of a URL whose rest is a path, and perhaps a query, that no parser stumbles over;
/// else empty.
std::string_view simple_origin(std::string_view url) {
    const auto authority = url.find("://");
    if (authority == std::string_view::npos || url.size() > kLongestSimple) {
        return {};
    }
    const auto path = url.find('/', authority + 3);
    if (path == std::string_view::npos || path == authority + 3) {
        return {};  // of three slashes libcurl makes two: the host would stand behind the origin
    }
    const auto origin = url.substr(0, path);
    const bool is_plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
    return is_plain && origin.find_first_of("@?#") == std::string_view::npos ? origin : std::string_view();
}

std::optional<std::string> parse_target(const std::string& text) {
    if (text.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
        return std::nullopt;
    }
    const auto part = [&url](CURLUPart which) {
        char* found = nullptr;
        const bool is_there = curl_url_get(url.get(), which, &found, CURLU_DEFAULT_PORT) == CURLUE_OK;
        const std::unique_ptr<char, decltype(&curl_free)> owned(found, &curl_free);
        return is_there ? std::string(found) : std::string();
    };
    const auto scheme = part(CURLUPART_SCHEME);
    const auto host = part(CURLUPART_HOST);
    if ((scheme != "http" && scheme != "https") || host.empty()) {
        return std::nullopt;
    }
    return host + ":" + part(CURLUPART_PORT);
}

}  // namespace

std::optional<std::string> RequestTargets::read(const std::string& url) {
    const std::string origin(simple_origin(url));
    if (origin.empty()) {
        return parse_target(url);
    }
    if (const auto found = known_.find(origin); found != known_.end()) {
        return found->second;
    }
    auto target = parse_target(url);
    if (target) {
        if (known_.size() >= kMostKnown) {
            known_.clear();
        }
        known_.emplace(origin, *target);
    }
    return target;
}

}  // namespace navette::outbound
