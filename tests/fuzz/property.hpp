// What a fuzz target says of its subject beyond "it does not crash".
#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace navette::fuzz {

/// Ends the process where the property does not hold, so that libFuzzer keeps the input. `property` is a
/// sentence, `evidence` what contradicts it.
void require(bool holds, std::string_view property, std::string_view evidence = {});

/// The parsed text, however deep it is nested; none where it is no JSON.
[[nodiscard]] std::optional<boost::json::value> read_json(std::string_view text);

/// The text is JSON, in valid UTF-8.
void require_json(std::string_view text, std::string_view what);

/// The text is JSON that PostgreSQL takes as jsonb: no NUL character in any text or name.
void require_jsonb(std::string_view text, std::string_view what);

/// PostgreSQL takes the text: valid UTF-8 without NUL.
void require_storable(std::string_view text, std::string_view what);

}  // namespace navette::fuzz
