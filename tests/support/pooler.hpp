// PgBouncer before the test run's cluster, on a socket of its own.
#pragma once

#include "tests/support/process.hpp"
#include "tests/support/test_database.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace navette::test {

class Pooler {
  public:
    /// Starts it with that pool_mode, "session" or "transaction", and else its defaults: startup parameters
    /// that it does not know are refused. It holds at most so many sessions of PostgreSQL's; who wants one
    /// more waits.
    explicit Pooler(const std::string& mode, int sessions = 50);
    ~Pooler();
    Pooler(const Pooler&) = delete;
    Pooler& operator=(const Pooler&) = delete;

    /// The way to a database through it.
    [[nodiscard]] std::string url(TestDatabase& database) const;

  private:
    std::filesystem::path folder_;
    std::unique_ptr<Process> process_;
};

}  // namespace navette::test
