// Hears the triggers of a source whose tables are in another database than navette's.
#pragma once

#include "daemon/store/listener.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace navette::engine {

class CaptureListener : public std::enable_shared_from_this<CaptureListener> {
  public:
    /// `heard` is called when the source's triggers call, and when they may have called unheard; never after
    /// stop().
    CaptureListener(
        const boost::asio::any_io_executor& executor,
        std::string conninfo,
        std::string source,
        std::function<void()> heard
    );

    /// Listens until stop(), on a connection that is opened anew when it breaks.
    void start();
    void stop();

  private:
    static boost::asio::awaitable<void> listen(std::shared_ptr<CaptureListener> self);

    boost::asio::any_io_executor executor_;
    std::string conninfo_;
    std::string source_;
    std::function<void()> heard_;
    boost::asio::steady_timer again_;
    std::unique_ptr<store::Listener> listener_;
    bool stopping_ = false;
};

}  // namespace navette::engine
