#include "tests/standin/pipedrive_budget.hpp"

#include <algorithm>

namespace navette::standin::pipedrive {

namespace {

std::size_t size_of(const SiteOptions& options, const char* name, long fallback) {
    return static_cast<std::size_t>(std::max(0L, options.number(name, fallback)));
}

}  // namespace

bool is_search(const Call& call) {
    return call.path.front() == "itemSearch" || (call.path.size() == 2 && call.path[1] == "search");
}

std::uint64_t cost_of(const Call& call, int version) {
    const std::uint64_t factor = version == 1 ? 2 : 1;
    if (is_search(call)) {
        return 20;
    }
    if (call.method == "GET") {
        return call.path.size() > 1 ? factor : (call.path.front() == "webhooks" ? 10 : 10 * factor);
    }
    return (call.method == "DELETE" ? 3 : 5) * factor;
}

Budget::Budget(const SiteOptions& options)
    : burst_(size_of(options, "rate", 0), std::chrono::milliseconds(options.number("rate_ms", 2000))),
      searches_(
          size_of(options, "search_rate", 0), std::chrono::milliseconds(options.number("rate_ms", 2000))
      ),
      daily_(size_of(options, "daily", 0)),
      block_after_(size_of(options, "block_after", 100)) {}

std::uint64_t Budget::daily_left() const {
    return daily_ > spent_ ? daily_ - spent_ : 0;
}

Response Budget::refuse(std::uint64_t left) {
    ++refused_in_a_row_;
    if (block_after_ != 0 && refused_in_a_row_ > block_after_) {
        return gateway_page(403, "Access denied");
    }
    auto response = refused({429, "request over limit"});
    tell(response);
    if (daily_ != 0 && left == 0) {
        // Means nothing for the daily budget, but stands there.
        response.headers.emplace_back("Retry-After", "1");
    }
    return response;
}

std::optional<Response> Budget::charge(const Call& call, int version) {
    const auto cost = cost_of(call, version);
    if (daily_ != 0 && cost > daily_left()) {
        spent_ = daily_;
        return refuse(0);
    }
    if ((is_search(call) && !searches_.take()) || !burst_.take()) {
        return refuse(daily_left());
    }
    spent_ += cost;
    refused_in_a_row_ = 0;
    return std::nullopt;
}

void Budget::tell(Response& response) {
    if (burst_.limit() != 0) {
        const auto wait = std::chrono::ceil<std::chrono::seconds>(burst_.until_next());
        response.headers.emplace_back("x-ratelimit-limit", std::to_string(burst_.limit()));
        response.headers.emplace_back("x-ratelimit-remaining", std::to_string(burst_.remaining()));
        response.headers.emplace_back("x-ratelimit-reset", std::to_string(std::max<long>(0, wait.count())));
    }
    if (daily_ != 0) {
        response.headers.emplace_back("x-daily-ratelimit-token-limit", std::to_string(daily_));
        response.headers.emplace_back("x-daily-ratelimit-token-remaining", std::to_string(daily_left()));
    }
}

void Budget::reset() {
    burst_.reset();
    searches_.reset();
    spent_ = 0;
    refused_in_a_row_ = 0;
}

}  // namespace navette::standin::pipedrive
