#include "tests/standin/shopify_search.hpp"

#include <navette/sdk/timestamp.hpp>

#include <algorithm>

namespace navette::standin {

namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool is_word = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c < 0;
        if (is_word) {
            words.back() += lower;
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    if (words.back().empty()) {
        words.pop_back();
    }
    return words;
}

bool holds_words(std::string_view text, std::string_view wanted) {
    const auto words = words_of(text);
    const auto run = words_of(wanted);
    return !run.empty() && !std::ranges::search(words, run).empty();
}

bool compares(const std::string& held, const std::string& comparison, const std::string& value) {
    if (comparison == ">=") {
        return held >= value;
    }
    if (comparison == ">") {
        return held > value;
    }
    if (comparison == "<=") {
        return held <= value;
    }
    return comparison == "<" ? held < value : held == value;
}

}  // namespace

std::string shopify_time(std::int64_t milliseconds) {
    return sdk::iso_text(sdk::Instant(std::chrono::milliseconds(milliseconds))) + "Z";
}

Search::Search(std::string_view query) {
    std::size_t at = 0;
    while (at < query.size()) {
        if (query[at] == ' ') {
            ++at;
            continue;
        }
        Term term;
        const auto colon = query.find_first_of(": ", at);
        term.field = std::string(query.substr(at, colon - at));
        if (colon == std::string_view::npos || query[colon] == ' ') {
            at = std::min(colon, query.size());
            continue;  // AND, or a bare word
        }
        at = colon + 1;
        while (at < query.size() && (query[at] == '<' || query[at] == '>' || query[at] == '=')) {
            term.comparison += query[at++];
        }
        const char quote = at < query.size() && (query[at] == '\'' || query[at] == '"') ? query[at++] : ' ';
        for (; at < query.size() && query[at] != quote; ++at) {
            at += query[at] == '\\' && at + 1 < query.size() ? 1 : 0;
            term.value += query[at];
        }
        ++at;
        terms_.push_back(std::move(term));
    }
}

bool Search::matches(const SearchFields& record) const {
    return std::ranges::all_of(terms_, [&](const Term& term) {
        if (term.field == "updated_at" || term.field == "created_at") {
            const auto time = shopify_time(term.field == "updated_at" ? record.updated : record.created);
            const auto length =
                record.whole_days || term.value.size() < 11 ? std::size_t{10} : std::string::npos;
            return compares(time.substr(0, length), term.comparison, term.value.substr(0, length));
        }
        const auto held = record.texts.find(term.field);
        return held == record.texts.end() || std::ranges::any_of(held->second, [&](const std::string& text) {
                   return holds_words(text, term.value);
               });
    });
}

}  // namespace navette::standin
