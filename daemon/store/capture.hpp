// What triggers captured of an application's writes (capture_sql.hpp): the keys of a source that may yield
// other rows now. They stand in the database of the application's tables.
#pragma once

#include "daemon/store/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

struct CapturedKey {
    std::int64_t id = 0;
    std::optional<std::string> key;  // none: everything may have changed (TRUNCATE)
    bool deleted = false;
};

/// The definition (JSON) with which the source's triggers were attached; nothing where they are not.
boost::asio::awaitable<core::Result<std::optional<std::string>>> find_capture(
    Connection& connection, std::string source
);

/// The oldest captured keys. Ids tell nothing of the order of commits, so what was read is forgotten by its
/// id, and each look begins at the first.
boost::asio::awaitable<core::Result<std::vector<CapturedKey>>> read_captured(
    Connection& connection, std::string source, int limit
);

/// Removes what was processed.
boost::asio::awaitable<core::Result<void>> forget_captured(
    Connection& connection, std::string source, std::vector<std::int64_t> ids
);
/// The same as a part of a transaction.
[[nodiscard]] Call forgetting_captured(std::string source, const std::vector<std::int64_t>& ids);

/// Asleep: triggers notify `navette_wake` with "source:<name>" when their transaction commits.
boost::asio::awaitable<core::Result<void>> set_capture_asleep(
    Connection& connection, std::string source, bool asleep
);

}  // namespace navette::store
