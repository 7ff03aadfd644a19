#include "tests/standin/effects.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

json::object as_object(const std::map<std::string, std::uint64_t>& counts) {
    json::object object;
    for (const auto& [name, count] : counts) {
        object[name] = count;
    }
    return object;
}

}  // namespace

Effects::Effects(std::vector<std::string> kinds) {
    for (auto& kind : kinds) {
        kinds_[std::move(kind)].by_key["ref"];
    }
}

void Effects::request(const std::string& endpoint) {
    ++requests_;
    ++by_endpoint_[endpoint];
}

void Effects::created(const std::string& kind, const RecordKeys& keys) {
    Kind& counted = kinds_[kind];
    ++counted.creates;
    for (const auto& [key, value] : keys) {
        ++counted.by_key[key][value];
    }
}

void Effects::changed(const std::string& kind, const std::string& action) {
    ++kinds_[kind].changes[action];
}

void Effects::open_writes(const std::string& kind, std::size_t count) {
    std::size_t& peak = kinds_[kind].peak;
    peak = std::max(peak, count);
}

json::object Effects::report() const {
    json::object report;
    json::object peaks;
    for (const auto& [name, kind] : kinds_) {
        json::object counted;
        counted["creates"] = kind.creates;
        for (const auto& [key, counts] : kind.by_key) {
            counted["by_" + key] = as_object(counts);
        }
        counted["changes"] = as_object(kind.changes);
        report[name] = std::move(counted);
        peaks[name] = kind.peak;
    }
    report["requests"] = requests_;
    report["by_endpoint"] = as_object(by_endpoint_);
    report["deadlocks"] = deadlocks_;
    report["duplicates_refused"] = duplicates_refused_;
    report["in_flight_peak"] = std::move(peaks);
    return report;
}

void Effects::reset() {
    std::vector<std::string> names;
    names.reserve(kinds_.size());
    for (const auto& [name, kind] : kinds_) {
        names.push_back(name);
    }
    *this = Effects(std::move(names));
}

}  // namespace navette::standin
