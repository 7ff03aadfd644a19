#include "daemon/http/body_reader.hpp"

#include "daemon/config/nearest.hpp"
#include "daemon/http/caller_tenant.hpp"
#include "daemon/sync/moment.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace navette::http {

namespace json = boost::json;

namespace {

// Records are the applications' own, nested deeper than Boost.JSON's default allows.
constexpr std::size_t kDeepest = 256;

std::string listed(const std::vector<std::string>& words) {
    std::string list;
    for (const auto& word : words) {
        list += (list.empty() ? "" : ", ") + word;
    }
    return list;
}

}  // namespace

std::expected<BodyReader, Response> BodyReader::read(const Request& request, bool may_be_empty) {
    if (request.body.empty() && may_be_empty) {
        return BodyReader(json::object());
    }
    json::parse_options options;
    options.max_depth = kDeepest;
    boost::system::error_code error;
    auto value = json::parse(request.body, error, {}, options);
    if (error) {
        return std::unexpected(problem(400, "the body cannot be read as JSON: " + error.message()));
    }
    if (!value.is_object()) {
        return std::unexpected(problem(422, "the body must be a JSON object"));
    }
    return BodyReader(std::move(value.as_object()));
}

void BodyReader::complain(std::string_view name, std::string sentence) {
    if (!mistake_) {
        mistake_ = problem(422, std::string(name) + ": " + std::move(sentence), std::string(name));
    }
}

const json::value* BodyReader::take(std::string_view name) {
    known_.emplace_back(name);
    const auto* found = body_.if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::string> BodyReader::text_or_empty(std::string_view name, bool may_be_empty) {
    const auto* found = take(name);
    if (found == nullptr) {
        return std::nullopt;
    }
    if (!found->is_string()) {
        complain(name, "must be a text");
        return std::nullopt;
    }
    std::string text(found->get_string());
    if (text.find('\0') != std::string::npos) {
        complain(name, "holds a NUL character, which PostgreSQL does not store");
        return std::nullopt;
    }
    if (text.empty() && !may_be_empty) {
        complain(name, "must not be empty");
        return std::nullopt;
    }
    return text;
}

std::optional<std::string> BodyReader::text(std::string_view name) {
    return text_or_empty(name, false);
}

std::string BodyReader::required(std::string_view name) {
    auto found = text_or_empty(name, false);
    if (!found) {
        complain(name, "is missing");
    }
    return found.value_or("");
}

std::string BodyReader::any_text(std::string_view name) {
    return text_or_empty(name, true).value_or("");
}

std::optional<std::string> BodyReader::choice(std::string_view name, const std::vector<std::string>& words) {
    auto found = text(name);
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

std::optional<std::int64_t> BodyReader::number(
    std::string_view name, std::int64_t lowest, std::int64_t highest
) {
    const auto* found = take(name);
    if (found == nullptr) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto number = found->is_number() ? found->to_number<std::int64_t>(error) : 0;
    if (!found->is_number() || error || number < lowest || number > highest) {
        complain(
            name, "must be a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest)
        );
        return std::nullopt;
    }
    return number;
}

std::optional<std::string> BodyReader::moment(std::string_view name, bool in_future) {
    const auto found = text(name);
    if (!found) {
        return std::nullopt;
    }
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto moment = in_future ? sync::parse_future(*found, now) : sync::parse_past(*found, now);
    if (!moment) {
        complain(
            name,
            "'" + *found +
                "' is no time, expected a span such as 30m, 1h or 7d, or a date such as 2026-01-31 or "
                "2026-01-31T08:15Z"
        );
        return std::nullopt;
    }
    return sync::moment_text(*moment);
}

std::optional<std::string> BodyReader::past(std::string_view name) {
    return moment(name, false);
}

std::optional<std::string> BodyReader::future(std::string_view name) {
    return moment(name, true);
}

const json::value* BodyReader::value(std::string_view name) {
    known_.emplace_back(name);
    return body_.if_contains(name);
}

const json::object* BodyReader::object(std::string_view name) {
    const auto* found = take(name);
    if (found != nullptr && !found->is_object()) {
        complain(name, "must be a JSON object");
        return nullptr;
    }
    return found == nullptr ? nullptr : &found->get_object();
}

std::optional<bool> BodyReader::truth(std::string_view name) {
    const auto* found = take(name);
    if (found != nullptr && !found->is_bool()) {
        complain(name, "must be true or false");
        return std::nullopt;
    }
    return found == nullptr ? std::nullopt : std::optional(found->get_bool());
}

const json::array* BodyReader::array(std::string_view name) {
    const auto* found = take(name);
    if (found != nullptr && !found->is_array()) {
        complain(name, "must be a list");
        return nullptr;
    }
    return found == nullptr ? nullptr : &found->get_array();
}

std::optional<std::string> BodyReader::tenant(const Request& request, bool optional) {
    const auto named = text("tenant_id");
    if (optional && !named) {
        auto tenant = tenant_of(request);
        if (tenant) {
            return std::move(*tenant);
        }
        if (!mistake_) {
            mistake_ = std::move(tenant.error());
        }
        return std::nullopt;
    }
    auto tenant = required_tenant_of(request, named);
    if (tenant) {
        return std::move(*tenant);
    }
    if (!mistake_) {
        mistake_ = std::move(tenant.error());
    }
    return std::nullopt;
}

std::optional<Response> BodyReader::mistake() {
    for (const auto& member : body_) {
        if (std::ranges::find(known_, std::string_view(member.key())) == known_.end()) {
            complain(
                member.key(),
                "there is no such member here" + config::did_you_mean(std::string(member.key()), known_) +
                    (known_.empty() ? "" : "; there are " + listed(known_))
            );
        }
    }
    return std::move(mistake_);
}

}  // namespace navette::http
