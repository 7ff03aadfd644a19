// The metrics as a file, for the textfile collector of node_exporter.
#pragma once

#include "daemon/core/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <filesystem>
#include <string>

namespace navette::main {

/// Replaces `file` by `text` in one step, readable by everybody: a reader sees the old text or the new. Fails
/// with a sentence that names the file.
[[nodiscard]] core::Result<void> replace_file(const std::filesystem::path& file, const std::string& text);

class MetricsFile {
  public:
    MetricsFile(
        const boost::asio::any_io_executor& executor,
        std::filesystem::path file,
        std::chrono::milliseconds every
    );

    /// Writes the file every so often until the process ends, on a thread of its own: a disk that hangs holds
    /// up no job. A failure is logged when it begins and when it is over.
    boost::asio::awaitable<void> run();

  private:
    boost::asio::steady_timer timer_;
    std::filesystem::path file_;
    std::chrono::milliseconds every_;
    boost::asio::thread_pool writer_{1};
};

}  // namespace navette::main
