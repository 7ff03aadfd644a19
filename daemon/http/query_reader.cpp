#include "daemon/http/query_reader.hpp"

#include "daemon/config/nearest.hpp"
#include "daemon/http/caller_tenant.hpp"
#include "daemon/outbound/valid_utf8.hpp"
#include "daemon/sync/iso_time.hpp"
#include "daemon/sync/moment.hpp"

#include <algorithm>
#include <charconv>

namespace navette::http {

namespace {

std::string listed(const std::vector<std::string>& words) {
    std::string list;
    for (const auto& word : words) {
        list += (list.empty() ? "" : ", ") + word;
    }
    return list;
}

sync::Moment now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

QueryReader::QueryReader(const Request& request) : request_(request) {}

void QueryReader::complain(std::string_view name, std::string sentence) {
    if (!mistake_) {
        mistake_ = problem(400, std::string(name) + ": " + std::move(sentence), std::string(name));
    }
}

std::optional<std::string> QueryReader::take(std::string_view name) {
    known_.emplace_back(name);
    std::optional<std::string> found;
    for (const auto& [key, value] : request_.query) {
        if (key != name) {
            continue;
        }
        if (found) {
            complain(name, "stands there twice, give it once");
            return std::nullopt;
        }
        found = value;
    }
    if (found && (found->empty() || found->find('\0') != std::string::npos)) {
        complain(
            name, found->empty() ? "is empty, leave it out or give it a value" : "holds a NUL character"
        );
        return std::nullopt;
    }
    if (found && outbound::valid_utf8(*found) != *found) {
        complain(name, "is no text in UTF-8");
        return std::nullopt;
    }
    return found;
}

std::optional<std::string> QueryReader::text(std::string_view name) {
    return take(name);
}

std::optional<std::string> QueryReader::choice(std::string_view name, const std::vector<std::string>& words) {
    auto found = take(name);
    if (found && std::ranges::find(words, *found) == words.end()) {
        complain(
            name,
            "'" + *found + "' is not known" + config::did_you_mean(*found, words) + "; there are " +
                listed(words)
        );
        return std::nullopt;
    }
    return found;
}

std::vector<std::string> QueryReader::choices(std::string_view name, const std::vector<std::string>& words) {
    std::vector<std::string> chosen;
    const auto found = take(name);
    if (!found) {
        return chosen;
    }
    std::string_view rest(*found);
    while (true) {
        const auto comma = std::min(rest.find(','), rest.size());
        const std::string word(rest.substr(0, comma));
        if (std::ranges::find(words, word) == words.end()) {
            complain(
                name,
                "'" + word + "' is not known" + config::did_you_mean(word, words) + "; there are " +
                    listed(words)
            );
            return {};
        }
        chosen.push_back(word);
        if (comma == rest.size()) {
            return chosen;
        }
        rest.remove_prefix(comma + 1);
    }
}

std::optional<std::int64_t> QueryReader::number(
    std::string_view name, std::int64_t lowest, std::int64_t highest
) {
    const auto found = take(name);
    if (!found) {
        return std::nullopt;
    }
    std::int64_t number = 0;
    const char* const last = found->data() + found->size();
    const auto [end, error] = std::from_chars(found->data(), last, number);
    if (error != std::errc() || end != last || number < lowest || number > highest) {
        complain(
            name,
            "'" + *found + "' is not a whole number from " + std::to_string(lowest) + " to " +
                std::to_string(highest)
        );
        return std::nullopt;
    }
    return number;
}

std::optional<bool> QueryReader::truth(std::string_view name) {
    const auto found = take(name);
    if (found && *found != "true" && *found != "false") {
        complain(name, "'" + *found + "' is neither true nor false");
        return std::nullopt;
    }
    return found ? std::optional(*found == "true") : std::nullopt;
}

std::optional<std::string> QueryReader::past(std::string_view name) {
    const auto found = take(name);
    if (!found) {
        return std::nullopt;
    }
    const auto moment = sync::parse_past(*found, now());
    if (!moment) {
        complain(
            name,
            "'" + *found +
                "' is no time, expected a span such as 30m, 1h or 7d, or a date such as 2026-01-31 or "
                "2026-01-31T08:15Z (a plus sign is written %2B)"
        );
        return std::nullopt;
    }
    return sync::moment_text(*moment);
}

std::optional<std::chrono::sys_days> QueryReader::day(std::string_view name) {
    const auto found = take(name);
    if (!found) {
        return std::nullopt;
    }
    const auto read = sync::parse_iso(*found);
    if (!read || read->time_of_day || found->size() != 10) {
        complain(name, "'" + *found + "' is no day, expected one such as 2026-01-31");
        return std::nullopt;
    }
    return std::chrono::sys_days(read->day);
}

std::optional<std::string> QueryReader::tenant() {
    take("tenant");
    auto tenant = tenant_of(request_);
    if (tenant) {
        return std::move(*tenant);
    }
    if (!mistake_) {
        mistake_ = std::move(tenant.error());
    }
    return std::nullopt;
}

void QueryReader::leave_page() {
    known_.emplace_back("limit");
    known_.emplace_back("cursor");
}

std::optional<Response> QueryReader::mistake() {
    for (const auto& [key, value] : request_.query) {
        if (std::ranges::find(known_, key) == known_.end()) {
            complain(
                key,
                "there is no such parameter here" + config::did_you_mean(key, known_) +
                    (known_.empty() ? "" : "; there are " + listed(known_))
            );
        }
    }
    return std::move(mistake_);
}

}  // namespace navette::http
