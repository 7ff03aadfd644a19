// One HTTP exchange as libcurl sees it: the easy handle, what it sends, what it has received, how it ended.
#pragma once

#include "daemon/core/memory_shares.hpp"
#include "daemon/outbound/address_policy.hpp"
#include "daemon/outbound/easy_handles.hpp"
#include "daemon/outbound/header_lines.hpp"
#include "daemon/outbound/http_client.hpp"
#include "daemon/outbound/request_targets.hpp"

#include <navette/sdk/http.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace navette::outbound {

/// libcurl holds pointers into it: neither copied nor moved. `policy` and `handles` must outlive it.
class Transfer {
  public:
    Transfer(
        const boost::asio::any_io_executor& executor,
        WireRequest request,
        const AddressPolicy& policy,
        EasyHandles& handles,
        core::MemoryShares& answers
    );
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Sets the handle up; tells why a request cannot be put on the wire.
    [[nodiscard]] std::optional<sdk::TransportFailure> prepare(RequestTargets& targets);

    [[nodiscard]] CURL* handle() const { return easy_; }

    /// What libcurl's verdict means: the answer, or whether the server can have seen the request.
    [[nodiscard]] sdk::HttpResult outcome(CURLcode code);

    /// A failure of this exchange for a cause outside of libcurl.
    [[nodiscard]] sdk::TransportFailure given_up(sdk::TransportFailure::Kind kind, std::string_view cause)
        const;

    /// `not_sent` as long as no connection was ready for the request.
    [[nodiscard]] sdk::TransportFailure::Kind exposure() const;

    /// Stores the result and resumes the coroutine in `result()` at the executor's next turn. The first
    /// result stays.
    void finish(sdk::HttpResult result);

    /// Waits for `finish`. Cancelled before that: a failure, and the transfer is still the client's to drop.
    sdk::Task<sdk::HttpResult> result();

  private:
    static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
    static int before_request(void* self, char* remote_ip, char* local_ip, int remote_port, int local_port);
    static std::size_t on_header(char* text, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* text, std::size_t size, std::size_t count, void* self);

    [[nodiscard]] bool add_header(const sdk::Header& header);
    void set_method_and_body();
    void set_limits();
    void set_guards();
    void take_header_line(std::string_view line);

    WireRequest request_;
    const AddressPolicy& policy_;
    const core::MemoryShares& answers_;
    std::string target_;  // host and port, for messages
    HeaderLines headers_;
    std::array<char, CURL_ERROR_SIZE> error_text_{};

    sdk::HttpResponse response_;
    std::size_t header_bytes_ = 0;
    core::MemoryShares::Part room_;  // of the answer's body
    bool too_large_ = false;
    bool crowded_out_ = false;
    bool resend_prevented_ = false;
    bool not_wanted_ = false;
    bool request_began_ = false;
    bool sent_again_ = false;
    std::string forbidden_address_;
    bool address_tried_ = false;

    std::optional<sdk::HttpResult> result_;
    boost::asio::steady_timer finished_;
    EasyHandles& handles_;
    CURL* easy_;
    bool went_well_ = false;
};

}  // namespace navette::outbound
