// An address that takes webhooks, on a thread of its own: what navette's listener is to a platform.
#pragma once

#include "tests/standin/message.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace navette::conformance {

class WebhookCatcher {
  public:
    /// How it answers what it takes; called on its own thread.
    using Answer = std::function<standin::Response(const standin::Request&)>;
    explicit WebhookCatcher(Answer answer);
    WebhookCatcher(const WebhookCatcher&) = delete;
    WebhookCatcher& operator=(const WebhookCatcher&) = delete;
    ~WebhookCatcher();

    /// "http://127.0.0.1:PORT"
    [[nodiscard]] std::string url() const;

    /// The next so many webhooks are answered by 500, so that a platform that repeats them does.
    void refuse(int times);

    /// Waits until that many came in all, for 10 s at most, and returns all of them.
    std::vector<standin::Request> wait_for(std::size_t count);

  private:
    struct Running;
    std::unique_ptr<Running> running_;
};

}  // namespace navette::conformance
