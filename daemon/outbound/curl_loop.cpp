#include "daemon/outbound/curl_loop.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <unistd.h>

#include <chrono>
#include <new>
#include <utility>

namespace navette::outbound {

namespace asio = boost::asio;

namespace {

// libcurl's own default grows and shrinks with the transfers under way; idle connections of other
// integrations would go.
constexpr long kIdleConnections = 1'024;

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
    int wanted = 0;  // CURL_POLL_IN | CURL_POLL_OUT; 0 while no transfer uses the socket
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
    // Closes the kept-alive connections, each by on_close.
    curl_multi_cleanup(multi_);
    for (const auto& [socket, watch] : watches_) {
        watch->release();
    }
}

CURLMcode CurlLoop::add(CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlLoop::on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
    return curl_multi_add_handle(multi_, easy);
}

void CurlLoop::remove(CURL* easy) {
    curl_multi_remove_handle(multi_, easy);
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    auto& loop = *static_cast<CurlLoop*>(self);
    if (what != CURL_POLL_REMOVE) {
        loop.watch(socket, what);
    } else if (!loop.acting_) {
        loop.forget(socket);
    } else if (const auto found = loop.watches_.find(socket); found != loop.watches_.end()) {
        found->second->wanted = 0;
        loop.left_.push_back(socket);
    }
    return 0;
}

int CurlLoop::on_close(void* self, curl_socket_t socket) {
    static_cast<CurlLoop*>(self)->forget(socket);
    return ::close(socket);
}

// libcurl sets its timer anew with each transfer that begins, mostly to 0 (now), and with each that ends.
// Setting the kernel's timer costs more than the rest of a turn: "now" goes through the executor's queue, and
// a timer that is due before the new time only looks again when it fires.
int CurlLoop::on_timer(CURLM*, long milliseconds, void* self) {
    auto& loop = *static_cast<CurlLoop*>(self);
    if (milliseconds < 0) {
        loop.due_ = Clock::time_point::max();
    } else if (milliseconds == 0) {
        loop.due_ = Clock::time_point::max();
        loop.act_soon();
    } else {
        loop.due_ = Clock::now() + std::chrono::milliseconds(milliseconds);
        loop.wait();
    }
    return 0;
}

void CurlLoop::act_soon() {
    if (std::exchange(posted_, true)) {
        return;
    }
    asio::post(executor_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->posted_ = false;
            self->act(CURL_SOCKET_TIMEOUT, 0);
        }
    });
}

void CurlLoop::wait() {
    if (due_ >= timer_at_) {
        return;
    }
    timer_at_ = due_;
    timer_.expires_at(due_);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self) {
            return;
        }
        self->timer_at_ = Clock::time_point::max();
        if (Clock::now() >= self->due_) {
            self->due_ = Clock::time_point::max();
            self->act(CURL_SOCKET_TIMEOUT, 0);
        } else if (self->due_ != Clock::time_point::max()) {
            self->wait();
        }
    });
}

void CurlLoop::watch(curl_socket_t socket, int what) {
    if (std::erase(left_, socket) != 0) {
        forget(socket);  // perhaps another connection of the same number
    }
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
    acting_ = true;
    curl_multi_socket_action(multi_, socket, events, &running);
    acting_ = false;
    int queued = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &queued)) {
        if (message->msg == CURLMSG_DONE) {
            CURL* const easy = message->easy_handle;
            const CURLcode code = message->data.result;
            // A connection that is kept alive keeps its watch: to take it out of epoll after each exchange
            // and to put it back costs three calls of the kernel. libcurl tells of its end by on_close; of
            // sockets that never became a connection it does not.
            curl_socket_t kept = CURL_SOCKET_BAD;
            if (code == CURLE_OK && curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &kept) == CURLE_OK) {
                std::erase(left_, kept);
            }
            remove(easy);  // ends the message's life
            on_done_(easy, code);
        }
    }
    for (const auto left : std::exchange(left_, {})) {
        forget(left);
    }
}

}  // namespace navette::outbound
