#include "daemon/store/api_upkeep.hpp"

namespace navette::store {

namespace {

constexpr Statement kForgetAnswers{
    "api_forget_answers",
    "DELETE FROM navette.api_idempotency WHERE created_at < clock_timestamp() - interval '24 hours'"
};

}  // namespace

boost::asio::awaitable<core::Result<void>> forget_old_answers(Connection& connection) {
    const auto done = co_await connection.query(kForgetAnswers);
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::store
