// A database of a test's own on the test run's private cluster (tests/support/cluster.sh, a ctest fixture).
#pragma once

#include <chrono>
#include <pqxx/pqxx>
#include <string>

namespace navette::test {

class TestDatabase {
  public:
    /// Makes a fresh database; with the current schema unless `migrated` is false.
    explicit TestDatabase(bool migrated = true);
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    [[nodiscard]] const std::string& url() const { return url_; }

    /// Runs a statement in its own transaction.
    pqxx::result exec(const std::string& sql);

    /// The first column of the first row as text; empty for none and for NULL.
    std::string value(const std::string& sql);
    long number(const std::string& sql);

    /// The most rows of a table that one transaction wrote last.
    long most_written_at_once(const std::string& table);

    /// What sessions begin with from now on: "timezone = 'Asia/Tokyo'".
    void set_default(const std::string& setting);

    /// Asks again, at growing intervals, until the number is reached; throws after `limit` with what it was.
    void await_number(
        const std::string& sql, long wanted, std::chrono::milliseconds limit = std::chrono::seconds(30)
    );

  private:
    std::string name_;
    std::string url_;
};

}  // namespace navette::test
