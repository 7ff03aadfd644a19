// Probe inside the test's own process, on a thread of its own, behind a real socket.
#pragma once

#include "tests/standin/blocking_client.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace navette::test {

/// What happened to one ref.
struct Life {
    long creates = 0;
    long place = 0;          // among all creates
    std::vector<long> seqs;  // of each write, in the order of the effects
};

/// What happened to all records, by kind ("items", "notes", "orders") and ref.
struct History {
    std::map<std::string, std::map<std::string, Life>> kinds;
    long largest_batch = 0;

    /// Creates beyond one for the same ref, over all kinds.
    [[nodiscard]] long duplicates() const;
};

class ProbeServer {
  public:
    /// Serves until it is destroyed. The seed is that of the faults.
    explicit ProbeServer(std::uint64_t seed = 1);
    ~ProbeServer();
    ProbeServer(const ProbeServer&) = delete;
    ProbeServer& operator=(const ProbeServer&) = delete;

    [[nodiscard]] std::string base_url() const;

    /// Sets or (empty) clears the fault switches (tests/standin/faults.hpp).
    void faults(const std::string& switches);
    /// The counters (tests/standin/effects.hpp).
    boost::json::object effects();
    /// Requests of one kind so far, such as "POST /items".
    long requests(const std::string& endpoint);
    /// What happened to each record. Clear the faults before: they would hit this request too.
    History history();

    /// Sets the OAuth provider's switches (oauth_provider.hpp).
    void oauth(const std::string& switches);
    /// Its counters.
    boost::json::object oauth_counts();
    /// Consents at once, and returns the address that the browser is sent to.
    std::string consent(const std::string& authorize_url);

    /// Waits until that many records of a kind were made; throws after half a minute.
    void await_creates(const std::string& kind, long wanted);

  private:
    struct Running;
    std::unique_ptr<Running> running_;
    std::unique_ptr<standin::BlockingClient> client_;
};

}  // namespace navette::test
