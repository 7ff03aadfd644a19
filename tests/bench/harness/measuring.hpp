// Rounds in which the contenders take turns, and their medians.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::bench {

/// How many rounds: $NAVETTE_BENCH_ROUNDS, else `usual`.
[[nodiscard]] int rounds(int usual = 3);
/// How much work a round holds: `usual` times $NAVETTE_BENCH_SCALE (1).
[[nodiscard]] long amount(long usual);
/// Whether to measure this part of the benchmark: $NAVETTE_BENCH_ONLY names one, or nothing for all.
[[nodiscard]] bool wanted(std::string_view part);

[[nodiscard]] double median(std::vector<double> values);
/// `share` from 0 to 1, by the nearest rank.
[[nodiscard]] double percentile(std::vector<double> values, double share);

struct Contender {
    std::string name;
    std::function<double()> measure;  // one round's figure
    std::vector<double> figures = {};

    [[nodiscard]] double result() const { return median(figures); }
};

/// The median of the rounds' ratios: a busy moment hits a round's neighbours alike, so this is steadier than
/// the medians' ratio.
[[nodiscard]] double ratio(const Contender& own, const Contender& other);

/// One figure of each contender per round, all in turn, so that a busy moment of the machine hits all alike;
/// every other round goes backwards. Tells on standard error what runs.
void take_turns(std::vector<Contender>& contenders, int rounds);

}  // namespace navette::bench
