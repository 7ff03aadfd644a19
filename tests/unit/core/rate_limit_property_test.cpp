// The budget against simulated platforms and against a model, over many random histories. Nothing waits: time
// is a number.
#include "daemon/core/rate_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <queue>
#include <random>
#include <vector>

namespace navette::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;

const SteadyTime kStart{1h};

RateRule window(double requests, milliseconds per, double reserve = 0, std::string route = {}) {
    RateRule rule;
    rule.amount = requests;
    rule.per = per;
    rule.reserve = reserve;
    rule.route = std::move(route);
    return rule;
}

/// Accepts at most `most` in any span, exactly; a refused request is not counted.
class SlidingServer {
  public:
    SlidingServer(std::size_t most, milliseconds per) : most_(most), per_(per) {}

    bool accepts(SteadyTime now) {
        forget(now);
        if (accepted_.size() >= most_) {
            return false;
        }
        accepted_.push_back(now);
        return true;
    }
    [[nodiscard]] double remaining(SteadyTime now) {
        forget(now);
        return static_cast<double>(most_ - accepted_.size());
    }

  private:
    void forget(SteadyTime now) {
        while (!accepted_.empty() && accepted_.front() + per_ <= now) {
            accepted_.pop_front();
        }
    }

    std::size_t most_;
    milliseconds per_;
    std::deque<SteadyTime> accepted_;
};

struct Tally {
    int accepted = 0;
    int refused = 0;
};

