// What a token may ask for: a burst of requests, a smaller one of searches, and a daily budget that each call
// takes its cost from. Who goes on asking while refused is blocked by the gateway.
#pragma once

#include "tests/standin/pipedrive_answer.hpp"
#include "tests/standin/rate_meter.hpp"
#include "tests/standin/site_kind.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace navette::standin::pipedrive {

/// Tokens of the daily budget that the call costs; `version` is 1 or 2.
std::uint64_t cost_of(const Call& call, int version);

/// Whether it counts as a search.
bool is_search(const Call& call);

class Budget {
  public:
    explicit Budget(const SiteOptions& options);

    /// Charges the call; the refusal where it is over a limit.
    std::optional<Response> charge(const Call& call, int version);

    /// Adds the headers that tell what is left.
    void tell(Response& response);

    void reset();

  private:
    Response refuse(std::uint64_t daily_left);
    [[nodiscard]] std::uint64_t daily_left() const;

    RateMeter burst_;
    RateMeter searches_;
    std::uint64_t daily_;  // 0: no limit
    std::uint64_t spent_ = 0;
    std::uint64_t block_after_;
    std::uint64_t refused_in_a_row_ = 0;
};

}  // namespace navette::standin::pipedrive
