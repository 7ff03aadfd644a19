#include "daemon/engine/database.hpp"

namespace navette::engine {

namespace asio = boost::asio;

asio::awaitable<core::Result<std::shared_ptr<store::Connection>>> Database::connection() {
    if (connection_ && connection_->alive()) {
        co_return connection_;
    }
    if (opening_) {
        const auto opening = opening_;
        co_await opening->async_wait(asio::as_tuple(asio::use_awaitable));
        if (connection_ && connection_->alive()) {
            co_return connection_;
        }
        co_return std::unexpected(last_error_);
    }
    opening_ = std::make_shared<asio::steady_timer>(executor_, asio::steady_timer::time_point::max());
    auto opened = co_await store::Connection::open(executor_, conninfo_);
    if (opened && !set_up_.empty()) {
        const auto set = co_await (*opened)->run(set_up_);
        if (!set) {
            opened = std::unexpected(set.error());
        }
    }
    if (opened) {
        connection_ = std::move(*opened);
        if (std::exchange(opened_before_, true) && reopened_) {
            reopened_();
        }
    } else {
        last_error_ = opened.error();
    }
    std::exchange(opening_, nullptr)->cancel();
    if (!opened) {
        co_return std::unexpected(last_error_);
    }
    co_return connection_;
}

}  // namespace navette::engine
