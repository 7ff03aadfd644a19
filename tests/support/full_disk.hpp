// A PostgreSQL of a test's own whose disk is full where and when the test says so.
#pragma once

#include "tests/support/private_cluster.hpp"

#include <filesystem>
#include <memory>

namespace navette::test {

class FullDisk {
  public:
    /// What finds no room. PostgreSQL refuses the statement that would make a table or an index larger, and
    /// dies where its write-ahead log cannot go on.
    enum class Part { tables, wal };

    /// Starts the server, on a disk with room. Databases made while it lives (TestDatabase) are on it.
    FullDisk();
    ~FullDisk();
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

    /// From now on no file of that part grows.
    void fill(Part part) const;
    /// There is room again.
    void clear() const;
    /// The server starts again, as an administrator starts one that died.
    void restart();

  private:
    [[nodiscard]] std::filesystem::path flag(Part part) const;

    std::filesystem::path folder_;
    std::unique_ptr<PrivateCluster> cluster_;
};

}  // namespace navette::test
