#include "daemon/config/checks.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>

namespace navette::config {
namespace {

using std::string_view;

/// Walks over SQL text far enough to tell a semicolon or a first word from what stands in quotes and
/// comments.
class SqlScanner {
  public:
    explicit SqlScanner(string_view text) : text_(text) {}

    struct Findings {
        std::string first_word;
        bool has_semicolon = false;
        bool is_closed = true;  // every quote and comment ends
    };

    Findings scan() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '\'' || c == '"') {
                skip_past(at_ + 1, string_view(&c, 1));
            } else if (starts_with("--")) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (starts_with("/*")) {
                skip_comment();
            } else if (const string_view tag = dollar_tag(); !tag.empty()) {
                skip_past(at_ + tag.size(), tag);
            } else if (is_word(c)) {
                take_word();
            } else {
                findings_.has_semicolon = findings_.has_semicolon || c == ';';
                ++at_;
            }
        }
        return findings_;
    }

  private:
    static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
    [[nodiscard]] bool starts_with(string_view mark) const { return text_.substr(at_).starts_with(mark); }

    /// A doubled quote inside a literal reads as the end of one and the start of the next, which comes to the
    /// same.
    void skip_past(std::size_t from, string_view mark) {
        const std::size_t end = text_.find(mark, from);
        findings_.is_closed = findings_.is_closed && end != string_view::npos;
        at_ = end == string_view::npos ? text_.size() : end + mark.size();
    }

    void skip_comment() {
        int depth = 0;
        do {
            const bool opens = starts_with("/*");
            const bool closes = starts_with("*/");
            depth += opens ? 1 : (closes ? -1 : 0);
            at_ += opens || closes ? 2 : 1;
        } while (depth > 0 && at_ < text_.size());
        findings_.is_closed = findings_.is_closed && depth == 0;
    }

    /// "$$" or "$name$" at the current place, else empty.
    [[nodiscard]] string_view dollar_tag() const {
        if (text_[at_] != '$') {
            return {};
        }
        std::size_t end = at_ + 1;
        while (end < text_.size() && is_word(text_[end])) {
            ++end;
        }
        return end < text_.size() && text_[end] == '$' ? text_.substr(at_, end + 1 - at_) : string_view();
    }

    void take_word() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_word(text_[at_])) {
            ++at_;
        }
        if (findings_.first_word.empty()) {
            findings_.first_word = text_.substr(begin, at_ - begin);
        }
    }

    string_view text_;
    std::size_t at_ = 0;
    Findings findings_;
};

}  // namespace

Verdict single_select(const std::string& text) {
    auto findings = SqlScanner(text).scan();
    std::ranges::transform(findings.first_word, findings.first_word.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    if (findings.first_word != "select" && findings.first_word != "with") {
        return Complaint{"is not a query", "one SELECT or WITH statement"};
    }
    if (findings.has_semicolon) {
        return Complaint{"holds a semicolon", "one SELECT or WITH statement without it"};
    }
    if (!findings.is_closed) {
        return Complaint{"has a quote or comment without an end", "one complete SELECT or WITH statement"};
    }
    return std::nullopt;
}

Verdict sql_expression(const std::string& text) {
    const auto findings = SqlScanner(text).scan();
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        return Complaint{"has no value", "a column or an SQL expression"};
    }
    if (findings.has_semicolon) {
        return Complaint{"holds a semicolon", "a column or an SQL expression"};
    }
    if (!findings.is_closed) {
        return Complaint{"has a quote or comment without an end", "a column or an SQL expression"};
    }
    return std::nullopt;
}

}  // namespace navette::config
