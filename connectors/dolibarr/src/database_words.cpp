#include "database_words.hpp"

#include "wire.hpp"

#include <algorithm>
#include <array>

namespace navette::dolibarr {

namespace {

constexpr auto kNone = std::string_view::npos;

/// Where a statement begins; the text's end where there is none.
std::size_t statement_in(std::string_view text) {
    // Words that stand like this in no sentence: as Dolibarr writes its statements.
    static constexpr std::array<std::string_view, 6> kBegins{
        "sql=", "SELECT ", "INSERT INTO ", "DELETE FROM ", "REPLACE INTO ", "INSERT IGNORE INTO "
    };
    auto found = text.size();
    for (const auto begin : kBegins) {
        found = std::min(found, text.find(begin));
    }
    const auto update = text.find("UPDATE ");
    if (update != kNone && text.find(" SET ", update) != kNone) {
        found = std::min(found, update);
    }
    return found;
}

/// Takes out of "Incorrect string value: 'Anna' for column" what is quoted.
void leave_out_values(std::string& text) {
    static constexpr std::string_view kValue = " value: '";
    for (auto at = text.find(kValue); at != kNone; at = text.find(kValue, at)) {
        const auto begin = at + kValue.size();
        // A value may hold the quote itself; what the database says next does not.
        const auto column = text.find("' for ", begin);
        const auto end = column != kNone ? column : text.find('\'', begin);
        const auto colon = at + std::string_view(" value").size();
        text.erase(colon, (end == kNone ? text.size() : end + 1) - colon);
        at = colon;
    }
}

}  // namespace

std::string without_statement(std::string_view text) {
    const auto begin = statement_in(text);
    auto told = std::string(text.substr(0, begin));
    leave_out_values(told);
    if (begin == text.size()) {
        return told;
    }
    told = trimmed(told);
    return told + (told.empty() ? "" : " ") + "(statement left out)";
}

std::string field_at_fault(std::string_view text) {
    constexpr std::string_view kColumn = "for column ";
    if (const auto at = text.find(kColumn); at != kNone) {
        auto name = text.substr(at + kColumn.size());
        const char quote = name.empty() ? '\0' : name.front();
        if (quote == '\'' || quote == '`') {
            name = name.substr(0, name.find(' '));
            name.remove_suffix(name.ends_with(quote) ? 1 : 0);
            return std::string(name.substr(name.rfind(quote) + 1));
        }
    }
    if (const auto at = text.find(" field missing"); at != kNone && at > 0) {
        const auto before = text.find_last_of(" :", at - 1);
        return std::string(text.substr(before + 1, at - before - 1));
    }
    return {};
}

}  // namespace navette::dolibarr
