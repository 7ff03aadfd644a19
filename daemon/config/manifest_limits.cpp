#include "daemon/config/manifest_limits.hpp"

#include "daemon/config/checks.hpp"
#include "daemon/config/number.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace navette::config {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDay = std::chrono::days(1);

/// A duration, or the calendar day.
struct Period {
    milliseconds span{0};
    bool calendar_day = false;
};

Verdict parse(const YamlNode& node, Period& period) {
    if (node.kind == YamlNode::Kind::scalar && node.text == "day") {
        period = {kDay, true};
        return std::nullopt;
    }
    auto complaint = config::parse(node, period.span);
    if (complaint) {
        complaint->expected += ", or day for the calendar day";
    } else {
        complaint = at_least(milliseconds(1))(period.span);
    }
    return complaint;
}

struct Share {
    double value = 0;
};

Verdict parse(const YamlNode& node, Share& share) {
    const auto number =
        node.kind == YamlNode::Kind::scalar ? parse_number<double>(node.text) : std::optional<double>();
    if (!number || !(*number >= 0 && *number <= 0.9)) {
        return Complaint{"is no share", "0 to 0.9, such as 0.2 for a fifth"};
    }
    share.value = *number;
    return std::nullopt;
}

Verdict route_pattern(const std::string& text) {
    constexpr std::array<std::string_view, 6> kMethods{"GET", "POST", "PUT", "PATCH", "DELETE", "*"};
    const auto space = text.find(' ');
    const auto method = std::string_view(text).substr(0, space);
    const bool has_path = space != std::string::npos && space + 1 < text.size() &&
                          (text[space + 1] == '/' || text[space + 1] == '*') &&
                          text.find_first_of(" ?", space + 1) == std::string::npos;
    if (!has_path || std::ranges::find(kMethods, method) == kMethods.end()) {
        return Complaint{
            "is no route",
            "a method and a path without the base URL and the query, such as POST /search or GET /items/*; * "
            "stands for any characters"
        };
    }
    return std::nullopt;
}

Verdict zone_name(const std::string& text) {
    const bool fits = !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
               c == '_' || c == '-' || c == '+';
    });
    return fits ? Verdict() : Complaint{"is no time zone", "a name such as Europe/Paris"};
}

void check_amount(Section& item, const LimitWindow& limit, bool has_requests, bool has_points) {
    const bool has_per = item.take("per") != nullptr;
    if (has_requests && has_points) {
        item.complain("points", "does not go with requests, write two limits");
    } else if (!has_requests && !has_points) {
        item.complain("requests", "is missing, expected it, or points where the platform counts costs");
    } else if (has_requests && !has_per) {
        item.complain("per", "is missing, it is required");
    } else if (has_points && limit.restore > 0 && has_per) {
        item.complain("per", "does not go with restore, remove one of them");
    } else if (has_points && limit.restore == 0 && !limit.calendar_day) {
        item.complain("points", "needs restore, the points that come back each second, or per: day");
    }
    if (has_requests && item.take("restore") != nullptr) {
        item.complain("restore", "goes with points only, remove it");
    }
    if (item.take("zone") != nullptr && !limit.calendar_day) {
        item.complain("zone", "goes with per: day only, remove it");
    }
}

void read_limit(Section& item, LimitWindow& limit) {
    limit.where = item.where();
    item.key("requests", limit.requests, at_least(1));
    item.key("points", limit.points, at_least(1));
    item.key("restore", limit.restore, at_least(1));
    Period per;
    item.key("per", per);
    limit.per = per.span;
    limit.calendar_day = per.calendar_day;
    item.key("zone", limit.zone, zone_name);
    item.key("route", limit.route, route_pattern);
    Share reserve;
    item.key("reserve", reserve);
    limit.reserve = reserve.value;
    check_amount(item, limit, item.take("requests") != nullptr, item.take("points") != nullptr);
}

void read_headers(Section& item, Manifest& manifest) {
    LimitHeaders& headers = manifest.limit_headers.emplace_back();
    item.required("remaining", headers.remaining, header_name);
    item.key("limit", headers.limit, header_name);
    item.key("reset_after", headers.reset_after, header_name);
    Period per;
    if (item.key("per", per)) {
        headers.per = per.span;
    }
}

}  // namespace

void read_limits(Section& root, Manifest& manifest) {
    root.list("limits", [&](Section& item) { read_limit(item, manifest.limits.emplace_back()); });
    const auto read = [&](Section& item) { read_headers(item, manifest); };
    const YamlNode* const headers = root.take("limit_headers");
    if (headers != nullptr && headers->kind == YamlNode::Kind::list) {
        root.list("limit_headers", read);
    } else if (headers != nullptr && headers->kind != YamlNode::Kind::null) {
        root.section("limit_headers", read);
    }
}

}  // namespace navette::config
