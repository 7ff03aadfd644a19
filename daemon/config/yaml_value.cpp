#include "daemon/config/yaml_value.hpp"

#include "daemon/config/number.hpp"

#include <algorithm>
#include <cstddef>

namespace navette::config {
namespace {

constexpr std::size_t kLongestQuote = 60;
constexpr std::string_view kText = "text";
constexpr std::string_view kWholeNumber = "a whole number such as 5";
constexpr std::string_view kBoolean = "true or false";
constexpr std::string_view kDuration = "a number with ms, s, m, h or d, such as 5m";

/// The complaint about a node that is no scalar at all.
Verdict not_scalar(const YamlNode& node, std::string_view expected) {
    switch (node.kind) {
        case YamlNode::Kind::null:
            return Complaint{"has no value", std::string(expected)};
        case YamlNode::Kind::list:
            return Complaint{"is a list", std::string(expected)};
        case YamlNode::Kind::map:
            return Complaint{"is a map", std::string(expected)};
        case YamlNode::Kind::scalar:
            break;
    }
    return std::nullopt;
}

}  // namespace

std::string in_quotes(std::string_view text) {
    std::string shown(text.substr(0, kLongestQuote));
    if (text.size() > kLongestQuote) {
        // A character cut in half would make the message invalid UTF-8.
        while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xC0U) == 0x80U) {
            shown.pop_back();
        }
        if (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0x80U) != 0) {
            shown.pop_back();
        }
        shown += "...";
    }
    std::ranges::replace_if(shown, [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; }, ' ');
    return "'" + shown + "'";
}

std::string sentence(const YamlNode& node, const Complaint& complaint) {
    std::string subject;
    if (node.kind == YamlNode::Kind::scalar) {
        subject = node.confidential ? "the value " : in_quotes(node.text) + " ";
    }
    return subject + complaint.what + ", expected " + complaint.expected;
}

std::string alternatives(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) {
            text += i + 1 == words.size() ? " or " : ", ";
        }
        text += words[i];
    }
    return text;
}

Verdict choose(const std::string& text, const std::vector<std::string>& words) {
    if (std::ranges::find(words, text) != words.end()) {
        return std::nullopt;
    }
    if (words.empty()) {
        return Complaint{"is unknown", "none, since none is defined"};
    }
    return Complaint{"is unknown", alternatives(words) + did_you_mean(text, words)};
}

Verdict parse(const YamlNode& node, std::string& value) {
    if (auto complaint = not_scalar(node, kText)) {
        return complaint;
    }
    value = node.text;
    return std::nullopt;
}

Verdict parse(const YamlNode& node, std::filesystem::path& value) {
    if (auto complaint = not_scalar(node, "a path")) {
        return complaint;
    }
    value = node.text;
    return std::nullopt;
}

Verdict parse(const YamlNode& node, int& value) {
    if (auto complaint = not_scalar(node, kWholeNumber)) {
        return complaint;
    }
    const auto number = parse_number<int>(node.text);
    if (!number) {
        const bool looks_like_one =
            node.text.find_first_not_of("-0123456789") == std::string::npos && !node.text.empty();
        return Complaint{
            looks_like_one ? "is out of range" : "is not a whole number", std::string(kWholeNumber)
        };
    }
    value = *number;
    return std::nullopt;
}

Verdict parse(const YamlNode& node, bool& value) {
    if (auto complaint = not_scalar(node, kBoolean)) {
        return complaint;
    }
    value = node.text == "true";
    if (!value && node.text != "false") {
        return Complaint{"is neither yes nor no", std::string(kBoolean)};
    }
    return std::nullopt;
}

Verdict parse(const YamlNode& node, std::chrono::milliseconds& value) {
    if (auto complaint = not_scalar(node, kDuration)) {
        return complaint;
    }
    const auto duration = parse_duration(node.text);
    if (!duration) {
        return Complaint{"is not a duration", std::string(kDuration)};
    }
    value = *duration;
    return std::nullopt;
}

Verdict parse(const YamlNode& node, std::chrono::hours& value) {
    std::chrono::milliseconds duration{};
    if (auto complaint = parse(node, duration)) {
        return complaint;
    }
    value = std::chrono::duration_cast<std::chrono::hours>(duration);
    if (value != duration) {
        return Complaint{"is not a number of whole hours", "hours or days, such as 12h or 30d"};
    }
    return std::nullopt;
}

Verdict parse(const YamlNode& node, ByteCount& value) {
    constexpr std::string_view kSize = "a number with B, KiB, MiB or GiB, such as 64KiB";
    if (auto complaint = not_scalar(node, kSize)) {
        return complaint;
    }
    const auto count = parse_byte_count(node.text);
    if (!count) {
        return Complaint{"is not a size", std::string(kSize)};
    }
    value = *count;
    return std::nullopt;
}

}  // namespace navette::config
