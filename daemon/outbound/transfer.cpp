#include "daemon/outbound/transfer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace navette::outbound {

namespace asio = boost::asio;
using Kind = sdk::TransportFailure::Kind;

namespace {

constexpr std::size_t kMaxHeaderBytes = 256U << 10U;

// A server that closes an idle connection just as a request leaves is the one case in which a write ends in
// doubt for no fault of anybody's. Apache, Node and others close after 5 s: requests with an effect use no
// connection near that age.
constexpr long kMaxIdleSecondsForEffects = 3;
constexpr long kMaxIdleSeconds = 118;  // libcurl's own

std::optional<asio::ip::address> to_address(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        asio::ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return asio::ip::address_v6(bytes);
    }
    return std::nullopt;
}

bool is_header_name(std::string_view name) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view value) {
    return std::ranges::all_of(
               value, [](char c) { return c == '\t' || static_cast<unsigned char>(c) >= ' '; }
           ) &&
           value.find('\x7f') == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto first = text.find_first_not_of(kBlank);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

long in_milliseconds(std::chrono::milliseconds time) {
    return std::max<long>(1, static_cast<long>(time.count()));  // libcurl takes 0 for "no limit"
}

bool is_connecting(CURLcode code) {
    return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT ||
           code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION;
}

// libcurl's sentences for these name host, address or certificate; others may quote what the server sent.
bool detail_is_harmless(CURLcode code) {
    return is_connecting(code) || code == CURLE_OPERATION_TIMEDOUT;
}

}  // namespace

Transfer::Transfer(
    const asio::any_io_executor& executor,
    WireRequest request,
    const AddressPolicy& policy,
    EasyHandles& handles,
    core::MemoryShares& answers
)
    : request_(std::move(request)),
      policy_(policy),
      answers_(answers),
      room_(answers),
      finished_(executor, asio::steady_timer::time_point::max()),
      handles_(handles),
      easy_(handles.take()) {}

Transfer::~Transfer() {
    // libcurl reads credentials from a URL's user info and keeps them in the handle.
    handles_.give_back(easy_, went_well_ && request_.url.find('@') == std::string::npos);
}

std::optional<sdk::TransportFailure> Transfer::prepare(RequestTargets& targets) {
    auto target = targets.read(request_.url);
    if (!target) {
        return sdk::TransportFailure(
            Kind::refused,
            "the request's URL cannot be used: it must be http:// or https:// with a host; check the "
            "integration's base URL"
        );
    }
    target_ = std::move(*target);
    curl_easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
    for (const auto& header : request_.headers) {
        if (!add_header(header)) {
            return given_up(
                Kind::refused,
                "not sent, for a header's name or value holds characters that HTTP does not allow"
            );
        }
    }
    set_method_and_body();
    set_limits();
    set_guards();
    return std::nullopt;
}

bool Transfer::add_header(const sdk::Header& header) {
    if (!is_header_name(header.name) || !is_header_value(header.value)) {
        return false;
    }
    headers_.add(header.name, header.value);
    return true;
}

void Transfer::set_method_and_body() {
    CURL* const easy = handle();
    const bool carries_body = !request_.body.empty() ||
                              (request_.method != sdk::Method::get && request_.method != sdk::Method::remove);
    if (carries_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    const std::string method(sdk::to_string(request_.method));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());

    // libcurl adds these to a body by itself: a wrong content type, and a pause that some servers answer with
    // 417.
    headers_.leave_out("Expect");
    const bool has_type = std::ranges::any_of(request_.headers, [](const sdk::Header& header) {
        return curl_strequal(header.name.c_str(), "Content-Type") != 0;
    });
    if (!has_type) {
        headers_.leave_out("Content-Type");
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.list());
}

void Transfer::set_limits() {
    CURL* const easy = handle();
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, in_milliseconds(request_.connect_timeout));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, in_milliseconds(request_.timeout));
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_.data());
    curl_easy_setopt(
        easy,
        CURLOPT_MAXAGE_CONN,
        request_.method == sdk::Method::get ? kMaxIdleSeconds : kMaxIdleSecondsForEffects
    );
}

