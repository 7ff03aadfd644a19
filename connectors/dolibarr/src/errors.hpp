// What an answer of Dolibarr means. Its HTTP status alone proves nothing: a business error and a deadlock are
// both 500, a database that is down is 202, a module that is off is 200. So the text decides. Pure.
#pragma once

#include "wire.hpp"

#include <navette/sdk/http.hpp>
#include <navette/sdk/outcome.hpp>

#include <string>

namespace navette::dolibarr {

enum class Effect { none, possible };

/// How a recipe goes on after an answer.
enum class Kind {
    ok,         // 200 with JSON
    unchanged,  // 304: it is in that state already
    missing,    // no such record; an empty list
    duplicate,  // the unique key that we sent is taken
    contended,  // another write took the number that Dolibarr was assigning; this one left nothing behind
    failed,
};

/// One answer read: where the recipe does not handle the kind itself, `outcome` is what the operation comes
/// to.
struct Reply {
    Kind kind = Kind::failed;
    json::value body;  // ok: the parsed body
    sdk::Outcome outcome;
};

/// Reads an answer. `effect`: whether the request may have changed something, so that a lost answer leaves
/// that open.
[[nodiscard]] Reply classify(const sdk::HttpResponse& response, Effect effect);

/// What the lack of an answer means.
[[nodiscard]] sdk::Outcome classify(const sdk::TransportFailure& failure, Effect effect);

/// The error's words: message and details of the JSON error, wherever it begins in the body; else the body as
/// plain text, without tags and cut to a readable length. Without the statements that Dolibarr quotes, which
/// hold the whole record (without_statement).
[[nodiscard]] std::string error_text(std::string_view body);

}  // namespace navette::dolibarr
