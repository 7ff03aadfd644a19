// The least that can wake up for a job: LISTEN, claim the job durably, start.
#pragma once

#include "tests/bench/enqueue_rate.hpp"
#include "tests/bench/harness/cluster.hpp"

#include <cstdint>
#include <string>
#include <thread>

namespace navette::bench {

class BareListener {
  public:
    /// Makes its table and listens; tells the UDP port `marks` of each job.
    BareListener(const Database& database, std::uint16_t marks);
    ~BareListener();
    BareListener(const BareListener&) = delete;
    BareListener& operator=(const BareListener&) = delete;

    /// How a job is handed to it.
    [[nodiscard]] static EnqueueCall call();

  private:
    std::string conninfo_;
    std::thread thread_;
};

}  // namespace navette::bench
