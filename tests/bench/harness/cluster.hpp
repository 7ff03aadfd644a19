// The PostgreSQL that everybody who is measured works on, and its databases.
#pragma once

#include "tests/bench/harness/workspace.hpp"

#include <chrono>
#include <pqxx/pqxx>
#include <string>

namespace navette::bench {

class Cluster {
  public:
    /// Starts a private cluster with durable settings in the workspace; throws where it cannot.
    explicit Cluster(const Workspace& workspace);

    /// A libpq conninfo (key=value form) of a database of this cluster.
    [[nodiscard]] std::string conninfo(const std::string& database) const;
    /// The same for Node's pg.
    [[nodiscard]] std::string uri(const std::string& database) const;

    /// User and system time that the server has used since it started, all its processes together.
    [[nodiscard]] std::chrono::duration<double> cpu_time() const;

  private:
    std::string folder_;
};

/// A database of the cluster's, dropped in the end together with its connections.
class Database {
  public:
    Database(const Cluster& cluster, std::string name);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Applies navette's migrations.
    void migrate() const;

    [[nodiscard]] std::string conninfo() const { return cluster_.conninfo(name_); }
    [[nodiscard]] std::string uri() const { return cluster_.uri(name_); }

    /// Runs statements outside a transaction block; returns the last one's result.
    pqxx::result exec(const std::string& sql) const;
    /// The first column of the first row; 0 for none and for NULL.
    [[nodiscard]] double number(const std::string& sql) const;
    [[nodiscard]] std::string text(const std::string& sql) const;
    /// VACUUM (ANALYZE) of everything: each contender begins with fresh statistics and without hint bits to
    /// write.
    void vacuum() const;

  private:
    const Cluster& cluster_;
    std::string name_;
};

}  // namespace navette::bench
