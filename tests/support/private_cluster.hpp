// A PostgreSQL of a test's own, which it may kill, restart and fail over (private_cluster.sh).
#pragma once

#include <filesystem>
#include <string>

namespace navette::test {

class PrivateCluster {
  public:
    enum class Standby { none, synchronous };

    /// Starts the primary and, where it is wanted, a standby that each commit waits for. Databases made while
    /// it lives (TestDatabase) are on this cluster; connections find the server that takes writes.
    explicit PrivateCluster(Standby standby = Standby::none);
    ~PrivateCluster();
    PrivateCluster(const PrivateCluster&) = delete;
    PrivateCluster& operator=(const PrivateCluster&) = delete;

    /// The primary dies without finishing anything, and starts again.
    void restart();
    /// The primary dies and stays dead.
    void kill_primary();
    /// The standby becomes a primary.
    void promote_standby();

    /// ALTER SYSTEM SET on the primary, in force when this returns.
    void alter(const std::string& setting, const std::string& value);

  private:
    void control(const std::string& action, const std::string& server = "", const std::string& sql = "")
        const;

    std::filesystem::path folder_;
    std::string former_cluster_;
};

}  // namespace navette::test
