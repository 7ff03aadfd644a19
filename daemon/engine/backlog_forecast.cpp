#include "daemon/engine/backlog_forecast.hpp"

#include "daemon/engine/account.hpp"

#include <boost/asio/io_context.hpp>

#include <cmath>
#include <map>

namespace navette::engine {

double calls_needed(const config::Manifest& manifest, std::span<const WaitingJobs> waiting) {
    std::map<const config::ObjectSpec*, std::int64_t> by_object;
    for (const auto& one : waiting) {
        if (const auto meaning = manifest.event(one.event_type, one.entity_type)) {
            by_object[&meaning->object] += one.jobs;
        }
    }
    double calls = 0;
    for (const auto& [object, jobs] : by_object) {
        calls += std::ceil(static_cast<double>(jobs) / object->batch);
    }
    return calls;
}

std::optional<std::chrono::system_clock::time_point> limits_allow_until(
    const config::Manifest& manifest, const std::string& used, double calls, const core::Moment& now
) {
    // An account of its own, that nobody calls by.
    const std::string name = "forecast";
    boost::asio::io_context context;
    Accounts accounts(context.get_executor());
    if (!used.empty()) {
        accounts.restore(now, {{name, used}});
    }
    const auto last = accounts.of(name, manifest)->forecast(now.steady, calls);
    if (!last) {
        return std::nullopt;
    }
    return now.wall + std::chrono::duration_cast<std::chrono::system_clock::duration>(*last - now.steady);
}

}  // namespace navette::engine
