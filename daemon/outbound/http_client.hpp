// All outbound HTTP of one thread: libcurl's multi interface driven by that thread's io_context.
#pragma once

#include "daemon/core/memory_shares.hpp"
#include "daemon/outbound/address_policy.hpp"

#include <navette/sdk/http.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace navette::outbound {

/// One absolute request, ready to go.
struct WireRequest {
    sdk::Method method = sdk::Method::get;
    std::string url;
    std::vector<sdk::Header> headers;
    std::string body;
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{30'000};  // for the whole exchange
    std::size_t max_response_bytes = 16U << 20U;
    /// Asked when the connection is ready, right before the first byte leaves; false: it ends as `not_sent`.
    /// Empty: sent.
    std::function<bool()> still_wanted;
};

/// Keeps connections alive and reuses them; speaks HTTP/2 where the server does. Redirects are not followed;
/// only http and https are spoken; each address is checked against the policy after name resolution. Not
/// thread-safe: use it on its executor's thread only, and end it before the executor's context.
/// curl_global_init is the program's duty. A request other than GET never reaches a server twice, for
/// libcurl's own resending is prevented; it then ends as `cut_off`. Proxies named by the environment are not
/// used: the policy would not see the addresses behind them.
class HttpClient {
  public:
    /// What answers may take while they come in. Small ones find room in any case.
    static constexpr core::MemoryShares::Limits kAnswers{96U << 20U, 1U << 20U, 16U << 20U};

    HttpClient(
        boost::asio::any_io_executor executor,
        AddressPolicy policy,
        core::MemoryShares::Limits answers = kAnswers
    );
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Sends and waits. A failure tells whether the server can have seen the request: `not_sent` only where
    /// no connection (with TLS: no handshake) came about, else `cut_off`; `refused` where the policy forbids
    /// the address, or the URL or a header cannot be put on the wire. Messages name host and cause, never
    /// headers, query strings or credentials. Cancelling the awaiting coroutine drops the transfer.
    sdk::Task<sdk::HttpResult> send(WireRequest request);

    [[nodiscard]] std::size_t in_flight() const;

    /// Ends every transfer under way as `cut_off`; for shutdown past its deadline.
    void cancel_all();

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace navette::outbound
