// JSON for a log, written in one go: redacted, and as PostgreSQL takes it. Pure.
#pragma once

#include "daemon/outbound/redactor.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace navette::engine {

/// Appends `text` as a JSON string, without what PostgreSQL refuses: NUL characters are left out, bytes that
/// are no UTF-8 become U+FFFD.
void append_quoted(std::string& out, std::string_view text);

/// Appends `text` redacted, likewise.
void append_redacted(std::string& out, std::string_view text, const outbound::Redactor& redactor);

/// Appends what `redactor.json(value)` comes to. Of keys that are equal once redacted each is written: jsonb
/// keeps the last one.
void append_redacted(std::string& out, const boost::json::value& value, const outbound::Redactor& redactor);

}  // namespace navette::engine
