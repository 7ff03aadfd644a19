// What Shopify lets a client do: a bucket of points, and, for tests, a number of requests.
#pragma once

#include "tests/standin/message.hpp"
#include "tests/standin/rate_meter.hpp"
#include "tests/standin/shopify_bucket.hpp"
#include "tests/standin/site_kind.hpp"

#include <boost/json/object.hpp>

#include <optional>

namespace navette::standin {

class ShopifyLimits {
  public:
    explicit ShopifyLimits(const SiteOptions& options);

    /// Takes what a request may cost; the answer that refuses it where that is not there.
    [[nodiscard]] std::optional<Response> refusal(int cost);
    /// Gives back what the request did not cost in the end; what its answer says in `extensions`.
    boost::json::object settle(int requested, int actual);
    void reset();

  private:
    [[nodiscard]] boost::json::object report(
        int requested, const boost::json::value& actual, double left, double restore
    ) const;

    ShopifyBucket bucket_;
    RateMeter meter_;
    unsigned status_;  // of a refusal
};

}  // namespace navette::standin
