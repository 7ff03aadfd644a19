// What the API leaves behind, kept tidy.
#pragma once

#include "daemon/store/connection.hpp"

#include <boost/asio/awaitable.hpp>

namespace navette::store {

/// Housekeeping: forgets the stored answers to requests with an Idempotency-Key of more than 24 hours ago.
boost::asio::awaitable<core::Result<void>> forget_old_answers(Connection& connection);

}  // namespace navette::store
