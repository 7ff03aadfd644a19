// How Dolibarr words its answers.
#pragma once

#include "tests/standin/message.hpp"

#include <boost/json/fwd.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

/// Why a request is refused. The details are the members "0", "1", ... of the error; they may be null.
struct Refused {
    Refused(unsigned code, std::string text, std::vector<std::optional<std::string>> extra = {})
        : status(code), message(std::move(text)), details(std::move(extra)) {}

    unsigned status;
    std::string message;  // without the "Internal Server Error: " that the answer puts before it
    std::vector<std::optional<std::string>> details;
    bool html_before = false;  // PHP prints its own complaint before the JSON
};

template <class T>
using Checked = std::expected<T, Refused>;

/// The status of a Refused that stands for a crash of PHP: the client gets a 500 with an empty body.
inline constexpr unsigned kPhpCrash = 0;

/// {"error":{"code":..,"message":..,"0":..},"debug":{..}}; an empty `source` leaves the debug member out.
/// 304 has no body.
Response refusal(const Refused& refused, std::string_view source);

Response json_answer(const boost::json::value& value);

/// {"success":{"code":200,"message":...}}, as deletes and links answer.
Response success_answer(std::string_view message);

Response html_answer(unsigned status, std::string body);

}  // namespace navette::standin
