#include "tests/standin/shopify_limits.hpp"

#include "tests/standin/shopify_validation.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

ShopifyLimits::ShopifyLimits(const SiteOptions& options)
    : bucket_(
          static_cast<double>(options.number("points", 2000)),
          static_cast<double>(options.number("restore", 100))
      ),
      meter_(
          static_cast<std::size_t>(options.number("rate", 0)),
          std::chrono::milliseconds(options.number("rate_ms", 1000))
      ),
      status_(static_cast<unsigned>(options.number("throttle_status", 200))) {}

std::optional<Response> ShopifyLimits::refusal(int cost) {
    const bool is_counted_out = !meter_.take();
    if (!is_counted_out && bucket_.take(cost)) {
        return std::nullopt;
    }
    // The wait that a client computes from this is the one after which it may come again.
    const auto wait = is_counted_out
                          ? std::max(0.001, static_cast<double>(meter_.until_next().count()) / 1000)
                          : (cost - bucket_.left()) / std::max(0.001, bucket_.restore());
    json::object body;
    body["errors"] = json::array{graphql::error("Throttled", "THROTTLED")};
    body["extensions"] = is_counted_out ? report(cost, nullptr, 0, cost / wait)
                                        : report(cost, nullptr, bucket_.left(), bucket_.restore());
    Response response(status_, "application/json; charset=utf-8", json::serialize(body));
    if (status_ == 429) {
        response.headers.emplace_back("Retry-After", std::to_string(std::max(0.1, wait)).substr(0, 5));
    }
    return response;
}

json::object ShopifyLimits::settle(int requested, int actual) {
    bucket_.give_back(std::max(0, requested - actual));
    return report(requested, actual, bucket_.left(), bucket_.restore());
}

json::object ShopifyLimits::report(int requested, const json::value& actual, double left, double restore)
    const {
    json::object status;
    status["maximumAvailable"] = bucket_.size();
    status["currentlyAvailable"] = std::floor(left);
    status["restoreRate"] = restore;
    json::object cost;
    cost["requestedQueryCost"] = requested;
    cost["actualQueryCost"] = actual;
    cost["throttleStatus"] = std::move(status);
    json::object extensions;
    extensions["cost"] = std::move(cost);
    return extensions;
}

void ShopifyLimits::reset() {
    bucket_.reset();
    meter_.reset();
}

}  // namespace navette::standin
