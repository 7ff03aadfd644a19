// The answer to one statement. Owns the libpq result; views into it live as long as it does.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct pg_result;

namespace navette::store {

class Rows {
  public:
    Rows() = default;
    explicit Rows(pg_result* result);

    [[nodiscard]] int size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }

    /// Rows inserted, updated or deleted by the statement.
    [[nodiscard]] std::int64_t affected() const;

    [[nodiscard]] bool is_null(int row, int column) const;
    /// The value's text form; empty for NULL.
    [[nodiscard]] std::string_view text(int row, int column) const;
    [[nodiscard]] std::string string(int row, int column) const { return std::string(text(row, column)); }
    /// 0 for NULL and for what is no integer.
    [[nodiscard]] std::int64_t integer(int row, int column) const;
    [[nodiscard]] bool boolean(int row, int column) const { return text(row, column) == "t"; }
    /// A bytea's bytes.
    [[nodiscard]] std::string bytes(int row, int column) const;

  private:
    std::shared_ptr<pg_result> result_;
};

/// Bytes as a bytea parameter (hex form).
[[nodiscard]] std::string bytea_literal(std::string_view bytes);

}  // namespace navette::store