void Transfer::set_guards() {
    CURL* const easy = handle();
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Transfer::before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(self);
    const auto ip = to_address(address->addr);
    if (!ip || !transfer.policy_.allows(*ip)) {
        transfer.forbidden_address_ = ip ? ip->to_string() : "of an unknown kind";
        return CURL_SOCKET_BAD;
    }
    transfer.address_tried_ = true;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// libcurl calls this when a connection is ready, right before the request's first byte, and so once more when
// it is about to send the request again by itself: Curl_retry_request (7.88) does so, whatever the method,
// when a reused connection ends without an answer, and when an HTTP/2 stream was refused. The server may have
// carried the first one out.
int Transfer::before_request(void* self, char*, char*, int, int) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.request_began_ && transfer.request_.method != sdk::Method::get) {
        transfer.resend_prevented_ = true;
        return CURL_PREREQFUNC_ABORT;
    }
    if (transfer.request_.still_wanted && !transfer.request_.still_wanted()) {
        transfer.not_wanted_ = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer.sent_again_ = transfer.request_began_;
    transfer.request_began_ = true;
    return CURL_PREREQFUNC_OK;
}

std::size_t Transfer::on_header(char* text, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t bytes = size * count;
    transfer.header_bytes_ += bytes;
    if (transfer.header_bytes_ > kMaxHeaderBytes) {
        transfer.too_large_ = true;
        return 0;
    }
    transfer.take_header_line({text, bytes});
    return bytes;
}

void Transfer::take_header_line(std::string_view line) {
    if (line.starts_with("HTTP/")) {
        response_.headers.clear();  // what came before was an interim answer (1xx)
        return;
    }
    if ((line.starts_with(' ') || line.starts_with('\t')) && !response_.headers.empty()) {
        response_.headers.back().value.append(" ").append(trimmed(line));
        return;
    }
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
        response_.headers.push_back(
            {std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))}
        );
    }
}

std::size_t Transfer::on_body(char* text, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t bytes = size * count;
    const auto whole = transfer.response_.body.size() + bytes;
    transfer.too_large_ = whole > transfer.request_.max_response_bytes;
    transfer.crowded_out_ = whole > transfer.answers_.share();
    if (transfer.too_large_ || transfer.crowded_out_) {
        return 0;
    }
    transfer.room_.hold(whole);
    transfer.response_.body.append(text, bytes);
    return bytes;
}

sdk::HttpResult Transfer::outcome(CURLcode code) {
    if (code == CURLE_OK) {
        went_well_ = !sent_again_;  // the handle counts how often it sent again, and gives up at a number
        long status = 0;
        curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
        response_.status = static_cast<int>(status);
        return std::move(response_);
    }
    if (!request_began_ && !address_tried_ && !forbidden_address_.empty()) {
        return std::unexpected(given_up(
            Kind::refused,
            "not called, for its address " + forbidden_address_ +
                " is not a public one; the operator can allow its block in the configuration"
        ));
    }
    // To connect after the request began, libcurl must have lost it and been about to send it again.
    if (not_wanted_) {
        return std::unexpected(
            given_up(Kind::not_sent, "not sent: this node's lease ran out, another one may work on it")
        );
    }
    if (resend_prevented_ || (request_began_ && is_connecting(code))) {
        return std::unexpected(
            given_up(Kind::cut_off, "the connection ended without an answer; the request was not sent twice")
        );
    }
    if (too_large_) {
        return std::unexpected(given_up(
            Kind::cut_off,
            response_.body.empty() && header_bytes_ > kMaxHeaderBytes
                ? "the answer's headers are larger than " + std::to_string(kMaxHeaderBytes) + " bytes"
                : "the answer is larger than the limit of " + std::to_string(request_.max_response_bytes) +
                      " bytes"
        ));
    }
    if (crowded_out_) {
        return std::unexpected(given_up(
            Kind::cut_off,
            "the answer has more than " + std::to_string(response_.body.size()) +
                " bytes, and other large answers take the memory for it"
        ));
    }
    std::string cause = curl_easy_strerror(code);
    if (detail_is_harmless(code) && error_text_.front() != '\0') {
        cause += ": " + std::string(trimmed(error_text_.data()));
    }
    return std::unexpected(given_up(exposure(), cause));
}

sdk::TransportFailure Transfer::given_up(Kind kind, std::string_view cause) const {
    return {kind, target_ + ": " + std::string(cause)};
}

Kind Transfer::exposure() const {
    return request_began_ ? Kind::cut_off : Kind::not_sent;
}

void Transfer::finish(sdk::HttpResult result) {
    if (!result_) {
        result_ = std::move(result);
        finished_.cancel();  // asio posts the waiting coroutine, so it never runs inside libcurl's caller
    }
}

sdk::Task<sdk::HttpResult> Transfer::result() {
    if (!result_) {
        co_await finished_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (!result_) {
        co_return std::unexpected(given_up(exposure(), "the call was cancelled"));
    }
    co_return std::move(*result_);
}

}  // namespace navette::outbound
