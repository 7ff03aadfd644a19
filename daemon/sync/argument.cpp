#include "daemon/sync/argument.hpp"

#include "daemon/sync/value_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace navette::sync {

namespace json = boost::json;

ArgumentReader::ArgumentReader(const json::value& argument) : keys_(argument.if_object()) {
    if (keys_ == nullptr && !argument.is_null()) {
        refuse("its argument must have named parts, not be " + shown(argument));
    }
}

const json::value* ArgumentReader::value(std::string_view key) {
    known_.push_back(key);
    return keys_ == nullptr ? nullptr : keys_->if_contains(key);
}

std::int64_t ArgumentReader::integer(
    std::string_view key, std::int64_t least, std::int64_t most, std::int64_t fallback
) {
    const json::value* found = value(key);
    if (found == nullptr) {
        return fallback;
    }
    const std::optional<std::int64_t> number = read_integer(*found, least, most);
    if (!number) {
        refuse(
            std::string(key) + " must be a whole number from " + std::to_string(least) + " to " +
            std::to_string(most) + ", not " + shown(*found)
        );
    }
    return number.value_or(fallback);
}

std::string ArgumentReader::text(std::string_view key, std::string_view fallback) {
    const json::value* found = value(key);
    if (found != nullptr && !found->is_string()) {
        refuse(std::string(key) + " must be a text, not " + shown(*found));
    }
    return found != nullptr && found->is_string() ? plain_text(*found).value_or("") : std::string(fallback);
}

std::string_view ArgumentReader::choice(
    std::string_view key, std::initializer_list<std::string_view> choices
) {
    const std::string given = text(key, *choices.begin());
    const auto* const found = std::ranges::find(choices, given);
    if (found != choices.end()) {
        return *found;
    }
    std::string all;
    for (const std::string_view one : choices) {
        all += (all.empty() ? "" : ", ") + std::string(one);
    }
    refuse(std::string(key) + " must be one of " + all + ", not '" + given + "'");
    return *choices.begin();
}

Path ArgumentReader::path(std::string_view key) {
    const json::value* found = value(key);
    if (found == nullptr) {
        return {};
    }
    core::Result<Path> path =
        found->is_string() ? Path::parse(std::string_view(found->get_string()))
                           : core::failure(core::ErrorKind::invalid, "must be a path, not " + shown(*found));
    if (!path) {
        refuse(std::string(key) + ": " + path.error().message);
        return {};
    }
    return std::move(*path);
}

std::vector<Path> ArgumentReader::paths(std::string_view key) {
    const json::value* found = value(key);
    core::Result<std::vector<Path>> paths = read_paths(found == nullptr ? json::value() : *found);
    if (!paths) {
        refuse(std::string(key) + ": " + paths.error().message);
        return {};
    }
    return std::move(*paths);
}

void ArgumentReader::refuse(std::string message) {
    if (!mistake_) {
        mistake_ = std::move(message);
    }
}

core::Result<void> ArgumentReader::finish() const {
    if (mistake_) {
        return core::failure(core::ErrorKind::invalid, *mistake_);
    }
    if (keys_ != nullptr) {
        for (const auto& member : *keys_) {
            if (std::ranges::find(known_, std::string_view(member.key())) == known_.end()) {
                return core::failure(
                    core::ErrorKind::invalid, "it has no part '" + std::string(member.key()) + "'"
                );
            }
        }
    }
    return {};
}

core::Result<void> no_argument(const json::value& argument) {
    if (argument.is_null() || (argument.is_object() && argument.get_object().empty())) {
        return {};
    }
    return core::failure(core::ErrorKind::invalid, "it takes no argument, " + shown(argument) + " was given");
}

core::Result<std::vector<Path>> read_paths(const json::value& list) {
    const json::array* items = list.if_array();
    if (items == nullptr || items->empty()) {
        return core::failure(core::ErrorKind::invalid, "a list of paths is needed");
    }
    std::vector<Path> paths;
    for (const json::value& item : *items) {
        if (!item.is_string()) {
            return core::failure(core::ErrorKind::invalid, shown(item) + " is not a path");
        }
        core::Result<Path> path = Path::parse(std::string_view(item.get_string()));
        if (!path) {
            return std::unexpected(path.error());
        }
        paths.push_back(std::move(*path));
    }
    return paths;
}

std::optional<std::int64_t> read_integer(const json::value& value, std::int64_t least, std::int64_t most) {
    const std::int64_t* number = value.if_int64();
    return number != nullptr && *number >= least && *number <= most ? std::optional(*number) : std::nullopt;
}

}  // namespace navette::sync
