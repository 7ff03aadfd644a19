// The lines of an order: what must be said of each, and how a draft's lines follow the application's.
#pragma once

#include "exchange.hpp"

#include <optional>
#include <string>

namespace navette::dolibarr {

/// Why these lines cannot be sent; nothing where they can. A line without a VAT rate would be booked at 0 %
/// in silence.
[[nodiscard]] std::optional<Outcome> problem_of_lines(const json::object& order);

/// Whether both orders have the same lines by quantity, VAT rate and net price to the cent. Texts do not
/// count: Dolibarr cleans them in its own way.
[[nodiscard]] bool has_same_lines(const json::object& remote, const json::object& ours);

/// Replaces the lines of a draft, one call for each line. A run that is cut off in between is completed by
/// the next one, which finds the lines different still. Returns `done`, or what went wrong.
[[nodiscard]] Task<Outcome> replace_lines(Session& session, json::object remote, json::array lines);

}  // namespace navette::dolibarr
