// Probe, the platform behind the connector of that name: items, notes and orders in memory, and for each ref
// what happened to it, in order.
//   POST /items    an array of records; the answer is an array of {"id"} or {"error", "field", "kind"}. A
//   record
//                  without an id is made, always: nothing here is unique. Likewise /notes and /orders.
//   GET  /items?refs=a,b   {"<ref>": "<id>"} of those that are there
//   GET  /status   200
//   GET  /history  what happened: {"items": {"<ref>": {"creates": n, "place": n, "seqs": [..]}}, ..,
//                  "largest_batch": n}; `place` tells which write of all made the record
// A record with {"bad": true} has the whole request refused (400), one with {"reject": true} itself alone,
// and
// {"hang": ms} holds the request up before it has an effect.
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/platform.hpp"
#include "tests/support/probe/oauth_provider.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace navette::test {

class ProbePlatform final : public standin::Platform {
  public:
    /// The kinds of records that it counts effects of.
    static std::vector<std::string> kinds();

    /// Borrows the counters.
    explicit ProbePlatform(standin::Effects& effects);

    boost::asio::awaitable<standin::Response> answer(standin::Request request) override;
    standin::Response outage(standin::Outage outage) override;
    std::string resource_path(const standin::Request& request) const override;
    std::string endpoint(const standin::Request& request) const override;
    void reset() override;

  private:
    struct Life {
        std::string id;
        std::uint64_t creates = 0;
        std::uint64_t place = 0;
        std::vector<std::int64_t> seqs;  // of each write, in the order of the effects
    };
    using Lives = std::map<std::string, Life>;  // by ref

    boost::asio::awaitable<standin::Response> write(std::string kind, std::string body);
    boost::json::object carry_out(const std::string& kind, const boost::json::object& record);
    standin::Response found(const std::string& kind, const standin::Request& request) const;
    standin::Response history() const;

    standin::Effects& effects_;
    OAuthProvider oauth_;
    std::map<std::string, Lives> kinds_;
    std::map<std::string, std::string> refs_;  // by id
    std::uint64_t last_id_ = 0;
    std::size_t largest_batch_ = 0;
};

}  // namespace navette::test
