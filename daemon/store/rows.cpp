#include "daemon/store/rows.hpp"

#include <libpq-fe.h>

#include <charconv>

namespace navette::store {

Rows::Rows(pg_result* result) : result_(result, PQclear) {}

int Rows::size() const {
    return result_ ? PQntuples(result_.get()) : 0;
}

std::int64_t Rows::affected() const {
    std::int64_t count = 0;
    if (result_) {
        const std::string_view text = PQcmdTuples(result_.get());
        std::from_chars(text.data(), text.data() + text.size(), count);
    }
    return count;
}

bool Rows::is_null(int row, int column) const {
    return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Rows::text(int row, int column) const {
    return {
        PQgetvalue(result_.get(), row, column),
        static_cast<std::size_t>(PQgetlength(result_.get(), row, column))
    };
}

std::int64_t Rows::integer(int row, int column) const {
    const auto digits = text(row, column);
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::string Rows::bytes(int row, int column) const {
    std::size_t length = 0;
    const auto* escaped = reinterpret_cast<const unsigned char*>(PQgetvalue(result_.get(), row, column));
    unsigned char* raw = PQunescapeBytea(escaped, &length);
    std::string out(reinterpret_cast<const char*>(raw), length);
    PQfreemem(raw);
    return out;
}

std::string bytea_literal(std::string_view bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string literal("\\x");
    literal.reserve(2 + 2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        literal += kHex[byte >> 4U];
        literal += kHex[byte & 0xFU];
    }
    return literal;
}

}  // namespace navette::store
