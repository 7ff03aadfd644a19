#include "daemon/sync/path.hpp"

#include "daemon/sync/value_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

namespace navette::sync {
namespace {

namespace json = boost::json;

// A typing error must not make an array of a billion nulls.
constexpr std::size_t kMaxIndex = 999;
constexpr std::size_t kMaxSteps = 32;

core::Result<Path> refuse(std::string_view text, std::string_view reason) {
    return core::failure(
        core::ErrorKind::invalid,
        "'" + std::string(text) + "' is not a path: " + std::string(reason) +
            "; write keys separated by dots, such as customer.address.city or images[0].src"
    );
}

/// Takes "[12]" from the front of the text.
std::optional<std::size_t> take_index(std::string_view& text) {
    std::size_t index = 0;
    const char* first = text.data() + 1;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, index);
    if (error != std::errc() || end == last || *end != ']' || index > kMaxIndex) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return index;
}

}  // namespace

core::Result<Path> Path::parse(std::string_view text) {
    Path path;
    path.text_ = text;
    std::string_view rest = text;
    while (true) {
        const std::string_view key = rest.substr(0, rest.find_first_of(".[]"));
        if (key.empty()) {
            return refuse(text, text.empty() ? "it is empty" : "a key is missing");
        }
        path.steps_.emplace_back(std::string(key));
        rest.remove_prefix(key.size());
        while (rest.starts_with('[')) {
            const std::optional<std::size_t> index = take_index(rest);
            if (!index) {
                return refuse(text, "an item is written [n] with n from 0 to " + std::to_string(kMaxIndex));
            }
            path.steps_.emplace_back(*index);
        }
        if (path.steps_.size() > kMaxSteps) {
            return refuse(text, "it has more than " + std::to_string(kMaxSteps) + " parts");
        }
        if (rest.empty()) {
            return path;
        }
        if (!rest.starts_with('.')) {
            return refuse(text, "a dot is missing after ']', or a '[' before it");
        }
        rest.remove_prefix(1);
    }
}

const json::value* Path::find(const json::object& object) const {
    const json::value* found = nullptr;
    for (const Step& step : steps_) {
        if (const auto* key = std::get_if<std::string>(&step)) {
            const json::object* parent = found == nullptr ? &object : found->if_object();
            found = parent == nullptr ? nullptr : parent->if_contains(*key);
        } else {
            const json::array* parent = found->if_array();
            found = parent == nullptr ? nullptr : parent->if_contains(std::get<std::size_t>(step));
        }
        if (found == nullptr) {
            return nullptr;
        }
    }
    return found;
}

core::Result<void> Path::set(json::object& object, json::value&& value) const {
    if (steps_.size() == 1) {
        // Takes the value only where there is none yet.
        const auto [member, is_new] = object.emplace(std::get<std::string>(steps_.front()), std::move(value));
        if (!is_new) {
            member->value() = std::move(value);  // NOLINT(bugprone-use-after-move): it was not taken
        }
        return {};
    }
    json::value* slot = nullptr;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        const auto* key = std::get_if<std::string>(&steps_[i]);
        if (slot != nullptr && slot->is_null()) {
            key != nullptr ? static_cast<void>(slot->emplace_object())
                           : static_cast<void>(slot->emplace_array());
        }
        if (slot != nullptr && !(key != nullptr ? slot->is_object() : slot->is_array())) {
            return core::failure(
                core::ErrorKind::invalid,
                text_ + " cannot be written because " + first_steps(i) + " is already " +
                    std::string(kind_name(*slot))
            );
        }
        if (key != nullptr) {
            slot = &(slot == nullptr ? object : slot->get_object())[*key];
        } else {
            json::array& items = slot->get_array();
            const std::size_t index = std::get<std::size_t>(steps_[i]);
            if (items.size() <= index) {
                items.resize(index + 1);
            }
            slot = &items[index];
        }
    }
    if (slot != nullptr) {
        *slot = std::move(value);
    }
    return {};
}

bool Path::erase(json::object& object) const {
    return erase(object, steps_);
}

bool Path::erase(json::object& object, std::span<const Step> steps) {
    const auto* key = steps.empty() ? nullptr : std::get_if<std::string>(&steps.front());
    const auto found = key == nullptr ? object.end() : object.find(*key);
    if (found == object.end()) {
        return false;
    }
    if (steps.size() > 1) {
        json::object* inner = found->value().if_object();
        if (inner == nullptr || !erase(*inner, steps.subspan(1))) {
            return false;
        }
        if (!inner->empty()) {
            return true;
        }
    }
    object.stable_erase(found);
    return true;
}

bool Path::overlaps(const Path& other) const {
    const std::size_t shared = std::min(steps_.size(), other.steps_.size());
    return shared != 0 &&
           std::equal(
               steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(shared), other.steps_.begin()
           );
}

Path Path::before_index() const {
    const auto index = std::ranges::find_if(steps_, [](const Step& step) {
        return std::holds_alternative<std::size_t>(step);
    });
    Path path;
    path.steps_.assign(steps_.begin(), index);
    path.text_ = first_steps(path.steps_.size());
    return path;
}

std::string Path::first_steps(std::size_t count) const {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        if (const auto* key = std::get_if<std::string>(&steps_[i])) {
            text += (text.empty() ? "" : ".") + *key;
        } else {
            text += "[" + std::to_string(std::get<std::size_t>(steps_[i])) + "]";
        }
    }
    return text;
}

const json::value* find_filled(const Path& path, const json::object& object) {
    const json::value* found = path.find(object);
    return found == nullptr || is_blank(*found) ? nullptr : found;
}

}  // namespace navette::sync
