// Idempotency-Key: a POST that is repeated because its answer got lost takes effect once.
#pragma once

#include "daemon/http/database_desk.hpp"
#include "daemon/http/exchange.hpp"

#include <functional>

namespace navette::http {

/// What is kept of an answer for its repetition: for answers that hold a secret which is shown once.
using Keep = std::function<Response(Response answer)>;

/// `operation`, made repeatable by the header Idempotency-Key (1 to 255 printable characters, valid for the
/// caller's token and 24 hours; without the header the operation runs as it is):
/// - a repetition gets the stored answer with `Idempotent-Replayed: true`, without running again;
/// - the same key with another method, path, query or body is a 422;
/// - the same key while the first is still running is a 409 with Retry-After.
///
/// The operation runs in one transaction (AdminSession::transaction) with its stored answer: both are
/// committed, or neither is. An answer of 400 and above rolls it back and is not stored, so the key stays
/// free. What the operation does outside the session (a call to a platform, a file) is not undone by that and
/// may happen again: do no such thing in it. It must not stream (Response.more).
[[nodiscard]] Operation idempotent(Operation operation, Keep keep = {});

}  // namespace navette::http
