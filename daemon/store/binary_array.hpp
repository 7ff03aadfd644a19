// PostgreSQL arrays in binary form, as parameters of the hot statements: nothing is escaped, and nothing is
// parsed but lengths. One dimension, values in the order of push().
#pragma once

#include <boost/endian/conversion.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::store {

/// The bytes of whole numbers as PostgreSQL reads them, one behind the other, the first byte of each the
/// highest.
template <std::unsigned_integral... Values>
[[nodiscard]] auto in_network_order(Values... values) {
    std::array<char, (sizeof(Values) + ...)> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    auto* at = bytes.data();
    const auto put = [&at](auto value) {
        boost::endian::native_to_big_inplace(value);
        std::memcpy(at, &value, sizeof value);
        at += sizeof value;
    };
    (put(values), ...);
    return bytes;
}

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
        array.bytes_.reserve(array.bytes_.size() + 12 * values.size());
        for (const auto value : values) {
            array.push_bigint(value);
        }
        return std::move(array).take();
    }

    void push_bigint(std::int64_t value) { put_element(std::uint32_t{8}, static_cast<std::uint64_t>(value)); }
    void push_integer(std::int32_t value) {
        put_element(std::uint32_t{4}, static_cast<std::uint32_t>(value));
    }
    /// A tid: where a row lies.
    void push_place(std::uint32_t block, std::uint16_t offset) {
        put_element(std::uint32_t{6}, block, offset);
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
        put_element(std::uint32_t{0xFFFFFFFF});
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

    /// The next element: its length, and its value where that is a number.
    template <class... Values>
    void put_element(Values... values) {
        const auto bytes = in_network_order(values...);
        bytes_.append(bytes.data(), bytes.size());
        ++size_;
    }
    void put_length(std::size_t length) { put_element(static_cast<std::uint32_t>(length)); }
    void patch(std::size_t at, std::uint32_t value) {
        const auto bytes = in_network_order(value);
        bytes_.replace(at, bytes.size(), bytes.data(), bytes.size());
    }

    std::string bytes_;  // header of 20 bytes, patched at the end, then the elements
    std::uint32_t element_;
    std::uint32_t size_ = 0;
    bool has_null_ = false;
};

/// A single timestamptz in binary form.
[[nodiscard]] inline std::string binary_timestamp(std::chrono::system_clock::time_point value) {
    const auto bytes = in_network_order(static_cast<std::uint64_t>(BinaryArray::since_2000(value)));
    return {bytes.data(), bytes.size()};
}

}  // namespace navette::store
