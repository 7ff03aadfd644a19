#include "daemon/outbound/curl_loop.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <new>
#include <utility>

namespace navette::outbound {

namespace asio = boost::asio;

namespace {

// libcurl's own default grows and shrinks with the transfers under way; idle connections of other
// integrations would go.
constexpr long kIdleConnections = 256;

}  // namespace

// Asio only waits on the descriptor. Reading, writing and closing stay with libcurl, so it is released, never
// closed.
struct CurlLoop::Watch {
    Watch(const asio::any_io_executor& executor, curl_socket_t fd) : descriptor(executor), socket(fd) {}
    ~Watch() { release(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    void release() {
        wanted = 0;
        if (descriptor.is_open()) {
            descriptor.release();
        }
    }
    [[nodiscard]] bool wants(int direction) const { return (wanted & direction) != 0; }

    asio::posix::stream_descriptor descriptor;
    curl_socket_t socket;
    int wanted = 0;  // CURL_POLL_IN | CURL_POLL_OUT; 0 once curl has let go of the socket
    bool waiting_in = false;
    bool waiting_out = false;
};

CurlLoop::CurlLoop(asio::any_io_executor executor, OnDone on_done)
    : executor_(std::move(executor)),
      on_done_(std::move(on_done)),
      timer_(executor_),
      multi_(curl_multi_init()) {
    if (multi_ == nullptr) {
        throw std::bad_alloc();
    }
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnections);
}

CurlLoop::~CurlLoop() {
    // Closes the kept-alive connections; curl tells on_socket of each before it does.
    curl_multi_cleanup(multi_);
    for (const auto& [socket, watch] : watches_) {
        watch->release();
    }
}

CURLMcode CurlLoop::add(CURL* easy) {
    return curl_multi_add_handle(multi_, easy);
}

void CurlLoop::remove(CURL* easy) {
    curl_multi_remove_handle(multi_, easy);
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    auto& loop = *static_cast<CurlLoop*>(self);
    if (what == CURL_POLL_REMOVE) {
        loop.forget(socket);
    } else {
        loop.watch(socket, what);
    }
    return 0;
}

int CurlLoop::on_timer(CURLM*, long milliseconds, void* self) {
    auto& loop = *static_cast<CurlLoop*>(self);
    if (milliseconds < 0) {
        loop.timer_.cancel();
        return 0;
    }
    loop.timer_.expires_after(std::chrono::milliseconds(milliseconds));
    loop.timer_.async_wait([weak = loop.weak_from_this()](const boost::system::error_code& error) {
        const auto self_again = weak.lock();
        if (!error && self_again) {
            self_again->act(CURL_SOCKET_TIMEOUT, 0);
        }
    });
    return 0;
}

void CurlLoop::watch(curl_socket_t socket, int what) {
    auto& entry = watches_[socket];
    if (!entry) {
        entry = std::make_shared<Watch>(executor_, socket);
        boost::system::error_code error;
        // Where the kernel has no room for another watch, the transfer ends by its time-out: a failure told
        // to curl here would kill every transfer of the multi handle.
        entry->descriptor.assign(socket, error);
    }
    entry->wanted = what;
    arm(entry);
}

void CurlLoop::forget(curl_socket_t socket) {
    // The same number may come back at once for another connection: it gets a watch of its own.
    if (const auto found = watches_.find(socket); found != watches_.end()) {
        found->second->release();
        watches_.erase(found);
    }
}

void CurlLoop::arm(const std::shared_ptr<Watch>& watch) {
    const auto wait_for = [this, &watch](
                              int direction,
                              int event,
                              asio::posix::descriptor_base::wait_type type,
                              bool Watch::* waiting
                          ) {
        if (!watch->wants(direction) || (*watch).*waiting || !watch->descriptor.is_open()) {
            return;
        }
        (*watch).*waiting = true;
        watch->descriptor.async_wait(
            type,
            [weak = weak_from_this(), watch, direction, event, waiting](const boost::system::error_code& error
            ) {
                (*watch).*waiting = false;
                const auto self = weak.lock();
                if (error || !self || !watch->wants(direction)) {
                    return;
                }
                self->act(watch->socket, event);
                self->arm(watch);
            }
        );
    };
    wait_for(CURL_POLL_IN, CURL_CSELECT_IN, asio::posix::descriptor_base::wait_read, &Watch::waiting_in);
    wait_for(CURL_POLL_OUT, CURL_CSELECT_OUT, asio::posix::descriptor_base::wait_write, &Watch::waiting_out);
}

void CurlLoop::act(curl_socket_t socket, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, socket, events, &running);
    int queued = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &queued)) {
        if (message->msg == CURLMSG_DONE) {
            CURL* const easy = message->easy_handle;
            const CURLcode code = message->data.result;
            remove(easy);  // ends the message's life
            on_done_(easy, code);
        }
    }
}

}  // namespace navette::outbound
