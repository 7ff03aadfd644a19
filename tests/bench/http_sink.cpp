#include "tests/bench/http_sink.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <queue>
#include <stdexcept>
#include <unordered_map>

namespace navette::bench {

using std::chrono::steady_clock;

namespace {

constexpr int kBacklog = 4096;
constexpr std::size_t kReadBytes = 64U << 10U;

bool equal_without_case(std::string_view text, std::string_view lower) {
    return std::ranges::equal(text, lower, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

/// The first whole request of `text` and how many bytes it takes; nullopt while some of it is missing.
std::optional<std::pair<SinkRequest, std::size_t>> first_request(std::string_view text) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    SinkRequest request;
    std::size_t length = 0;
    auto head = text.substr(0, end);
    const auto line_end = std::min(head.find("\r\n"), head.size());
    const auto first = head.substr(0, line_end);
    const auto space = first.find(' ');
    request.method = first.substr(0, space);
    request.path = first.substr(space + 1, first.rfind(' ') - space - 1);
    head.remove_prefix(line_end);
    while (head.size() > 2) {
        head.remove_prefix(2);
        const auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size());
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) {
            continue;
        }
        const auto name = line.substr(0, colon);
        auto value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        if (equal_without_case(name, "content-length")) {
            std::from_chars(value.data(), value.data() + value.size(), length);
        } else if (equal_without_case(name, "x-account")) {
            request.account = value;
        }
    }
    const auto whole = end + 4 + length;
    if (text.size() < whole) {
        return std::nullopt;
    }
    request.body = text.substr(end + 4, length);
    return std::pair{request, whole};
}

std::string wire(const SinkAnswer& answer) {
    return "HTTP/1.1 " + std::to_string(answer.status) + (answer.status < 300 ? " OK" : " No") +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(answer.body.size()) +
           "\r\n" + answer.headers + "\r\n" + answer.body;
}

}  // namespace

class HttpSink::Loop {
  public:
    Loop(HttpSink& sink, Responder responder);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void run();
    void stop() const;
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    struct Peer {
        std::uint64_t serial = 0;  // tells a descriptor's successive owners apart
        std::string input;
        bool awaits_answer = false;
    };
    struct Due {
        steady_clock::time_point at;
        int socket;
        std::uint64_t serial;
        std::string text;
        bool operator>(const Due& other) const { return at > other.at; }
    };

    void watch(int descriptor) const;
    void accept_all();
    void read_from(int socket);
    void serve(int socket, Peer& peer);
    void send_due(steady_clock::time_point now);
    void answer(int socket, Peer& peer, const std::string& text);
    void forget(int socket);
    [[nodiscard]] int milliseconds_to_next() const;

    HttpSink& sink_;
    Responder responder_;
    int listener_ = -1;
    int epoll_ = -1;
    int stop_ = -1;
    std::uint16_t port_ = 0;
    std::uint64_t serials_ = 0;
    int open_ = 0;
    std::unordered_map<int, Peer> peers_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    std::string buffer_ = std::string(kReadBytes, '\0');
};

HttpSink::Loop::Loop(HttpSink& sink, Responder responder) : sink_(sink), responder_(std::move(responder)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    stop_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, plain, size) != 0 || listen(listener_, kBacklog) != 0 ||
        getsockname(listener_, plain, &size) != 0) {
        throw std::runtime_error("the benchmark's HTTP server got no port on 127.0.0.1");
    }
    port_ = ntohs(address.sin_port);
    watch(listener_);
    watch(stop_);
}

HttpSink::Loop::~Loop() {
    for (const auto& [socket, peer] : peers_) {
        close(socket);
    }
    close(listener_);
    close(epoll_);
    close(stop_);
}

void HttpSink::Loop::watch(int descriptor) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
}

void HttpSink::Loop::stop() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(stop_, &one, sizeof one);
}

void HttpSink::Loop::run() {
    std::array<epoll_event, 512> events{};
    while (true) {
        const int count =
            epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds_to_next());
        send_due(steady_clock::now());
        for (int at = 0; at < count; ++at) {
            const int descriptor = events[static_cast<std::size_t>(at)].data.fd;
            if (descriptor == stop_) {
                return;
            }
            if (descriptor == listener_) {
                accept_all();
            } else {
                read_from(descriptor);
            }
        }
    }
}

int HttpSink::Loop::milliseconds_to_next() const {
    if (due_.empty()) {
        return -1;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_.top().at - steady_clock::now());
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(0, left.count()));
}

void HttpSink::Loop::accept_all() {
    while (true) {
        const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) {
            return;
        }
        const int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        peers_[socket].serial = ++serials_;
        watch(socket);
    }
}

void HttpSink::Loop::read_from(int socket) {
    const auto known = peers_.find(socket);
    if (known == peers_.end()) {
        return;
    }
    const auto count = recv(socket, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) {
        if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            forget(socket);
        }
        return;
    }
    known->second.input.append(buffer_.data(), static_cast<std::size_t>(count));
    serve(socket, known->second);
}

void HttpSink::Loop::serve(int socket, Peer& peer) {
    while (!peer.awaits_answer) {
        auto found = first_request(peer.input);
        if (!found) {
            return;
        }
        auto& [request, size] = *found;
        request.at = steady_clock::now();
        auto reply = responder_(request);
        peer.input.erase(0, size);
        peer.awaits_answer = true;
        if (++open_ > sink_.most_open_.load(std::memory_order_relaxed)) {
            sink_.most_open_.store(open_, std::memory_order_relaxed);
        }
        if (reply.delay.count() > 0) {
            due_.push({steady_clock::now() + reply.delay, socket, peer.serial, wire(reply)});
        } else {
            answer(socket, peer, wire(reply));
        }
    }
}

void HttpSink::Loop::send_due(steady_clock::time_point now) {
    while (!due_.empty() && due_.top().at <= now) {
        const auto next = due_.top();
        due_.pop();
        const auto known = peers_.find(next.socket);
        if (known != peers_.end() && known->second.serial == next.serial) {
            answer(next.socket, known->second, next.text);
            serve(next.socket, known->second);
        }
    }
}

void HttpSink::Loop::answer(int socket, Peer& peer, const std::string& text) {
    // Answers are far smaller than a socket's buffer, and one is under way at a time: it is taken whole.
    [[maybe_unused]] const auto sent = send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    peer.awaits_answer = false;
    --open_;
    sink_.answered_.fetch_add(1, std::memory_order_relaxed);
}

void HttpSink::Loop::forget(int socket) {
    if (peers_.at(socket).awaits_answer) {
        --open_;
    }
    peers_.erase(socket);
    close(socket);
}

HttpSink::HttpSink(Responder responder)
    : loop_(std::make_unique<Loop>(*this, std::move(responder))), thread_([this] { loop_->run(); }) {}

HttpSink::~HttpSink() {
    loop_->stop();
    thread_.join();
}

std::string HttpSink::url() const {
    return "http://127.0.0.1:" + std::to_string(loop_->port());
}

void HttpSink::reset() {
    answered_ = 0;
    most_open_ = 0;
}

bool HttpSink::await_answered(std::uint64_t wanted, std::chrono::milliseconds limit) const {
    const auto until = steady_clock::now() + limit;
    while (answered_.load(std::memory_order_relaxed) < wanted) {
        if (steady_clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

HttpSink::Responder at_once_or_slow(std::chrono::milliseconds slow) {
    return [slow](const SinkRequest& request) {
        SinkAnswer answer;
        if (request.path.starts_with("/slow")) {
            answer.delay = slow;
        }
        return answer;
    };
}

}  // namespace navette::bench
