#include "daemon/store/queue.hpp"

#include "daemon/store/page_calls.hpp"

namespace navette::store {

namespace asio = boost::asio;

asio::awaitable<core::Result<std::vector<Started>>> write_page(
    Connection& connection, std::string node_id, const JournalPage& page
) {
    std::vector<Call> calls;
    add_finished(calls, node_id, page);
    add_received(calls, node_id, page);
    add_kept(calls, node_id, page);
    add_repeats(calls, node_id, page);
    add_releases(calls, node_id, page);
    add_parked(calls, node_id, page);
    add_ended(calls, node_id, page);
    add_starts(calls, node_id, page);
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return page.starts.empty() ? std::vector<Started>() : started_of(rows->back(), page);
}

}  // namespace navette::store
