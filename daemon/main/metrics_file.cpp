#include "daemon/main/metrics_file.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

namespace navette::main {

namespace asio = boost::asio;

namespace {

constexpr mode_t kReadableByAll = 0644;

asio::awaitable<core::Result<void>> write_metrics(std::filesystem::path file) {
    co_return replace_file(file, core::metrics_text());
}

bool write_all(int descriptor, const std::string& text) {
    std::size_t written = 0;
    while (written < text.size()) {
        const auto count = write(descriptor, text.data() + written, text.size() - written);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        written += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return true;
}

}  // namespace

core::Result<void> replace_file(const std::filesystem::path& file, const std::string& text) {
    const auto fresh = file.string() + ".new";  // the collector reads *.prom only
    const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kReadableByAll);
    // The unit's umask hides new files, but the collector runs as another user.
    const bool whole =
        descriptor >= 0 && fchmod(descriptor, kReadableByAll) == 0 && write_all(descriptor, text);
    int error = whole ? 0 : errno;
    if (descriptor >= 0 && close(descriptor) != 0 && error == 0) {
        error = errno;
    }
    if (error == 0 && rename(fresh.c_str(), file.c_str()) != 0) {
        error = errno;
    }
    if (error == 0) {
        return {};
    }
    if (descriptor >= 0) {
        unlink(fresh.c_str());
    }
    return core::failure(
        core::ErrorKind::unavailable, "cannot write " + file.string() + ": " + std::strerror(error)
    );
}

MetricsFile::MetricsFile(
    const asio::any_io_executor& executor, std::filesystem::path file, std::chrono::milliseconds every
)
    : timer_(executor), file_(std::move(file)), every_(every) {}

asio::awaitable<void> MetricsFile::run() {
    bool failing = false;
    while (true) {
        const auto written =
            co_await asio::co_spawn(writer_.get_executor(), write_metrics(file_), asio::use_awaitable);
        if (!written && !failing) {
            core::log(core::LogLevel::warning, "the metrics are not written: " + written.error().message);
        } else if (written && failing) {
            core::log(core::LogLevel::info, "the metrics are written again", {{"file", file_.string()}});
        }
        failing = !written;
        timer_.expires_after(every_);
        const auto [error] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (error) {
            co_return;
        }
    }
}

}  // namespace navette::main
