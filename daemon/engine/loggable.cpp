#include "daemon/engine/loggable.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

namespace json = boost::json;

namespace {

constexpr std::string_view kLeftOut = "(left out)";

/// Where the first of the words begins; the text's end where it holds none.
std::size_t end_of_loggable(std::string_view text, const std::vector<std::string>& words) {
    auto end = text.size();
    for (const auto& word : words) {
        end = std::min(end, text.find(word));
    }
    return end;
}

void cut_texts(json::value& value, const std::vector<std::string>& words) {
    if (auto* text = value.if_string()) {
        if (const auto end = end_of_loggable(*text, words); end < text->size()) {
            text->resize(end);
            text->append(kLeftOut);
        }
    } else if (auto* array = value.if_array()) {
        std::ranges::for_each(*array, [&](json::value& one) { cut_texts(one, words); });
    } else if (auto* object = value.if_object()) {
        std::ranges::for_each(*object, [&](auto& member) { cut_texts(member.value(), words); });
    }
}

}  // namespace

std::string loggable(std::string body, const std::vector<std::string>& words) {
    // Words hold nothing that JSON escapes, so that they stand in the body as they stand in its texts.
    const auto end = end_of_loggable(body, words);
    if (end == body.size()) {
        return body;
    }
    boost::system::error_code error;
    auto parsed = json::parse(body, error);
    if (!error) {
        cut_texts(parsed, words);
        return json::serialize(parsed);
    }
    return body.substr(0, end) + std::string(kLeftOut);
}

}  // namespace navette::engine
