#include "daemon/outbound/http_client.hpp"

#include "daemon/outbound/curl_loop.hpp"
#include "daemon/outbound/easy_handles.hpp"
#include "daemon/outbound/request_targets.hpp"
#include "daemon/outbound/transfer.hpp"

#include <unordered_map>
#include <utility>

namespace navette::outbound {

namespace asio = boost::asio;
using Kind = sdk::TransportFailure::Kind;

class HttpClient::Impl {
  public:
    Impl(asio::any_io_executor executor, AddressPolicy policy, core::MemoryShares::Limits answers)
        : executor_(std::move(executor)),
          policy_(std::move(policy)),
          answers_(answers),
          loop_(std::make_shared<CurlLoop>(executor_, [this](CURL* easy, CURLcode code) { done(easy, code); })
          ) {}

    static sdk::Task<sdk::HttpResult> send(std::shared_ptr<Impl> self, WireRequest request);

    [[nodiscard]] std::size_t in_flight() const { return transfers_.size(); }
    void cancel_all(std::string_view cause);
    void stop();

  private:
    class Hold;

    [[nodiscard]] std::optional<sdk::TransportFailure> start(const std::shared_ptr<Transfer>& transfer);
    void drop(const Transfer& transfer);
    void done(CURL* easy, CURLcode code);

    asio::any_io_executor executor_;
    AddressPolicy policy_;
    EasyHandles handles_;
    core::MemoryShares answers_;
    RequestTargets targets_;
    std::unordered_map<CURL*, std::shared_ptr<Transfer>> transfers_;
    std::shared_ptr<CurlLoop> loop_;  // null once stopped
};

// Takes the transfer out of libcurl when the awaiting coroutine ends in whatever way, also by being
// destroyed.
class HttpClient::Impl::Hold {
  public:
    Hold(std::shared_ptr<Impl> owner, std::shared_ptr<Transfer> transfer)
        : owner_(std::move(owner)), transfer_(std::move(transfer)) {}
    ~Hold() { owner_->drop(*transfer_); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

  private:
    std::shared_ptr<Impl> owner_;
    std::shared_ptr<Transfer> transfer_;
};

sdk::Task<sdk::HttpResult> HttpClient::Impl::send(std::shared_ptr<Impl> self, WireRequest request) {
    const auto transfer = std::make_shared<Transfer>(
        self->executor_, std::move(request), self->policy_, self->handles_, self->answers_
    );
    if (auto failure = self->start(transfer)) {
        co_return std::unexpected(std::move(*failure));
    }
    const Hold hold(self, transfer);
    co_return co_await transfer->result();
}

std::optional<sdk::TransportFailure> HttpClient::Impl::start(const std::shared_ptr<Transfer>& transfer) {
    if (auto failure = transfer->prepare(targets_)) {
        return failure;
    }
    if (!loop_) {
        return transfer->given_up(Kind::not_sent, "navette is shutting down");
    }
    if (const CURLMcode code = loop_->add(transfer->handle()); code != CURLM_OK) {
        return transfer->given_up(Kind::not_sent, curl_multi_strerror(code));
    }
    transfers_.emplace(transfer->handle(), transfer);
    return std::nullopt;
}

void HttpClient::Impl::drop(const Transfer& transfer) {
    if (transfers_.erase(transfer.handle()) != 0) {
        loop_->remove(transfer.handle());
    }
}

void HttpClient::Impl::done(CURL* easy, CURLcode code) {
    if (const auto found = transfers_.extract(easy)) {
        found.mapped()->finish(found.mapped()->outcome(code));
    }
}

void HttpClient::Impl::cancel_all(std::string_view cause) {
    for (const auto& [easy, transfer] : std::exchange(transfers_, {})) {
        loop_->remove(easy);
        transfer->finish(std::unexpected(transfer->given_up(Kind::cut_off, cause)));
    }
}

void HttpClient::Impl::stop() {
    cancel_all("the call was given up, for navette is shutting down");
    loop_.reset();
}

HttpClient::HttpClient(
    asio::any_io_executor executor, AddressPolicy policy, core::MemoryShares::Limits answers
)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(policy), answers)) {}

HttpClient::~HttpClient() {
    impl_->stop();
}

sdk::Task<sdk::HttpResult> HttpClient::send(WireRequest request) {
    return Impl::send(impl_, std::move(request));
}

std::size_t HttpClient::in_flight() const {
    return impl_->in_flight();
}

void HttpClient::cancel_all() {
    impl_->cancel_all("the call was given up at the shutdown's deadline");
}

}  // namespace navette::outbound
