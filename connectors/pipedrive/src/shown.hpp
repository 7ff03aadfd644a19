// What pull and fetch show of a record, in the terms in which a push takes it, so that the mapping reads back
// by the names by which it writes. Pure.
#pragma once

#include "errors.hpp"

#include <string_view>

namespace navette::pipedrive {

/// Adds to a record as Pipedrive tells it: a person's primary `_email` and `_phone`; a deal's `_value`, and
/// its
/// `_stage` by its status or the setting `stages`; an activity's `_due_at`, `_duration_s`, and `_text` where
/// its note is plain enough to be written back.
[[nodiscard]] json::object shown_of(std::string_view object, json::object told, const json::object& settings);

}  // namespace navette::pipedrive
