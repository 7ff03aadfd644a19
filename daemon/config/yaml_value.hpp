// One YAML scalar as a typed value, and the checks that a value may have to pass. Internal to daemon/config.
#pragma once

#include "daemon/config/byte_count.hpp"
#include "daemon/config/duration.hpp"
#include "daemon/config/nearest.hpp"
#include "daemon/config/yaml_tree.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace navette::config {

/// Why a value is refused. `what` never quotes the value: whether it may be quoted is decided where the
/// sentence is put together: "'5 parsecs' " + what + ", expected " + expected.
struct Complaint {
    std::string what;
    std::string expected;
};

using Verdict = std::optional<Complaint>;  // nothing: the value is fine

/// The full sentence about a node's value, without its path.
[[nodiscard]] std::string sentence(const YamlNode& node, const Complaint& complaint);

/// The text in quotes, cut when long, without line breaks.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// "a, b or c".
[[nodiscard]] std::string alternatives(const std::vector<std::string>& words);

[[nodiscard]] Verdict parse(const YamlNode& node, std::string& value);
[[nodiscard]] Verdict parse(const YamlNode& node, std::filesystem::path& value);
[[nodiscard]] Verdict parse(const YamlNode& node, int& value);
[[nodiscard]] Verdict parse(const YamlNode& node, bool& value);
[[nodiscard]] Verdict parse(const YamlNode& node, std::chrono::milliseconds& value);
[[nodiscard]] Verdict parse(const YamlNode& node, std::chrono::hours& value);
[[nodiscard]] Verdict parse(const YamlNode& node, ByteCount& value);

/// Refuses a text that is none of the words, suggesting the nearest.
[[nodiscard]] Verdict choose(const std::string& text, const std::vector<std::string>& words);

/// An enumeration names its values in a function `enum_names(Enum)` beside it: an array of {name, value}
/// pairs.
template <class Enum>
    requires std::is_enum_v<Enum>
[[nodiscard]] Verdict parse(const YamlNode& node, Enum& value) {
    std::string text;
    if (auto complaint = parse(node, text)) {
        return complaint;
    }
    std::vector<std::string> words;
    for (const auto& [name, named] : enum_names(Enum{})) {
        if (text == name) {
            value = named;
            return std::nullopt;
        }
        words.emplace_back(name);
    }
    return choose(text, words);
}

[[nodiscard]] inline std::string value_text(int value) {
    return std::to_string(value);
}
[[nodiscard]] inline std::string value_text(std::chrono::milliseconds value) {
    return duration_text(value);
}
[[nodiscard]] inline std::string value_text(ByteCount value) {
    return byte_count_text(value);
}

/// A check whose bound others can read, too: the JSON Schema tells it.
template <class T>
struct AtLeast {
    T minimum;

    template <class V>
    [[nodiscard]] Verdict operator()(const V& value) const {
        return value < minimum ? Verdict(Complaint{"is too small", expected()}) : Verdict();
    }
    [[nodiscard]] std::string expected() const { return "at least " + value_text(minimum); }
};

template <class T>
[[nodiscard]] AtLeast<T> at_least(T minimum) {
    return {minimum};
}

template <class T>
struct Between {
    T minimum;
    T maximum;

    template <class V>
    [[nodiscard]] Verdict operator()(const V& value) const {
        if (value < minimum || value > maximum) {
            return Complaint{value < minimum ? "is too small" : "is too large", expected()};
        }
        return std::nullopt;
    }
    [[nodiscard]] std::string expected() const { return value_text(minimum) + " to " + value_text(maximum); }
};

template <class T>
[[nodiscard]] Between<T> between(T minimum, T maximum) {
    return {minimum, maximum};
}

[[nodiscard]] inline auto one_of(std::vector<std::string> words) {
    return [words = std::move(words)](const std::string& text) { return choose(text, words); };
}

}  // namespace navette::config
