// Checks of texts in settings and manifests, each naming what is wrong and what is expected. Internal to
// daemon/config.
#pragma once

#include "daemon/config/yaml_value.hpp"

#include <filesystem>
#include <string>

namespace navette::config {

[[nodiscard]] Verdict not_empty(const std::string& text);

/// Lower-case letters, digits and "-", beginning with a letter or a digit, at most 63: a source's name.
[[nodiscard]] Verdict dashed_name(const std::string& text);

/// Lower-case letters, digits and "_", beginning with a letter: slugs, objects, config fields, entity types.
[[nodiscard]] Verdict plain_name(const std::string& text);

/// Words of plain_name's letters joined by dots: "order.updated".
[[nodiscard]] Verdict event_name(const std::string& text);

/// The same, or with ".*" at its end.
[[nodiscard]] Verdict event_pattern(const std::string& text);

/// Letters, digits, ".", "_" and "-": a node's name, which may be a host's.
[[nodiscard]] Verdict node_name(const std::string& text);

/// A host's name or IPv4 address, or "*." and a domain of at least two labels.
[[nodiscard]] Verdict host_pattern(const std::string& text);

/// Words as they stand in JSON, too: without quotes, backslashes and control characters.
[[nodiscard]] Verdict bare_words(const std::string& text);

/// An HTTP header's name.
[[nodiscard]] Verdict header_name(const std::string& text);

/// A libpq URI or key=value list; an empty text passes.
[[nodiscard]] Verdict connection_string(const std::string& text);

/// "<name>:<base64 of 32 bytes>"; an empty text passes.
[[nodiscard]] Verdict secret_key(const std::string& text);

/// "10.0.0.0/8" or "fd00::/8".
[[nodiscard]] Verdict cidr_block(const std::string& text);

/// One SELECT or WITH statement whose quotes and comments are closed and that no semicolon ends or divides.
[[nodiscard]] Verdict single_select(const std::string& text);

/// An SQL expression whose quotes and comments are closed and that no semicolon ends or divides.
[[nodiscard]] Verdict sql_expression(const std::string& text);

/// An http or https URL with a host and without a user or password.
[[nodiscard]] Verdict http_url(const std::string& text);

/// An http_url without a query or fragment, to which paths can be appended; an empty text passes.
[[nodiscard]] Verdict public_url(const std::string& text);

/// An IPv4 or IPv6 address.
[[nodiscard]] Verdict ip_address(const std::string& text);

/// An absolute path; an empty one passes.
[[nodiscard]] Verdict absolute_file(const std::filesystem::path& file);

}  // namespace navette::config
