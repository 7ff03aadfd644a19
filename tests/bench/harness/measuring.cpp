#include "tests/bench/harness/measuring.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace navette::bench {

int rounds(int usual) {
    const char* given = std::getenv("NAVETTE_BENCH_ROUNDS");
    return given == nullptr ? usual : std::max(1, std::atoi(given));
}

long amount(long usual) {
    const char* given = std::getenv("NAVETTE_BENCH_SCALE");
    return given == nullptr ? usual
                            : std::max(1L, std::lround(static_cast<double>(usual) * std::atof(given)));
}

bool wanted(std::string_view part) {
    const char* only = std::getenv("NAVETTE_BENCH_ONLY");
    return only == nullptr || *only == '\0' || part == only;
}

double median(std::vector<double> values) {
    return percentile(std::move(values), 0.5);
}

double percentile(std::vector<double> values, double share) {
    if (values.empty()) {
        return 0;
    }
    std::ranges::sort(values);
    const auto rank = std::ceil(share * static_cast<double>(values.size()));
    return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

double ratio(const Contender& own, const Contender& other) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < own.figures.size(); ++round) {
        ratios.push_back(own.figures[round] / other.figures[round]);
    }
    return median(std::move(ratios));
}

void take_turns(std::vector<Contender>& contenders, int rounds) {
    if (double load = 0; getloadavg(&load, 1) == 1 && load > 1.5) {
        std::fprintf(
            stderr, "  the machine is busy with other things (load %.1f): trust the ratios at most\n", load
        );
    }
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t turn = 0; turn < contenders.size(); ++turn) {
            auto& contender = contenders[round % 2 == 0 ? turn : contenders.size() - 1 - turn];
            const auto figure = contender.measure();
            contender.figures.push_back(figure);
            std::fprintf(
                stderr, "  round %d of %d: %-44s %12.6g\n", round + 1, rounds, contender.name.c_str(), figure
            );
        }
    }
}

}  // namespace navette::bench
