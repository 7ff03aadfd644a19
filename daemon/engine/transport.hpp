// Where an attempt's requests go: to the network, or, in a dry run, onto paper.
#pragma once

#include "daemon/outbound/http_client.hpp"

namespace navette::engine {

class Transport {
  public:
    virtual ~Transport() = default;
    virtual sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) = 0;
};

/// The network.
class NetworkTransport final : public Transport {
  public:
    /// `client` outlives the transport.
    explicit NetworkTransport(outbound::HttpClient& client) : client_(client) {}

    sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) override {
        return client_.send(std::move(request));
    }

  private:
    outbound::HttpClient& client_;
};

/// Sends nothing. Reads are answered "404, nothing there", so that a connector goes on to what it would
/// create; the first request that would have an effect is refused, which ends the attempt.
class DryRunTransport final : public Transport {
  public:
    sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) override {
        requests_.push_back(std::move(request));
        if (requests_.back().method != sdk::Method::get) {
            co_return std::unexpected(
                sdk::TransportFailure(sdk::TransportFailure::Kind::refused, "dry run: not sent")
            );
        }
        sdk::HttpResponse nothing;
        nothing.status = 404;
        nothing.headers.push_back({"Content-Type", "application/json"});
        nothing.body = R"({"error":{"code":404,"message":"Not Found: nothing is looked up in a dry run"}})";
        co_return nothing;
    }

    [[nodiscard]] const std::vector<outbound::WireRequest>& requests() const { return requests_; }

  private:
    std::vector<outbound::WireRequest> requests_;
};

}  // namespace navette::engine
