// How far an integration was pulled and how its webhook subscriptions stand, for people; and asking its
// daemon to see to it now.
#pragma once

#include "daemon/store/admin_session.hpp"
#include "daemon/store/leases.hpp"

#include <optional>
#include <string>

namespace navette::store {

/// The integration's objects: object, next_at, last_success_at, last_change_at, failures, last_error, pages,
/// records, changes, asked, answered.
[[nodiscard]] core::Result<Records> list_pulls(AdminSession& session, const IntegrationKey& key);

/// Asks for a pull of one object, or of all: {object, asked} for each; a pull that answers it counts
/// `answered` up to `asked`. `from_start` sets the cursors back. None where the connector cannot pull, or has
/// no such object.
[[nodiscard]] core::Result<Records> request_pull(
    AdminSession& session,
    const IntegrationKey& key,
    const std::optional<std::string>& object,
    bool from_start
);

/// {address, checked_at, next_at, failures, last_error, silent_since, asked, answered, subscriptions:
/// [{topic, state, remote_id, sentence, since}]}; nothing where nobody looked yet.
[[nodiscard]] core::Result<std::optional<Record>> find_webhook_check(
    AdminSession& session, const IntegrationKey& key
);

/// Asks for a look at the subscriptions, and with `repair` to make what is missing: {asked}. Nothing where
/// the connector manages no subscriptions.
[[nodiscard]] core::Result<std::optional<Record>> request_webhook_check(
    AdminSession& session, const IntegrationKey& key, bool repair
);

}  // namespace navette::store
