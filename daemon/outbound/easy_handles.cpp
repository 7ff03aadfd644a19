#include "daemon/outbound/easy_handles.hpp"

#include <new>
#include <utility>

namespace navette::outbound {

namespace {

constexpr long kKeepAliveSeconds = 60;
// A handle at rest takes about 10 KiB.
constexpr std::size_t kMostIdle = 256;

void set_constants(CURL* easy) {
    // Signals are the program's (asio ignores SIGPIPE from its first io_context on).
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // A lookup cannot be interrupted. Without this, dropping a transfer blocks the thread until getaddrinfo
    // returns.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    // A proxy named by the environment would be asked for addresses that the policy never sees.
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, kKeepAliveSeconds);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, kKeepAliveSeconds);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // every encoding that libcurl can undo
}

}  // namespace

EasyHandles::EasyHandles() {
    idle_.reserve(kMostIdle);  // give_back is called by destructors
}

CURL* EasyHandles::take() {
    if (!idle_.empty()) {
        CURL* const easy = idle_.back().release();
        idle_.pop_back();
        return easy;
    }
    CURL* const easy = curl_easy_init();
    if (easy == nullptr) {
        throw std::bad_alloc();
    }
    set_constants(easy);
    return easy;
}

void EasyHandles::give_back(CURL* easy, bool clean) {
    std::unique_ptr<CURL, Cleanup> handle(easy);
    if (!clean || idle_.size() >= kMostIdle) {
        return;
    }
    // They point into the transfer that is going.
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nullptr);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, nullptr);
    idle_.push_back(std::move(handle));
}

}  // namespace navette::outbound
