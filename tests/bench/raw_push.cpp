#include "tests/bench/raw_push.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

namespace navette::bench {

namespace {

// As poster_load queues them and the connector sends them.
const std::string kBody =
    R"({"number":"IT00012345","email":"person12345@shop.example","name":"Person Number 12345",)"
    R"("street":"12345 rue de la Filature","city":"Mulhouse","status":"paid","amount_cents":12445,)"
    R"("note":"woven woven woven woven woven woven woven woven woven woven woven woven woven woven woven woven "})";
constexpr std::array kHeaders{
    "Content-Type: application/json",
    "X-Account: account-0001",
    "Accept: application/json",
    "User-Agent: navette"
};

double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

class Epoll {
  public:
    Epoll() : descriptor_(epoll_create1(EPOLL_CLOEXEC)) {}
    ~Epoll() { close(descriptor_); }
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;

    /// Watches for `events` from now on; nothing is done where it does already.
    void watch(int socket, std::uint32_t events) {
        auto& watched = watched_[socket];
        if (watched != events) {
            epoll_event event{};
            event.events = events;
            event.data.fd = socket;
            epoll_ctl(descriptor_, watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
            watched = events;
        }
    }
    void forget(int socket) { watched_.erase(socket); }

    [[nodiscard]] int wait(int milliseconds) {
        return epoll_wait(descriptor_, events_.data(), static_cast<int>(events_.size()), milliseconds);
    }
    [[nodiscard]] const epoll_event& event(int at) const { return events_.at(static_cast<std::size_t>(at)); }

  private:
    int descriptor_;
    std::map<int, std::uint32_t> watched_;
    std::array<epoll_event, 512> events_{};
};

class Socket {
  public:
    explicit Socket(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("the benchmark's HTTP server takes no connection");
        }
        const int on = 1;
        setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ~Socket() { close(descriptor_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
};

void exchange_failed() {
    throw std::runtime_error("the benchmark's HTTP server broke off a bare exchange");
}

/// libcurl's multi handle on an Epoll, and what its callbacks know.
struct CurlRun {
    CurlRun() : multi(curl_multi_init()) {
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1024L);
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlRun::on_socket);
        curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlRun::on_timer);
        curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
        for (const auto* header : kHeaders) {
            headers = curl_slist_append(headers, header);
        }
        headers = curl_slist_append(headers, "Expect:");
    }
    ~CurlRun() {
        for (auto* easy : handles) {
            curl_multi_remove_handle(multi, easy);
            curl_easy_cleanup(easy);
        }
        curl_multi_cleanup(multi);
        curl_slist_free_all(headers);
    }
    CurlRun(const CurlRun&) = delete;
    CurlRun& operator=(const CurlRun&) = delete;

    // A connection at rest stays in epoll, as navetted has it.
    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
        if (what != CURL_POLL_REMOVE) {
            const auto in = (what & CURL_POLL_IN) != 0 ? static_cast<std::uint32_t>(EPOLLIN) : 0U;
            const auto out = (what & CURL_POLL_OUT) != 0 ? static_cast<std::uint32_t>(EPOLLOUT) : 0U;
            static_cast<CurlRun*>(self)->epoll.watch(socket, in | out);
        }
        return 0;
    }
    static int on_timer(CURLM*, long milliseconds, void* self) {
        static_cast<CurlRun*>(self)->due = static_cast<int>(milliseconds);
        return 0;
    }
    static int on_close(void* self, curl_socket_t socket) {
        static_cast<CurlRun*>(self)->epoll.forget(socket);
        return close(socket);
    }
    static std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

    void add_handle(const std::string& url) {
        CURL* const easy = curl_easy_init();
        handles.push_back(easy);
        curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(kBody.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, kBody.data());
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlRun::drop);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30'000L);
        curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlRun::on_close);
        curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
    }

    /// Waits, and lets libcurl work.
    void turn() {
        int running = 0;
        const int ready = epoll.wait(due);
        if (ready <= 0 || due == 0) {
            due = -1;
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        for (int at = 0; at < ready; ++at) {
            const auto& event = epoll.event(at);
            const int what =
                ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 ? CURL_CSELECT_IN : 0);
            curl_multi_socket_action(multi, event.data.fd, what, &running);
        }
    }

    Epoll epoll;
    CURLM* multi;
    curl_slist* headers = nullptr;
    std::vector<CURL*> handles;
    int due = -1;
};

}  // namespace

double raw_posts_by_sockets(const std::string& url, long posts) {
    std::string request = "POST /item HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const auto* header : kHeaders) {
        request += std::string(header) + "\r\n";
    }
    request += "Content-Length: " + std::to_string(kBody.size()) + "\r\n\r\n" + kBody;
    const auto port = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    Epoll epoll;
    std::vector<std::unique_ptr<Socket>> sockets;
    for (int at = 0; at < kRawConnections; ++at) {
        sockets.push_back(std::make_unique<Socket>(port));
        epoll.watch(sockets.back()->descriptor(), EPOLLIN);
    }
    std::string answer(64U << 10U, '\0');
    long sent = 0;
    const auto post = [&](int socket) {
        if (sent < posts && send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
            exchange_failed();
        }
        ++sent;
    };
    const double before = cpu_seconds();
    for (const auto& socket : sockets) {
        post(socket->descriptor());
    }
    for (long answered = 0; answered < posts;) {
        const int ready = epoll.wait(-1);
        for (int at = 0; at < ready; ++at) {
            const int socket = epoll.event(at).data.fd;
            if (recv(socket, answer.data(), answer.size(), 0) <= 0) {
                exchange_failed();
            }
            ++answered;
            post(socket);
        }
    }
    return static_cast<double>(posts) / (cpu_seconds() - before);
}

double raw_posts_by_libcurl(const std::string& url, long posts) {
    CurlRun run;
    for (int at = 0; at < kRawConnections; ++at) {
        run.add_handle(url + "/item");
    }
    const double before = cpu_seconds();
    long sent = 0;
    for (auto* easy : run.handles) {
        curl_multi_add_handle(run.multi, easy);
        ++sent;
    }
    for (long answered = 0; answered < posts;) {
        run.turn();
        int queued = 0;
        while (const CURLMsg* message = curl_multi_info_read(run.multi, &queued)) {
            CURL* const easy = message->easy_handle;
            if (message->data.result != CURLE_OK) {
                exchange_failed();
            }
            ++answered;
            curl_multi_remove_handle(run.multi, easy);
            if (sent < posts) {
                ++sent;
                curl_multi_add_handle(run.multi, easy);
            }
        }
    }
    return static_cast<double>(posts) / (cpu_seconds() - before);
}

}  // namespace navette::bench
