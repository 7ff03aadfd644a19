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

    /// The primary, whichever server that is now, dies without finishing anything, and starts again.
    void restart();
    /// The first primary dies and stays dead.
    void kill_primary();
    /// The standby becomes the primary.
    void promote_standby();
    /// Whether the standby has all that is committed on the primary by now, waited for; false where it lags
    /// behind for too long. A commit whose client was cut off while it waited for the standby stands on the
    /// primary alone for a moment, and would be lost with it.
    [[nodiscard]] bool standby_keeps_up();

    /// ALTER SYSTEM SET on the first primary, in force when this returns.
    void alter(const std::string& setting, const std::string& value);

  private:
    /// What the script printed.
    std::string control(
        const std::string& action, const std::string& server = "", const std::string& sql = ""
    ) const;

    std::filesystem::path folder_;
    std::string primary_{"a"};
    std::string former_cluster_;
};

}  // namespace navette::test
