#include "tests/standin/salesforce_soql.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace navette::standin {

namespace json = boost::json;

namespace {

/// Thrown inside this file only.
struct Malformed {
    std::string near;
};

struct Token {
    enum class Kind { word, text, sign, end };
    Kind kind = Kind::end;
    std::string value;
};

class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    Token next() {
        while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0) {
            rest_.remove_prefix(1);
        }
        if (rest_.empty()) {
            return {};
        }
        if (rest_.front() == '\'') {
            return {Token::Kind::text, literal()};
        }
        constexpr std::string_view kSigns = "(),=<>!";
        if (kSigns.find(rest_.front()) != std::string_view::npos) {
            const bool is_pair = rest_.size() > 1 && rest_[1] == '=' && rest_.front() != '=';
            return {Token::Kind::sign, taken(is_pair ? 2 : 1)};
        }
        const auto end = std::ranges::find_if(rest_, [](char c) {
            return std::isspace(static_cast<unsigned char>(c)) != 0 ||
                   std::string_view("(),=<>!'").find(c) != std::string_view::npos;
        });
        return {Token::Kind::word, taken(static_cast<std::size_t>(end - rest_.begin()))};
    }

  private:
    std::string taken(std::size_t length) {
        std::string part(rest_.substr(0, length));
        rest_.remove_prefix(length);
        return part;
    }

    /// Escapes of the wildcards stay for LIKE.
    std::string literal() {
        std::string text;
        rest_.remove_prefix(1);
        for (;; rest_.remove_prefix(1)) {
            if (rest_.empty()) {
                throw Malformed{"a text without its end"};
            }
            const char c = rest_.front();
            if (c == '\'') {
                rest_.remove_prefix(1);
                return text;
            }
            if (c != '\\') {
                text += c;
                continue;
            }
            rest_.remove_prefix(1);
            const char escaped = rest_.empty() ? '\0' : rest_.front();
            if (escaped == '_' || escaped == '%') {
                text += '\\';
                text += escaped;
            } else if (escaped == '\'' || escaped == '"' || escaped == '\\') {
                text += escaped;
            } else if (escaped == 'n') {
                text += '\n';
            } else {
                throw Malformed{"an unknown escape"};
            }
        }
    }

    std::string_view rest_;
};

class Parser {
  public:
    explicit Parser(std::string_view text) : scanner_(text) { advance(); }

    SoqlQuery query() {
        SoqlQuery query;
        expect_word("SELECT");
        do {
            query.fields.push_back(word());
        } while (take_sign(","));
        expect_word("FROM");
        query.object = word();
        if (take_word("WHERE")) {
            query.where = condition();
        }
        if (take_word("ORDER")) {
            expect_word("BY");
            do {
                SoqlOrder order{word(), false};
                order.descending = take_word("DESC");
                if (!order.descending) {
                    take_word("ASC");
                }
                query.order.push_back(std::move(order));
            } while (take_sign(","));
        }
        if (take_word("LIMIT")) {
            const auto digits = word();
            const auto* end = digits.data() + digits.size();
            if (const auto [rest, error] = std::from_chars(digits.data(), end, query.limit);
                error != std::errc() || rest != end) {
                throw Malformed{digits};
            }
        }
        if (token_.kind != Token::Kind::end) {
            throw Malformed{token_.value};
        }
        return query;
    }

  private:
    void advance() { token_ = scanner_.next(); }

    bool is_word(std::string_view wanted) const {
        return token_.kind == Token::Kind::word && boost::beast::iequals(token_.value, wanted);
    }
    bool take_word(std::string_view wanted) {
        const bool is_it = is_word(wanted);
        if (is_it) {
            advance();
        }
        return is_it;
    }
    void expect_word(std::string_view wanted) {
        if (!take_word(wanted)) {
            throw Malformed{token_.value};
        }
    }
    bool take_sign(std::string_view wanted) {
        const bool is_it = token_.kind == Token::Kind::sign && token_.value == wanted;
        if (is_it) {
            advance();
        }
        return is_it;
    }
    std::string word() {
        if (token_.kind != Token::Kind::word) {
            throw Malformed{token_.value};
        }
        auto value = token_.value;
        advance();
        return value;
    }

    SoqlCondition condition() {
        auto first = term();
        const bool is_and = is_word("AND");
        if (!is_and && !is_word("OR")) {
            return first;
        }
        SoqlCondition joined;
        joined.kind = is_and ? SoqlCondition::Kind::all : SoqlCondition::Kind::any;
        joined.parts.push_back(std::move(first));
        while (take_word(is_and ? "AND" : "OR")) {
            joined.parts.push_back(term());
        }
        if (is_word("AND") || is_word("OR")) {
            throw Malformed{token_.value};
        }
        return joined;
    }

    SoqlCondition term() {
        if (take_sign("(")) {
            auto inner = condition();
            if (!take_sign(")")) {
                throw Malformed{token_.value};
            }
            return inner;
        }
        if (take_word("NOT")) {
            SoqlCondition negated;
            negated.kind = SoqlCondition::Kind::none;
            negated.parts.push_back(term());
            return negated;
        }
        SoqlCondition compare;
        compare.kind = SoqlCondition::Kind::compare;
        compare.field = word();
        if (token_.kind == Token::Kind::sign) {
            constexpr std::array<std::string_view, 6> kComparisons{"=", "!=", "<", "<=", ">", ">="};
            compare.comparison = token_.value;
            if (std::ranges::find(kComparisons, compare.comparison) == kComparisons.end()) {
                throw Malformed{token_.value};
            }
            advance();
            compare.values.push_back(value());
        } else if (take_word("LIKE")) {
            compare.comparison = "LIKE";
            compare.values.push_back(value());
        } else {
            expect_word("IN");
            compare.comparison = "IN";
            if (!take_sign("(")) {
                throw Malformed{token_.value};
            }
            do {
                compare.values.push_back(value());
            } while (take_sign(","));
            if (!take_sign(")")) {
                throw Malformed{token_.value};
            }
        }
        return compare;
    }

    /// Texts are strings; numbers, true, false and null are themselves; times are objects {"time": ".."}.
    json::value value() {
        const auto token = token_;
        if (token.kind == Token::Kind::text) {
            advance();
            return json::value(token.value);
        }
        auto text = word();
        if (text.size() >= 10 && text[4] == '-') {
            // A time needs its zone; a day stands alone.
            const bool has_zone =
                text.size() == 10 || text.back() == 'Z' || text.find_first_of("+-", 11) != std::string::npos;
            if (!has_zone) {
                throw Malformed{text};
            }
            return json::object{{"time", text}};
        }
        boost::system::error_code error;
        auto plain = json::parse(text, error);
        if (error) {
            throw Malformed{text};
        }
        return plain;
    }

    Scanner scanner_;
    Token token_;
};

}  // namespace

std::expected<SoqlQuery, SalesforceError> parse_soql(std::string_view text) {
    try {
        return Parser(text).query();
    } catch (const Malformed& malformed) {
        return std::unexpected(
            SalesforceError("MALFORMED_QUERY", "unexpected token: '" + malformed.near + "'")
        );
    }
}

}  // namespace navette::standin
