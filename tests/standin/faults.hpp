// The fault switches: what goes wrong, how often, and for which requests.
#pragma once

#include "daemon/core/error.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace navette::standin {

/// Answers that the platform gives instead of doing the work; the platform knows how they look.
enum class Outage { server_error, html_503, database_down, api_off, unauthorized };

/// What goes wrong after the work was done, so that the client cannot know that it was.
enum class Loss { reset, truncate, malformed, gateway_timeout };

/// The faults of one request.
struct Fault {
    std::chrono::milliseconds delay{0};  // before the effect
    bool reset_before = false;
    std::optional<Outage> outage;
    std::chrono::milliseconds delay_after{0};  // between the effect and the answer
    std::optional<Loss> loss;
};

class Faults {
  public:
    explicit Faults(std::uint64_t seed) : seed_(seed), random_(seed) {}

    /// Replaces all switches. Keys, all optional: delay_ms, delay_after_ms (milliseconds); reset_before,
    /// error_5xx, html_503 (probabilities 0..1, no effect happens); reset_after, error_5xx_after, truncate,
    /// malformed (the effect happens); database_down, api_off, unauthorized (booleans); only_method,
    /// only_path_prefix; first (so many matching requests, then none). Fails, changing nothing, on an unknown
    /// key or a value out of range.
    core::Result<void> set(const boost::json::value& switches);

    /// No faults any more; the random sequence goes on.
    void clear() { switches_ = Switches(); }

    /// No faults, and the random sequence starts again.
    void reset();

    /// Draws the faults of one request; counts it against `first` when it matches.
    Fault draw(std::string_view method, std::string_view path);

  private:
    struct Switches {
        std::chrono::milliseconds delay{0};
        std::chrono::milliseconds delay_after{0};
        double reset_before = 0;
        double reset_after = 0;
        double error_5xx = 0;
        double error_5xx_after = 0;
        double html_503 = 0;
        double truncate = 0;
        double malformed = 0;
        bool database_down = false;
        bool api_off = false;
        bool unauthorized = false;
        std::string only_method;
        std::string only_path_prefix;
        std::optional<std::int64_t> first;
    };

    static core::Result<void> read(const boost::json::key_value_pair& entry, Switches& into);
    bool happens(double probability);

    std::uint64_t seed_;
    std::mt19937_64 random_;
    Switches switches_;
};

}  // namespace navette::standin
