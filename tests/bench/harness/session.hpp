// A bare libpq connection for those parts of a benchmark that are the yardstick: nothing of navette stands in
// their way.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

namespace navette::bench {

struct ResultDeleter {
    void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ResultDeleter>;

class Session {
  public:
    /// Throws with PostgreSQL's words where it cannot connect, as every function does that fails.
    explicit Session(const std::string& conninfo);

    /// One or more statements in the simple protocol.
    PgResult exec(const std::string& sql);
    /// One statement with parameters as text, parsed and planned each time.
    PgResult exec(const std::string& sql, const std::vector<std::string>& parameters);
    void prepare(const std::string& name, const std::string& sql);
    /// A prepared statement with parameters as text.
    PgResult run(const std::string& name, const std::vector<std::string>& parameters);

    // Pipeline mode: what is sent is answered in order by receive(), one call for each statement and each
    // sync.
    void enter_pipeline();
    void send(const std::string& name, const std::vector<std::string>& parameters);
    /// Ends a transaction of the pipeline, and has it carried out.
    void sync();
    PgResult receive();
    void receive_sync();

    [[nodiscard]] PGconn* get() const { return connection_.get(); }

  private:
    struct Closer {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    PgResult checked(PGresult* result) const;

    std::unique_ptr<PGconn, Closer> connection_;
};

}  // namespace navette::bench
