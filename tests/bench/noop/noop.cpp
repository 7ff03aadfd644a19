// A connector that does nothing at once; for the object "mark" it tells the benchmark when it was called.
#include <navette/sdk/connector.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace {

namespace sdk = navette::sdk;

/// Sends "<entity id> <nanoseconds of the monotonic clock>" to the UDP port on this machine that
/// $NAVETTE_BENCH_MARKS names.
class Marks {
  public:
    Marks() {
        if (const char* port = std::getenv("NAVETTE_BENCH_MARKS")) {
            socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as the sockets API wants it
            static_cast<void>(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address));
        }
    }
    ~Marks() {
        if (socket_ >= 0) {
            close(socket_);
        }
    }
    Marks(const Marks&) = delete;
    Marks& operator=(const Marks&) = delete;

    void send(const std::string& entity_id, std::chrono::steady_clock::time_point called) const {
        if (socket_ >= 0) {
            const auto text = entity_id + " " + std::to_string(called.time_since_epoch().count());
            static_cast<void>(::send(socket_, text.data(), text.size(), 0));
        }
    }

  private:
    int socket_ = -1;
};

class Noop final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "noop"; }

    sdk::Task<sdk::TestReport> test(sdk::Session&) override {
        co_return sdk::TestReport{true, "nothing is always there"};
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session&, std::vector<sdk::Operation> batch) override {
        const auto called = std::chrono::steady_clock::now();
        std::vector<sdk::Outcome> outcomes;
        outcomes.reserve(batch.size());
        for (const auto& operation : batch) {
            if (operation.object == "mark") {
                marks_.send(operation.entity_id, called);
            }
            outcomes.push_back(sdk::Outcome::done(operation.entity_id));
        }
        co_return outcomes;
    }

  private:
    Marks marks_;
};

}  // namespace

NAVETTE_CONNECTOR(Noop)
