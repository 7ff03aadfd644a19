#include "tests/standin/faults.hpp"

#include <boost/json.hpp>

#include <map>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

core::Result<void> wrong(std::string_view key, std::string_view wanted) {
    return core::failure(
        core::ErrorKind::invalid, "faults: \"" + std::string(key) + "\" must be " + std::string(wanted)
    );
}

core::Result<void> read_probability(std::string_view key, const json::value& value, double& into) {
    if (!value.is_number() || value.to_number<double>() < 0 || value.to_number<double>() > 1) {
        return wrong(key, "a probability from 0 to 1");
    }
    into = value.to_number<double>();
    return {};
}

core::Result<void> read_delay(
    std::string_view key, const json::value& value, std::chrono::milliseconds& into
) {
    if (!value.is_int64() || value.as_int64() < 0) {
        return wrong(key, "a whole number of milliseconds, 0 or more");
    }
    into = std::chrono::milliseconds(value.as_int64());
    return {};
}

core::Result<void> read_flag(std::string_view key, const json::value& value, bool& into) {
    if (!value.is_bool()) {
        return wrong(key, "true or false");
    }
    into = value.as_bool();
    return {};
}

core::Result<void> read_text(std::string_view key, const json::value& value, std::string& into) {
    if (!value.is_string()) {
        return wrong(key, "a string");
    }
    into = std::string(value.as_string());
    return {};
}

}  // namespace

core::Result<void> Faults::read(const json::key_value_pair& entry, Switches& into) {
    const std::string_view key = entry.key();
    const json::value& value = entry.value();
    static const std::map<std::string_view, double Switches::*> kProbabilities = {
        {"reset_before", &Switches::reset_before},
        {"reset_after", &Switches::reset_after},
        {"error_5xx", &Switches::error_5xx},
        {"error_5xx_after", &Switches::error_5xx_after},
        {"html_503", &Switches::html_503},
        {"truncate", &Switches::truncate},
        {"malformed", &Switches::malformed},
    };
    static const std::map<std::string_view, bool Switches::*> kFlags = {
        {"database_down", &Switches::database_down},
        {"api_off", &Switches::api_off},
        {"unauthorized", &Switches::unauthorized},
    };
    if (const auto found = kProbabilities.find(key); found != kProbabilities.end()) {
        return read_probability(key, value, into.*found->second);
    }
    if (const auto found = kFlags.find(key); found != kFlags.end()) {
        return read_flag(key, value, into.*found->second);
    }
    if (key == "delay_ms") {
        return read_delay(key, value, into.delay);
    }
    if (key == "delay_after_ms") {
        return read_delay(key, value, into.delay_after);
    }
    if (key == "only_method") {
        return read_text(key, value, into.only_method);
    }
    if (key == "only_path_prefix") {
        return read_text(key, value, into.only_path_prefix);
    }
    if (key == "first") {
        if (!value.is_int64() || value.as_int64() < 0) {
            return wrong(key, "a whole number of requests");
        }
        into.first = value.as_int64();
        return {};
    }
    return core::failure(
        core::ErrorKind::invalid,
        "faults: unknown switch \"" + std::string(key) + "\"; see faults.hpp for the list"
    );
}

core::Result<void> Faults::set(const json::value& switches) {
    if (!switches.is_object()) {
        return core::failure(core::ErrorKind::invalid, "faults: the body must be a JSON object of switches");
    }
    Switches wanted;
    for (const auto& entry : switches.as_object()) {
        if (auto done = read(entry, wanted); !done) {
            return done;
        }
    }
    switches_ = std::move(wanted);
    return {};
}

void Faults::reset() {
    switches_ = Switches();
    random_.seed(seed_);
}

bool Faults::happens(double probability) {
    if (probability <= 0) {
        return false;
    }
    return probability >= 1 || std::uniform_real_distribution<>(0, 1)(random_) < probability;
}

Fault Faults::draw(std::string_view method, std::string_view path) {
    Switches& on = switches_;
    if (!path.starts_with(on.only_path_prefix) || (!on.only_method.empty() && method != on.only_method)) {
        return {};
    }
    if (on.first) {
        if (*on.first == 0) {
            return {};
        }
        --*on.first;
    }
    Fault fault;
    fault.delay = on.delay;
    fault.delay_after = on.delay_after;
    fault.reset_before = happens(on.reset_before);
    if (on.database_down) {
        fault.outage = Outage::database_down;
    } else if (on.api_off) {
        fault.outage = Outage::api_off;
    } else if (on.unauthorized) {
        fault.outage = Outage::unauthorized;
    } else if (happens(on.html_503)) {
        fault.outage = Outage::html_503;
    } else if (happens(on.error_5xx)) {
        fault.outage = Outage::server_error;
    }
    if (happens(on.reset_after)) {
        fault.loss = Loss::reset;
    } else if (happens(on.error_5xx_after)) {
        fault.loss = Loss::gateway_timeout;
    } else if (happens(on.truncate)) {
        fault.loss = Loss::truncate;
    } else if (happens(on.malformed)) {
        fault.loss = Loss::malformed;
    }
    return fault;
}

}  // namespace navette::standin
