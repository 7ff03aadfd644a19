#include "daemon/outbound/plain_json.hpp"

#include "daemon/outbound/secret_spans.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <cstddef>
#include <cstdint>

namespace navette::outbound {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostDigits = 24;

// The first thing that is not plain ends the parsing.
struct PlainOnly {
    static constexpr auto max_object_size = static_cast<std::size_t>(-1);
    static constexpr auto max_array_size = static_cast<std::size_t>(-1);
    static constexpr auto max_key_size = static_cast<std::size_t>(-1);
    static constexpr auto max_string_size = static_cast<std::size_t>(-1);
    using Error = boost::system::error_code;

    static bool goes_on_if(bool plain, Error& error) {
        if (!plain) {
            error = boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
        }
        return plain;
    }

    // A name in parts has escapes.
    static bool on_key_part(json::string_view, std::size_t, Error& error) { return goes_on_if(false, error); }
    static bool on_key(json::string_view name, std::size_t, Error& error) {
        return goes_on_if(!names_a_secret(name), error);
    }
    static bool on_number_part(json::string_view, Error& error) { return goes_on_if(false, error); }
    static bool on_double(double, json::string_view digits, Error& error) {
        return goes_on_if(
            digits.size() <= kMostDigits && digits.find_first_of("eE") == json::string_view::npos, error
        );
    }

    static bool on_document_begin(Error&) { return true; }
    static bool on_document_end(Error&) { return true; }
    static bool on_array_begin(Error&) { return true; }
    static bool on_array_end(std::size_t, Error&) { return true; }
    static bool on_object_begin(Error&) { return true; }
    static bool on_object_end(std::size_t, Error&) { return true; }
    static bool on_string_part(json::string_view, std::size_t, Error&) { return true; }
    static bool on_string(json::string_view, std::size_t, Error&) { return true; }
    static bool on_int64(std::int64_t, json::string_view, Error&) { return true; }
    static bool on_uint64(std::uint64_t, json::string_view, Error&) { return true; }
    static bool on_bool(bool, Error&) { return true; }
    static bool on_null(Error&) { return true; }
    static bool on_comment_part(json::string_view, Error&) { return true; }
    static bool on_comment(json::string_view, Error&) { return true; }
};

}  // namespace

bool is_plain_json(std::string_view text) {
    json::basic_parser<PlainOnly> parser{json::parse_options()};
    boost::system::error_code error;
    const auto read = parser.write_some(false, text.data(), text.size(), error);
    return !error && read == text.size();
}

}  // namespace navette::outbound
