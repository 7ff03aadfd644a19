#include "daemon/http/router.hpp"

#include "daemon/http/percent.hpp"
#include "daemon/outbound/valid_utf8.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace navette::http {

namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> parts;
    path.remove_prefix(1);
    while (true) {
        const auto slash = path.find('/');
        parts.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) {
            return parts;
        }
        path.remove_prefix(slash + 1);
    }
}

[[noreturn]] void reject(const Route& route, const std::string& why) {
    throw std::logic_error("route " + route.method + " " + route.pattern + ": " + why);
}

bool is_a_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

}  // namespace

Router::Pattern Router::pattern_of(const Route& route) {
    if (!route.pattern.starts_with('/')) {
        reject(route, "a pattern begins with /");
    }
    Pattern pattern;
    const auto parts = split(route.pattern);
    for (std::size_t at = 0; at < parts.size(); ++at) {
        auto part = parts[at];
        const bool is_parameter = part.starts_with('{') && part.ends_with('}');
        if (!is_parameter && part.find_first_of("{}") != std::string_view::npos) {
            reject(route, "a parameter is a whole part: {name}");
        }
        if (is_parameter) {
            part = part.substr(1, part.size() - 2);
            if (part.ends_with("...")) {
                if (at + 1 != parts.size()) {
                    reject(route, "only the last part takes the rest");
                }
                pattern.open_end = true;
                part.remove_suffix(3);
            }
            if (!is_a_name(part)) {
                reject(route, "a parameter has a name of lower-case letters, digits and _");
            }
            for (std::size_t before = 0; before < at; ++before) {
                if (!pattern.fixed[before] && pattern.parts[before] == part) {
                    reject(route, "a parameter stands there twice");
                }
            }
        }
        pattern.parts.emplace_back(part);
        pattern.fixed.push_back(!is_parameter);
    }
    return pattern;
}

void Router::add(Route route) {
    if (route.method.empty() || route.method == "HEAD") {
        reject(route, "HEAD is answered by GET");
    }
    auto pattern = pattern_of(route);
    for (std::size_t at = 0; at < routes_.size(); ++at) {
        const auto& other = patterns_[at];
        bool same = routes_[at].method == route.method && other.fixed == pattern.fixed &&
                    other.open_end == pattern.open_end;
        for (std::size_t part = 0; same && part < pattern.parts.size(); ++part) {
            same = !pattern.fixed[part] || pattern.parts[part] == other.parts[part];
        }
        if (same) {
            reject(route, "is there already, as " + routes_[at].pattern);
        }
    }
    patterns_.push_back(std::move(pattern));
    routes_.push_back(std::move(route));
}

Router::Found Router::find(std::string_view method, std::string_view path) const {
    Found found;
    if (!path.starts_with('/')) {
        return found;
    }
    std::vector<std::string> parts;
    for (const auto part : split(path)) {
        auto decoded = percent_decoded(part);
        const bool is_text = decoded && outbound::valid_utf8(*decoded) == *decoded;
        if (!is_text || *decoded == "." || *decoded == "..") {
            return found;
        }
        parts.push_back(std::move(*decoded));
    }

    const auto fits = [&](const Pattern& pattern) {
        if (pattern.open_end ? parts.size() < pattern.parts.size() : parts.size() != pattern.parts.size()) {
            return false;
        }
        for (std::size_t at = 0; at < pattern.parts.size(); ++at) {
            // A parameter is never empty: "/integrations//enable" names nothing.
            if (pattern.fixed[at] ? pattern.parts[at] != parts[at] : parts[at].empty()) {
                return false;
            }
        }
        return true;
    };
    // Of the patterns that fit, the one with the fixed part furthest to the left is meant.
    const auto more_special = [](const Pattern& one, const Pattern& other) {
        return std::pair(one.fixed, !one.open_end) > std::pair(other.fixed, !other.open_end);
    };
    const Pattern* best = nullptr;
    for (const auto& pattern : patterns_) {
        if (fits(pattern) && (best == nullptr || more_special(pattern, *best))) {
            best = &pattern;
        }
    }
    if (best == nullptr) {
        return found;
    }

    const std::string_view wanted = method == "HEAD" ? std::string_view("GET") : method;
    for (std::size_t at = 0; at < routes_.size(); ++at) {
        const auto& pattern = patterns_[at];
        if (pattern.fixed != best->fixed || pattern.open_end != best->open_end || !fits(pattern)) {
            continue;
        }
        found.allowed.push_back(routes_[at].method);
        if (routes_[at].method == "GET") {
            found.allowed.emplace_back("HEAD");
        }
        if (routes_[at].method != wanted) {
            continue;
        }
        found.route = &routes_[at];
        for (std::size_t part = 0; part < pattern.parts.size(); ++part) {
            if (pattern.fixed[part]) {
                continue;
            }
            auto value = parts[part];
            if (pattern.open_end && part + 1 == pattern.parts.size()) {
                for (std::size_t rest = part + 1; rest < parts.size(); ++rest) {
                    value += '/' + parts[rest];
                }
            }
            found.parameters.emplace(pattern.parts[part], std::move(value));
        }
    }
    if (found.route != nullptr) {
        found.allowed.clear();
    }
    return found;
}

}  // namespace navette::http
