#include "daemon/engine/spawn.hpp"

#include "daemon/core/log.hpp"

#include <boost/asio/co_spawn.hpp>

namespace navette::engine {

void spawn(
    const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> work, std::string name
) {
    boost::asio::co_spawn(
        executor,
        std::move(work),
        [name = std::move(name)](const std::exception_ptr& error) {
            if (error) {
                core::log(
                    core::LogLevel::error, "a part of the engine failed, the daemon stops", {{"part", name}}
                );
                std::rethrow_exception(error);
            }
        }
    );
}

}  // namespace navette::engine
