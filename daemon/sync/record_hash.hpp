// A fingerprint of a JSON value, to tell whether anything changed since it was last written.
#pragma once

#include <boost/json/fwd.hpp>

#include <string>

namespace navette::sync {

/// 32 hex digits that depend on the value alone: not on the order of keys, nor on how a number is spelt
/// (1, 1.0 and 1e0 are one number; the text "1" is another value). The same in every version of navette.
[[nodiscard]] std::string record_hash(const boost::json::value& value);

/// The text that is hashed: no two different values share it. Exposed for the tests.
[[nodiscard]] std::string canonical_text(const boost::json::value& value);

}  // namespace navette::sync
