// The engine's coroutines from a program that waits for each: navettectl does one thing at a time.
#pragma once

#include "daemon/ctl/context.hpp"
#include "daemon/engine/integration.hpp"
#include "daemon/outbound/http_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>

namespace navette::ctl {

/// Runs the coroutine to its end on `io` and returns its result; an exception that leaves it is thrown here.
template <class T>
T run_to_end(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
    auto result = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
    io.run();
    return result.get();
}

/// An HTTP client of this configuration's outbound settings; `io` outlives it.
[[nodiscard]] Result<std::shared_ptr<outbound::HttpClient>> http_client(
    boost::asio::io_context& io, Context& context
);

/// The integration ready for work, by this configuration's connectors and key.
[[nodiscard]] Result<std::shared_ptr<const engine::Integration>> assemble(
    store::IntegrationRow row, Context& context
);

}  // namespace navette::ctl