/// A client that always has work, on a network whose delays differ by a few milliseconds, for `span`.
struct Simulation {
    int concurrency = 1'000;
    bool hears = false;            // the answers' counts are handed to the budget
    microseconds wakes_late{300};  // at most
    microseconds others_every{0};  // another client of the same account calls that often
    microseconds delay{20'000};    // one way
    microseconds jitter{6'000};    // added to it, at most

    Tally run(
        RateLimit& limit, SlidingServer& server, const Ask& ask, std::chrono::seconds span, unsigned seed
    ) {
        struct Event {
            SteadyTime at;
            int kind;  // 0 arrival, 1 answer, 2 another client's arrival, 3 refusal
            SteadyTime left;
            double remaining;
            bool operator>(const Event& other) const { return at > other.at; }
        };
        std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
        std::mt19937 random(seed);
        const auto up_to = [&](microseconds most) {
            return microseconds(most.count() == 0 ? 0 : std::int64_t(random()) % most.count());
        };
        if (others_every.count() > 0) {
            for (auto at = kStart - 10s; at < kStart; at += others_every) {
                static_cast<void>(server.accepts(at));
            }
            events.push({kStart, 2, {}, 0});
        }
        Tally tally;
        auto now = kStart;
        auto next_ask = kStart;
        int in_flight = 0;
        while (now < kStart + span) {
            if (!events.empty() && (events.top().at <= next_ask || in_flight >= concurrency)) {
                const auto event = events.top();
                events.pop();
                now = event.at;
                in_flight -= event.kind == 1 || event.kind == 3 ? 1 : 0;
                if (event.kind == 2) {
                    static_cast<void>(server.accepts(now));
                    events.push({now + others_every, 2, {}, 0});
                } else if (event.kind == 0) {
                    const bool accepted = server.accepts(now);
                    ++(accepted ? tally.accepted : tally.refused);
                    const auto back = now + delay + up_to(jitter);
                    events.push({back, accepted ? 1 : 3, event.left, server.remaining(now)});
                } else if (event.kind == 3) {
                    limit.freeze(now + 1s);  // what the engine does on a 429
                } else if (hears) {
                    RateReport report;
                    report.as_of = event.left;
                    report.remaining = event.remaining;
                    limit.hear(now, report);
                }
                continue;
            }
            now = std::max(now, next_ask);
            if (const auto again = limit.take(now, ask)) {
                EXPECT_GT(*again, now);
                next_ask = *again + up_to(wakes_late);
            } else {
                events.push({now + delay + up_to(jitter), 0, now, 0});
                next_ask = now + 50us;
                ++in_flight;
            }
        }
        return tally;
    }
};

TEST(RateLimitProperty, UsesAtLeast98PercentOfASlidingHundredPerTenSecondsAndIsHardlyEverRefused) {
    for (const bool hears : {false, true}) {
        for (unsigned seed = 0; seed < 8; ++seed) {
            RateLimit limit({window(100, 10s)});
            SlidingServer server(100, 10s);
            Simulation simulation;
            simulation.hears = hears;
            const auto tally = simulation.run(limit, server, {}, 600s, seed);
            EXPECT_GE(tally.accepted, 0.98 * 6'000) << "seed " << seed << ", hears " << hears;
            EXPECT_LE(tally.refused, 0.001 * tally.accepted) << "seed " << seed << ", hears " << hears;
        }
    }
}

TEST(RateLimitProperty, UsesAtLeast98PercentOfFourASecond) {
    for (unsigned seed = 0; seed < 8; ++seed) {
        RateLimit limit({window(100, 10s), window(4, 1s, 0, "POST /search")});
        SlidingServer server(4, 1s);
        Simulation simulation;
        const Ask search{"POST /search", 1, false};
        const auto tally = simulation.run(limit, server, search, 600s, seed);
        EXPECT_GE(tally.accepted, 0.98 * 2'400) << seed;
        EXPECT_LE(tally.refused, 0.001 * tally.accepted) << seed;
    }
}

TEST(RateLimitProperty, AWindowKeptInSlicesUsesAtLeast98PercentToo) {
    RateLimit limit({window(10'000, 10s)});
    SlidingServer server(10'000, 10s);
    Simulation simulation;
    simulation.hears = true;
    const auto tally = simulation.run(limit, server, {}, 120s, 3);
    EXPECT_GE(tally.accepted, 0.98 * 120'000);
    EXPECT_LE(tally.refused, 0.001 * tally.accepted);
}

TEST(RateLimitProperty, BesideAnotherClientTheAnswersCountsKeepRefusalsRare) {
    // The other client takes half of the account; nothing but the answers tells of it.
    const auto refused_share = [](bool hears) {
        RateLimit limit({window(100, 10s)});
        SlidingServer server(100, 10s);
        Simulation simulation;
        simulation.hears = hears;
        simulation.others_every = 200ms;
        simulation.concurrency = 4;
        const auto tally = simulation.run(limit, server, {}, 600s, 5);
        EXPECT_GE(tally.accepted, 0.95 * 3'000);
        return static_cast<double>(tally.refused) / (tally.accepted + tally.refused);
    };
    EXPECT_LT(refused_share(true), refused_share(false) / 2);
}

TEST(RateLimitProperty, ABucketIsNeverFoundEmptyAndRestoresAreUsed) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        std::mt19937 random(seed);
        RateRule rule;
        rule.kind = RateRule::Kind::bucket;
        rule.amount = 1'000;
        rule.restore = 100;
        RateLimit limit({rule});
        double level = rule.amount;
        double spent = 0;
        auto filled = kStart;
        auto arrived = kStart;
        auto now = kStart;
        while (now < kStart + 120s) {
            Ask ask;
            ask.cost = 1 + static_cast<double>(random() % 200);
            if (const auto again = limit.take(now, ask)) {
                now = *again;
            } else {
                arrived = std::max(arrived, now + 20ms + microseconds(random() % 6'000));
                level = std::min(
                    level + 100 * std::chrono::duration<double>(arrived - filled).count(), rule.amount
                );
                filled = arrived;
                level -= ask.cost;
                spent += ask.cost;
                ASSERT_GE(level, -1e-6) << "seed " << seed;
            }
            now += microseconds(random() % 1'000);
        }
        EXPECT_GE(spent, 0.98 * (1'000 + 120 * 100)) << "seed " << seed;
    }
}

/// What RateLimit promises of sliding windows, said as plainly as possible.
class Model {
  public:
    explicit Model(std::vector<RateRule> rules) : rules_(std::move(rules)) {}

    [[nodiscard]] bool allows(SteadyTime now, const Ask& ask) const {
        return std::ranges::all_of(rules_, [&](const RateRule& rule) {
            if (!rule.route.empty() && !route_matches(rule.route, ask.route)) {
                return true;
            }
            const auto span = rule.per + std::min(microseconds(10'000), microseconds(rule.per) / 100);
            const auto inside = std::ranges::count_if(sent_, [&](const auto& sent) {
                return sent.first + span > now &&
                       (rule.route.empty() || route_matches(rule.route, sent.second));
            });
            const double share = ask.background
                                     ? std::max(std::floor(rule.amount * (1 - rule.reserve) + 1e-9), 1.0)
                                     : rule.amount;
            return static_cast<double>(inside) + 1 <= share;
        });
    }
    void note(SteadyTime now, const Ask& ask) { sent_.emplace_back(now, ask.route); }

  private:
    std::vector<RateRule> rules_;
    std::vector<std::pair<SteadyTime, std::string>> sent_;
};

TEST(RateLimitProperty, AgreesWithTheModelOverThousandsOfRandomSchedules) {
    const std::vector<std::string> routes{"GET /items", "POST /items", "POST /search", "GET /search"};
    const std::vector<std::string> patterns{"", "POST *", "* /search", "GET /items"};
    for (unsigned seed = 0; seed < 3'000; ++seed) {
        std::mt19937 random(seed);
        std::vector<RateRule> rules;
        for (auto left = 1 + random() % 3; left > 0; --left) {
            rules.push_back(window(
                1 + random() % 8,
                milliseconds(10 + random() % 500),
                static_cast<double>(random() % 5) / 10,
                patterns[random() % patterns.size()]
            ));
        }
        RateLimit limit(rules);
        Model model(rules);
        auto now = kStart;
        for (int step = 0; step < 60; ++step) {
            now += microseconds(random() % 3 == 0 ? random() % 200'000 : random() % 2'000);
            const Ask ask{routes[random() % routes.size()], 1, random() % 3 == 0};
            const bool allowed = model.allows(now, ask);
            const auto again = limit.take(now, ask);
            ASSERT_EQ(!again, allowed) << "seed " << seed << " step " << step;
            if (!again) {
                model.note(now, ask);
                continue;
            }
            ASSERT_GT(*again, now);
            ASSERT_TRUE(model.allows(*again, ask))
                << "seed " << seed << " step " << step << ": told too early";
            ASSERT_FALSE(model.allows(*again - 1ns, ask))
                << "seed " << seed << " step " << step << ": too late";
        }
    }
}

TEST(RateLimitProperty, ARestartInTheMiddleLetsNoWindowOverflow) {
    for (unsigned seed = 0; seed < 500; ++seed) {
        std::mt19937 random(seed);
        const auto most = 1 + random() % 300;
        const milliseconds per(60'000 + random() % 600'000);
        std::deque<SteadyTime> sent;
        Moment now{kStart, std::chrono::system_clock::time_point(1'700'000'000s)};
        auto limit = std::make_unique<RateLimit>(std::vector{window(static_cast<double>(most), per)});
        for (int step = 0; step < 600; ++step) {
            const milliseconds pause(random() % (static_cast<unsigned>(per.count()) / (most + 1) + 1));
            now.steady += pause;
            now.wall += pause;
            if (random() % 50 == 0) {
                const auto snapshot = limit->snapshot(now);
                limit = std::make_unique<RateLimit>(std::vector{window(static_cast<double>(most), per)});
                limit->restore(now, snapshot);
            }
            if (!limit->take(now.steady)) {
                sent.push_back(now.steady);
                if (sent.size() > most) {
                    ASSERT_GT(sent.back() - sent.front(), per) << "seed " << seed << " step " << step;
                    sent.pop_front();
                }
            }
        }
    }
}

}  // namespace
}  // namespace navette::core
