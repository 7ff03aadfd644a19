// Where an attempt's requests go: to the network, or, in a dry run, onto paper.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/outbound/http_client.hpp"

#include <algorithm>

namespace navette::engine {

class Transport {
  public:
    virtual ~Transport() = default;
    virtual sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) = 0;
};

/// The network.
class NetworkTransport final : public Transport {
  public:
    /// `client` outlives the transport. `limits` hold for every request; a manifest's own time-out may be
    /// shorter.
    NetworkTransport(outbound::HttpClient& client, const config::OutboundSettings& limits) : client_(client) {
        use(limits);
    }

    void use(const config::OutboundSettings& limits) {
        connect_timeout_ = limits.connect_timeout;
        timeout_ = limits.timeout;
    }

    sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) override {
        request.connect_timeout = connect_timeout_;
        request.timeout = std::min(request.timeout, timeout_);
        return client_.send(std::move(request));
    }

  private:
    outbound::HttpClient& client_;
    std::chrono::milliseconds connect_timeout_{0};
    std::chrono::milliseconds timeout_{0};
};

/// Sends nothing that would have an effect: the first such request is refused, which ends the attempt. Reads
/// go to `reads`, or, without one, are answered "404, nothing there", so that a connector goes on to what it
/// would create.
class DryRunTransport final : public Transport {
  public:
    /// `reads` may be null, and outlives the transport.
    explicit DryRunTransport(Transport* reads) : reads_(reads) {}

    sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) override {
        requests_.push_back(request);
        if (request.method != sdk::Method::get) {
            co_return std::unexpected(
                sdk::TransportFailure(sdk::TransportFailure::Kind::refused, "dry run: not sent")
            );
        }
        if (reads_ != nullptr) {
            co_return co_await reads_->send(std::move(request));
        }
        sdk::HttpResponse nothing;
        nothing.status = 404;
        nothing.headers.push_back({"Content-Type", "application/json"});
        nothing.body = R"({"error":{"code":404,"message":"Not Found: nothing is looked up in a dry run"}})";
        co_return nothing;
    }

    [[nodiscard]] const std::vector<outbound::WireRequest>& requests() const { return requests_; }

  private:
    Transport* reads_;
    std::vector<outbound::WireRequest> requests_;
};

}  // namespace navette::engine
