#include "daemon/engine/limit_headers.hpp"

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace navette::engine {

namespace {

using std::chrono::milliseconds;

// A number of seconds this large is a moment, counted from 1970.
constexpr double kMoments = 1e9;

std::optional<double> number_in(const sdk::HttpResponse& response, const std::string& header) {
    if (header.empty()) {
        return std::nullopt;
    }
    auto text = response.header(header);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = rest == text.data() + text.size() || *rest == ' ' || *rest == ';' || *rest == ',';
    return error == std::errc() && whole && std::isfinite(number) && number >= 0 ? std::optional(number)
                                                                                 : std::nullopt;
}

milliseconds span_of(double seconds, sdk::Instant now) {
    if (seconds >= kMoments) {
        const double since_epoch = static_cast<double>(now.time_since_epoch().count()) / 1'000;
        seconds = std::max(seconds - since_epoch, 0.0);
    }
    return milliseconds(std::llround(std::min(seconds, kMoments) * 1'000));
}

}  // namespace

std::optional<sdk::LimitReport> report_of(
    const config::LimitHeaders& headers, const sdk::HttpResponse& response, sdk::Instant now
) {
    sdk::LimitReport report;
    report.per = headers.per;
    report.remaining = number_in(response, headers.remaining);
    report.limit = number_in(response, headers.limit);
    if (const auto seconds = number_in(response, headers.reset_after)) {
        report.reset_after = span_of(*seconds, now);
    }
    return report.remaining || report.limit ? std::optional(report) : std::nullopt;
}

}  // namespace navette::engine
