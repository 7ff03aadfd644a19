// The webhooks that came in, as people look them up and replay them.
#pragma once

#include "daemon/store/admin_session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace navette::store {

struct WebhookFilter {
    std::optional<std::string> tenant;
    std::optional<std::string> integration;
    std::optional<std::string> platform;
    std::optional<std::string> event;   // "order.paid", or "order.*"
    std::optional<std::string> status;  // received, success, failed, ignored or refused
    std::optional<bool> verified;
    std::optional<std::string> since;  // ISO 8601
    std::optional<std::string> until;  // ISO 8601: before then
};

/// The newest `limit` webhooks that fit with ids below `before` (0: from the newest), newest first, without
/// headers and body. Those that belong to no integration have an empty tenant.
[[nodiscard]] core::Result<Records> list_webhooks(
    AdminSession& session, const WebhookFilter& filter, std::int64_t before, int limit
);

/// One webhook whole; `not_found` where there is none, or it is another tenant's.
[[nodiscard]] core::Result<Record> find_webhook(
    AdminSession& session, std::int64_t id, const std::optional<std::string>& tenant
);

/// Puts events of a genuine webhook into the queue, also where they were accepted before, and returns how
/// many jobs that made. `events`: JSON text, a list as navette.accept_events takes it.
[[nodiscard]] core::Result<std::int64_t> accept_events_again(
    AdminSession& session,
    std::int64_t webhook,
    const std::string& tenant,
    const std::string& integration,
    const std::string& events
);

}  // namespace navette::store
