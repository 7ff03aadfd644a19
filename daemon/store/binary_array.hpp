// PostgreSQL arrays in binary form, as parameters of the hot statements: nothing is escaped, and nothing is
// parsed but lengths. One dimension, values in the order of push().
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::store {

/// The bytes of one array parameter under construction. Element types by their PostgreSQL OIDs.
class BinaryArray {
  public:
    static BinaryArray of_bigints() { return BinaryArray(20); }
    static BinaryArray of_integers() { return BinaryArray(23); }
    static BinaryArray of_places() { return BinaryArray(27); }
    static BinaryArray of_texts() { return BinaryArray(25); }
    static BinaryArray of_timestamps() { return BinaryArray(1184); }
    static BinaryArray of_jsonb() { return BinaryArray(3802); }

    /// A finished array of these values.
    static std::string bigints(const std::vector<std::int64_t>& values) {
        auto array = of_bigints();
        for (const auto value : values) {
            array.push_bigint(value);
        }
        return std::move(array).take();
    }

    void push_bigint(std::int64_t value) {
        put_length(8);
        put(static_cast<std::uint64_t>(value), 8);
    }
    void push_integer(std::int32_t value) {
        put_length(4);
        put(static_cast<std::uint32_t>(value), 4);
    }
    /// A tid: where a row lies.
    void push_place(std::uint32_t block, std::uint16_t offset) {
        put_length(6);
        put(block, 4);
        put(offset, 2);
    }
    void push_text(std::string_view value) {
        put_length(value.size());
        bytes_ += value;
    }
    /// Empty: NULL.
    void push_text_or_null(std::string_view value) { value.empty() ? push_null() : push_text(value); }
    /// Empty: NULL. The text must be valid JSON.
    void push_jsonb_or_null(std::string_view json) {
        if (json.empty()) {
            push_null();
            return;
        }
        put_length(json.size() + 1);
        bytes_ += '\1';  // the version of jsonb's binary form
        bytes_ += json;
    }
    void push_timestamp(std::chrono::system_clock::time_point value) { push_bigint(since_2000(value)); }
    void push_null() {
        put(0xFFFFFFFFU, 4);
        ++size_;
        has_null_ = true;
    }

    [[nodiscard]] bool empty() const { return size_ == 0; }

    /// The finished parameter.
    [[nodiscard]] std::string take() && {
        patch(0, size_ > 0 ? 1 : 0);
        patch(4, has_null_ ? 1 : 0);
        patch(8, element_);
        if (size_ == 0) {
            bytes_.resize(12);
            return std::move(bytes_);
        }
        patch(12, size_);
        patch(16, 1);
        return std::move(bytes_);
    }

    /// PostgreSQL counts microseconds from 2000-01-01 00:00 UTC.
    static std::int64_t since_2000(std::chrono::system_clock::time_point value) {
        constexpr std::chrono::seconds k2000(946'684'800);
        return std::chrono::duration_cast<std::chrono::microseconds>(value.time_since_epoch() - k2000)
            .count();
    }

  private:
    explicit BinaryArray(std::uint32_t element) : bytes_(20, '\0'), element_(element) {}

    void put(std::uint64_t value, int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
            bytes_ += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
        }
    }
    void put_length(std::size_t length) {
        put(length, 4);
        ++size_;
    }
    void patch(std::size_t at, std::uint32_t value) {
        for (std::size_t byte = 0; byte < 4; ++byte) {
            bytes_[at + byte] = static_cast<char>((value >> (24U - 8U * byte)) & 0xFFU);
        }
    }

    std::string bytes_;  // header of 20 bytes, patched at the end, then the elements
    std::uint32_t element_;
    std::uint32_t size_ = 0;
    bool has_null_ = false;
};

/// A single timestamptz in binary form.
[[nodiscard]] inline std::string binary_timestamp(std::chrono::system_clock::time_point value) {
    const auto micros = static_cast<std::uint64_t>(BinaryArray::since_2000(value));
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) {
        bytes += static_cast<char>((micros >> static_cast<unsigned>(shift)) & 0xFFU);
    }
    return bytes;
}

}  // namespace navette::store
